"""What is written down of a session, and how memory is told by what changed in it.

A step changes one head at most (`mhmcli.memory`), so what it left is that head's notes; those that
stood there before are told by their numbers.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import msgspec

from mhmcli.chunk import Chunk
from mhmcli.errors import SessionError
from mhmcli.memory import Memory, Note
from mhmcli.reader import Step, updated
from mhmcli.score import Signals
from mhmcli.source import Passage, Place
from mhmcli.write import Draft, Outcome

T = TypeVar("T")
_LAST_S = 1e11  # since 1970: the year 5138


@dataclass(frozen=True, slots=True)
class About:
    """What a session is: which documents were asked which questions, and how. `key` is the same for
    runs that would take the same steps on the same documents; `names` are what the user called the
    `sources`, and `stamps` how large each was then and when it was changed, None for one of the
    `streams`, as which their places have them; `settings` are for a person; `server` is where the
    model was, if it was not in process."""

    key: str
    sources: tuple[str, ...]
    names: tuple[str, ...]
    questions: tuple[str, ...]
    model: str
    memory: str
    heads: int
    head_tokens: int
    started: float
    mhm: str
    stamps: tuple[tuple[int, int] | None, ...] = ()
    streams: tuple[str, ...] = ()
    settings: dict[str, str | int | float | bool | None] = field(default_factory=dict)
    server: str = ""

    def check(self) -> None:
        """Its parts go together.

        Raises:
            SessionError: they do not: it was not written by mhm.
        """
        together = len(self.sources) == len(self.names) == (len(self.stamps) or len(self.names))
        sizes = self.heads > 0 and self.head_tokens > 0 and 0 <= self.started < _LAST_S
        if not (together and sizes and self.questions):
            raise SessionError("it does not say of what it is", hint="mhm sessions rm removes it")

    def empty_memories(self) -> list[Memory]:
        """One for each question, as they were before the first step."""
        return [Memory.empty(self.heads, self.head_tokens) for _ in self.questions]


@dataclass(frozen=True, slots=True)
class Taken:
    """One lane's step. `notes` are the head's, where it changed, those that it held before as their
    numbers there; `turn` says whether the step was spent on the head."""

    lane: int
    head: int
    outcome: Outcome
    said: str
    at: float
    notes: tuple[int | Note, ...] | None = None
    tokens: int = 0
    turn: bool = False
    signals: Signals | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A chunk of which all or the first of the lanes have finished their steps."""

    number: int
    digest: bytes
    tokens: int
    place: Place
    steps: tuple[Taken, ...]

    @property
    def chunk(self) -> Chunk:
        """The chunk as far as it is known: without its text."""
        return Chunk(self.number, (Passage("", self.place),), self.tokens)


class RunRow(NamedTuple):
    """A run: when it began and ended, and how, None of one that was killed, or goes on; and whether
    the model read all of the documents."""

    started: float
    ended: float | None
    how: str | None
    whole: int


class StepRow(NamedTuple):
    """A step as it stands in the database, behind its chunk."""

    number: int
    digest: bytes
    chunk_tokens: int
    place: str
    lane: int
    head: int
    outcome: Outcome
    said: str
    at: float
    notes: str | None
    tokens: int
    turn: int
    signals: str | None


def digest(chunk: Chunk) -> bytes:
    """The same for chunks that the model would be shown alike, and that stand at the same place."""
    where = f"{chunk.place.in_source()}\0".encode(errors="surrogatepass")
    return hashlib.sha256(where + chunk.shown.encode(errors="surrogatepass")).digest()[:16]


def taken(step: Step, before: Memory, at: float) -> Taken:
    """The record of a step that found its lane's memory so."""
    changed = step.outcome.changed_a_head
    turn = step.memory.heads[step.head].turn == step.chunk.index
    return Taken(
        step.lane,
        step.head,
        step.outcome,
        step.said.encode(errors="replace").decode(),
        at,
        _by_number(step, before) if changed else None,
        step.memory.heads[step.head].tokens if changed else 0,
        turn=turn and not changed,
        signals=step.signals,
    )


