"""Many cases: every length, every question, every method; what is on disk is not done again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from mhmcli.bench.case import Case, Task
from mhmcli.bench.method import Budget, Method, Recurrent, parse
from mhmcli.bench.results import Result, ResultsFile
from mhmcli.bench.sharing import SharingPrompter
from mhmcli.bench.trial import Subject, Trial
from mhmcli.chunk import Count
from mhmcli.engine import Engine
from mhmcli.errors import UsageError
from mhmcli.lookup import LOOKED_UP_TOKENS
from mhmcli.reader import Event
from mhmcli.sizes import Wanted, fit

_MARGIN_TOKENS = 1024  # round what is answered from: system prompt, question, reply
_PASSAGE_TOKENS = 2400  # the bytes of the longest passage, which are at least its tokens
_QUICK_PASSAGES = 2  # of the longest, more than `mhm ask --quick` shows
_LEAST_CHUNK = 64
_LEAST_FILL = 0.5  # of the length asked for


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run. `lengths` is (0,) for documents that have lengths of their own.
    `chunk_tokens` None: so that each document is read in `steps` steps. `skip` questions are left
    out first, then `limit` taken, or as many as there are; up to `together` of them that follow
    one another are asked of one reading, where they are about one document. Without `answers`,
    what memory holds is all that is measured."""

    task: Task
    lengths: tuple[int, ...]
    methods: tuple[str, ...]
    memory_tokens: int
    steps: int
    chunk_tokens: int | None
    limit: int
    skip: int
    seed: int
    sampling: str = "greedy"
    together: int = 1
    answers: bool = True

    @property
    def questions(self) -> int:
        """How many there are at each length."""
        size = self.task.size
        return self.limit if size is None else max(0, min(self.limit, size - self.skip))

    @property
    def cut(self) -> str:
        """How chunks are asked for: '16 steps', '350'."""
        return f"{self.steps} steps" if self.chunk_tokens is None else str(self.chunk_tokens)

    def cases(self, length: int, count: Count) -> Iterator[Case]:
        """Those of one length."""
        return islice(self.task.cases(length, count), self.skip, self.skip + self.limit)

    def documents(self, length: int, count: Count) -> Iterator[list[Case]]:
        """The cases of one length, those of one document together."""
        for _, about in groupby(self.cases(length, count), key=lambda case: case.passages):
            while few := list(islice(about, self.together)):
                yield few

    def at(self, size: int) -> list[Method]:
        """The methods for a document of so many tokens: 8192 in 16 steps -> chunks of 512.

        Raises:
            UsageError: a method that is not known, or one that is named twice.
        """
        chunk = self.chunk_tokens or max(_LEAST_CHUNK, size // self.steps)
        budget = Budget(self.memory_tokens, chunk, self.seed)
        found = [parse(name, budget) for name in self.methods]
        labels = [method.label for method in found]
        for label in labels:
            if labels.count(label) > 1:
                raise UsageError(f"{label} is named twice", hint="name each method once")
        return found

    def window_tokens(self, count: Count, question_tokens: int, model_window: int) -> int:
        """The window that the largest of the methods needs, at most the model's. `count` tells
        the tokens of documents that have lengths of their own.

        Raises:
            ModelError: a memory that does not fit in the model's window.
        """
        sizes = [count(case.text) for case in self.cases(0, count)] if not self.lengths[0] else []
        needed = [
            _window(method, size, question_tokens, model_window)
            for size in (*sizes, *filter(None, self.lengths))
            for method in self.at(size)
        ]
        return min(model_window, max(needed))


def _window(method: Method, size: int, question: int, model_window: int) -> int:
    if not isinstance(method, Recurrent):
        limit = _QUICK_PASSAGES if method.quick else method.limit
        shown = size if limit is None else min(size, limit * _PASSAGE_TOKENS)
        return shown + question + _MARGIN_TOKENS
    chunk = method.chunk_tokens
    wanted = Wanted(method.heads or 1, method.head_tokens, chunk, chunk, method.head_tokens)
    window = fit(wanted, method.writer, question, model_window).window_tokens
    if method.heads is None:  # all heads are shown at the end, one for each chunk
        chunks = 2 * size // chunk + 1
        window = max(window, chunks * method.head_tokens + 2 * chunk)
    again = max(chunk, LOOKED_UP_TOKENS)  # for what reads something a second time
    return window + again + _MARGIN_TOKENS


def _steps(method: Method, size: int) -> int:
    if not isinstance(method, Recurrent):
        return 0
    return round(method.share * size / method.chunk_tokens)


@dataclass(frozen=True, slots=True)
class TrialOpened:
    """A document begins: `cases` questions, from number `number` of `of` at this length, of which
    so many `results` are to come after about so many `steps` of their memories."""

    length: int
    number: int
    of: int
    cases: int
    results: int
    steps: int


def campaign(  # noqa: PLR0913
    plan: Plan,
    results: ResultsFile,
    *,
    engine: Engine,
    prompter: SharingPrompter,
    count: Count,
    model: str,
) -> Iterator[TrialOpened | Event | Result]:
    """Every result that is not yet in the file, in order; each is in the file when it is told.

    Raises:
        UsageError: there is not enough text for documents of a length.
    """
    for length in plan.lengths:
        subject = Subject(plan.task.name, length, model, plan.seed, plan.sampling, plan.cut)
        number = 1
        for cases in plan.documents(length, count):
            size = count(cases[0].text)
            if size < _LEAST_FILL * length:
                raise UsageError(
                    f"there is not enough text for {length:,} tokens: this document has {size:,}",
                    hint="ask for shorter ones with --lengths, or give more with --data",
                )
            methods = plan.at(length or size)
            todo = [
                (case, method)
                for case in cases
                for method in methods
                if not results.has(subject.key(case, method), answered=plan.answers)
            ]
            if todo:
                steps = sum(_steps(method, size) for _, method in todo)
                yield TrialOpened(length, number, plan.questions, len(cases), len(todo), steps)
                trial = Trial(
                    cases,
                    subject,
                    engine=engine,
                    prompter=prompter,
                    count=count,
                    answers=plan.answers,
                )
                for event in trial.run(todo):
                    if isinstance(event, Result):
                        results.add(event)
                    yield event
            number += len(cases)
