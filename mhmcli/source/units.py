"""The sentences of prose under their titles, or the lines of a log, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mhmcli.source.place import Passage, Place
from mhmcli.source.split import parts, sentences, split_sentences

_LEAST_LINES = 3  # that tell a log, a list or a table from prose
_MOST_PROSE = 0.2  # of their characters
_STAMP = re.compile(r"\W*\d|[A-Z][a-z]{2} +\d")  # 2015-10-18, [1.2.3.4], Jul  9
_TITLE_CHARS = 80
_TITLE_SHARE = 1.5  # a line that is so much longer than the one before is no wrapped part of it


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or line, on one line, with its place; `title` is that of what it stands in."""

    text: str
    place: Place
    title: str = ""

    @property
    def shown(self) -> str:
        """'The keeper: He trims the wicks.'"""
        return f"{self.title}: {self.text}" if self.title else self.text


def is_lines(text: str) -> bool:
    """True for a log, a list or a table. Most lines of a log begin with a time; in wrapped prose,
    some lines begin in lower case, or have the end of one sentence and the beginning of another."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < _LEAST_LINES:
        return False
    if sum(1 for line in lines if _STAMP.match(line)) > len(lines) / 2:
        return True
    if any(line[0].islower() for line in lines):
        return False
    prose = sum(len(line) for line in lines if len(split_sentences(line)) > 1)
    return prose <= _MOST_PROSE * sum(map(len, lines))


def units_of(passages: Sequence[Passage]) -> Iterator[Unit]:
    """The units that are right for the passages together: their lines, or their sentences."""
    return units(passages, lines=is_lines("".join(passage.text for passage in passages)))


def units(passages: Iterable[Passage], *, lines: bool) -> Iterator[Unit]:
    """The lines of the passages, or their sentences under the titles that stand above them."""
    for passage in passages:
        title, body = ("", passage) if lines else _under_title(passage)
        for unit in _lines(body) if lines else sentences(body):
            if unit.text.strip():
                yield Unit(" ".join(unit.text.split()), unit.place, title)


def _lines(passage: Passage) -> list[Passage]:
    return parts(passage) if "\n" in passage.text.strip() else [passage]


def _under_title(passage: Passage) -> tuple[str, Passage]:
    """A title that stands on lines of its own, and what stands under it: 'The keeper\\nRoy trims
    the wicks each evening.' A line of wrapped prose is about as long as the next."""
    title, body = "", passage
    while "\n" in body.text.strip():
        first, second, *rest = [part for part in parts(body) if part.text.strip()]
        line, below = first.text.strip(), second.text.strip()
        stands_alone = line.endswith(":") or len(below) >= _TITLE_SHARE * len(line)
        if len(line) > _TITLE_CHARS or line[-1] in ".!?,;" or not stands_alone:
            break
        title = line.rstrip(":")
        text = "".join(part.text for part in (second, *rest))
        body = Passage(text, second.place.to(passage.place), passage.opens)
    return title, body
