"""Count and list all that a document says of something: found by the model, counted by the program.

A model that is to count what it reads counts wrong; asked of one line or sentence whether it is
one of those, it is nearly always right. After the reading, the lines of a log, or the sentences of
the passages that stand out, are judged one by one. Lines that differ in nothing but their numbers
are judged once. The boundary is where the scores fall into two heaps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

from mhmcli.answer import Answer
from mhmcli.chunk import Chunk, Chunks
from mhmcli.judge import judged, worths
from mhmcli.prompter import Prompter, Weight
from mhmcli.score import Seen, Signals
from mhmcli.source import Place, is_lines, units

_LEAST_WORTH = 1.0  # of a passage, for its sentences to be judged
_OFTEN = 64  # judged texts, after which not every one of them is counted
_LEAST_APART = 2.0  # the means of the heaps, in standard deviations of both signals together

_COUNTED = re.compile(r"\b(?:how many|how often|number of|count)\b", re.IGNORECASE)
_LISTED = re.compile(
    r"\b(?:list|enumerate|what are|name (?:all|every|each)|all (?:the|of)|every|each|"
    r"which(?: \w+)? (?!(?:was|is|has|does)\b)\w*[^\Wsui]s)\b",
    re.IGNORECASE,
)
_MARKS = ".:-/"
_VARYING = re.compile(r"\b[0-9a-f]*\d[\w.:\-/]*", re.IGNORECASE)


class Asked(Enum):
    """What a question wants of the document."""

    ONE = "one"
    COUNT = "count"
    LIST = "list"


def asked(question: str) -> Asked:
    """'How many ships called?' -> COUNT; 'Which ships called?' -> LIST. English alone."""
    if _COUNTED.search(question):
        return Asked.COUNT
    return Asked.LIST if _LISTED.search(question) else Asked.ONE


@dataclass(frozen=True, slots=True)
class Item:
    """One line or sentence that the question is about; `number` is its position in the document."""

    text: str
    place: Place
    number: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A line or sentence that was judged, and how many are counted so far."""

    text: str
    so_far: int


def as_answer(question: str, items: Sequence[Item]) -> Answer:
    """The count, or the list, line by line; with the places of all, and what was counted: two sorts
    of line that tell of the same thing are both counted, which a person must be able to see."""
    text = (
        str(len(items))
        if asked(question) is Asked.COUNT
        else "\n".join(dict.fromkeys(item.text for item in items))
    )
    places = tuple(dict.fromkeys(item.place for item in items))
    sorts = Counter(masked(item.text) for item in items).most_common()
    return Answer(question, text, True, places, said=text, counted=tuple(sorts))


def census(
    prompter: Prompter,
    question: str,
    chunks: Chunks,
    signals: Sequence[Signals | None],
    seen: Seen,
) -> Generator[Judged, None, list[Item]]:
    """All lines or sentences that the question is about, in reading order; each that was judged is
    yielded, with the count so far.

    `signals` are those of each chunk, by its index, and `seen` what is known of all of them.
    """
    named = {number.rstrip(_MARKS) for number in _VARYING.findall(question)}
    sorts: dict[str, list[Item]] = {}
    for item in _units(chunks(), signals, seen):
        sorts.setdefault(masked(item.text, named), []).append(item)
    groups = list(sorts.values())
    weights: list[Weight] = []
    so_far = 0
    for weight in judged(prompter, question, (items[0].text for items in groups)):
        weights.append(weight)
        if len(weights) % (1 + len(weights) // _OFTEN) == 0:
            so_far = len(_meant(groups, weights))
        yield Judged(groups[len(weights) - 1][0].text, so_far)
    return sorted(_meant(groups, weights), key=lambda item: item.number)


def _meant(groups: Sequence[list[Item]], weights: Sequence[Weight]) -> list[Item]:
    """The items of the groups that are in the upper heap of those that were judged."""
    chosen = upper_heap(worths(weights))
    return [item for n, take in enumerate(chosen) if take for item in groups[n]]


def masked(line: str, named: Collection[str] = ()) -> str:
    """'Jul 9 sshd[24]: from 1.2.3.4' -> 'Jul # sshd[#]: from #': what varies is left out, but what
    the question `named` is not."""
    return _VARYING.sub(lambda m: m[0] if m[0].rstrip(_MARKS) in named else "#", line)


def upper_heap(worths: Sequence[float]) -> list[bool]:
    """Which of the values are in the upper of two heaps; none where there is but one.

    The heaps are to lie far apart, as in Otsu's method, with much room between them.
    Source: Otsu, A threshold selection method from gray-level histograms (1979).
    """
    ranked = sorted(worths, reverse=True)
    above = list(accumulate(ranked))
    best, least = 0.0, float("inf")
    for taken in range(1, len(ranked)):
        left = len(ranked) - taken
        apart = above[taken - 1] / taken - (above[-1] - above[taken - 1]) / left
        room = ranked[taken - 1] - ranked[taken]
        between = taken * left * apart**2 * room
        if apart >= _LEAST_APART and between > best:
            best, least = between, ranked[taken - 1]
    return [worth >= least for worth in worths]


def _units(
    chunks: Iterable[Chunk], signals: Sequence[Signals | None], seen: Seen
) -> Iterator[Item]:
    """The lines of a log, a list or a table; of prose, the sentences of what stands out."""
    number = 0
    for chunk in chunks:
        lines = is_lines(chunk.text)
        judged = signals[chunk.index]
        if not lines and (judged is None or seen.score(judged) < _LEAST_WORTH):
            continue
        for unit in units(chunk.passages, lines=lines):
            yield Item(unit.text, unit.place, number)
            number += 1
