"""The engine's protocol: sequences that share prefixes, logits, and decoding.

An engine keeps *sequences* of tokens whose keys and values are computed once. A sequence is
forked without computing anything again, so a prefix is paid for once: the system prompt for
the whole run, a chunk for all questions asked of it, the chunk and the question for several
replies. `feed` is the one call that computes: it appends tokens to any number of sequences
together and gives the logits asked for, which is prefilling, scoring and batched decoding in
one. `reply` decodes a reply after a sequence.

    base = engine.open()                      # [system]
    engine.feed([Feed(base, frame.opening)])
    chunk = engine.fork(base)                 # [system][chunk]
    engine.feed([Feed(chunk, tokens)])
    tail = engine.fork(chunk)                 # [system][chunk][question, instruction]
    engine.feed([Feed(tail, question)])
    for piece in engine.reply(tail, 256): ...
    engine.close(tail)

Implementations: `mhmcli.engine.llama` (llama.cpp in process), `mhmcli.engine.server` (a model
behind an OpenAI-compatible server) and `mhmcli.engine.scripted` (a fake with scripted replies, for
tests).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]


class Want(Enum):
    """Which logits a feed gives back."""

    NONE = "none"
    NEXT = "next"  # none, but a reply is to be decoded from here
    LAST = "last"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Feed:
    """Tokens to be appended to one sequence; and to `others` that are as long, at no price."""

    sequence: int
    tokens: Sequence[int]
    want: Want = Want.NONE
    others: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """The model's chat template round a user's message, as tokens: what stands before it (with
    the system prompt in it) and what stands between it and the reply."""

    opening: tuple[int, ...]
    closing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a reply is to be: a text of the `root` of these rules (GBNF), which may be those of a
    JSON `schema`."""

    rules: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. A temperature of 0 is greedy, and needs no seed. With a
    `grammar`, it is one with which the reply can still be a text of it."""

    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0
    grammar: Grammar | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a reply as it comes. `tokens` were decoded for it; `ends` is True on the
    last piece when the model itself ended the reply, and False when a limit did."""

    text: str
    tokens: int
    ends: bool = False


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What runs, for receipts. `window_tokens` is shared by all sequences that are open. An engine
    that `weighs` gives all logits (`Want.ALL`), one that `keeps` can save what it computed of a
    part and restore it behind another; `together` requests may be in flight at once."""

    model: str
    path: str
    build: str
    device: str
    window_tokens: int
    batch_tokens: int
    settings: dict[str, int] = field(default_factory=dict)
    weighs: bool = True
    keeps: bool = True
    together: int = 1


@dataclass(slots=True)
class Spent:
    """Tokens computed so far: read from the document, read beside it, and written."""

    chunk_tokens: int = 0
    tail_tokens: int = 0
    reply_tokens: int = 0


class Engine(Protocol):
    """A model that reads and writes. Sequences are named by small integers."""

    info: EngineInfo

    def tokenize(self, text: str) -> list[int]:
        """The ids of a text; what looks like a control token in it is plain text."""
        ...

    def frame(self, system: str) -> Frame:
        """The model's own chat template round a user's message, with this system prompt."""
        ...

    def open(self) -> int:
        """A new, empty sequence."""
        ...

    def fork(self, sequence: int) -> int:
        """A new sequence that begins with all of `sequence`; nothing is computed."""
        ...

    def close(self, sequence: int) -> None:
        """The sequence is gone; what it alone held is free."""
        ...

    def length(self, sequence: int) -> int:
        """Tokens in the sequence."""
        ...

    def save(self, sequence: int, behind: int) -> bytes:
        """What was computed of a sequence behind another one, which it begins with."""
        ...

    def restore(self, state: bytes, behind: int) -> int | None:
        """A new sequence that begins with `behind` and goes on as when it was saved; None where
        this engine cannot make one of it, or has no room for it."""
        ...

    def expect(self, tokens: Sequence[int]) -> None:
        """What comes after these tokens, from the first of a sequence on, will soon be wanted: an
        engine that can have several requests in flight begins with it."""
        ...

    def feed(self, feeds: Sequence[Feed]) -> list[Logits]:
        """The tokens are appended, computed together; for each feed its logits, of shape
        (0, V), (1, V) or (len(tokens), V) as wanted.

        Raises:
            Interrupted: the run was stopped from outside.
            ModelError: the window is full, or the model failed.
        """
        ...

    def reply(
        self, sequence: int, max_tokens: int, sampling: Sampling, *, not_first: Sequence[int] = ()
    ) -> Iterator[Piece]:
        """A reply decoded after the sequence, at most `max_tokens` long, whose first token is
        none of `not_first`. The sequence grows by what was decoded. Its last token must be the
        last one fed, with `Want.NEXT` or `Want.LAST`."""
        ...

    def shut(self) -> None:
        """What the engine holds is freed; it is not used again."""
        ...
