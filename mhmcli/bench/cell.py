"""The results of one method on one task at one length, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from mhmcli.bench.results import Result
from mhmcli.bench.statistics import Estimate, bootstrap, mean, share
from mhmcli.bench.trace import Trace


@dataclass(frozen=True, slots=True)
class Cell:
    """The results of one method on one task at one length, all of one model. A question that was
    sampled several times counts once, for the mean."""

    task: str
    length: int
    method: str
    results: tuple[Result, ...]

    def of_kind(self, kind: str) -> Cell:
        """The results of one sort of question alone."""
        return replace(self, results=tuple(r for r in self.results if r.kind == kind))

    @property
    def is_read_in_steps(self) -> bool:
        """False for what has no memory to lose from: one prompt with some or all of the text."""
        return any(result.steps > 1 for result in self.results)

    @property
    def accuracy(self) -> Estimate | None:
        """The share of questions whose answer has the right one in it."""
        return self._share(lambda result: result.correct)

    @property
    def capture(self) -> Estimate | None:
        """MCR: of the questions whose answer can be traced, the share with it in memory after at
        least one step."""
        return self._share(lambda r: r.answer_trace.captured if r.answer_trace else None)

    @property
    def retention(self) -> Estimate | None:
        """MRR: of the answers that were captured, the share in the final memory."""
        if not self.is_read_in_steps:
            return None
        return self._share(
            lambda r: (
                r.answer_trace.retained if r.answer_trace and r.answer_trace.captured else None
            )
        )

    @property
    def facts_captured(self) -> Estimate | None:
        """The share of the facts behind the answers that was in memory after at least one step,
        whatever the answer is."""
        return self._of_facts(lambda _: True, lambda fact: fact.captured)

    @property
    def facts_retained(self) -> Estimate | None:
        """Of the facts captured, the share in the final memory."""
        if not self.is_read_in_steps:
            return None
        return self._of_facts(lambda fact: fact.captured, lambda fact: fact.retained)

    @property
    def facts_held(self) -> Estimate | None:
        """The share of all facts in the final memory, or in the prompt of what has none: what any
        two methods can be compared by."""
        return self._of_facts(lambda _: True, lambda fact: fact.retained)

    @property
    def answered(self) -> Estimate | None:
        """The share answered right by `mhm ask`, which says so when the notes hold no answer."""
        return self._share(_right_as_asked)

    @property
    def exact(self) -> Estimate | None:
        """The share of answers that are the right one and nothing else."""
        return self._share(lambda result: result.exact)

    @property
    def f1(self) -> float | None:
        """The mean over the answers of how many words they share with the right one."""
        return mean([result.f1 for result in self.results if result.f1 is not None])

    @property
    def seconds(self) -> float:
        """The median of a question."""
        return median(result.seconds for result in self.results)

    @property
    def floor_multiple(self) -> float:
        """The median of seconds as a multiple of the reading floor."""
        return median(result.floor_multiple for result in self.results)

    def mean(self, field: str) -> float:
        """The mean of a number that results have: 'steps', 'reply_tokens'."""
        return mean([float(getattr(result, field)) for result in self.results]) or 0.0

    def alive(self, steps: int) -> Estimate | None:
        """Of what was captured so many steps before the end or earlier, answers and facts, the
        share that was in memory so many steps after its capture; `n` are the questions."""
        return self._pooled(
            lambda result: [
                trace.since_capture[steps] == "1" for trace in traces(result) if lived(trace, steps)
            ]
        )

    def _share(self, value: Callable[[Result], bool | None]) -> Estimate | None:
        """The share of questions of which it is true; those of which it is None are left out."""
        found = [[v for r in several if (v := value(r)) is not None] for several in self.questions]
        if all(len(values) <= 1 for values in found):
            return share([v for values in found for v in values])
        return _mean_of_all([values for values in found if values])

    def _of_facts(
        self, among: Callable[[Trace], bool], hit: Callable[[Trace], bool]
    ) -> Estimate | None:
        return self._pooled(lambda result: [hit(fact) for fact in result.facts if among(fact)])

    def _pooled(self, values: Callable[[Result], list[bool]]) -> Estimate | None:
        """The share of all values that questions have, several or none each."""
        found = [[v for result in several for v in values(result)] for several in self.questions]
        return _mean_of_all([of_one for of_one in found if of_one])

    @property
    def questions(self) -> list[list[Result]]:
        """The results of each question."""
        found: dict[tuple[str, int], list[Result]] = {}
        for result in self.results:
            found.setdefault((result.case, result.seed), []).append(result)
        return list(found.values())


def _right_as_asked(result: Result) -> bool | None:
    if result.correct is None or result.error is not None:
        return result.correct
    if result.answers:
        return result.correct and not result.refused
    return result.correct or result.refused


def _mean_of_all(groups: Sequence[Sequence[bool]]) -> Estimate | None:
    return bootstrap(groups, lambda some: mean([value for group in some for value in group]))


def lived(trace: Trace, steps: int) -> bool:
    """True when the trace tells whether the text was there so many steps after its capture."""
    return len(trace.since_capture) > steps


def traces(result: Result) -> list[Trace]:
    """What was followed through a result's memory: its facts; its answer where none are known."""
    if result.facts:
        return list(result.facts)
    return [result.answer_trace] if result.answer_trace else []


def _way(result: Result, *, cut_is_known: bool) -> str:
    """'16 steps, greedy'. The seed of the sampling is none: the same way again."""
    cut = str(result.chunk_tokens) if result.length else ""
    if cut_is_known:
        cut = result.cut
    if not result.chunk_tokens or "@" in result.method:  # its name says it
        cut = ""
    return ", ".join(filter(None, (cut, result.sampling.split(" s")[0])))


def cells(results: Iterable[Result]) -> list[Cell]:
    """Results of one model by task, length and method; tasks and methods in the order in which
    they came. A method that was run with several chunk sizes or temperatures at one length is that
    many methods, at every length; documents of several seeds are so many questions."""
    found = list(results)
    unknown = {(r.task, r.method) for r in found if not r.cut}  # of an earlier version
    done = [(r, _way(r, cut_is_known=(r.task, r.method) not in unknown)) for r in found]
    ways: dict[tuple[str, int, str], set[str]] = {}
    for r, way in done:
        ways.setdefault((r.task, r.length, r.method), set()).add(way)
    several = {(task, method) for (task, _, method), of in ways.items() if len(of) > 1}
    grouped: dict[tuple[str, int, str], list[Result]] = {}
    for r, way in done:
        method = f"{r.method} ({way})" if (r.task, r.method) in several else r.method
        grouped.setdefault((r.task, r.length, method), []).append(r)
    tasks = list(dict.fromkeys(task for task, _, _ in grouped))
    methods = list(dict.fromkeys(method for _, _, method in grouped))
    order = sorted(grouped, key=lambda key: (tasks.index(key[0]), key[1], methods.index(key[2])))
    return [Cell(*key, tuple(grouped[key])) for key in order]