def _by_number(step: Step, before: Memory) -> tuple[int | Note, ...]:
    held = list(before.heads[step.head].notes)
    return tuple(
        held.index(note) if note in held else note for note in step.memory.heads[step.head].notes
    )


def retaken(record: Taken, chunk: Chunk, before: Memory) -> Step:
    """The step of the record, once more, on the memory that it found.

    Raises:
        SessionError: it cannot be a step from there.
    """
    memory = memory_after(record, chunk.index, before)
    return Step(
        chunk, record.lane, record.head, memory, record.outcome, record.said, record.signals
    )


def memory_after(record: Taken, number: int, before: Memory) -> Memory:
    """The memory after the step of that number, by its record.

    Raises:
        SessionError: it cannot be a step from there.
    """
    try:
        seen = before.seen.after(record.signals) if record.signals else None
        held = dict(enumerate(before.heads[record.head].notes))
        notes = tuple(held[n] if isinstance(n, int) else n for n in record.notes or ())
        draft = Draft(
            record.outcome,
            notes,
            record.tokens,
            record.said,
            seen=seen,
            signals=record.signals,
            takes_turn=record.turn,
        )
        return updated(before, record.head, draft, number)
    except (LookupError, ValueError) as error:
        raise SessionError(
            f"a step of it cannot be: {error}", hint="--fresh starts over"
        ) from error


def as_text(value: object) -> str:
    """A value as JSON in ASCII: names of files need be no Unicode."""
    return json.dumps(msgspec.to_builtins(value))


def as_value(text: str | bytes, kind: type[T]) -> T:
    """The value again.

    Raises:
        SessionError: it is none of that kind.
    """
    try:
        return msgspec.convert(json.loads(text), kind)
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise SessionError(f"it is damaged: {error}", hint="mhm sessions rm removes it") from error


def as_kind(row: tuple[Any, ...], kind: type[T]) -> T:
    """A row of the database as what it should be.

    Raises:
        SessionError: it is not.
    """
    try:
        return msgspec.convert(row, kind, builtin_types=(bytes,))
    except msgspec.MsgspecError as error:
        raise SessionError(f"it is damaged: {error}", hint="mhm sessions rm removes it") from error


def row_of(step: Taken) -> tuple[object, ...]:
    """The columns of a step's record, behind its chunk's number."""
    return (
        step.lane,
        step.head,
        step.outcome.value,
        step.said,
        step.at,
        None if step.notes is None else as_text(step.notes),
        step.tokens,
        step.turn,
        as_text(step.signals) if step.signals else None,
    )


def known_of(rows: Sequence[StepRow]) -> Known:
    """A chunk, from the rows of its steps.

    Raises:
        SessionError: it is none.
    """
    first = rows[0]
    steps = tuple(_taken_of(row) for row in rows)
    place = as_value(first.place, Place)
    return Known(first.number, first.digest, first.chunk_tokens, place, steps)


def _taken_of(row: StepRow) -> Taken:
    """The record of a step, from its columns.

    Raises:
        SessionError: it is none.
    """
    return Taken(
        row.lane,
        row.head,
        row.outcome,
        row.said,
        row.at,
        None if row.notes is None else as_value(row.notes, tuple[int | Note, ...]),
        row.tokens,
        turn=bool(row.turn),
        signals=None if row.signals is None else as_value(row.signals, Signals),
    )


def packed(chunk: Chunk) -> bytes:
    """The whole chunk, for a stream that cannot be read again."""
    return zlib.compress(as_text(chunk).encode())


def unpacked(text: bytes) -> Chunk:
    """The chunk again.

    Raises:
        SessionError: it is none.
    """
    try:
        return as_value(zlib.decompress(text), Chunk)
    except zlib.error as error:
        raise SessionError(f"it is damaged: {error}", hint="mhm sessions rm removes it") from error
