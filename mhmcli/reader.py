"""The loop: for each chunk select a head, then update it, and say what happened.

    for chunk in chunks:
        h = selector.select(memory, chunk)
        memory = memory.write(h, writer.write(question, memory, h, chunk))
        yield Step(...)

It yields immutable events that carry the whole state after each step. The view, the journal
and the benchmark consume that stream, and the loop knows none of them; it prints nothing and
reads no clock. Each question has a memory of its own; all share the reading of a chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mhmcli.chunk import Chunk
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.prompts import part
from mhmcli.select import HeadSelector
from mhmcli.write import Draft, HeadWriter, Outcome, Reading


@dataclass(frozen=True, slots=True)
class ChunkOpened:
    """The model begins to read a chunk."""

    chunk: Chunk


@dataclass(frozen=True, slots=True)
class ChunkProgress:
    """So many tokens of the chunk, with its fence, are read."""

    chunk: Chunk
    tokens_read: int


@dataclass(frozen=True, slots=True)
class HeadSelected:
    """The writer begins on this head for this question."""

    chunk: Chunk
    question: int
    head: int


@dataclass(frozen=True, slots=True)
class ReplyPiece:
    """The model wrote this, on its way to a head."""

    question: int
    head: int
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One question's memory after one chunk. `outcome` says whether a head changed; `said` is
    the model's reply, taken or not."""

    chunk: Chunk
    question: int
    head: int
    memory: Memory
    outcome: Outcome
    said: str


Event = ChunkOpened | ChunkProgress | HeadSelected | ReplyPiece | Step


@dataclass(frozen=True, slots=True)
class ReaderState:
    """All that a reading needs to go on with the next chunk: each question's memory."""

    memories: tuple[Memory, ...]


def read(  # noqa: PLR0913  the loop is where its parts are put together
    chunks: Iterable[Chunk],
    questions: Sequence[str],
    state: ReaderState,
    *,
    prompter: Prompter,
    selector: HeadSelector,
    writer: HeadWriter,
) -> Iterator[Event]:
    """Every chunk is read once, and each question's memory updated from it, in order."""
    memories = list(state.memories)
    for chunk in chunks:
        yield ChunkOpened(chunk)
        reading = prompter.read(part(chunk.shown))
        while True:
            try:
                yield ChunkProgress(chunk, next(reading))
            except StopIteration as stop:
                sequence: int = stop.value
                break
        try:
            for number, question in enumerate(questions):
                memory = memories[number]
                head = selector.select(memory, chunk)
                yield HeadSelected(chunk, number, head)
                writing = writer.write(prompter, Reading(chunk, sequence, question), memory, head)
                while True:
                    try:
                        yield ReplyPiece(number, head, next(writing))
                    except StopIteration as stop:
                        draft: Draft = stop.value
                        break
                memories[number] = _updated(memory, head, draft, chunk)
                yield Step(chunk, number, head, memories[number], draft.outcome, draft.said)
        finally:
            prompter.forget(sequence)


def _updated(memory: Memory, head: int, draft: Draft, chunk: Chunk) -> Memory:
    if not draft.outcome.changed_a_head:
        return memory
    return memory.write(head, draft.notes, draft.tokens, chunk.index)
