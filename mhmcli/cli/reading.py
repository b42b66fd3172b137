"""From documents to answers: all is read by the model, or all scanned and the best of it read."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mhmcli.answer import Answer, answer
from mhmcli.census import Asked, as_answer, asked, census
from mhmcli.chunk import Chunk, cut
from mhmcli.cli.ask import Request
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
        job, state = self._job, self._job.state
        chunks = cut(
            job.documents.passages(),
            job.sizes.chunk_tokens,
            job.tokenizer.count,
            overlap_tokens=job.sizes.overlap_tokens,
        )
        chosen = preset(job.request.memory)
        for event in read(
            self._spool.through(chunks) if self._scores else chunks,
            [
                Lane(question, memory, chosen.selector, chosen.writer)
                for question, memory in zip(job.request.questions, state.memories, strict=True)
            ],
            prompter=prompter,
        ):
            tally.take(event)
            state.take(event)
            if isinstance(event, Step):
                self._signals[event.lane].append(event.signals)
            job.view.update()
            if job.request.verbose and not job.request.quiet and isinstance(event, Step):
                _say_step(event)
        if self._scores:
            self._follow(prompter)

    def _follow(self, prompter: Prompter) -> None:
        job = self._job
        for number, question in enumerate(job.request.questions):
            before = job.state.memories[number]
            for memory in follow(prompter, question, before, self._spool.kept):
                job.state.memories[number] = memory
                job.view.update()

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """By a census, where the question is for one and the passages were judged; else from the
        sentences of memory that tell."""
        job = self._job
        job.state.answering(number)
        job.view.update()
        return self._counted(prompter, number) or self._answered(prompter, number)

    def _counted(self, prompter: Prompter, number: int) -> Answer | None:
        question = self._job.request.questions[number]
        if not self._scores or asked(question) is Asked.ONE:
            return None
        seen = self._job.state.memories[number].seen
        judging = census(prompter, question, self._spool.kept, self._signals[number], seen)
        items = _watched(self._job, judging, lambda now: f"{now.so_far} so far: {now.text}")
        return as_answer(question, items) if items else None

    def _answered(self, prompter: Prompter, number: int) -> Answer:
        job = self._job
        question, memory = job.request.questions[number], job.state.memories[number]
        evidence = _watched(job, gather(prompter, question, memory), "judging: {}".format)
        return _written(job, prompter, question, evidence)

    def close(self) -> None:
        """The spool is gone."""
        self._spool.close()


class Quick:
    """Everything is scanned for the words of the questions, and the model reads the best of it."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._spool = Spool[Passage]()
        self._scan = Scan(job.request.questions)

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """Costs no tokens."""
        del prompter
        self._job.state.scanning()
        passages = self._spool.through(self._job.documents.passages())
        for _ in self._scan.through(passages):
            tally.scanned += 1
            self._job.view.update()

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """From the best passages, as they are."""
        job = self._job
        job.state.answering(number)
        job.view.update()
        best = (self._spool[n] for n in self._scan.ranked(number) if n < len(self._spool))
        evidence = of_passages(best, job.tokenizer.count, job.sizes.memory_tokens)
        return _written(job, prompter, job.request.questions[number], evidence)

    def close(self) -> None:
        """The spool is gone."""
        self._spool.close()


def _written(job: Job, prompter: Prompter, question: str, evidence: Evidence) -> Answer:
    """The answer; it is shown while it is written."""
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
