"""Many cases: every length, every question, every method; what is on disk is not done again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from mhmcli.bench.case import Count, Task
from mhmcli.bench.method import Budget, Method, Recurrent, parse
from mhmcli.bench.results import Key, Result, ResultsFile
from mhmcli.bench.trial import Subject, Trial
from mhmcli.engine import Engine
from mhmcli.errors import UsageError
from mhmcli.prompter import Prompter
from mhmcli.reader import Event
from mhmcli.sizes import Wanted, fit

_MARGIN_TOKENS = 1024  # round what is answered from: system prompt, question, reply
_LEAST_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run. `chunk_tokens` None: so that each document is read in `steps` steps.
    `skip` questions are left out first, then `limit` taken; None is all of a finite task."""

    task: Task
    lengths: tuple[int, ...]
    methods: tuple[str, ...]
    memory_tokens: int
    steps: int
    chunk_tokens: int | None
    limit: int | None
    skip: int
    seed: int

    def chunk_at(self, length: int) -> int:
        """The chunk size at a length: 8192 in 16 steps -> 512."""
        return self.chunk_tokens or max(_LEAST_CHUNK, length // self.steps)

    def at(self, length: int) -> list[Method]:
        """The methods at a length.

        Raises:
            UsageError: a method that is not known, or one that is named twice.
        """
        budget = Budget(self.memory_tokens, self.chunk_at(length), self.seed)
        found = [parse(name, budget) for name in self.methods]
        labels = [method.label for method in found]
        for label in labels:
            if labels.count(label) > 1:
                raise UsageError(f"{label} is named twice", hint="name each method once")
        return found

    def window_tokens(self, question_tokens: int, model_window: int) -> int:
        """The window that the largest of the methods needs, at most the model's.

        Raises:
            ModelError: a memory that does not fit in the model's window.
        """
        needed = [
            _window(method, self.chunk_at(length), length, question_tokens, model_window)
            for length in self.lengths
            for method in self.at(length)
        ]
        return min(model_window, max(needed))


def _window(method: Method, chunk: int, length: int, question: int, model_window: int) -> int:
    if not isinstance(method, Recurrent):
        whole = length or model_window
        return (whole if method.limit is None else chunk) + question + _MARGIN_TOKENS
    heads = method.heads or 1
    wanted = Wanted(heads, method.head_tokens, chunk, method.chunk_tokens, method.head_tokens)
    window = fit(wanted, method.writer, question, model_window).window_tokens
    if method.heads is None:  # all heads are shown at the end, one for each chunk
        chunks = 2 * length // method.chunk_tokens + 1
        window = max(window, chunks * method.head_tokens + 2 * method.chunk_tokens)
    # A chunk more, for what reads it a second time.
    return window + method.chunk_tokens + _MARGIN_TOKENS


@dataclass(frozen=True, slots=True)
class TrialOpened:
    """The case number `number` of `of` at this length begins, for these methods; `left` cases of
    the whole campaign come after it."""

    length: int
    number: int
    of: int | None
    methods: Sequence[Method]
    question: str


def campaign(  # noqa: PLR0913
    plan: Plan,
    results: ResultsFile,
    *,
    engine: Engine,
    prompter: Prompter,
    count: Count,
    model: str,
) -> Iterator[TrialOpened | Event | Result]:
    """Every result that is not yet in the file, in order; each is in the file when it is told."""
    for length in plan.lengths:
        methods = plan.at(length)
        subject = Subject(plan.task.name, length, model, plan.seed)
        stop = None if plan.limit is None else plan.skip + plan.limit
        cases = islice(plan.task.cases(length, count), plan.skip, stop)
        for number, case in enumerate(cases, start=1):
            todo = [m for m in methods if _key(subject, case.key, m) not in results]
            if not todo:
                continue
            yield TrialOpened(length, number, plan.limit, todo, case.question)
            trial = Trial(case, subject, engine=engine, prompter=prompter, count=count)
            for event in trial.run(todo):
                if isinstance(event, Result):
                    results.add(event)
                yield event


def _key(subject: Subject, case: str, method: Method) -> Key:
    return Key(
        subject.task,
        subject.length,
        case,
        method.label,
        method.chunk_tokens,
        subject.model,
        subject.seed,
    )
