"""What a stretch of work cost: seconds, and tokens computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from mhmcli.engine import Spent
from mhmcli.prompter import Prompter


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

    def charge(self, cost: Cost, askers: Sequence[Sequence[Cost]] = ()) -> None:
        """What was done since the last call is added to the cost.

        `askers` are those who asked each question that was computed together with a text: of the
        seconds, the share that the questions' tokens have is theirs, a question as much as another;
        of those who asked the same question, each pays for it in full.
        """
        now, spent = self._clock(), self._prompter.spent
        seconds = now - self._at
        read = spent.chunk_tokens - self._spent.chunk_tokens
        asked = spent.tail_tokens - self._spent.tail_tokens
        if askers and asked:
            asking = seconds * asked / (read + asked)
            for asker in (asker for same in askers for asker in same):
                asker.seconds += asking / len(askers)
                asker.spent.tail_tokens += asked // len(askers)
            seconds, asked = seconds - asking, 0
        cost.seconds += seconds
        cost.spent.chunk_tokens += read
        cost.spent.tail_tokens += asked
        cost.spent.reply_tokens += spent.reply_tokens - self._spent.reply_tokens
        self._at, self._spent = now, replace(spent)

    def skip(self) -> None:
        """What was done since the last call costs nobody: it was the benchmark's own work."""
        self._at = self._clock()
