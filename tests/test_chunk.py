"""Chunks: never too large, cut where a reader would, and the source when joined again."""

from __future__ import annotations

import io
import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mhmcli.chunk import Chunk, cut, cut_apart, cut_down
from mhmcli.source import Break, Passage, Place
from mhmcli.source.text import TextSource


def words(text: str) -> int:
    """A token is a word or a run of spaces; one more where words were glued at a seam."""
    return len(re.findall(r"\S{1,12}|\s+", text))


def passages_of(text: str) -> list[Passage]:
    return list(TextSource("doc", io.BytesIO(text.encode())).passages())


def passage(text: str, opens: Break, source: str = "doc") -> Passage:
    return Passage(text, Place(source), opens)


TEXTS = st.text(st.sampled_from("ab .!?\n。é "), max_size=3000)


@given(TEXTS, st.integers(4, 60))
def test_chunks_join_to_the_source_and_fit(text: str, limit: int) -> None:
    """No character is lost or doubled, and no chunk exceeds its limit."""
    chunks = list(cut(passages_of(text), limit, words))
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(chunk.tokens == words(chunk.shown) <= limit for chunk in chunks)
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))


@given(TEXTS, st.integers(20, 60), st.integers(1, 9))
def test_an_overlap_is_the_end_of_the_chunk_before(text: str, limit: int, overlap: int) -> None:
    """The overlap is shown again, fits, counts against the limit, and is no part of the text."""
    chunks = list(cut(passages_of(text), limit, words, overlap_tokens=overlap))
    assert "".join(chunk.text for chunk in chunks) == text
    for before, chunk in pairwise(chunks):
        assert before.text.endswith(chunk.overlap)
        assert words(chunk.overlap) <= overlap
        assert words(chunk.shown) <= limit


@given(TEXTS, st.integers(4, 60))
def test_places_of_pieces_point_at_their_text(text: str, limit: int) -> None:
    """However a passage is cut up, each piece names the bytes and lines that it stands on; the
    chunk, of one that is numbered."""
    raw = text.encode()
    for chunk in cut(passages_of(text), limit, words):
        for piece in chunk.passages:
            place = piece.place
            assert raw[place.start_byte : place.end_byte].decode() == piece.text
            start = place.start_byte or 0
            assert place.line == 1 + raw[:start].count(b"\n")
        assert {piece.place.chunk for piece in chunk.numbered(7).passages} == {7}


def cuts(passages: list[Passage], limit: int) -> list[str]:
    return [chunk.text for chunk in cut(passages, limit, words)]


def test_the_strongest_break_wins() -> None:
    """A page break is preferred to a later paragraph, if the chunk is at least half full."""
    parts = [
        passage("a b c ", Break.DOCUMENT),
        passage("d e f ", Break.PAGE),
        passage("g h ", Break.PARAGRAPH),
        passage("i j k l m ", Break.PARAGRAPH),
    ]
    assert cuts(parts, 12) == ["a b c ", "d e f g h ", "i j k l m "]


def test_of_equal_breaks_the_latest_wins() -> None:
    """A chunk is filled as far as it goes."""
    parts = [passage("a b ", Break.PARAGRAPH) for _ in range(5)]
    assert cuts(parts, 12) == ["a b a b a b ", "a b a b "]


def test_a_chunk_is_not_cut_short_for_a_break_near_its_start() -> None:
    """A page break in the first half would waste the window."""
    parts = [
        passage("a ", Break.DOCUMENT),
        passage("b c d e ", Break.PAGE),
        passage("f g h i ", Break.PARAGRAPH),
    ]
    assert cuts(parts, 12)[0] == "a b c d e "


def test_a_chunk_never_spans_two_sources() -> None:
    """Each chunk has one source, so each has one place."""
    parts = [passage("a ", Break.DOCUMENT, "one"), passage("b ", Break.DOCUMENT, "two")]
    assert [str(chunk.place) for chunk in cut(parts, 50, words)] == ["one", "two"]


def test_passages_are_cut_apart_in_any_order() -> None:
    """None of two together; a long one in several; numbered through."""
    passages = [
        Passage(text, Place("a", line=line))
        for text, line in (("One two three. Four five.\n", 9), ("a\n", 1), ("b\n", 2))
    ]
    chunks = list(cut_apart(passages, 3, lambda text: len(text.split())))
    assert [chunk.index for chunk in chunks] == [0, 1, 2, 3]
    assert [chunk.place.chunk for chunk in chunks] == [0, 1, 2, 3]
    assert [chunk.text for chunk in chunks] == ["One two three. ", "Four five.\n", "a\n", "b\n"]


def test_a_line_of_a_megabyte_is_cut_down() -> None:
    """What is not long stays as it is; nothing is lost, and each piece has its place."""
    long = Passage("word " * 2000, Place("a", line=2, start_byte=5, end_byte=10_005, chunk=7))
    short = Passage("one\n", Place("a", line=1, start_byte=0, end_byte=5))
    pieces = list(cut_down([short, long], 300, lambda text: len(text.split())))
    assert pieces[0] is short
    assert "".join(piece.text for piece in pieces[1:]) == long.text
    assert all(len(piece.text.split()) <= 300 for piece in pieces)
    assert {(piece.place.line, piece.place.chunk) for piece in pieces[1:]} == {(2, 7)}


def test_a_long_paragraph_is_cut_at_sentences() -> None:
    """Where there is no line to cut at, a sentence is kept whole."""
    text = "One two three. Four five six! Seven eight nine? "
    assert cuts(passages_of(text), 7) == [
        "One two three. ",
        "Four five six! ",
        "Seven eight nine? ",
    ]


def test_chunks_stream() -> None:
    """A chunk is given out before the passages after the next one are asked for."""
    asked = []

    def endless() -> object:
        for number in range(1000):
            asked.append(number)
            yield passage(f"w{number} " * 5, Break.PARAGRAPH)

    first: Chunk = next(iter(cut(endless(), 20, words)))  # type: ignore[arg-type]
    assert first.index == 0
    assert len(asked) <= 3
