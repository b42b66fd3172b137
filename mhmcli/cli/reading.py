"""From documents to answers: everything is read by the model."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from mhmcli.answer import LEAST_LOG_ODDS, STRICT_LOG_ODDS, Answer, answer
from mhmcli.candidates import Weighed, likelihood_of
from mhmcli.census import Affords, Judged
from mhmcli.chunk import Chunk, Chunks, Count, cut, cut_down
from mhmcli.cli.output import say
from mhmcli.cli.recording import say_past
from mhmcli.cli.request import Request
from mhmcli.cli.telling import Stepped, Tell, to_nobody
from mhmcli.counting import counted
from mhmcli.evidence import Evidence, gather
from mhmcli.follow import follow
from mhmcli.memory_kind import MemoryKind
from mhmcli.presets import preset
from mhmcli.printable import one_line
from mhmcli.prompter import Prompter
from mhmcli.reader import Lane, Step
from mhmcli.receipt import Tally
from mhmcli.session import Journal
from mhmcli.sizes import Sizes
from mhmcli.source import Documents, Passage
from mhmcli.spool import Spool
from mhmcli.view import RunState, View

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read, for which questions, at which sizes, and who watches it."""

    request: Request
    documents: Documents
    sizes: Sizes
    count: Count  # tokens of a text
    state: RunState
    view: View
    journal: Journal
    tell: Tell = to_nobody  # of what happens


class Reading(Protocol):
    """What is done with the documents between loading the model and printing the answers."""

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """The documents are gone through to their end."""
        ...

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """The answer to the question of that number."""
        ...

    def passages(self) -> Iterator[Passage]:
        """The documents once more, as far as they were kept."""
        ...

    def close(self) -> None:
        """What was kept for another look is gone."""
        ...


class Whole:
    """Every chunk is read by the model, and each question's memory written from it. `passages` are
    those of the documents, and `share` tells how much of them is read, where they were all seen
    before; the first of their chunks has the number `first_chunk`."""

    def __init__(
        self,
        job: Job,
        passages: Callable[[], Iterator[Passage]] | None = None,
        share: Callable[[], float] = lambda: 1.0,
        *,
        first_chunk: int = 0,
    ) -> None:
        self._job = job
        self._passages = passages or job.documents.passages
        self._share = share
        self._first_chunk = first_chunk
        self._spool = Spool[Chunk]()
        self._scores = job.request.memory is MemoryKind.SCORING  # and passages are looked up again
        self._likelihoods = [array("d") for _ in job.request.questions]

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """Chunk by chunk; then what the best notes point to joins them. Of passages that go on when
        they have come to an end, what comes then is read by another call."""
        job = self._job
        before = len(self._likelihoods[0])
        passages = self._passages()
        if self._scores:  # cut as they are where a view has had them scanned before
            passages = cut_down(passages, job.sizes.chunk_tokens, job.count)
        cut_anew = cut(
            passages,
            job.sizes.chunk_tokens,
            job.count,
            overlap_tokens=job.sizes.overlap_tokens,
        )
        chunks = (self._numbered(chunk, chunk.index + before) for chunk in cut_anew)
        again = self._scores or job.request.looks_up_quotes
        kept = self._spool.through(chunks) if again else chunks
        numbered = (replace(chunk, index=chunk.index + self._first_chunk) for chunk in kept)
        for step in read_chunks(job, numbered, prompter, tally):
            self._likelihoods[step.lane].append(likelihood_of(step.signals))
            tally.share_read = self._share()
        tally.all_kept = not self._spool.missed
        if self._scores:
            tally.not_kept = self._spool.missed
            follow_up(job, prompter, self._spool.kept)

    def _numbered(self, chunk: Chunk, index: int) -> Chunk:
        """The chunk with its number here; its places have that of all that was read."""
        return replace(chunk.numbered(index + self._first_chunk), index=index)

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """By a census, where the question is for one and the passages were judged; else from the
        sentences of memory that tell."""
        job = self._job
        begin_answer(job, number)
        if self._scores:
            seen = job.state.memories[number].seen
            weighed = Weighed(self._spool.kept, self._likelihoods[number], seen)
            if answered := census_of(job, prompter, number, weighed):
                return answered
        evidence = gathered(job, prompter, number)
        document = (passage for chunk in self._spool.whole() for passage in chunk.passages)
        return written(job, prompter, number, evidence, document)

    def passages(self) -> Iterator[Passage]:
        """Those of the chunks."""
        return (passage for chunk in self._spool.kept() for passage in chunk.passages)

    def close(self) -> None:
        """The spool is gone."""
        self._spool.close()


def read_chunks(
    job: Job, chunks: Iterable[Chunk], prompter: Prompter, tally: Tally
) -> Iterator[Step]:
    """The chunks are read, and each step told when it is on disk; those that an earlier run has
    finished are taken from there."""
    past = job.journal.past(chunks)
    for step in past.steps():
        tally.take_known(step)
        job.state.take_known(step)
        job.view.update()
        job.tell(Stepped.of(step, job.state.share_read))
        yield step
    job.journal.settle(past)
    if not job.request.quiet:
        say_past(job.journal, past)
    chosen = preset(job.request.memory)
    lanes = [
        Lane(question, memory, chosen.selector, chosen.writer)
        for question, memory in zip(job.request.questions, job.state.memories, strict=True)
    ]
    for event in past.read_on(lanes, prompter=prompter, ahead=_ahead(job, prompter)):
        if isinstance(event, Step):
            job.journal.take(event)
        tally.take(event)
        job.state.take(event)
        job.view.update()
        if isinstance(event, Step):
            job.tell(Stepped.of(event, job.state.share_read))
            if job.request.verbose and not job.request.quiet:
                _say_step(event)
            yield event


def _ahead(job: Job, prompter: Prompter) -> int:
    """How many chunks may be asked about at once, besides the one whose turn it is: none of a
    stream, which may not have them yet, and none where passages are chosen one by one."""
    sizes = [report.bytes_total for report in job.documents.reports]
    in_turn = job.request.budget is None and job.request.skim is None
    return prompter.together - 1 if in_turn and sizes and None not in sizes else 0


def follow_up(job: Job, prompter: Prompter, chunks: Chunks) -> None:
    """What the best notes of each memory point to joins them."""
    for number, question in enumerate(job.request.questions):
        for memory in follow(prompter, question, job.state.memories[number], chunks):
            job.state.memories[number] = memory
            job.view.update()
    job.journal.followed(job.state.memories)


def begin_answer(job: Job, number: int) -> None:
    """The view is told which question is being answered."""
    job.state.answering(number)
    job.view.update()


def census_of(
    job: Job, prompter: Prompter, number: int, document: Weighed, affords: Affords | None = None
) -> Answer | None:
    """The answer of a census, where the question is for one and there is time; the count is shown
    while it grows."""
    counting = counted(prompter, job.request.questions[number], document, affords)
    return _watched(job, counting, _progress_of)


def _progress_of(judged: Judged) -> str:
    return f"{judged.number:,} of {judged.of:,} judged, {judged.so_far:,} so far: {judged.text}"


def gathered(job: Job, prompter: Prompter, number: int) -> Evidence:
    """The evidence in a question's memory; each sentence is shown while it is judged."""
    question, memory = job.request.questions[number], job.state.memories[number]
    return _watched(job, gather(prompter, question, memory), "judging: {}".format)


def written(
    job: Job,
    prompter: Prompter,
    number: int,
    evidence: Evidence,
    document: Iterable[Passage] = (),
) -> Answer:
    """The answer; it is shown while it is written. `document` is all that there is, where all of it
    was kept."""
    question = job.request.questions[number]
    least = STRICT_LOG_ODDS if job.request.strict else LEAST_LOG_ODDS
    most = job.sizes.answer_tokens
    writing = answer(
        prompter,
        question,
        evidence,
        max_tokens=most,
        least_log_odds=least,
        document=(passage.text for passage in document),
    )
    return _watched(job, writing, lambda piece: job.state.writing + piece)


def shown_while(job: Job, number: int, writing: Generator[str, None, T]) -> T:
    """What comes of writing for the question of that number; it is shown meanwhile."""
    begin_answer(job, number)
    return _watched(job, writing, lambda piece: job.state.writing + piece)


def _watched(job: Job, working: Generator[S, None, T], shown: Callable[[S], str]) -> T:
    """What comes of work that tells how far it is; that is shown meanwhile."""
    job.state.writing = ""
    while True:
        try:
            job.state.writing = shown(next(working))
            job.view.update()
        except StopIteration as stop:
            value: T = stop.value
            return value


def _say_step(step: Step) -> None:
    chunk = step.chunk
    say(
        f"chunk {chunk.index + 1} ({one_line(str(chunk.place))}, {chunk.tokens} tokens) -> "
        f"question {step.lane + 1}, head {step.head + 1}: {step.outcome.value}: "
        f"{one_line(step.said)}"
    )
