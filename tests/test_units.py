"""Sentences under their titles, and the lines of a log."""

from __future__ import annotations

import pytest

from mhmcli.source import Passage, Place, is_lines, units


def split(text: str) -> list[tuple[str, str, int | None]]:
    """Title, text and line of each unit."""
    passage = Passage(text, Place("doc", line=5, last_line=5 + text.count("\n")))
    found = units([passage], lines=is_lines(text))
    return [(unit.title, unit.text, unit.place.line) for unit in found]


def test_a_title_on_a_line_of_its_own_is_that_of_the_sentences_below() -> None:
    text = "Document 3:\nOld Dogs\nOld Dogs is a film of 2009. It was not\nwell received.\n"
    assert split(text) == [
        ("Old Dogs", "Old Dogs is a film of 2009.", 7),
        ("Old Dogs", "It was not well received.", 7),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Call me Ishmael. Some years ago, never mind how\nlong precisely, I went to sea.\n",
        "He had left.\nAnd nobody in the whole house knew what he had meant to say by that.\n",
        "One line alone",
        "\n\n",
    ],
)
def test_prose_has_no_title(text: str) -> None:
    found = split(text)
    assert all(title == "" for title, _, _ in found)
    assert " ".join(unit for _, unit, _ in found) == " ".join(text.split())


def test_lines_of_a_log_are_units() -> None:
    log = "Jul 9 sshd: opened\nJul 9 sshd: closed\n\nJul 9 cron: started\n"
    assert split(log) == [
        ("", "Jul 9 sshd: opened", 5),
        ("", "Jul 9 sshd: closed", 6),
        ("", "Jul 9 cron: started", 8),
    ]


def test_prose_with_a_paragraph_on_each_line_is_no_log() -> None:
    text = (
        "The cook left. The dog slept.\n\nRain fell. It was cold.\n\nA boy came. He sang.\n"
        "He went.\n"
    )
    assert [unit for _, unit, _ in split(text)] == [
        "The cook left.",
        "The dog slept.",
        "Rain fell.",
        "It was cold.",
        "A boy came.",
        "He sang.",
        "He went.",
    ]


def test_lines_that_begin_with_a_time_are_a_log_whatever_they_say() -> None:
    lines = [f"2015-10-18 18:01:0{n} INFO Retrying. Already tried {n} times." for n in range(4)]
    assert [unit for _, unit, _ in split("\n".join(lines))] == lines


def test_wrapped_prose_is_no_log_even_if_no_line_begins_in_lower_case() -> None:
    text = "Her master, Captain\nAase, came ashore. He\nThanked us all. Mr. Roy\nGave him tea.\n"
    assert [unit for _, unit, _ in split(text)] == [
        "Her master, Captain Aase, came ashore.",
        "He Thanked us all.",
        "Mr. Roy Gave him tea.",
    ]
