"""How far a campaign is, and how long the rest will take at the pace so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from mhmcli.bench.campaign import Plan, TrialOpened
from mhmcli.bench.results import Result
from mhmcli.reader import ChunkOpened, Event, Step

_ANSWER_STEPS = 3


@dataclass(slots=True)
class Pace:
    """Work is counted in document tokens of whole cases, and inside a document in steps and
    answers. What was on disk before the run is work done, but says nothing about the pace."""

    plan: Plan
    now: Callable[[], float] = time.monotonic
    opened: TrialOpened | None = None
    step: int = 0
    results: int = 0
    right: int = 0
    _steps_here: int = 0
    _results_here: int = 0
    _began: float = 0.0
    _opened_at: float = 0.0  # a share
    _done: float = 0.0  # the share of the whole that this run did, before this document

    def take(self, event: TrialOpened | Event | Result) -> None:
        """The state after the event."""
        if isinstance(event, TrialOpened):
            if self.opened is None:
                self._began = self.now()
            self._done = self._done_here
            self.opened, self.step = event, 0
            self._steps_here = self._results_here = 0
            self._opened_at = self.share
        elif isinstance(event, ChunkOpened):
            self.step = event.chunk.index + 1
        elif isinstance(event, Step):
            self._steps_here += 1
        elif isinstance(event, Result):
            self.results += 1
            self.right += bool(event.correct)
            self._results_here += 1

    @property
    def share(self) -> float:
        """The part of the whole campaign that is done, 0 to 1."""
        if self.opened is None:
            return 0.0
        sizes = [max(1, length) for length in self.plan.lengths]
        at = self.plan.lengths.index(self.opened.length)
        cases = max(1, self.plan.questions)
        here = self.opened.number - 1 + self.opened.cases * self._share_here(self.opened)
        return min(1.0, (sum(sizes[:at]) * cases + sizes[at] * here) / (sum(sizes) * cases))

    def _share_here(self, opened: TrialOpened) -> float:
        """Of the document: an answer counts as a few steps, until all are given."""
        if self._results_here == opened.results:
            return 1.0
        done = min(self._steps_here, opened.steps) + _ANSWER_STEPS * self._results_here
        return done / (opened.steps + _ANSWER_STEPS * opened.results)

    @property
    def left_s(self) -> float | None:
        """Seconds to the end; None before that can be told."""
        done = self._done_here
        if done <= 0:
            return None
        return (self.now() - self._began) * (1 - self.share) / done

    @property
    def _done_here(self) -> float:
        return self._done + self.share - self._opened_at
