"""What results say, as tables of plain values: for a terminal, for Markdown, for figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mhmcli.bench.cell import Cell, cells, traces
from mhmcli.bench.results import Result
from mhmcli.bench.statistics import Estimate, compare, share
from mhmcli.bench.trace import Fate

_SINCE = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # steps since capture that a table has columns for
_DEPTHS = 4


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under column heads, with a title and what must be known to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables(results: Sequence[Result], against: str | None = None) -> list[Table]:
    """All that a report has, for the results of one model."""
    found = cells(results)
    made: list[Table] = []
    for task in dict.fromkeys(cell.task for cell in found):
        of_task = [cell for cell in found if cell.task == task]
        made += [_quality(task, of_task), _by_kind(task, of_task), _paired(task, of_task, against)]
        made += [_since_capture(task, of_task), _fates(task, of_task), _cost(task, of_task)]
    return [table for table in made if table.rows]


def _quality(task: str, found: Sequence[Cell]) -> Table:
    rows = [
        (
            _length(cell.length),
            cell.method,
            str(len(cell.results)),
            percent(cell.accuracy),
            percent(cell.capture),
            percent(cell.retention),
            percent(cell.facts_captured),
            percent(cell.facts_retained),
            percent(cell.exact, interval=False),
            f"{100 * cell.mean('f1'):.0f}",
            percent(cell.answered, interval=False),
        )
        for cell in found
    ]
    columns = (
        "length", "method", "n", "accuracy", "MCR", "MRR", "facts captured", "facts retained",
        "EM", "F1", "as asked",
    )  # fmt: skip
    note = (
        "Per cent, with 95% intervals (Wilson; of facts: bootstrap over questions). MCR and MRR "
        'leave out answers whose text proves nothing (yes, no, counts); facts do not. "as asked": '
        "right when the model may also say that the document does not, as `mhm ask` does."
    )
    return Table(f"{task}: accuracy, capture and retention", columns, tuple(rows), note)


def _by_kind(task: str, found: Sequence[Cell]) -> Table:
    """Accuracy for each sort of question, where a task has several."""
    kinds = sorted({r.kind for cell in found for r in cell.results})
    rows = []
    for cell in found:
        of_kind = [share([r.correct for r in cell.results if r.kind == kind]) for kind in kinds]
        texts = ("-" if e is None else f"{100 * e.value:.0f} ({e.n})" for e in of_kind)
        rows.append((_length(cell.length), cell.method, *texts))
    note = "Per cent; in brackets the number of questions."
    several = tuple(rows) if len(kinds) > 1 else ()
    return Table(f"{task}: accuracy by kind", ("length", "method", *kinds), several, note)


def _paired(task: str, found: Sequence[Cell], against: str | None) -> Table:
    """Each method against one of them, on the questions that both have, lengths pooled."""
    methods = list(dict.fromkeys(cell.method for cell in found))
    base = against if against in methods else methods[0]
    right = {
        method: {
            (r.length, r.case): r.correct
            for cell in found
            if cell.method == method
            for r in cell.results
        }
        for method in methods
    }
    rows = []
    for method in methods:
        if method == base:
            continue
        both = [key for key in right[base] if key in right[method]]
        result = compare([(right[method][key], right[base][key]) for key in both])
        verdict = "inside the noise"
        if not result.is_noise:
            verdict = "better" if result.only_first > result.only_second else "worse"
        counts = (str(result.n), str(result.only_first), str(result.only_second))
        rows.append((method, *counts, f"{result.p:.3f}", verdict))
    columns = ("method", "questions", "only it right", f"only {base} right", "p", "verdict")
    title = f"{task}: against {base}, the same questions, all lengths"
    return Table(title, columns, tuple(rows), "McNemar's exact test, two-sided.")


def _since_capture(task: str, found: Sequence[Cell]) -> Table:
    longest = max((len(t.held) for c in found for r in c.results for t in traces(r)), default=0)
    steps = [step for step in _SINCE if step < longest]
    rows = tuple(
        (_length(cell.length), cell.method, *(_alive(cell.alive(step)) for step in steps))
        for cell in found
        if cell.alive(1)
    )
    columns = ("length", "method", *(f"after {step}" for step in steps))
    note = (
        "Of the facts captured (answers, where no facts are known), the share still in memory so "
        "many steps later; in brackets how many were captured early enough to tell."
    )
    return Table(f"{task}: retention by steps since capture", columns, rows, note)


def _alive(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{100 * estimate.value:.0f} ({estimate.n})"


def _fates(task: str, found: Sequence[Cell]) -> Table:
    rows = []
    for cell in found:
        ways = [trace for result in cell.results for trace in traces(result)]
        if not ways or not cell.alive(1):
            continue
        fates = Counter(way.fate for way in ways)
        by_depth = [
            share([way.retained for way in ways if int(way.depth * _DEPTHS) == quarter])
            for quarter in range(_DEPTHS)
        ]
        lost = Counter(way.head for way in ways if way.fate in (Fate.OVERWRITTEN, Fate.COMPACTED))
        heads = ", ".join(f"{head + 1}: {n}" for head, n in sorted(lost.items()))
        rows.append(
            (
                _length(cell.length),
                cell.method,
                str(len(ways)),
                *(f"{100 * fates[fate.value] / len(ways):.0f}" for fate in Fate),
                " / ".join("-" if e is None else f"{100 * e.value:.0f}" for e in by_depth),
                heads,
            )
        )
    columns = (
        "length", "method", "facts", *(fate.value for fate in Fate), "kept by depth",
        "lost by head",
    )  # fmt: skip
    note = "Per cent of the facts; kept by depth: in each quarter of the document."
    return Table(f"{task}: where facts die", columns, tuple(rows), note)


def _cost(task: str, found: Sequence[Cell]) -> Table:
    rows = tuple(
        (
            _length(cell.length),
            cell.method,
            f"{cell.mean('steps'):.0f}",
            f"{cell.mean('read_tokens'):,.0f}",
            f"{cell.mean('tail_tokens'):,.0f}",
            f"{cell.mean('reply_tokens'):,.0f}",
            f"{cell.seconds:.0f}",
            f"{cell.floor_multiple:.2f}",
            str(sum(r.error is not None for r in cell.results)),
        )
        for cell in found
    )
    columns = (
        "length", "method", "steps", "read", "shown beside", "written", "seconds", "x floor",
        "failed",
    )  # fmt: skip
    note = (
        "Means of tokens, medians of seconds. x floor: of the time in which the document could be "
        "prefilled once. Methods with chunks of one size read them together; the reading counts "
        "fully for each."
    )
    return Table(f"{task}: cost", columns, rows, note)


def percent(estimate: Estimate | None, *, interval: bool = True) -> str:
    """'65 (43-82)'; a dash where there is nothing to take a share of."""
    if estimate is None:
        return "-"
    value = f"{100 * estimate.value:.0f}"
    return f"{value} ({100 * estimate.low:.0f}-{100 * estimate.high:.0f})" if interval else value


def _length(tokens: int) -> str:
    """4096 -> '4k'; documents with lengths of their own have none."""
    if not tokens:
        return ""
    return f"{tokens // 1024}k" if tokens % 1024 == 0 else str(tokens)


def markdown(made: Sequence[Table]) -> str:
    """The tables for a README."""
    parts = []
    for table in made:
        lines = [
            f"### {table.title}",
            "",
            _line(table.columns),
            _line(["---"] * len(table.columns)),
        ]
        lines += [_line(row) for row in table.rows]
        if table.note:
            lines += ["", table.note]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _line(texts: Sequence[str]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"
