"""The multi-head recurrent memory: immutable values, and the law that a step writes one head.

Memory is H independent blocks of text, the heads, all empty at the start. `Memory.write`
is the one way to a new memory, and it changes exactly one head: the other H - 1 are
shielded by construction. No model is known here.
Source: Multi-Head Recurrent Memory, arXiv:2607.01523.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mhmcli.errors import UsageError
from mhmcli.score import Seen, Signals
from mhmcli.source import Passage, Place, Unit


@dataclass(frozen=True, slots=True)
class Note:
    """Some text in a head, and the places of the document that it was written from.

    Passages kept for what they are worth are there, with their signals. A sentence that another
    led to has the other's signals, and the `path` by which it was reached, itself the last.
    """

    text: str
    places: tuple[Place, ...] = ()
    signals: Signals | None = None
    passages: tuple[Passage, ...] = ()
    path: tuple[Unit, ...] = ()


def joined(notes: Iterable[Note]) -> str:
    """The texts of notes, as the model is shown them."""
    return "\n".join(note.text for note in notes)


@dataclass(frozen=True, slots=True)
class Head:
    """One block of the memory. `tokens` is the size of `text`; `written` is the last step
    (from 0) that wrote it, -1 before the first; `turn` is the last that was spent on it, whether
    it changed it or not."""

    notes: tuple[Note, ...] = ()
    tokens: int = 0
    written: int = -1
    writes: int = 0
    turn: int = -1

    @property
    def text(self) -> str:
        """What the model is shown of this head."""
        return joined(self.notes)

    @property
    def last_place(self) -> Place | None:
        """The place that the newest note was written from; None for an empty head."""
        return self.notes[-1].places[-1] if self.notes and self.notes[-1].places else None


@dataclass(frozen=True, slots=True)
class Memory:
    """H heads of at most `head_tokens` tokens each. `seen` is what is known of the passages that
    were judged, kept or not."""

    heads: tuple[Head, ...]
    head_tokens: int
    seen: Seen = field(default_factory=Seen)

    @classmethod
    def empty(cls, heads: int, head_tokens: int) -> Memory:
        """A memory of empty heads.

        Raises:
            UsageError: fewer than one head, or heads of fewer than one token.
        """
        if heads < 1 or head_tokens < 1:
            raise UsageError(
                f"a memory of {heads} heads x {head_tokens} tokens holds nothing",
                hint="--heads and --head-tokens must be at least 1",
            )
        return cls((Head(),) * heads, head_tokens)

    def write(self, index: int, notes: tuple[Note, ...], tokens: int, step: int) -> Memory:
        """The memory after `step` wrote `notes` to head `index`; every other head is as it was.

        Raises:
            ValueError: the notes exceed the head's budget.
        """
        if tokens > self.head_tokens:
            raise ValueError(f"{tokens} tokens in a head of {self.head_tokens}")
        old = self.heads[index]
        new = Head(notes, tokens, written=step, writes=old.writes + 1, turn=step)
        return self._with(index, new)

    def keep(self, index: int, step: int) -> Memory:
        """The memory after `step` was head `index`'s turn, and left it as it was."""
        return self._with(index, replace(self.heads[index], turn=step))

    def _with(self, index: int, head: Head) -> Memory:
        return replace(self, heads=(*self.heads[:index], head, *self.heads[index + 1 :]))

    def saw(self, seen: Seen) -> Memory:
        """The memory with another record of what went by; every head is as it was."""
        return replace(self, seen=seen)

    def worth(self, note: Note) -> float:
        """What a note is worth by all that went by; 0 for one that was not judged."""
        return self.seen.score(note.signals) if note.signals else 0.0

    @property
    def is_empty(self) -> bool:
        """True when no head holds anything."""
        return not any(head.notes for head in self.heads)

    @property
    def tokens(self) -> int:
        """Tokens held by all heads together."""
        return sum(head.tokens for head in self.heads)
