"""Saying no: how often an answer is given where there is none, and none where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from mhmcli.bench.cell import Cell
from mhmcli.bench.results import Result
from mhmcli.bench.table import Table, length_label

_LEAST = (-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)  # log-odds
_LEAST_ABSENT = 5  # questions, for a share of them to say anything


def saying_no(task: str, found: Sequence[Cell]) -> Table:
    """Both, by the least log-odds at which the notes are taken to hold the answer."""
    rows = []
    for cell in found:
        done = [r for r in cell.results if r.error is None and r.correct is not None]
        absent = [result for result in done if not result.answers]
        present = [result for result in done if result.answers]
        if all(result.log_odds is None for result in done):
            continue
        if len(absent) < _LEAST_ABSENT or not present:
            continue
        answered = (
            (_share_answered(absent, least), _share_answered(present, least)) for least in _LEAST
        )
        texts = (f"{100 * false:.0f} / {100 * (1 - right):.0f}" for false, right in answered)
        number = f"{len(absent)} / {len(present)}"
        rows.append((length_label(cell.length), cell.method, number, *texts))
    note = (
        "Per cent: false answers, of questions that the document does not answer / false refusals, "
        "of those that it does; `mhm ask` answers from log-odds of 0 on."
    )
    columns = ("length", "method", "n", *(f"from {least:+g}" for least in _LEAST))
    return Table(f"{task}: saying no", columns, tuple(rows), note)


def _share_answered(results: Sequence[Result], least: float) -> float:
    """Of the questions, those that are answered when the verdict must be so sure; what was counted
    is, and where memory had nothing, nothing was."""
    sure = [r for r in results if r.log_odds is None or r.log_odds >= least]
    given = [r for r in sure if not r.said_none]
    return len(given) / len(results)
