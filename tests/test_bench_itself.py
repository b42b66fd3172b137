"""The benchmark tested by models of which it is known what they can: on the tasks themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from mhmcli.bench.case import Case, Task
from mhmcli.bench.cell import Cell, cells
from mhmcli.bench.results import load
from mhmcli.bench.tasks import BabiTask, HotpotTask, NeedleTask
from mhmcli.bench.tasks.kinds import KINDS
from mhmcli.engine.scripted import ScriptedEngine
from tests.test_bench import events, part_of, plan
from tests.test_bench_tasks import BABI, BOOK, hotpot_file

LENGTH = 1200
MEMORIES = ("append:4x200", "rewrite:4x200", "rewrite:1x800")


class Model:
    """Knows the cases: finds the facts in each part, forgets what it is told to, and answers right
    from all of the facts, and only from these."""

    def __init__(self, cases: list[Case], *, forgets: bool = False) -> None:
        self._all = cases
        self._forgets = forgets

    def _cases(self, prompt: str) -> list[Case]:
        """Those that ask this: of other documents, too."""
        asked = re.findall(r"Question: (.*)\n", prompt)[-1]
        return [case for case in self._all if case.question == asked]

    def script(self, prompt: str) -> str:
        """The reply to whatever it is asked."""
        if "Answer the question from the notes" in prompt:
            return f"Answer: {self._known(prompt) or 'not stated'}"
        part = part_of(prompt)
        new = [fact for case in self._cases(prompt) for fact in case.facts if fact in part]
        own = re.search(r"new text of head (\d+)", prompt)
        held = re.search(r"<memory>\n(.*?)\n</memory>", prompt, re.DOTALL)
        old = [held[1]] if held and not self._forgets else []
        if own and old:
            pattern = rf"\[head {own[1]}\]\n(.*?)(?=\n\[head|\Z)"
            old = re.findall(pattern, old[0], re.DOTALL)
        kept = "\n".join([*old, *new])
        return kept or ("NONE" if "reply NONE" in prompt else "A fence was mended.")

    def _known(self, prompt: str) -> str | None:
        """The answer that all facts of a case are there for."""
        for case in self._cases(prompt):
            if case.answers and all(fact in prompt for fact in case.facts):
                return case.gold
        return None

    def judge(self, prompt: str) -> float:
        """Whether the notes hold the answer."""
        return 9.0 if self._known(prompt) else -9.0


Make = Callable[[Path], Task]


def babi(folder: Path) -> Task:
    (folder / "qa1_made_test.txt").write_text(BABI)
    (folder / "book.txt").write_text(BOOK)
    return BabiTask(folder, folder / "book.txt")


TASKS: dict[str, Make] = {
    "needles": lambda _: NeedleTask(),
    "needles together": lambda _: NeedleTask(together=3),
    "babilong": babi,
    "hotpotqa": lambda folder: HotpotTask(hotpot_file(folder)),
    "absent": lambda folder: HotpotTask(hotpot_file(folder), half_absent=True),
}


def measured(task: Task, folder: Path, *memories: str, forgets: bool = False) -> list[Cell]:
    number = len(KINDS) if task.size is None else task.size
    engine = ScriptedEngine([])
    cases = list(islice(task.cases(LENGTH, engine.count), number))
    model = Model(cases, forgets=forgets)
    engine = ScriptedEngine(model.script, judge=model.judge)
    what = replace(plan(*memories, limit=number, lengths=(LENGTH,)), task=task)
    events(engine, what, folder / "r.jsonl")
    return cells(load([folder / "r.jsonl"]))


@pytest.mark.parametrize("name", TASKS)
def test_a_perfect_model_scores_one_on_every_task(name: str, tmp_path: Path) -> None:
    for cell in measured(TASKS[name](tmp_path), tmp_path, *MEMORIES):
        wrong = [(r.kind, r.question, r.answer, r.facts) for r in cell.results if not r.correct]
        assert not wrong, cell.method
        for estimate in (cell.facts_captured, cell.facts_retained, cell.capture, cell.retention):
            assert estimate is not None
            assert estimate.value == 1.0, cell.method


@pytest.mark.parametrize("name", TASKS)
def test_a_forgetful_model_captures_all_and_keeps_little(name: str, tmp_path: Path) -> None:
    """One head, rewritten at each chunk, has only what the last chunk said."""
    (cell,) = measured(TASKS[name](tmp_path), tmp_path, "rewrite:1x800", forgets=True)
    assert cell.facts_captured is not None
    assert cell.facts_retained is not None
    assert cell.facts_captured.value == 1.0
    assert cell.facts_retained.value < 0.4
