"""A run's journal: steps that an earlier run has finished are taken from it, new ones go into it.

Chunks are cut anew and compared with what was read then, one by one, so that a document that has
grown is read from where it ended, and one that has changed from where it differs.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from filelock import FileLock

from mhmcli.answer import Answer
from mhmcli.chunk import Chunk
from mhmcli.errors import SessionError
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.reader import ChunkOpened, ChunkProgress, Event, Lane, Step, read
from mhmcli.session.folder import Folder, held
from mhmcli.session.records import About, digest, retaken, taken
from mhmcli.session.store import Store

_LOOKING_S = 0.2  # that others may look whether a session is free


class Past:
    """The steps of an earlier run on the same chunks. When they are gone through, `rest` are the
    chunks that it has not finished; of the first of them the `lanes_done` may have been."""

    def __init__(
        self, chunks: Iterable[Chunk], store: Store | None, memories: list[Memory]
    ) -> None:
        self.rest: Iterator[Chunk] = iter(chunks)
        self.lanes_done = 0
        self.chunks = 0  # whole ones
        self.same = True  # all that the earlier run had read
        self.is_all = False  # that there is
        self.memories = memories
        self._store = store

    def steps(self) -> Iterator[Step]:
        """Step by step, as the loop would yield them; the memories are brought up to date.

        Raises:
            SessionError: the session is damaged.
        """
        for known in self._store.known() if self._store else ():
            chunk = next(self.rest, None)
            if chunk is None or digest(chunk) != known.digest:
                self.same = False
                self._put_back(chunk)
                return
            for record in known.steps:
                step = retaken(record, chunk, self.memories[record.lane])
                self.memories[record.lane] = step.memory
                self.lanes_done += 1
                yield step
            if self.lanes_done < len(self.memories):
                self._put_back(chunk)
                return
            self.lanes_done = 0
            self.chunks += 1
        if self.chunks:
            following = next(self.rest, None)
            self.is_all = following is None
            self._put_back(following)

    def read_on(
        self, lanes: Sequence[Lane], *, prompter: Prompter, ahead: int = 0
    ) -> Iterator[Event]:
        """What is left is read by the lanes, which have the memories that the steps led to; `ahead`
        as in `mhmcli.reader.read`."""
        then = list(lanes)
        if done := self.lanes_done:
            for event in read(islice(self.rest, 1), lanes[done:], prompter=prompter):
                if isinstance(event, ChunkOpened | ChunkProgress):
                    yield event
                    continue
                of_all = replace(event, lane=event.lane + done)
                if isinstance(of_all, Step):
                    then[of_all.lane] = replace(then[of_all.lane], memory=of_all.memory)
                yield of_all
        yield from read(self.rest, then, prompter=prompter, ahead=ahead)

    def _put_back(self, chunk: Chunk | None) -> None:
        if chunk is not None:
            self.rest = chain([chunk], self.rest)


class Journal:
    """Where a run is written down, in a session of its own or in one that it goes on with; nowhere,
    where there is no folder. What could not be written down is not there later: `trouble` says why,
    and the run goes on. `notices` say which sessions were passed over. `is_whole` is for the run to
    set when it has read all of its documents, whatever comes of the answers."""

    def __init__(
        self,
        folder: Folder | None,
        about: About,
        *,
        fresh: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.trouble: str | None = None
        self.notices: list[str] = []
        self.is_whole = False
        self._folder = folder
        self._about = about
        self._fresh = fresh
        self._now = now
        self._store: Store | None = None
        self._lock: FileLock | None = None
        self._memories = about.empty_memories()
        self._chunks = 0

    @property
    def id(self) -> str | None:
        """What the session is called; None where there is none yet, or none at all."""
        return self._store.id if self._store else None

    @property
    def chunks(self) -> int:
        """How many are finished."""
        return self._chunks

    def past(self, chunks: Iterable[Chunk]) -> Past:
        """What an earlier run of the same key has read of these chunks. When it is gone through,
        `settle` is to be told."""
        begun = iter(chunks)
        first = next(begun, None)
        if first is None:
            return Past((), None, list(self._memories))
        if not self._fresh:
            self._try(lambda: self._find(digest(first)))
        return Past(chain([first], begun), self._store, list(self._memories))

    def _find(self, first: bytes | None) -> None:
        """The session that began with this chunk, or read none, is this run's, if there is one that
        is free."""
        assert self._folder is not None
        for path in self._folder.sessions(self._about.key):
            with contextlib.ExitStack() as undo:
                lock = held(path, waiting_s=_LOOKING_S)
                if lock is None:
                    who = f"{path.stem} is another run's just now"
                    self.notices.append(f"{who}; this is a new session")
                    continue
                undo.callback(lock.release)
                if not path.stat().st_size:  # its run was killed before there was anything in it
                    path.unlink()
                    continue
                try:
                    store = Store.open(path, to_write=True)
                    undo.callback(store.close)
                    store.check()
                except SessionError as error:
                    self.notices.append(f"{error.message}; this is a new session")
                    continue
                if store.about.key == self._about.key and store.first_digest == first:
                    self._store, self._lock = store, lock
                    undo.pop_all()
                    store.begin_run(self._now())
                    return

    def settle(self, past: Past) -> None:
        """What was not the same is no more of this session: the last chunk of a document that has
        grown is read again; where more differs, the old session stays as it is."""
        self._chunks, self._memories = past.chunks, list(past.memories)
        if not past.same:
            self._try(lambda: self._part(past.chunks))

    def _part(self, number: int) -> None:
        """From the chunk of that number on it is another document."""
        old, lock = self._store, self._lock
        if old is None:
            return
        if number >= old.chunks - 1:
            old.forget_from(number)
            return
        self._store = self._lock = None
        with contextlib.ExitStack() as undo:
            if lock:
                undo.callback(lock.release)
            undo.callback(old.close)
            how = "the document had changed"
            old.end_run(self._now(), how, whole=False, about=old.about)
            old.copy_to(self._begun(), number)

    def take(self, step: Step) -> None:
        """The step is on disk."""
        if self._folder is None:
            return
        before, self._memories[step.lane] = self._memories[step.lane], step.memory
        self._try(
            lambda: self._begun().add(step.chunk, self._chunks, taken(step, before, self._now()))
        )
        if step.lane == len(self._memories) - 1:
            self._chunks += 1

    def followed(self, memories: Sequence[Memory]) -> None:
        """What the steps pointed to is on disk, as the memories have it."""
        if self._store:
            self._try(lambda: self._begun().followed(memories))

    def answered(self, answers: Iterable[Answer]) -> None:
        """The answers are on disk; where no chunk was read, in the session that they were in
        before."""
        if self._store is None and not self._fresh:
            self._try(lambda: self._find(None))
        self._try(lambda: self._answered(answers))

    def _answered(self, answers: Iterable[Answer]) -> None:
        store = self._begun()
        for number, answer in enumerate(answers):
            store.answered(number, answer, self._now())

    def end(self, how: str) -> None:
        """The run is over."""
        if store := self._store:
            about = replace(store.about, stamps=self._about.stamps)
            self._try(lambda: store.end_run(self._now(), how, whole=self.is_whole, about=about))
            store.close()
        if self._lock:
            self._lock.release()

    def _begun(self) -> Store:
        """The session, begun if it is not."""
        if self._store is None:
            assert self._folder is not None
            about = replace(self._about, started=self._now())
            self._store, self._lock = self._folder.create(about)
            self._store.begin_run(self._now())
        return self._store

    def _try(self, write: Callable[[], object]) -> None:
        """It is done, or known why not; then no more is written."""
        if self._folder is None or self.trouble:
            return
        try:
            write()
        except (OSError, sqlite3.Error, UnicodeError, SessionError) as error:
            self.trouble = str(error)
