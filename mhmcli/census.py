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
_TIME = re.compile(r"\d{1,4}(?:[:\-/]\d{1,4})+(?:[.,]\d+)?")

# Of lines that tell of the same event.
_NEAR = 3  # lines
_FEW = 4  # of the lines that are meant, that a number may stand in and still tell them apart
_NEARLY_ALL = 0.8
_SHORT = 2  # digits


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


@dataclass(frozen=True, slots=True)
class Found:
    """What the question is about, in reading order; `again` are lines that tell of events that
    another of the items tells of."""

    items: Sequence[Item] = ()
    again: Sequence[Item] = ()


def as_answer(question: str, found: Found) -> Answer:
    """The count, or the list, line by line; with the places of all, and the sorts of line that were
    counted, or left out as told before: a person must be able to see it."""
    items = found.items
    text = (
        str(len(items))
        if asked(question) is Asked.COUNT
        else "\n".join(dict.fromkeys(item.text for item in items))
    )
    places = tuple(dict.fromkeys(item.place for item in items))
    return Answer(
        question,
        text,
        True,
        places,
        said=text,
        counted=_sorts(items),
        told_again=_sorts(found.again),
    )


def _sorts(items: Iterable[Item]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(masked(item.text) for item in items).most_common())


def census(
    prompter: Prompter,
    question: str,
    chunks: Chunks,
    signals: Sequence[Signals | None],
    seen: Seen,
) -> Generator[Judged, None, Found]:
    """All lines or sentences that the question is about; each that was judged is yielded, with the
    count so far.

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
            so_far = sum(map(len, _meant(groups, weights)))
        yield Judged(groups[len(weights) - 1][0].text, so_far)
    meant = _meant(groups, weights)
    if asked(question) is Asked.COUNT:
        return told_once(meant)
    return Found(_in_order(item for group in meant for item in group))


def _meant(groups: Sequence[list[Item]], weights: Sequence[Weight]) -> list[list[Item]]:
    """The groups that are in the upper heap of those that were judged, the best first."""
    worth = worths(weights)
    chosen = [n for n, take in enumerate(upper_heap(worth)) if take]
    return [groups[n] for n in sorted(chosen, key=lambda n: -worth[n])]


def _in_order(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: item.number)


def told_once(sorts: Sequence[Sequence[Item]]) -> Found:
    """Events that several lines tell of, once: a log has "authentication failure ... user=root" and
    "Failed password for root" of the same log-in. A sort of line tells again what a better one
    tells if nearly all of its lines stand beside one of those and share with it, and with few
    others, a number or an address.
    """
    often = Counter(mark for sort in sorts for item in sort for mark in _marks(item))
    kept: list[Sequence[Item]] = []
    again: list[Item] = []
    for sort in sorts:
        beside = max((_beside(sort, other, often) for other in kept), default=0)
        if beside >= _NEARLY_ALL * len(sort):
            again += sort
        else:
            kept.append(sort)
    return Found(_in_order(item for sort in kept for item in sort), _in_order(again))


def _beside(sort: Sequence[Item], other: Sequence[Item], often: Counter[str]) -> int:
    """How many of the lines stand beside one of the others, each beside one of its own."""
    free = {item.number: item for item in other}
    pairs = 0
    for item in sort:
        few = {mark for mark in _marks(item) if often[mark] <= _FEW}
        for number in range(item.number - _NEAR, item.number + _NEAR + 1):
            if number in free and few & _marks(free[number]):
                del free[number]
                pairs += 1
                break
    return pairs


def _marks(item: Item) -> set[str]:
    """'Jul 9 07:01 sshd[242]: from 1.2.3.4' -> 242, 1.2.3.4: what tells an event from others; times
    and single digits do not."""
    found = {mark.rstrip(_MARKS) for mark in _VARYING.findall(item.text)}
    return {mark for mark in found if len(mark) > _SHORT and not _TIME.fullmatch(mark)}


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
