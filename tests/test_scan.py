"""A look at every passage for the words of the questions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mhmcli.evidence import of_passages
from mhmcli.scan import Scan, skimmed
from mhmcli.score import BM25
from mhmcli.source import Passage, Place

WORDS = st.lists(st.sampled_from(["red", "blue", "Green", "sky"]), max_size=8).map(" ".join)


def passages(texts: list[str]) -> list[Passage]:
    return [
        Passage(f"{text}\n", Place("doc", line=n, last_line=n))
        for n, text in enumerate(texts, start=1)
    ]


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, min_size=1, max_size=3))
def test_the_ranking_is_that_of_bm25(texts: list[str], questions: list[str]) -> None:
    """For each question apart; passages without any of its words are left out."""
    scan = Scan(questions)
    assert list(scan.through(passages(texts))) == passages(texts)
    assert scan.passages == len(texts)
    for index, question in enumerate(questions):
        ranked = scan.ranked(index)
        scores = BM25(texts).scores(question)
        assert set(ranked) == {n for n, score in enumerate(scores) if score > 0}
        values = [round(scores[n], 9) for n in ranked]
        assert values == sorted(values, reverse=True)


def test_the_most_promising_come_first() -> None:
    """The best for each question, then the second best for each, at last what shares nothing; of
    those that there are."""
    texts = ["grey sea", "red sky", "blue blue", "green", "red red", "blue sky red"]
    scan = Scan(["Is it red?", "Is it blue?"])
    assert len(list(scan.through(passages(texts)))) == 6
    assert list(scan.promising(6)) == [4, 2, 1, 5, 0, 3]
    assert list(scan.promising(4)) == [2, 1, 0, 3]


def test_a_share_of_the_text_is_skimmed_best_first() -> None:
    found = passages(["grey", "a red sky", "red red red", "blue"])
    assert list(skimmed("Is it red?", found, 0.3)) == [found[2]]
    assert list(skimmed("Is it red?", found, 0.5)) == [found[2], found[1]]
    assert list(skimmed("Is it red?", found, 1.0)) == [found[2], found[1], found[0], found[3]]
    assert list(skimmed("Is it red?", [], 0.5)) == []


def test_the_best_that_fit_are_evidence_in_reading_order() -> None:
    """One at least; it is no evidence of what the rest does not say."""
    found = passages(["one two", "three four five", "six", "seven"])
    ranked = [found[3], found[0], found[1], found[2]]

    def count(text: str) -> int:
        return len(text.split())

    evidence = of_passages(ranked, count, 4)
    assert [note.text for note in evidence.notes] == ["one two", "seven"]
    assert [note.places for note in evidence.notes] == [(p.place,) for p in (found[0], found[3])]
    assert not evidence.of_all
    assert [note.text for note in of_passages(ranked[2:], count, 1).notes] == ["three"]
    assert of_passages([], count).notes == ()
    above = Passage("\nfour\n\n\n", Place("a.txt", line=1, last_line=4, start_byte=0, end_byte=8))
    (note,) = of_passages([above], lambda text: len(text.split())).notes
    assert (note.text, note.places) == (
        "four",
        (Place("a.txt", line=2, last_line=2, start_byte=1, end_byte=5),),
    )


def test_of_long_passages_six_are_taken() -> None:
    """As many as retrieval is usually given, while there is room for them in the window."""
    found = passages([f"paragraph {n}" for n in range(10)])
    taken = of_passages(found, lambda _: 200)
    assert [note.text for note in taken.notes] == [f"paragraph {n}" for n in range(6)]
    assert len(of_passages(found, lambda _: 200, 700).notes) == 3


def test_of_short_passages_as_many_are_taken_as_there_is_room_for() -> None:
    """Lines of a dialogue are shorter than paragraphs, and blank ones are none."""
    found = passages([*(f"line {n}" for n in range(40)), " "])
    evidence = of_passages(reversed(found), lambda text: len(text.split()), 60)
    assert [note.text for note in evidence.notes] == [f"line {n}" for n in range(10, 40)]
