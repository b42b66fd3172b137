"""Answers that name what stands nowhere."""

from __future__ import annotations

import pytest

from mhmcli.support import is_supported

NOTES = (
    "The Vigo was lost off Cape Wrath in 1898, with 1,500 casks of oil.",
    "Mr. Roy, an American, keeps the light; he has two sons.",
    "Dec 10 06:55:46 gannet sshd: Failed password for roy from 173.234.31.186:5231",
    "The rent is 850,00 Euro; they measured three fathoms and a half, thirteen times.",
    "O’Brien of Zürich, the chief executive officer, came from Ja- karta with 2,100,000 tons.",
)


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("Djibouti", "Which city is it in?"),
        ("Giorgio de Chirico.", "Who painted it?"),
        ("Mr. Roy was paid £12 a year.", "What salary was Mr. Roy paid?"),
        ("Walt Disney Pictures is best known for films.", "What is the company known for?"),
        ("The light was lit in 1843.", "When was the light lit?"),
        ("Ahab is the keeper of the light.", "Who is the keeper of the light?"),
        ("Mr. Ahab is the keeper of the light.", "Who is the keeper of the light?"),
        ("Seven.", "How many daughters has he?"),
        ("17", "How many ships came?"),
        ("At 06:59.", "When did it fail?"),
    ],
)
def test_what_stands_nowhere_is_made_up(answer: str, question: str) -> None:
    """A name or a number, and nothing else of the kind that does stand there."""
    assert not is_supported(answer, question, NOTES)


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("The Vigo", "Which ship was lost?"),
        ("Cape Wrath, Scotland", "Where was it lost?"),
        ("1500", "How many casks?"),
        ("2 sons.", "What family has he?"),
        ("In America.", "Where is Roy from?"),
        ("Roy's", "Whose light is it?"),
        ("It was lost at sea.", "What became of it?"),
        ("Yes.", "Was it lost?"),
        ("The Gannet was.", "Was the Gannet or the Vigo the first?"),
        ("灯塔", "在哪里?"),
        ("He keeps the light.", "Who is Roy?"),
        ("850", "What is the rent in Euro?"),
        ("$1,500.00", "How much oil, in casks?"),
        ("06:55", "When did it fail?"),
        ("6:55", "When did it fail?"),
        ("173.234.31.186", "From which address?"),
        ("3.5 fathoms", "How deep is it?"),
        ("13", "How often did they measure?"),
        ("2.1 million tons", "How much came?"),
        ("December", "In which month did it fail?"),
        ("O'Brien", "Who came?"),
        ("Zurich", "Which city is he from?"),
        ("Jakarta", "Which city did he come from?"),
        ("CEO", "What is his office?"),
        ("Nein.", "Erlaubt der Vertrag die Untermiete?"),
        ("Both.", "Which of the two is it?"),
        ("Annually.", "How often is it paid?"),
        ("", "Who?"),
    ],
)
def test_what_is_put_in_other_words_is_not(answer: str, question: str) -> None:
    """Nor what the question names, nor what has another ending, or is written as a number."""
    assert is_supported(answer, question, NOTES)
