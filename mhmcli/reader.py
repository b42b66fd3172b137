"""The loop: for each chunk select a head, then update it, and say what happened.

    for chunk in chunks:
        h = selector.select(memory, chunk)
        memory = memory.write(h, writer.write(question, memory, h, chunk))
        yield Step(...)

It yields immutable events that carry the whole state after each step. The view, the journal
and the benchmark consume that stream, and the loop knows none of them; it prints nothing and
reads no clock. Each lane is a question with a memory of its own; all lanes share the reading of
a chunk, be they several questions of one run or several memories that are compared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mhmcli.chunk import Chunk
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter, Reading
from mhmcli.prompts import Wording, part, weigh
from mhmcli.score import Signals
from mhmcli.select import HeadSelector
from mhmcli.write import Draft, HeadWriter, Outcome


@dataclass(frozen=True, slots=True)
class Lane:
    """A question, the memory that it has so far, and how that is written. It is all that a
    reading needs to go on with the next chunk."""

    question: str
    memory: Memory
    selector: HeadSelector
    writer: HeadWriter


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
    """The writer begins on this head of this lane."""

    chunk: Chunk
    lane: int
    head: int


@dataclass(frozen=True, slots=True)
class ReplyPiece:
    """The model wrote this, on its way to a head."""

    lane: int
    head: int
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One lane's memory after one chunk. `outcome` says whether a head changed; `said` is
    the model's reply, taken or not; `signals` are the chunk's where it was judged."""

    chunk: Chunk
    lane: int
    head: int
    memory: Memory
    outcome: Outcome
    said: str
    signals: Signals | None = None


Event = ChunkOpened | ChunkProgress | HeadSelected | ReplyPiece | Step


def read(
    chunks: Iterable[Chunk], lanes: Sequence[Lane], *, prompter: Prompter, ahead: int = 0
) -> Iterator[Event]:
    """Every chunk is read once, and each lane's memory updated from it, in order. What the model
    says of chunks may be asked for `ahead` of their turn, so many at once: it does not depend on
    any memory."""
    memories = [lane.memory for lane in lanes]
    weighed = list(dict.fromkeys(lane.question for lane in lanes if lane.writer.weighs))
    wordings = [weigh(question) for question in weighed]
    for chunk in _expected(chunks, prompter, wordings, ahead) if ahead and weighed else chunks:
        yield ChunkOpened(chunk)
        reading = prompter.read_and_weigh(part(chunk.shown), wordings)
        while True:
            try:
                yield ChunkProgress(chunk, next(reading))
            except StopIteration as stop:
                sequence: int = stop.value[0]
                likelihoods = dict(zip(weighed, stop.value[1], strict=True))
                break
        try:
            for number, lane in enumerate(lanes):
                before = replace(lane, memory=memories[number])
                here = Reading(chunk, sequence, lane.question, likelihoods.get(lane.question))
                step = yield from _step(number, before, here, prompter)
                memories[number] = step.memory
                yield step
        finally:
            prompter.forget(sequence)


def _expected(
    chunks: Iterable[Chunk], prompter: Prompter, wordings: Sequence[Wording], ahead: int
) -> Iterator[Chunk]:
    """The chunks, each announced when the one so many before it is read."""
    waiting: deque[Chunk] = deque()
    for chunk in chunks:
        prompter.expect(part(chunk.shown), wordings)
        waiting.append(chunk)
        if len(waiting) > ahead:
            yield waiting.popleft()
    yield from waiting


def _step(
    number: int, lane: Lane, reading: Reading, prompter: Prompter
) -> Generator[Event, None, Step]:
    """Select a head of the lane, then update it."""
    memory, chunk = lane.memory, reading.chunk
    head = lane.selector.select(prompter, reading, memory)
    yield HeadSelected(chunk, number, head)
    writing = lane.writer.write(prompter, reading, memory, head)
    while True:
        try:
            yield ReplyPiece(number, head, next(writing))
        except StopIteration as stop:
            draft: Draft = stop.value
            break
    head = head if draft.head is None else draft.head
    after = updated(memory, head, draft, chunk.index)
    return Step(chunk, number, head, after, draft.outcome, draft.said, draft.signals)


def updated(memory: Memory, head: int, draft: Draft, step: int) -> Memory:
    """The memory after `step` made this of a head."""
    if draft.seen is not None:
        memory = memory.saw(draft.seen)
    if draft.outcome.changed_a_head:
        return memory.write(head, draft.notes, draft.tokens, step)
    return memory.keep(head, step) if draft.takes_turn else memory
