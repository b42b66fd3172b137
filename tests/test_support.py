"""Answers that name what stands nowhere."""

from __future__ import annotations

import pytest

from mhmcli.support import is_supported, not_named

NOTES = (
    "The Vigo was lost off Cape Wrath in 1898, with 1,500 casks of oil.",
    "Mr. Roy, an American, keeps the light; he has two sons.",
    "Dec 10 06:55:46 gannet sshd: Failed password for roy from 173.234.31.186:5231",
    "The rent is 850,00 Euro; they measured three fathoms and a half, thirteen times.",
    "O’Brien of Zürich, the chief executive officer, came from Ja- karta with 2,100,000 tons.",
    "There came 101 men and forty one women, and the house of 1843² held a crowd of 5,000.",
)


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("Djibouti", "Which city is it in?"),
        ("Giorgio de Chirico.", "Who painted it?"),
        ("Mr. Roy was paid £12 a year.", "What salary was Mr. Roy paid?"),
        ("Walt Disney Pictures is best known for films.", "What is the company known for?"),
        ("The light was lit in 1846.", "When was the light lit?"),
        ("Ahab is the keeper of the light.", "Who is the keeper of the light?"),
        ("Mr. Ahab is the keeper of the light.", "Who is the keeper of the light?"),
        ("Seven.", "How many daughters has he?"),
        ("17", "How many ships came?"),
        ("At 06:59.", "When did it fail?"),
        ("Two hundred and one casks.", "How much oil?"),
        ("Five.", "How many were lost?"),
        ("HR.", "Who pays them?"),
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
        ("One hundred and one men", "How many men came?"),
        ("Forty-one", "How many women came?"),
        ("5231", "From which port?"),
        ("1843", "When was it built?"),
        ("None.", "Which of them was lost?"),
        ("Nobody.", "Who was lost?"),
        ("Repaired the roof.", "What did the man who kept the light do?"),
        ("Outside the harbour.", "Where did she anchor?"),
        ("Any party may.", "Who may terminate?"),
        ("", "Who?"),
    ],
)
def test_what_is_put_in_other_words_is_not(answer: str, question: str) -> None:
    """Nor what the question names, nor what has another ending, or is written as a number."""
    assert is_supported(answer, question, NOTES)


TEXTS = ("Captain Ishmael saw the whale off Nantucket.", "Mr. McDonald of Zürich kept the light.")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        (
            "What French award did Ronaldinho win in Barcelona?",
            ("French", "Ronaldinho", "Barcelona"),
        ),
        ("When did Joe Walker leave?", ("Joe", "Walker")),
        ("Joe Walker played for which team?", ("Joe", "Walker")),
        ("Where did Captain Ismael see the whale?", ()),
        ("Who is MacDonald of Zurich?", ()),
        ("Who lives in France?", ()),
        ("Who is he, and what did the old captain see?", ()),
        ("What Is The Notice Period Of The Contract?", ()),
        ("What is the URL of the API?", ()),
        ("What happened on Monday in December?", ()),
        ("Wann verließ Herr Walker die Stadt Barcelona?", ()),
        ("Ahab?", ()),
    ],
)
def test_a_document_that_names_nothing_of_it_is_about_something_else(
    question: str, names: tuple[str, ...]
) -> None:
    """But what is spelled otherwise is named, and one name alone may be told in other words."""
    assert not_named(question, TEXTS) == names


def test_only_of_english_is_it_known_what_a_name_is() -> None:
    """A place has other names elsewhere, and nothing is known of no text."""
    question = "When did Joe Walker go to Munich?"
    assert not_named(question, ("Er ging 1990 nach München.",)) == ()
    assert not_named(question, ()) == ()
