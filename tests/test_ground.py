"""Grounding: what a model wrote is a pointer into the chunk, and sentences are found right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.chunk import Chunk
from mhmcli.source import Passage, Place, sentences, split_sentences
from mhmcli.write.ground import Grounding

PROSE = (
    "Polypodium is a genus of 75-100 species of\ntrue ferns. Aichryson has about 15 species. "
    "Mr. J. Roy, of St. Bride's, grew both. He sold none!\n"
)
LOG = "".join(
    f"Dec 10 06:55:{n} LabSZ sshd[242]: Invalid user {user} from 10.0.0.{n}\n"
    for n, user in enumerate(["webmaster", "root", "admin", "guest", "oracle", "test", "pi", "ftp"])
)


def tokens_of(text: str) -> int:
    return len(text.split())


def chunk(text: str) -> Chunk:
    return Chunk(0, (Passage(text, Place("doc", line=1, start_byte=0, end_byte=len(text))),), 9)


def meant(text: str, line: str, question: str = "Which has more species?") -> str | None:
    note = Grounding(chunk(text), question, 100, tokens_of).note(line)
    return note.text if note else None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Aichryson has about 15 species.", "Aichryson has about 15 species."),
        ("Polypodium has 75-100 species", "Polypodium is a genus of 75-100 species of true ferns."),
        ("Polypodium", "Polypodium is a genus of 75-100 species of true ferns."),
        ("Roy grew both.", "Mr. J. Roy, of St. Bride's, grew both."),
        ("The Pequod was sunk by a whale.", None),
        ("...", None),
    ],
)
def test_a_line_points_at_its_sentence(line: str, sentence: str | None) -> None:
    """A copy, a paraphrase or the bare answer find the sentence; an invention finds none."""
    assert meant(PROSE, line) == sentence


def test_lines_of_a_log_are_its_sentences() -> None:
    """Where there is no prose, a line is what is meant, with its own number."""
    note = Grounding(chunk(LOG), "Who is admin?", 100, tokens_of).note("admin from 10.0.0.2")
    assert note is not None
    assert note.text == "Dec 10 06:55:2 LabSZ sshd[242]: Invalid user admin from 10.0.0.2"
    assert note.places[0].line == note.places[0].last_line == 3


def test_of_equal_sentences_the_one_that_is_asked_about_wins() -> None:
    """A bare name stands in many sentences: the question tells which is meant."""
    text = "Roy was born in 1850. Roy has a dog. Roy married in 1880. "
    assert meant(text, "Roy", "When did Roy marry, or when was he married?") == (
        "Roy married in 1880."
    )


@given(st.text(st.sampled_from("ab Mr.St!?\n。\"' "), max_size=300))
def test_sentences_join_to_their_text(text: str) -> None:
    """Nothing is lost between two sentences, and their bytes are where they say."""
    assert "".join(split_sentences(text)) == text
    raw = text.encode()
    whole = Passage(text, Place("doc", line=1, last_line=1, start_byte=0, end_byte=len(raw)))
    parts = sentences(whole)
    assert "".join(part.text for part in parts) == text
    for part in parts:
        assert raw[part.place.start_byte : part.place.end_byte].decode() == part.text


def test_abbreviations_do_not_end_a_sentence() -> None:
    """Titles, initials and a full stop before a small letter."""
    text = "Mr. J. R. Roy saw Dr. Anwar, i.e. the doctor. It was approx. three. Was it? Yes."
    assert [s.strip() for s in split_sentences(text)] == [
        "Mr. J. R. Roy saw Dr. Anwar, i.e. the doctor.",
        "It was approx. three.",
        "Was it?",
        "Yes.",
    ]


def test_words_without_spaces_between_point_too() -> None:
    """Of Chinese or Japanese, a few characters are enough; an accent may be written in two ways."""
    text = "罗伊每天晚上修剪灯芯。\n海面平静, 天气寒冷。\nCaf\u00e9 Corran was closed.\n"
    assert meant(text, "罗伊修剪灯芯") == "罗伊每天晚上修剪灯芯。"
    assert meant(text, "Cafe\u0301 closed") == "Café Corran was closed."
    assert meant(text, "北京大学") is None
