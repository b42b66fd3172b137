"""Progress without a terminal: one plain line now and then, never an escape sequence."""

from __future__ import annotations

import contextlib
from typing import TextIO

from mhmcli.printable import one_line
from mhmcli.receipt import duration
from mhmcli.view.state import Doing, RunState

_EVERY_S = 10.0


class PlainView:
    """Writes a line about a `RunState` to a stream, at most every ten seconds."""

    def __init__(self, stream: TextIO, state: RunState) -> None:
        self._stream = stream
        self._state = state
        self._last: float | None = None
        self._last_doing: Doing | None = None

    def start(self) -> None:
        """Nothing is written before there is something to say."""

    def update(self) -> None:
        """A line, if the last one is long enough ago or something new began."""
        state = self._state
        now = state.now()
        new = state.doing is Doing.ANSWERING and self._last_doing is not Doing.ANSWERING
        if new or self._last is None or now - self._last >= _EVERY_S:
            self._last, self._last_doing = now, state.doing
            with contextlib.suppress(OSError):  # nobody reads it
                self._stream.write(self._line() + "\n")
                self._stream.flush()

    def stop(self) -> None:
        """Nothing to put back."""

    def _line(self) -> str:
        state = self._state
        if state.doing in (Doing.LOADING, Doing.SCANNING, Doing.ANSWERING):
            return f"mhm: {state.doing.value}"
        facts = [] if state.share_read is None else [f"{state.share_read:.0%}"]
        facts.append(f"{state.tokens_read:,} tokens")
        if state.tokens_per_s:
            facts.append(f"{state.tokens_per_s:.0f} tokens/s")
        if state.left_s is not None:
            facts.append(f"{duration(state.left_s)} left")
        place = one_line(str(state.place)) if state.place else ""
        return f"mhm: reading {place}: {', '.join(facts)}"


class NoView:
    """Shows nothing."""

    def start(self) -> None:
        """Nothing."""

    def update(self) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""
