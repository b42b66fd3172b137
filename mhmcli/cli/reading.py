"""From documents to answers: all is read by the model, or all scanned and the best of it read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Protocol, TypeVar

from mhmcli.answer import Answer, answer
from mhmcli.census import Asked, as_answer, asked, census
from mhmcli.chunk import Chunk, Chunks, cut
from mhmcli.cli.ask import Request
from mhmcli.cli.limits import Limit
from mhmcli.cli.output import say
from mhmcli.evidence import Evidence, gather, of_passages
from mhmcli.follow import follow
from mhmcli.presets import MemoryKind, preset
from mhmcli.printable import one_line
from mhmcli.prompter import Prompter
from mhmcli.reader import Lane, Step, read
from mhmcli.receipt import Tally
from mhmcli.scan import Scan
from mhmcli.score import Signals
from mhmcli.sizes import Sizes
from mhmcli.source import Documents, Passage
from mhmcli.spool import Spool
from mhmcli.tokens import Tokenizer
from mhmcli.view import RunState, View

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read, for which questions, at which sizes, and who watches it."""

    request: Request
    documents: Documents
    sizes: Sizes
    tokenizer: Tokenizer
    state: RunState
    view: View


class Reading(Protocol):
    """What is done with the documents between loading the model and printing the answers."""

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """The documents are gone through to their end."""
        ...

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """The answer to the question of that number."""
        ...

    def close(self) -> None:
        """What was kept for another look is gone."""
        ...


class Whole:
    """Every chunk is read by the model, and each question's memory written from it."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._spool = Spool[Chunk]()
        self._scores = job.request.memory is MemoryKind.SCORING  # and passages are looked up again
        self._signals: list[list[Signals | None]] = [[] for _ in job.request.questions]

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """Chunk by chunk; then what the best notes point to joins them."""
        job = self._job
        chunks = cut(
            job.documents.passages(),
            job.sizes.chunk_tokens,
            job.tokenizer.count,
            overlap_tokens=job.sizes.overlap_tokens,
        )
        kept = self._spool.through(chunks) if self._scores else chunks
        for step in _read(job, kept, prompter, tally):
            self._signals[step.lane].append(step.signals)
        if self._scores:
            _follow(job, prompter, self._spool.kept)

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """By a census, where the question is for one and the passages were judged; else from the
        sentences of memory that tell."""
        _begin_answer(self._job, number)
        counted = self._counted(prompter, number) if self._scores else None
        return counted or _written(
            self._job, prompter, number, _gathered(self._job, prompter, number)
        )

    def _counted(self, prompter: Prompter, number: int) -> Answer | None:
        question = self._job.request.questions[number]
        if asked(question) is Asked.ONE:
            return None
        seen = self._job.state.memories[number].seen
        judging = census(prompter, question, self._spool.kept, self._signals[number], seen)
        items = _watched(self._job, judging, lambda now: f"{now.so_far} so far: {now.text}")
        return as_answer(question, items) if items else None

    def close(self) -> None:
        """The spool is gone."""
        self._spool.close()


class Scanned:
    """All passages, looked at for the words of the questions, and kept."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._spool = Spool[Passage]()
        self._scan = Scan(job.request.questions)
        self._chars = 0

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """Costs no tokens."""
        del prompter
        self._job.state.scanning()
        passages = self._spool.through(self._job.documents.passages())
        for passage in self._scan.through(passages):
            tally.scanned += 1
            self._chars += len(passage.text)
            self._job.view.update()

    def _ranked(self, number: int) -> list[int]:
        """The numbers of the passages that were kept, the best for the question first."""
        return [n for n in self._scan.ranked(number) if n < len(self._spool)]

    def close(self) -> None:
        """The spool is gone."""
        self._spool.close()


