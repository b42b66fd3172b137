"""What a census may judge: the lines of a log, a list or a table, and the sentences of prose."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mhmcli.chunk import Chunks
from mhmcli.events import Item, marks_of, may_go_on
from mhmcli.score import Query, Seen, Signals
from mhmcli.source import units
from mhmcli.stretches import stretches

_LEAST_WORTH = 0.5  # of a passage, for its sentences to be judged
_FEW_PASSAGES = 10  # of which all are judged


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


def candidates(document: Weighed, query: Query) -> Iterator[Item]:
    """The lines of a log, a list or a table; of prose, the sentences of what stands out, or of all
    where there is not much."""
    number, entry = 0, -1
    for stretch in stretches(document.chunks()):
        if not stretch.of_lines:
            text = "".join(passage.text for passage in stretch.passages)
            signals = Signals.of(document.likelihoods[stretch.chunk], query, text)
            stands_out = document.seen.score(signals) >= _LEAST_WORTH
            if not stands_out and document.seen.passages > _FEW_PASSAGES:
                continue
        for unit in units(stretch.passages, lines=stretch.of_lines):
            of_log = stretch.of_lines
            marks = marks_of(unit.text) if of_log else frozenset[str]()
            if entry < 0 or not (of_log and may_go_on(unit.text)):
                entry = number
            yield Item(unit.shown, unit.place, number, marks, of_log=of_log, entry=entry)
            number += 1
