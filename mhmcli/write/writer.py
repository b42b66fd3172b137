"""The protocol of writers, and the values that pass between them and the loop."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, Reading
from mhmcli.score import Seen, Signals
from mhmcli.write.checks import Outcome


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer made of a reading. `notes` are the head's whole new content, of `tokens`
    tokens, and are empty unless the outcome changes a head. `said` is the model's reply. `head`
    is given by a writer that chooses the head itself, and overrules the selector; `seen` and
    `signals` by one that judges passages, whether it kept this one or not. `takes_turn` says that
    the head has had its turn even if it stays as it was."""

    outcome: Outcome
    notes: tuple[Note, ...] = ()
    tokens: int = 0
    said: str = ""
    head: int | None = None
    seen: Seen | None = None
    signals: Signals | None = None
    takes_turn: bool = False


class HeadWriter(Protocol):
    """Decides what the selected head will hold. One that `weighs` is told how likely a chunk makes
    the question (`Reading.likelihood`); one that `keeps_whole` chunks has no use for those that are
    larger than a head."""

    weighs: bool = False
    keeps_whole: bool = False

    def tail_tokens(self, heads: int, head_tokens: int) -> int:
        """The most tokens shown after a chunk, the question left out: for fitting sizes."""
        ...

    def reply_tokens(self, head_tokens: int) -> int:
        """The most tokens that one reply may have."""
        ...

    def compaction_tokens(self, chunk_tokens: int, head_tokens: int) -> int:
        """The most tokens in the window while a head is compacted, the question left out; 0 for
        a writer that compacts none."""
        del chunk_tokens, head_tokens
        return 0

    def shown_tokens(self, heads: int, head_tokens: int) -> int:
        """The most tokens of the memory that are shown when an answer is asked for: all of it."""
        return heads * head_tokens

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The draft of head `head`, after the reading; pieces of replies are yielded."""
        ...


class Around(HeadWriter):
    """A writer round another one, of the other's sizes."""

    def __init__(self, writer: HeadWriter) -> None:
        self._writer = writer

    def tail_tokens(self, heads: int, head_tokens: int) -> int:
        """Those of the other writer."""
        return self._writer.tail_tokens(heads, head_tokens)

    def reply_tokens(self, head_tokens: int) -> int:
        """Those of the other writer."""
        return self._writer.reply_tokens(head_tokens)

    def compaction_tokens(self, chunk_tokens: int, head_tokens: int) -> int:
        """Those of the other writer."""
        return self._writer.compaction_tokens(chunk_tokens, head_tokens)

    def shown_tokens(self, heads: int, head_tokens: int) -> int:
        """Those of the other writer."""
        return self._writer.shown_tokens(heads, head_tokens)
