"""Answers that name what stands nowhere."""

from __future__ import annotations

import pytest

from mhmcli.support import is_supported

NOTES = (
    "The Vigo was lost off Cape Wrath in 1898, with 1,500 casks of oil.",
    "Mr. Roy, an American, keeps the light; he has two sons.",
)


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("Jakarta", "Which city is it in?"),
        ("Giorgio de Chirico.", "Who painted it?"),
        ("Mr. Roy was paid £10 a year.", "What salary was Mr. Roy paid?"),
        ("Walt Disney Pictures is best known for films.", "What is the company known for?"),
        ("The light was lit in 1843.", "When was the light lit?"),
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
        ("", "Who?"),
    ],
)
def test_what_is_put_in_other_words_is_not(answer: str, question: str) -> None:
    """Nor what the question names, nor what has another ending, or is written as a number."""
    assert is_supported(answer, question, NOTES)
