"""How much is read: a share of the documents, or as much as there is time for."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mhmcli.errors import UsageError

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)\s*%")
_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s?)?")
# Answering takes as long as reading so many tokens: some sixty sentences are judged, the best of
# them again, those are read once more, and some hundred tokens are written.
_ANSWERING_TOKENS = 2900
_USUAL_TOKENS_PER_S = 100.0  # until it is known
_LEAST_LOOKING_S = 1.0


class Limit(Protocol):
    """Says when enough was read."""

    def progress(self, share: float, tokens_per_s: float) -> float:
        """How far it is, 0 to 1 and more, when a share of the documents was read at such a pace, 0
        where that is not known yet; 1 is enough."""
        ...

    def waiting_s(self) -> float:
        """Seconds for which a pipe may still be waited for."""
        ...

    def looking(self, share: float) -> Callable[[], bool]:
        """Tells, from now on, whether there is still time to look at more: a share of what is left
        now, or a moment."""
        ...

    def affords(self, tokens: int, tokens_per_s: float, unanswered: int) -> bool:
        """Whether so many tokens can be computed now, with so many questions to come after."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """Enough is a share of the documents."""

    wanted: float

    def progress(self, share: float, tokens_per_s: float) -> float:
        """A tenth of the half that is wanted -> 0.2."""
        del tokens_per_s
        return share / self.wanted

    def waiting_s(self) -> float:
        """There is no end of time."""
        return math.inf

    def looking(self, share: float) -> Callable[[], bool]:
        """There is no end of time."""
        del share
        return lambda: True

    def affords(self, tokens: int, tokens_per_s: float, unanswered: int) -> bool:
        """There is no end of time."""
        del tokens, tokens_per_s, unanswered
        return True


@dataclass(slots=True)
class Deadline:
    """Enough is what leaves time for the answers. `started` is when the run began, by `now`."""

    seconds: float
    questions: int
    started: float
    more_tokens: int = 0  # for each answer than usual
    now: Callable[[], float] = time.monotonic
    _waits_until: float = 0.0

    def progress(self, share: float, tokens_per_s: float) -> float:
        """Of the time that is there for reading; all is enough, however early. Until the pace is
        known, of all the time: what an earlier run has read tells nothing of the pace."""
        if share >= 1:
            return 1.0
        answering = self._answering_s(self.questions, tokens_per_s) if tokens_per_s else 0.0
        reading = self.seconds - answering
        gone = self.now() - self.started
        return gone / reading if reading > 0 else 1.0

    def waiting_s(self) -> float:
        """To the half of the time, for a pipe may have no end; or to the half of what was left when
        the model was loaded."""
        return max(self.started + self.seconds / 2, self._waits_until) - self.now()

    def looking(self, share: float) -> Callable[[], bool]:
        """By the clock; a small file takes no more than a moment. A pipe is waited for as long."""
        left = self.started + self.seconds - self.now()
        until = self.now() + max(_LEAST_LOOKING_S, share * left)
        self._waits_until = until
        return lambda: self.now() < until

    def affords(self, tokens: int, tokens_per_s: float, unanswered: int) -> bool:
        """If it leaves time for the other answers."""
        pace = tokens_per_s or _USUAL_TOKENS_PER_S
        left = self.started + self.seconds - self.now()
        return tokens / pace + self._answering_s(unanswered, pace) <= left

    def _answering_s(self, questions: int, tokens_per_s: float) -> float:
        tokens = questions * (_ANSWERING_TOKENS + self.more_tokens)
        return tokens / (tokens_per_s or _USUAL_TOKENS_PER_S)


def parse_share(text: str) -> float:
    """'20%' -> 0.2.

    Raises:
        UsageError: it is no share above 0 and up to 100%.
    """
    found = _SHARE.fullmatch(text.strip())
    share = float(found[1]) / 100 if found else 0.0
    if not 0 < share <= 1:
        raise UsageError(f"{text!r} is no share of a document", hint="as in --skim 20%")
    return share


def parse_duration(text: str) -> float:
    """'90', '90s', '5m', '1h30m' -> seconds.

    Raises:
        UsageError: it is no time above 0.
    """
    found = _DURATION.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if total <= 0:
        raise UsageError(f"{text!r} is no length of time", hint="as in --budget 5m, 90s or 1h30m")
    return float(total)
