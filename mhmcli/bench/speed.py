"""How fast a document is read: the reading floor, mhm, and the loop that one writes first.

All read the same document, in turn and several times over, for a machine is not as fast at one time
as at another: what is compared are ratios of one round.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mhmcli import prompts
from mhmcli.answer import answer
from mhmcli.bench.baselines import followed
from mhmcli.bench.floor import Beside, floor_s
from mhmcli.bench.took import FLOOR, Took, split
from mhmcli.cache import PartCache
from mhmcli.candidates import Weighed, likelihood_of
from mhmcli.chunk import Chunk
from mhmcli.counting import counted
from mhmcli.engine import Engine, Feed, Logits, Piece, Sampling, Spent
from mhmcli.evidence import gather
from mhmcli.memory import Memory
from mhmcli.presets import Preset
from mhmcli.prompter import Prompter, run
from mhmcli.reader import Lane, Step, read

Clock = Callable[[], float]
NAIVE, AGAIN = "naive", "again"


class Floor:
    """Every token of the document is prefilled once, and that is all."""

    name = FLOOR

    def __init__(self, engine: Engine, text: str, clock: Clock = time.monotonic) -> None:
        self._engine = engine
        self._tokens = engine.tokenize(text)
        self._clock = clock

    def __call__(self) -> Took:
        """Seconds, all of them of reading."""
        seconds = floor_s(self._engine, self._tokens, self._clock)
        return Took(FLOOR, seconds, spent=Spent(chunk_tokens=len(self._tokens)))


@dataclass(slots=True)
class Ours:
    """One of mhm's memories, as `mhm ask` would read with it."""

    name: str
    engine: Engine
    preset: Preset
    chunks: Sequence[Chunk]
    questions: Sequence[str]
    verdicts: bool = True
    cache: PartCache | None = None
    clock: Clock = time.monotonic
    beside: Engine | None = None  # by which the floor is measured meanwhile

    def __call__(self) -> Took:
        """All questions are asked of one reading, and answered."""
        floor = Beside(self.beside, self.clock) if self.beside else None
        engine = _Timed(self.engine, self.clock)
        start = self.clock()
        prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        prompter.verdicts = self.verdicts
        prompter.cache = self.cache
        try:
            memories, likelihoods, first = self._read(prompter, floor)
            aside = floor.seconds if floor else 0.0
            took = engine.took(self.name, self.clock() - start - aside, prompter.spent)
            took.first = first and (first[0] - start, first[1])
            took.floor = floor.took() if floor else None
            start = self.clock()
            for question, memory, likely in zip(self.questions, memories, likelihoods, strict=True):
                self._answer(prompter, question, memory, likely)
        finally:
            self.engine.close(prompter.base)
        took.answering = self.clock() - start
        return took

    def _read(
        self, prompter: Prompter, floor: Beside | None
    ) -> tuple[list[Memory], list[list[float]], tuple[float, int] | None]:
        """Memories, likelihoods, and when the first head was written, of how many tokens."""
        chosen = self.preset
        first: tuple[float, int] | None = None
        memories = [Memory.empty(chosen.heads, chosen.head_tokens) for _ in self.questions]
        likelihoods: list[list[float]] = [[] for _ in self.questions]
        lanes = [
            Lane(question, memory, chosen.selector, chosen.writer)
            for question, memory in zip(self.questions, memories, strict=True)
        ]
        chunks = floor.between(self.chunks) if floor else self.chunks
        for event in read(chunks, lanes, prompter=prompter):
            if isinstance(event, Step):
                if first is None and event.outcome.changed_a_head:
                    read_so_far = self.chunks[: event.chunk.index + 1]
                    aside = floor.seconds if floor else 0.0
                    first = self.clock() - aside, sum(chunk.text_tokens for chunk in read_so_far)
                memories[event.lane] = event.memory
                likelihoods[event.lane].append(likelihood_of(event.signals))
        if chosen.writer.keeps_whole:
            memories = [
                followed(prompter, question, memory, self.chunks)
                for question, memory in zip(self.questions, memories, strict=True)
            ]
        return memories, likelihoods, first

    def _answer(
        self, prompter: Prompter, question: str, memory: Memory, likelihoods: Sequence[float]
    ) -> None:
        if self.preset.writer.keeps_whole:
            document = Weighed(lambda: self.chunks, likelihoods, memory.seen)
            if run(counted(prompter, question, document)):
                return
        run(answer(prompter, question, run(gather(prompter, question, memory))))