class Quick(Scanned):
    """The model reads the best passages alone, and answers from them."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._evidence: list[Evidence] = []

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """All is scanned, and the best taken as it is."""
        super().read(prompter, tally)
        sizes, count = self._job.sizes, self._job.tokenizer.count
        for number in range(len(self._job.request.questions)):
            best = (self._spool[n] for n in self._ranked(number))
            self._evidence.append(of_passages(best, count, sizes.memory_tokens))
        shown = {note for evidence in self._evidence for note in evidence.notes}
        tally.share_read = sum(len(note.text) for note in shown) / max(1, self._chars)

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """From the best passages."""
        _begin_answer(self._job, number)
        return _written(self._job, prompter, number, self._evidence[number])


class Skim(Scanned):
    """The model reads the most promising passages first, until it is enough."""

    def __init__(self, job: Job, limit: Limit) -> None:
        super().__init__(job)
        self._limit = limit
        self._read_chars = 0

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """All is scanned, then some read; what the best of it points to is found anywhere."""
        super().read(prompter, tally)
        self._job.state.share = self._progress
        for _ in _read(self._job, self._chunks(), prompter, tally):
            tally.share_read = self._share
        tally.share_read = self._share
        _follow(self._job, prompter, self._whole)

    @property
    def _share(self) -> float:
        return self._read_chars / max(1, self._chars)

    def _progress(self) -> float:
        return min(1.0, self._limit.progress(self._share, self._job.state.tokens_per_s))

    def _chunks(self) -> Iterator[Chunk]:
        """The passages as chunks, those first that share the most with a question: the best for
        each question, the second best for each, and at last those that share nothing."""
        job = self._job
        rankings = [self._ranked(number) for number in range(len(job.request.questions))]
        best = (n for row in zip_longest(*rankings) for n in row if n is not None)
        index = 0
        for number in dict.fromkeys(chain(best, range(len(self._spool)))):
            if index and self._progress() >= 1:
                return
            passage = self._spool[number]
            for chunk in cut([passage], job.sizes.chunk_tokens, job.tokenizer.count):
                yield replace(chunk, index=index)
                index += 1
            self._read_chars += len(passage.text)

    def _whole(self) -> Iterator[Chunk]:
        """The document, whether the model has read it or not."""
        return (Chunk(n, (passage,), 0) for n, passage in enumerate(self._spool.kept()))

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """From the sentences of memory that tell; nothing is counted that may not be all."""
        _begin_answer(self._job, number)
        evidence = _gathered(self._job, prompter, number)
        return _written(self._job, prompter, number, replace(evidence, of_all=self._share >= 1))


def _read(job: Job, chunks: Iterable[Chunk], prompter: Prompter, tally: Tally) -> Iterator[Step]:
    """The chunks are read, and each step told when it is done."""
    chosen = preset(job.request.memory)
    lanes = [
        Lane(question, memory, chosen.selector, chosen.writer)
        for question, memory in zip(job.request.questions, job.state.memories, strict=True)
    ]
    for event in read(chunks, lanes, prompter=prompter):
        tally.take(event)
        job.state.take(event)
        job.view.update()
        if isinstance(event, Step):
            if job.request.verbose and not job.request.quiet:
                _say_step(event)
            yield event


def _follow(job: Job, prompter: Prompter, chunks: Chunks) -> None:
    """What the best notes of each memory point to joins them."""
    for number, question in enumerate(job.request.questions):
        for memory in follow(prompter, question, job.state.memories[number], chunks):
            job.state.memories[number] = memory
            job.view.update()


def _begin_answer(job: Job, number: int) -> None:
    job.state.answering(number)
    job.view.update()


def _gathered(job: Job, prompter: Prompter, number: int) -> Evidence:
    question, memory = job.request.questions[number], job.state.memories[number]
    return _watched(job, gather(prompter, question, memory), "judging: {}".format)


def _written(job: Job, prompter: Prompter, number: int, evidence: Evidence) -> Answer:
    """The answer; it is shown while it is written."""
    question = job.request.questions[number]
    writing = answer(prompter, question, evidence, max_tokens=job.sizes.answer_tokens)
    while True:
        try:
            job.state.writing += next(writing)
            job.view.update()
        except StopIteration as stop:
            written: Answer = stop.value
            return written


def _watched(job: Job, judging: Generator[S, None, T], shown: Callable[[S], str]) -> T:
    """What comes of judging texts one by one; how far it is is shown meanwhile."""
    while True:
        try:
            job.state.writing = shown(next(judging))
            job.view.update()
        except StopIteration as stop:
            job.state.writing = ""
            value: T = stop.value
            return value


def _say_step(step: Step) -> None:
    chunk = step.chunk
    say(
        f"chunk {chunk.index + 1} ({one_line(str(chunk.place))}, {chunk.tokens} tokens) -> "
        f"question {step.lane + 1}, head {step.head + 1}: {step.outcome.value}: "
        f"{one_line(step.said)}"
    )
