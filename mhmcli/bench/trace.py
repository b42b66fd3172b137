"""Follow one text through the steps of a memory: when it was captured, how long held, how lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mhmcli.memory import Memory
from mhmcli.write import Outcome

Holds = Callable[[str], bool]


class Fate(StrEnum):
    """What became of a text by the end of the document."""

    KEPT = "kept"
    OVERWRITTEN = "overwritten"
    COMPACTED = "compacted away"
    NEVER_CAPTURED = "never captured"


@dataclass(frozen=True, slots=True)
class Trace:
    """A text's way. `depth` is where it stands in the document, 0 to 1, and `chunk` in which chunk;
    -1 if it stands whole in none; `held` has a 1 for each step after which some head had it, and a
    0 for each other; `head` is the one that it was last written to, or last lost from."""

    text: str
    depth: float
    chunk: int
    held: str
    head: int
    fate: str

    @property
    def captured(self) -> bool:
        """True when it was in memory after at least one step."""
        return "1" in self.held

    @property
    def retained(self) -> bool:
        """True when it is in the final memory."""
        return self.held.endswith("1")

    @property
    def since_capture(self) -> str:
        """'0011011' -> '11011': held or not, from the step of its capture on."""
        return self.held.lstrip("0")


class Tracer:
    """Watches the memories after each step for one text; `holds` tells it in a memory's text."""

    def __init__(self, text: str, holds: Holds, *, depth: float, chunk: int) -> None:
        self._text = text
        self._holds = holds
        self._depth = depth
        self._chunk = chunk
        self._held: list[bool] = []
        self._head = -1
        self._lost = Fate.OVERWRITTEN

    def take(self, memory: Memory, head: int, outcome: Outcome) -> None:
        """One more step: this memory, after this head was or was not written."""
        before = bool(self._held) and self._held[-1]
        now = self._holds(text_of(memory)) if outcome.changed_a_head else before
        if now != before:
            self._head = head
        if before and not now:
            self._lost = Fate.COMPACTED if outcome is Outcome.COMPACTED else Fate.OVERWRITTEN
        self._held.append(now)

    def trace(self) -> Trace:
        """The way so far."""
        if not any(self._held):
            fate = Fate.NEVER_CAPTURED
        else:
            fate = Fate.KEPT if self._held[-1] else self._lost
        held = "".join("01"[value] for value in self._held)
        return Trace(self._text, round(self._depth, 4), self._chunk, held, self._head, fate.value)


def text_of(memory: Memory) -> str:
    """All that a memory holds."""
    return "\n".join(head.text for head in memory.heads)
