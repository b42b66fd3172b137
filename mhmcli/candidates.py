"""What a census may judge: the lines of a log, a list or a table, and the sentences of prose."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from mhmcli.chunk import Chunks
from mhmcli.events import Item, marks_of, may_go_on, tells_again
from mhmcli.score import Query, Seen, Signals
from mhmcli.source import units
from mhmcli.stretches import Stretch, stretches

_LEAST_WORTH = 0.5  # of the passages of prose that are judged first
_FEW_PASSAGES = 10  # of which all are
_NEXT_SHARE, _NEXT_PASSAGES = 0.5, 4  # of those before, and at least


def likelihood_of(signals: Signals | None) -> float:
    """All that a census needs of what was known of a chunk: eight bytes. A chunk that was not
    weighed has nothing to do with any question."""
    return signals.likelihood if signals else -math.inf


@dataclass(frozen=True, slots=True)
class Weighed:
    """A document that was read for a question, and can be looked through again: `likelihoods` are
    those of the question after each chunk, by its index (see `likelihood_of`), and `seen` what is
    known of all of them."""

    chunks: Chunks
    likelihoods: Sequence[float]
    seen: Seen


def candidates(
    document: Weighed, passages: Container[int], *, lines: bool = True
) -> Iterator[Item]:
    """The lines of logs, lists and tables, unless they are not wanted; and the sentences of these
    passages of prose. A line that says how often the one before it came again is part of that."""
    before: Item | None = None
    for item in _each(document, passages, lines=lines):
        times = tells_again(item.text) if item.of_log else 0
        if before and times:
            before = replace(before, again=before.again + times)
            continue
        if before:
            yield before
        before = item
    if before:
        yield before


def _each(document: Weighed, passages: Container[int], *, lines: bool) -> Iterator[Item]:
    number, entry = 0, -1
    for stretch in stretches(document.chunks()):
        of_log = stretch.of_lines
        if not (lines if of_log else stretch.chunk in passages):
            continue
        for unit in units(stretch.passages, lines=of_log):
            marks = marks_of(unit.text) if of_log else frozenset[str]()
            if entry < 0 or not (of_log and may_go_on(unit.text)):
                entry = number
            passage = None if of_log else stretch.chunk
            yield Item(unit.shown, unit.place, number, marks, of_log, entry, passage)
            number += 1


def tranches(document: Weighed, query: Query) -> list[frozenset[int]]:
    """The passages of prose in the order in which they are to be judged: those that stand out, or
    all where there are few, and then some at a time, the best first. The first may be empty, for a
    document that is all lines."""
    worths = {
        stretch.chunk: _worth(document, query, stretch)
        for stretch in stretches(document.chunks())
        if not stretch.of_lines
    }
    ranked = sorted(worths, key=lambda chunk: -worths[chunk])
    taken = sum(worth >= _LEAST_WORTH for worth in worths.values())
    if document.seen.passages <= _FEW_PASSAGES:
        taken = len(ranked)
    made = [frozenset(ranked[:taken])]
    while taken < len(ranked):
        until = taken + max(_NEXT_PASSAGES, round(_NEXT_SHARE * taken))
        made.append(frozenset(ranked[taken:until]))
        taken = until
    return made


def _worth(document: Weighed, query: Query, stretch: Stretch) -> float:
    text = "".join(passage.text for passage in stretch.passages)
    return document.seen.score(Signals.of(document.likelihoods[stretch.chunk], query, text))