@dataclass(slots=True)
class Again:
    """Who asks of a document that was read before, and finds in a cache what was computed of it."""

    ours: Ours
    name: str = AGAIN
    _was_read: bool = False

    def __call__(self) -> Took:
        """The time of the first reading, which fills the cache, is not taken."""
        if not self._was_read:
            self.ours()
            self._was_read = True
        return self.ours()


class Chat(Protocol):
    """A library's own way to have a model reply."""

    def __call__(self, text: str, max_tokens: int) -> Iterator[str]:
        """The pieces of the reply, a token each, as they come."""
        ...


@dataclass(slots=True)
class Naive:
    """The loop that one writes first, with a library's high-level calls: everything in one prompt,
    chunk by chunk, and the reply is the new memory. For several questions it reads as often.

    Source: MemAgent, arXiv:2507.02259, and its prompt.
    """

    chat: Chat
    chunks: Sequence[Chunk]
    questions: Sequence[str]
    memory_tokens: int
    count: Callable[[str], int]
    name: str = NAIVE
    clock: Clock = time.monotonic
    beside: Engine | None = None

    def __call__(self) -> Took:
        """Until the first piece of a reply, its prompt is computed."""
        took = Took(NAIVE, 0.0)
        floor = Beside(self.beside, self.clock) if self.beside else None
        for number, question in enumerate(self.questions):
            memory = prompts.NO_MEMORY
            for chunk in floor.between(self.chunks) if floor and not number else self.chunks:
                memory = self._step(question, memory, chunk, took)
                took.first = took.first or (took.to_read, chunk.text_tokens)
        took.floor = floor.took() if floor else None
        return took

    def _step(self, question: str, memory: str, chunk: Chunk, took: Took) -> str:
        prompt = prompts.memagent(question, memory, chunk.text)
        beside = self.count(prompt) - chunk.text_tokens
        start = self.clock()
        pieces: list[str] = []
        begun = None
        for piece in self.chat(prompt, self.memory_tokens):
            begun = begun or self.clock()
            if piece:
                pieces.append(piece)
        begun = begun or self.clock()
        split(took, begun - start, chunk.text_tokens, beside)
        took.writing += self.clock() - begun
        took.spent.chunk_tokens += chunk.text_tokens
        took.spent.tail_tokens += beside
        took.spent.reply_tokens += len(pieces)
        return "".join(pieces)


class _Timed:
    """An engine, and the seconds for which it computed."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.info = engine.info
        self.tokenize, self.frame, self.length = engine.tokenize, engine.frame, engine.length
        self.open, self.fork, self.close = engine.open, engine.fork, engine.close
        self.save, self.restore = engine.save, engine.restore
        self.expect, self.shut = engine.expect, engine.shut
        self._engine = engine
        self._clock = clock
        self._prefill_s = self._decoding_s = 0.0

    def feed(self, feeds: Sequence[Feed]) -> list[Logits]:
        start = self._clock()
        rows = self._engine.feed(feeds)
        self._prefill_s += self._clock() - start
        return rows

    def reply(
        self, sequence: int, max_tokens: int, sampling: Sampling, *, not_first: Sequence[int] = ()
    ) -> Iterator[Piece]:
        pieces = self._engine.reply(sequence, max_tokens, sampling, not_first=not_first)
        while True:
            start = self._clock()
            piece = next(pieces, None)
            self._decoding_s += self._clock() - start
            if piece is None:
                return
            yield piece

    def took(self, name: str, seconds: float, spent: Spent) -> Took:
        """What `seconds` of work went into, in which so much was computed."""
        waiting = seconds - self._prefill_s - self._decoding_s
        so_far = Spent(spent.chunk_tokens, spent.tail_tokens, spent.reply_tokens)
        took = Took(name, 0.0, 0.0, self._decoding_s, waiting, spent=so_far)
        split(took, self._prefill_s, spent.chunk_tokens, spent.tail_tokens)
        return took
