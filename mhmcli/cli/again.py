"""`mhm ask --session`: an earlier run's memory is asked first; if it does not say, all is read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from mhmcli.answer import Answer
from mhmcli.asked import Asked, asked
from mhmcli.cli.output import say
from mhmcli.cli.reading import Job, Reading, begin_answer, gathered, written
from mhmcli.cli.recording import stamp_of
from mhmcli.cli.request import Request
from mhmcli.cli.sessions import folder
from mhmcli.errors import SessionError, SourceError
from mhmcli.evidence import Evidence, fitting
from mhmcli.memory import Head, Memory
from mhmcli.printable import one_line
from mhmcli.prompter import Prompter
from mhmcli.receipt import Tally
from mhmcli.score import Moments, Seen, Signals
from mhmcli.session import KeptSource, Store
from mhmcli.source import Documents, Passage, Source, SourceReport

_DEFAULT_MODEL = "default"


@contextmanager
def session_of(request: Request) -> Iterator[tuple[Request, Store | None]]:
    """The request with the documents and the model of its session, and the session; as it is, where
    it names none.

    Raises:
        SessionError: there is none of that name, or it is damaged.
    """
    if request.session is None:
        yield request, None
        return
    store = Store.open(folder().find(request.session))
    try:
        about = store.about
        if about.streams and any(about.settings.get(part) for part in ("quick", "skim", "budget")):
            raise SessionError(
                f"of the stream that {store.id} has read, only a part is kept",
                hint="pipe it in again, with the question",
            )
        pairs = zip(about.sources, about.names, strict=True)
        names = (name if os.path.abspath(name) == source else source for source, name in pairs)  # noqa: PTH100
        if about.server and not request.server:
            raise SessionError(
                f"{store.id} was read by a server", hint=f"--server {about.server}, or another"
            )
        of_session = request.model == _DEFAULT_MODEL and bool(about.server or not request.server)
        model = about.model if of_session else request.model
        yield replace(request, sources=tuple(names), model=model), store
    finally:
        store.close()


class Gone:
    """A document that is not there any more."""

    kind = "gone"
    progress = None

    def __init__(self, name: str, error: SourceError) -> None:
        self.report = SourceReport(name, self.kind, cut_short=error.message)
        self._error = error

    def passages(self) -> Iterator[Passage]:
        """There are none.

        Raises:
            SourceError: whenever they are asked for.
        """
        raise self._error

    def close(self) -> None:
        """Nothing is open."""


def documents_of(session: Store, request: Request, opened: Callable[[str], Source]) -> Documents:
    """Those of a session: its files, and of its streams what is kept of them."""
    about = session.about
    streams = iter(about.streams)
    sources: list[Source] = []
    stamps = about.stamps or (None,) * len(about.names)
    for name, stamp in zip(request.sources, stamps, strict=True):
        if stamp is None:
            sources.append(KeptSource(session, next(streams, name)))
            continue
        try:
            sources.append(opened(name))
        except SourceError as error:
            sources.append(Gone(name, error))
    return Documents(sources)


class Remembered:
    """What the memory of a session says; what it does not say is read again."""

    def __init__(self, job: Job, store: Store, reading: Reading) -> None:
        self._job = job
        self._store = store
        self._reading = reading
        self._answers: list[Answer] = []

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """Nothing is, where memory has all that is asked."""
        name = self._store.id
        if self._may_say():
            memories = self._store.memories()
            empty = list(self._job.state.memories)
            self._job.state.memories = [_together(memories) for _ in empty]
            for number in range(len(empty)):
                begin_answer(self._job, number)
                answer = written(self._job, prompter, number, self._evidence(prompter, number))
                if not answer.found:
                    break
                self._answers.append(answer)
            else:
                self._job.state.memories = [_joined(memories) for _ in empty]
                tally.remembered = name
                tally.all_kept = not self._are_gone
                return
            self._job.state.memories = empty
            self._answers.clear()
            self._say(f"what {name} has in memory does not say: its documents are read again")
        self._reading.read(prompter, tally)

    def _evidence(self, prompter: Prompter, number: int) -> Evidence:
        """What memory says, as much of it as this run's window has room for: the session may have
        had larger heads, or more questions."""
        question, count = self._job.request.questions[number], prompter.count
        room = self._job.sizes.notes_tokens(count(question) + count(self._job.request.schema))
        return fitting(gathered(self._job, prompter, number), question, count, room)

    def _may_say(self) -> bool:
        """Whether memory is worth asking: not for all that there is of something, and not of
        documents that have changed."""
        about = self._store.about
        now = tuple(stamp_of(source) for source in about.sources)
        for name, then, is_now in zip(about.names, about.stamps, now, strict=False):
            if then != is_now and is_now is not None:
                self._say(f"{one_line(name)} has changed since then, and is read")
                return False
        if self._job.request.fresh:
            return False
        if not self._store.is_whole:
            self._say(f"{self._store.id} has not read all of it")
            return False
        if any(asked(question) is not Asked.ONE for question in self._job.request.questions):
            self._say("what is counted or listed is read for it")
            return False
        return True

    def _say(self, what: str) -> None:
        if not self._job.request.quiet:
            say(f"mhm: {what}")

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """From memory, or from what was read."""
        if self._answers:
            return self._answers[number]
        return self._reading.answer(prompter, number)

    def passages(self) -> Iterator[Passage]:
        """The documents, for quotations."""
        if not self._answers:
            return self._reading.passages()
        return iter(()) if self._are_gone else self._job.documents.passages()

    @property
    def _are_gone(self) -> bool:
        """Whether some of the documents are not there any more."""
        return any(report.kind == Gone.kind for report in self._job.documents.reports)

    def close(self) -> None:
        """What was kept for another look is gone."""
        self._reading.close()


def _joined(memories: Sequence[Memory]) -> Memory:
    """All heads of the memories of several questions, as one memory's."""
    heads = tuple(head for memory in memories for head in memory.heads)
    return Memory(heads, max(memory.head_tokens for memory in memories), memories[0].seen)


def _together(memories: Sequence[Memory]) -> Memory:
    """The same, to be answered from. The signals of a note mean something beside the others of its
    own question alone: what it is worth there stands for them."""
    if len(memories) == 1:
        return memories[0]
    by_worth = [
        replace(memory, heads=tuple(_by_worth(head, memory) for head in memory.heads))
        for memory in memories
    ]
    return replace(_joined(by_worth), seen=Seen(1, likelihood=Moments(1)))


def _by_worth(head: Head, memory: Memory) -> Head:
    notes = (
        replace(note, signals=Signals(memory.worth(note), (), 0)) if note.signals else note
        for note in head.notes
    )
    return replace(head, notes=tuple(notes))
