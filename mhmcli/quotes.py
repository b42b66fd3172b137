"""Quotations of a document, and where in it they stand: matched mechanically, not by a model.

What a PDF or a person's editor changed is no difference: white space, hyphens at line ends,
ligatures, the form of quotation marks and dashes, case.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from mhmcli.source import Passage, Place, piece

_IGNORED = re.compile(
    r"[\s\-\u00ad\u2010-\u2015\u2212\"'`´\u2018-\u201f«»‹›\u200b-\u200d\u2060\ufeff]+"
)
_LEAST_CHARS = 8  # shorter texts stand anywhere by chance
_IN_MARKS = re.compile(r"\"([^\"]+)\"|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»")
_LEAST_WORDS = 3  # between quotation marks: fewer are a name, or a word that is spoken of


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document, and their place; None where they do not stand in it."""

    text: str
    place: Place | None


def in_marks(text: str) -> list[str]:
    """What a text puts into quotation marks as the words of another: 'She said "it is late".' ->
    ['it is late']."""
    quoted = (next(filter(None, match.groups())) for match in _IN_MARKS.finditer(text))
    return [words for words in quoted if len(words.split()) >= _LEAST_WORDS]


def canonical(text: str) -> str:
    """What quotations of the same words have in common: 'The "ﬁne-\\nness"' -> 'thefineness'."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())


def look_up(texts: Iterable[str], passages: Iterable[Passage]) -> dict[str, Quote]:
    """Each of the texts as a quote. Of one that does not stand in the passages, but behind a title
    ("The keeper: He trims the wicks."), what stands there."""
    wordings = {text: (text, text.partition(": ")[2]) for text in texts}
    places = find([words for pair in wordings.values() for words in pair], passages)
    made = {}
    for text, pair in wordings.items():
        there = next((words for words in pair if words in places), None)
        made[text] = Quote(there or text, places[there] if there else None)
    return made


def find(texts: Iterable[str], passages: Iterable[Passage]) -> dict[str, Place]:
    """Where each of the texts stands first, by the text; those that stand nowhere are left out.

    The passages are gone through once, and of those that went by no more is kept than a text that
    goes on in the next may need.
    """
    sought = {text: short for text in texts if len(short := canonical(text)) >= _LEAST_CHARS}
    longest = max(map(len, sought.values()), default=0)
    found: dict[str, Place] = {}
    recent: list[tuple[Passage, str]] = []
    for passage in passages:
        if len(found) == len(sought):
            break
        if recent and recent[-1][0].place.source != passage.place.source:
            recent = []
        recent.append((passage, canonical(passage.text)))
        joined = "".join(short for _, short in recent)
        for text, short in sought.items():
            if text not in found and (start := joined.find(short)) >= 0:
                found[text] = _place(recent, start, start + len(short))
        while sum(len(short) for _, short in recent[1:]) >= longest:
            del recent[0]
    return found


def _place(recent: Iterable[tuple[Passage, str]], start: int, end: int) -> Place:
    """The place of a stretch of canonical characters of passages that follow each other."""
    stretch: list[Place] = []
    for passage, short in recent:
        if start < len(short) and end > 0:
            first = _offset(passage.text, max(0, start))
            last = _offset(passage.text, min(end, len(short)) - 1) + 1
            stretch.append(piece(passage, first, last).place)
        start, end = start - len(short), end - len(short)
    return stretch[0].to(stretch[-1])


def _offset(text: str, number: int) -> int:
    """The index in a text of its canonical character of that number."""
    return bisect_right(
        range(1, len(text) + 1), number, key=lambda taken: len(canonical(text[:taken]))
    )
