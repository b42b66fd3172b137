"""Replies that several memories would get alike, computed once.

A writer that does not show the memory asks the same of a chunk whatever the shape of the memory is,
and the same prompt gets the same reply. So shapes and selectors of one writer are compared for
little more than the price of one, and each is charged as if it had been alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from mhmcli.engine import Engine, Grammar, Sampling
from mhmcli.prompter import Prompter
from mhmcli.replies import OptOut, Reply


@dataclass(frozen=True, slots=True)
class _Told:
    """A reply, the limit that it was given, and what it cost."""

    reply: Reply
    limit: int
    tail_tokens: int
    seconds: float

    def serves(self, limit: int) -> bool:
        """Whether the same would be said within another limit."""
        return limit == self.limit or (self.reply.ended and self.reply.tokens <= limit)


class SharingPrompter(Prompter):
    """A prompter that tells again what it was told after the same sequence, as long as that is
    open. `spent` and `clock` go on as if it had been computed again."""

    def __init__(
        self,
        engine: Engine,
        system: str,
        sampling: Sampling,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(engine, system, sampling)
        self._clock = clock
        self._saved_s = 0.0
        self._told: dict[int, dict[tuple[str, OptOut | None], _Told]] = {}

    def clock(self) -> float:
        """Seconds, from any start, those included that were saved."""
        return self._clock() + self._saved_s

    def reply(
        self,
        text: str,
        max_tokens: int,
        *,
        after: int | None = None,
        opt_out: OptOut | None = None,
        grammar: Grammar | None = None,
    ) -> Generator[str, None, Reply]:
        """As the prompter's own; a reply that is told again is one piece."""
        assert not grammar, "answers are compared as they are"
        known = None if after is None else self._told.get(after, {}).get((text, opt_out))
        if known and known.serves(max_tokens):
            self.spent.tail_tokens += known.tail_tokens
            self.spent.reply_tokens += known.reply.tokens
            self._saved_s += known.seconds
            yield known.reply.text
            return known.reply
        tail_before, seconds = self.spent.tail_tokens, 0.0
        replying = super().reply(text, max_tokens, after=after, opt_out=opt_out)
        while True:
            began = self._clock()
            try:
                piece = next(replying)
            except StopIteration as stop:
                reply: Reply = stop.value
                seconds += self._clock() - began
                break
            seconds += self._clock() - began
            yield piece
        if after is not None:
            told = _Told(reply, max_tokens, self.spent.tail_tokens - tail_before, seconds)
            self._told.setdefault(after, {})[text, opt_out] = told
        return reply

    def forget(self, sequence: int) -> None:
        """What was said after the sequence is gone with it."""
        self._told.pop(sequence, None)
        super().forget(sequence)
