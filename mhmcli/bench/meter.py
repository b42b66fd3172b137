"""What a stretch of work cost: seconds, and tokens computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mhmcli.prompter import Prompter, Spent


@dataclass(slots=True)
class Cost:
    """Seconds, and tokens computed, of one method or of the reading that several share."""

    seconds: float = 0.0
    spent: Spent = field(default_factory=Spent)


class Meter:
    """Tells what each stretch of work cost: the clock and the token counts between two calls."""

    def __init__(self, prompter: Prompter, clock: Callable[[], float]) -> None:
        self._prompter = prompter
        self._clock = clock
        self._at = clock()
        self._spent = replace(prompter.spent)

    def charge(self, cost: Cost) -> None:
        """What was done since the last call is added to the cost."""
        now, spent = self._clock(), self._prompter.spent
        cost.seconds += now - self._at
        cost.spent.chunk_tokens += spent.chunk_tokens - self._spent.chunk_tokens
        cost.spent.tail_tokens += spent.tail_tokens - self._spent.tail_tokens
        cost.spent.reply_tokens += spent.reply_tokens - self._spent.reply_tokens
        self._at, self._spent = now, replace(spent)

    def skip(self) -> None:
        """What was done since the last call costs nobody: it was the benchmark's own work."""
        self._at = self._clock()
