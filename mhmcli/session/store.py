"""One session in one file: what it is of, its steps, its answers.

A file that is damaged, or was made by another version, is an error of its own, and no other session
is touched by it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from mhmcli.answer import Answer
from mhmcli.chunk import Chunk
from mhmcli.errors import SessionError
from mhmcli.memory import Head, Memory
from mhmcli.reader import Step
from mhmcli.session.database import (
    ADD_STEP,
    ALL_STEPS,
    connected,
    made,
    opened,
    private,
    unreadable,
)
from mhmcli.session.records import (
    About,
    Known,
    RunRow,
    StepRow,
    Taken,
    as_kind,
    as_text,
    as_value,
    digest,
    known_of,
    packed,
    retaken,
    row_of,
    unpacked,
)

T = TypeVar("T")


class Store:
    """A session's file, open. Every error of the database is a `SessionError`, but for those of
    writing: `sqlite3.Error` tells that there is no room, and the run goes on without."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._database = database
        self.about = self._read_about()

    @classmethod
    def create(cls, path: Path, about: About) -> Store:
        """A new session, that only its owner may read.

        Raises:
            OSError: the file is there already, or cannot be made.
            sqlite3.Error: it cannot be written to.
        """
        return cls(path, made(path, as_text(about)))

    @classmethod
    def open(cls, path: Path, *, to_write: bool = False) -> Store:
        """The session in the file.

        Raises:
            SessionError: there is none, it is damaged, or another version's.
        """
        database = opened(path, to_write=to_write)
        try:
            return cls(path, database)
        except SessionError:
            database.close()
            raise

    def close(self) -> None:
        """The log is written into the file, as far as there is room."""
        with contextlib.suppress(sqlite3.Error):
            self._database.close()

    @property
    def id(self) -> str:
        """What the session is called."""
        return self.path.stem

    def _read_about(self) -> About:
        for (about,) in self._rows("SELECT about FROM about", tuple[str]):
            found = as_value(about, About)
            found.check()
            return found
        raise unreadable(self.path, "it does not say what it is")

    def _rows(self, query: str, kind: type[T]) -> Iterator[T]:
        """What the query finds, each row of that kind.

        Raises:
            SessionError: the session is damaged.
        """
        try:
            for row in self._database.execute(query):
                yield as_kind(row, kind)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise unreadable(self.path, error) from error

    def known(self) -> Iterator[Known]:
        """What was read, chunk by chunk.

        Raises:
            SessionError: it is damaged.
        """
        for _, of_chunk in groupby(self._rows(ALL_STEPS, StepRow), key=lambda row: row.number):
            known = known_of(list(of_chunk))
            lanes = [step.lane for step in known.steps]
            if lanes != list(range(len(lanes))) or len(lanes) > len(self.about.questions):
                raise unreadable(self.path, f"chunk {known.number} has steps of other questions")
            yield known

    def texts(self) -> Iterator[Chunk]:
        """The chunks themselves, of a stream.

        Raises:
            SessionError: it is damaged.
        """
        query = "SELECT text FROM chunks WHERE text IS NOT NULL ORDER BY number"
        return (unpacked(text) for (text,) in self._rows(query, tuple[bytes]))

    @property
    def first_digest(self) -> bytes | None:
        """Of the first chunk; None where none was read."""
        query = "SELECT digest FROM chunks WHERE number = 0"
        return next((found for (found,) in self._rows(query, tuple[bytes])), None)

    @property
    def chunks(self) -> int:
        """How many there are."""
        return next(self._rows("SELECT count(*) FROM chunks", tuple[int]))[0]

    @property
    def tokens(self) -> int:
        """Those of all chunks."""
        return next(self._rows("SELECT coalesce(sum(tokens), 0) FROM chunks", tuple[int]))[0]

    def answers(self) -> dict[int, Answer]:
        """What was answered last, by the numbers of the questions."""
        query = "SELECT question, answer FROM answers ORDER BY question"
        rows = self._rows(query, tuple[int, str])
        return {number: as_value(text, Answer) for number, text in rows}

    def runs(self) -> list[RunRow]:
        """In their order."""
        return list(self._rows("SELECT started, ended, how, whole FROM runs", RunRow))

    @property
    def is_whole(self) -> bool:
        """Whether the last run has read all that there was."""
        return bool((runs := self.runs()) and runs[-1].whole)

    def memories(self) -> list[Memory]:
        """What the questions have in memory: after all steps, and what they pointed to.

        Raises:
            SessionError: it is damaged.
        """
        memories = self.about.empty_memories()
        for _, step in self.steps():
            memories[step.lane] = step.memory
        for lane, heads in self.ends().items():
            memories[lane] = replace(memories[lane], heads=heads)
        return memories

    def steps(self) -> Iterator[tuple[float, Step]]:
        """Each step once more, and when it was finished, in seconds since 1970.

        Raises:
            SessionError: it is damaged.
        """
        memories = self.about.empty_memories()
        for known in self.known():
            for record in known.steps:
                step = retaken(record, known.chunk, memories[record.lane])
                memories[record.lane] = step.memory
                yield record.at, step

    def ends(self) -> dict[int, tuple[Head, ...]]:
        """The heads of each question with what was looked up when all was read, if it was.

        Raises:
            SessionError: it is damaged.
        """
        lanes = range(len(self.about.questions))
        rows = self._rows("SELECT lane, heads FROM ends", tuple[int, str])
        return {lane: as_value(heads, tuple[Head, ...]) for lane, heads in rows if lane in lanes}

    def check(self) -> None:
        """The whole of it is looked at.

        Raises:
            SessionError: it is damaged.
        """
        for (found,) in self._rows("PRAGMA quick_check", tuple[str]):
            if found != "ok":
                raise unreadable(self.path, found)
        self.memories()
        self.answers()
        self.runs()

    # What writes: each is on disk when it returns.

    def begin_run(self, at: float) -> None:
        """A run begins: what the steps pointed to will be looked for anew."""
        with self._together():
            self._database.execute("INSERT INTO runs (started) VALUES (?)", (at,))
            self._database.execute("DELETE FROM ends")

    def end_run(self, at: float, how: str, *, whole: bool, about: About) -> None:
        """The last run has ended; of documents that were then so."""
        last = "(SELECT max(rowid) FROM runs)"
        with self._together():
            self._database.execute(
                f"UPDATE runs SET ended = ?, how = ?, whole = ? WHERE rowid = {last}",  # noqa: S608
                (at, how, whole),
            )
            self._database.execute("UPDATE about SET about = ?", (as_text(about),))

    def followed(self, memories: Sequence[Memory]) -> None:
        """What the steps pointed to is in memory too."""
        rows = [(lane, as_text(memory.heads)) for lane, memory in enumerate(memories)]
        with self._together():
            self._database.executemany("INSERT OR REPLACE INTO ends VALUES (?, ?)", rows)

    def add(self, chunk: Chunk, number: int, step: Taken) -> None:
        """A step is finished, of the chunk of that number."""
        is_streamed = any(chunk.place.is_of(stream) for stream in self.about.streams)
        text = packed(chunk) if is_streamed else None
        with self._together():
            self._database.execute(
                "INSERT OR IGNORE INTO chunks VALUES (?, ?, ?, ?, ?)",
                (number, digest(chunk), chunk.text_tokens, as_text(chunk.place), text),
            )
            self._database.execute(ADD_STEP, (number, *row_of(step)))

    def forget_from(self, number: int) -> None:
        """Chunks from that number on, and their steps, are gone: the document is another there."""
        with self._together():
            self._database.execute("DELETE FROM steps WHERE chunk >= ?", (number,))
            self._database.execute("DELETE FROM chunks WHERE number >= ?", (number,))

    def answered(self, number: int, answer: Answer, at: float) -> None:
        """The answer to the question of that number."""
        self._database.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (number, as_text(answer), at)
        )

    def copy_to(self, other: Store, before: int) -> None:
        """The other has the chunks before that number too, and their steps."""
        with other._together():
            for table, column in (("chunks", "number"), ("steps", "chunk")):
                query = f"SELECT * FROM {table} WHERE {column} < ?"  # noqa: S608
                rows = self._database.execute(query, (before,))
                marks = ", ".join("?" * len(rows.description))
                other._database.executemany(
                    f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608
                    rows,
                )

    def save_as(self, path: Path) -> None:
        """A copy in one file of its own.

        Raises:
            OSError: the file is there already, or cannot be made.
            SessionError: there is no room for it.
        """
        private(path)
        try:
            with contextlib.closing(connected(path, "rw")) as copy:
                self._database.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            path.unlink(missing_ok=True)
            raise SessionError(f"cannot write {path}: {error}", hint="is the disk full?") from error

    @contextlib.contextmanager
    def _together(self) -> Iterator[None]:
        """All of it or nothing is on disk."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise
