"""Questions about one document, answered by several methods; chunks of one size are read once.

The document's keys and values depend on nothing but the document (`mhmcli.prompts`), so the
prefill of a chunk is shared and counted fully for each method and question; what is done after it
is its own. So methods are compared on the same reading, and in half of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

from mhmcli.answer import Answer
from mhmcli.bench.baselines import QuestionFirst, memory_of
from mhmcli.bench.case import Case
from mhmcli.bench.floor import floor_s
from mhmcli.bench.marks import answer_anyway, failed, marked
from mhmcli.bench.match import FactFinder, contains_all
from mhmcli.bench.meter import Cost, Meter
from mhmcli.bench.method import Method, Recurrent, Retrieval
from mhmcli.bench.results import Key, Result
from mhmcli.bench.sharing import SharingPrompter
from mhmcli.bench.trace import Tracer
from mhmcli.candidates import Weighed, likelihood_of
from mhmcli.chunk import Chunk, Count, cut, cut_apart, uncut
from mhmcli.counting import counted
from mhmcli.engine import Engine
from mhmcli.errors import WindowFullError
from mhmcli.evidence import Evidence, gather
from mhmcli.memory import Memory
from mhmcli.prompter import run
from mhmcli.reader import ChunkOpened, ChunkProgress, Event, Lane, Step, read
from mhmcli.scan import skimmed
from mhmcli.write import Outcome
from mhmcli.write.checks import folded

_FLOOR_TOKENS = 1024  # prefilled before each document, to know how fast the machine is just now


@dataclass(frozen=True, slots=True)
class Subject:
    """What results are filed under, beside the method; and how chunks were asked for."""

    task: str
    length: int
    model: str
    seed: int
    sampling: str = "greedy"
    cut: str = ""

    def key(self, case: Case, method: Method) -> Key:
        """What a result of this case and method is filed under."""
        return Key(
            task=self.task,
            length=self.length,
            case=case.key,
            digest=case.digest,
            method=method.label,
            chunk_tokens=method.chunk_tokens,
            model=self.model,
            seed=self.seed,
            sampling=self.sampling,
        )


@dataclass(slots=True)
class Attempt:
    """One method at work on a case: its memory so far, who watches it, and what it has cost."""

    case: Case
    method: Method
    memory: Memory
    tracers: Sequence[Tracer]
    steps: int = 1
    reading: Cost = field(default_factory=Cost)
    writing: Cost = field(default_factory=Cost)
    replies: list[tuple[int, str, str]] = field(default_factory=list)
    likelihoods: list[float] = field(default_factory=list)
    evidence: Evidence = field(default_factory=lambda: Evidence(()))

    def took(self, head: int, outcome: Outcome, said: str = "") -> None:
        """The memory has taken a step."""
        self.replies.append((head, outcome.value, said))
        for tracer in self.tracers:
            tracer.take(self.memory, head, outcome)


class Trial:
    """Cases of one document before an engine. `count` tells the tokens of a text; `answers` is
    False where no answer is asked for."""

    def __init__(  # noqa: PLR0913
        self,
        cases: Sequence[Case],
        subject: Subject,
        *,
        engine: Engine,
        prompter: SharingPrompter,
        count: Count,
        answers: bool = True,
    ) -> None:
        self._answers = answers
        self._passages = cases[0].passages
        self._subject = subject
        self._prompter = prompter
        self._count = count
        self._clock = prompter.clock
        text = cases[0].text
        self._folded = folded(text)
        self._facts = FactFinder(text)
        self._document_tokens = count(text)
        floor_tokens = min(_FLOOR_TOKENS, engine.info.window_tokens // 2)
        sample = engine.tokenize(text[: floor_tokens * 8])[:floor_tokens]
        seconds = floor_s(engine, sample, prompter.clock)
        self._floor_tokens_per_s = len(sample) / seconds if seconds > 0 else 0.0

    def run(self, todo: Sequence[tuple[Case, Method]]) -> Iterator[Event | Result]:
        """The events of the readings, and a result for each case and method as soon as it is
        known."""
        groups: dict[int, list[tuple[Case, Recurrent]]] = {}
        for case, method in todo:
            if isinstance(method, Recurrent) and method.share == 1:
                groups.setdefault(method.chunk_tokens, []).append((case, method))
        for case, method in todo:
            if isinstance(method, Retrieval):
                yield self._retrieve(case, method)
            elif method.share < 1:
                promising = skimmed(case.question, self._passages, method.share)
                chunks = cut_apart(promising, method.chunk_tokens, self._count)
                yield from self._read([(case, method)], list(chunks))
            elif group := groups.pop(method.chunk_tokens, None):
                chunks = cut(self._passages, method.chunk_tokens, self._count)
                yield from self._read(group, list(chunks))

    def _retrieve(self, case: Case, method: Retrieval) -> Result:
        meter = Meter(self._prompter, self._clock)
        notes = method.select(case.question, self._passages, self._count)
        attempt = Attempt(case, method, memory_of(self._prompter, notes), self._tracers(case, []))
        meter.charge(attempt.writing)
        attempt.took(0, Outcome.WROTE)
        return self._answered(attempt, [])

    def _read(
        self, group: Sequence[tuple[Case, Recurrent]], chunks: Sequence[Chunk]
    ) -> Iterator[Event | Result]:
        reading = Cost()
        attempts = [
            Attempt(
                case,
                method,
                Memory.empty(method.heads or len(chunks), method.head_tokens),
                self._tracers(case, chunks),
                len(chunks),
                Cost() if isinstance(method.writer, QuestionFirst) else reading,
            )
            for case, method in group
        ]
        lanes = [
            Lane(case.question, attempt.memory, method.selector, method.writer)
            for attempt, (case, method) in zip(attempts, group, strict=True)
        ]
        askers = _by_question(attempts)
        meter = Meter(self._prompter, self._clock)
        try:
            for event in read(chunks, lanes, prompter=self._prompter):
                if isinstance(event, ChunkOpened | ChunkProgress):
                    meter.charge(reading, askers)
                else:
                    meter.charge(attempts[event.lane].writing)
                if isinstance(event, Step):
                    attempts[event.lane].memory = event.memory
                    attempts[event.lane].took(event.head, event.outcome, event.said)
                    attempts[event.lane].likelihoods.append(likelihood_of(event.signals))
                yield event
                meter.skip()
        except WindowFullError as full:
            if len(group) == 1:
                yield self._failed(attempts[0], Cost(), full)
            else:  # whose failure it is shows when each reads alone
                for pair in group:
                    yield from self._read([pair], chunks)
            return
        for attempt in attempts:
            yield self._answered(attempt, chunks)

    def _answered(self, attempt: Attempt, chunks: Sequence[Chunk]) -> Result:
        """The result of a method whose memory is written. What it answers from may exceed the
        window: that is its failure, and counts as wrong."""
        question, prompter, method = attempt.case.question, self._prompter, attempt.method
        answering = Cost()
        meter = Meter(prompter, self._clock)
        try:
            if isinstance(method, Recurrent):
                before = attempt.memory
                document = chunks if method.share == 1 else list(uncut(self._passages))
                attempt.memory = method.finish(prompter, question, before, document)
                meter.charge(attempt.writing)
                if attempt.memory is not before:
                    attempt.took(_changed(before, attempt.memory), Outcome.COMPACTED)
                    meter.skip()
            said = self._said(attempt, chunks) if self._answers else None
        except WindowFullError as full:
            meter.charge(answering)
            return self._failed(attempt, answering, full)
        meter.charge(answering)
        return self._result(attempt, said, answering)

    def _said(self, attempt: Attempt, chunks: Sequence[Chunk]) -> Answer:
        if counted_all := self._counted(attempt, chunks):
            return counted_all
        question = attempt.case.question
        attempt.evidence = run(gather(self._prompter, question, attempt.memory))
        document = (passage.text for passage in attempt.case.passages)
        return answer_anyway(self._prompter, question, attempt.evidence, document)

    def _counted(self, attempt: Attempt, chunks: Sequence[Chunk]) -> Answer | None:
        """The answer of a census, where the question and the method are for one."""
        if not (isinstance(attempt.method, Recurrent) and attempt.method.counts):
            return None
        question, seen = attempt.case.question, attempt.memory.seen
        document = Weighed(lambda: chunks, attempt.likelihoods, seen)
        return run(counted(self._prompter, question, document))

    def _failed(self, attempt: Attempt, answering: Cost, full: WindowFullError) -> Result:
        return failed(self._result(attempt, None, answering), full.message, answers=self._answers)

    def _result(self, attempt: Attempt, said: Answer | None, answering: Cost) -> Result:
        case = attempt.case
        costs = (attempt.reading, attempt.writing, answering)
        traces = [tracer.trace() for tracer in attempt.tracers]
        return Result(
            **asdict(self._subject.key(case, attempt.method)),
            kind=case.kind,
            question=case.question,
            answers=case.answers,
            wrong=case.wrong,
            **marked(said, case.answers, case.wrong),
            steps=attempt.steps,
            answer_trace=traces[0] if case.traceable else None,
            facts=tuple(traces[1:] if case.traceable else traces),
            memory=tuple(head.text for head in attempt.memory.heads if head.notes),
            shown=tuple(note.text for note in attempt.evidence.notes),
            replies=tuple(attempt.replies),
            document_tokens=self._document_tokens,
            read_tokens=sum(cost.spent.chunk_tokens for cost in costs),
            tail_tokens=sum(cost.spent.tail_tokens for cost in costs),
            reply_tokens=sum(cost.spent.reply_tokens for cost in costs),
            read_s=round(attempt.reading.seconds, 3),
            write_s=round(attempt.writing.seconds, 3),
            answer_s=round(answering.seconds, 3),
            floor_tokens_per_s=round(self._floor_tokens_per_s, 2),
            cut=self._subject.cut,
        )

    def _tracers(self, case: Case, chunks: Sequence[Chunk]) -> list[Tracer]:
        """The answer's, where it can be traced, and one for each fact."""
        shown = [(chunk.index, folded(chunk.text)) for chunk in chunks]

        def tracer(text: str, holds: Callable[[str], bool], sought: str) -> Tracer:
            sought = folded(sought)
            at = self._folded.find(sought)
            depth = at / max(1, len(self._folded)) if at >= 0 else -1.0
            chunk = next((index for index, text in shown if sought in text), -1)
            return Tracer(text, holds, depth=depth, chunk=chunk)

        facts = [tracer(fact, partial(self._facts.held, fact), fact) for fact in case.facts]
        if not case.traceable:
            return facts
        holding = next((f for f in case.facts if contains_all(f, case.answers)), case.gold)
        return [tracer(case.gold, partial(contains_all, answers=case.answers), holding), *facts]


def _by_question(attempts: Sequence[Attempt]) -> list[list[Cost]]:
    """What is to be charged for each question that is weighed while it is read."""
    askers: dict[str, list[Cost]] = {}
    for attempt in attempts:
        if isinstance(attempt.method, Recurrent) and attempt.method.writer.weighs:
            askers.setdefault(attempt.case.question, []).append(attempt.writing)
    return list(askers.values())


def _changed(before: Memory, after: Memory) -> int:
    """The first head that is another, 0 where all are."""
    pairs = zip(before.heads, after.heads, strict=False)
    return next((n for n, (old, new) in enumerate(pairs) if old != new), 0)
