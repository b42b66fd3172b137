"""What results say, as tables of plain values: for a terminal, for Markdown, for figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from mhmcli.bench.cell import Cell, cells, traces
from mhmcli.bench.refusals import saying_no
from mhmcli.bench.results import Result
from mhmcli.bench.statistics import Comparison, Estimate, compare, share
from mhmcli.bench.table import Table, length_label
from mhmcli.bench.trace import Fate

_SINCE = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # steps since capture that a table has columns for
_DEPTHS = 4

_Score = Callable[[Result], "Fraction | None"]  # exact: what is equal must not differ by rounding
_Asked = tuple[int, str, str, int]  # length, digest of the case, question, seed


def tables(results: Sequence[Result], against: str | None = None) -> list[Table]:
    """All that a report has, for the results of one model."""
    found = cells(results)
    made: list[Table] = []
    for task in dict.fromkeys(cell.task for cell in found):
        of_task = [cell for cell in found if cell.task == task]
        made += [_quality(task, of_task), _by_kind(task, of_task), _paired(task, of_task, against)]
        made += [saying_no(task, of_task)]
        made += [_since_capture(task, of_task), _fates(task, of_task), _cost(task, of_task)]
    return [table for table in made if table.rows]


def summary(results: Sequence[Result]) -> list[Table]:
    """Accuracy, capture and retention alone, of each task, for the results of one model."""
    found = cells(results)
    return [
        _quality(task, [cell for cell in found if cell.task == task])
        for task in dict.fromkeys(cell.task for cell in found)
    ]


def _quality(task: str, found: Sequence[Cell]) -> Table:
    rows = [
        (
            length_label(cell.length),
            cell.method,
            str(len(cell.questions)),
            percent(cell.accuracy),
            percent(cell.capture),
            percent(cell.retention),
            percent(cell.facts_captured),
            percent(cell.facts_retained),
            percent(cell.facts_held),
            percent(cell.exact, interval=False),
            "-" if cell.f1 is None else f"{100 * cell.f1:.0f}",
            percent(cell.answered, interval=False),
        )
        for cell in found
    ]
    columns = (
        "length", "method", "n", "accuracy", "MCR", "MRR", "facts captured", "facts retained",
        "facts at the end", "EM", "F1", "as asked",
    )  # fmt: skip
    note = (
        "Per cent, with 95% intervals (Wilson; of facts: bootstrap over questions). MCR and MRR "
        "leave out answers whose text proves nothing (yes, no, counts, what the question names); "
        "facts do not. What is in one prompt counts as captured once, and as there at the end: "
        "memories and others are compared by the last. All questions are asked, whatever the "
        'model\'s verdict is; "as asked": right when it may say that the document does not, as '
        "`mhm ask` does. EM and F1 are of questions with an answer."
    )
    return Table(f"{task}: accuracy, capture and retention", columns, tuple(rows), note)


def _by_kind(task: str, found: Sequence[Cell]) -> Table:
    """Accuracy for each sort of question, where a task has several."""
    kinds = sorted({r.kind for cell in found for r in cell.results})
    rows = []
    for cell in found:
        of_kind = [cell.of_kind(kind).accuracy for kind in kinds]
        texts = ("-" if e is None else f"{100 * e.value:.0f} ({e.n})" for e in of_kind)
        rows.append((length_label(cell.length), cell.method, *texts))
    note = "Per cent; in brackets the number of questions."
    several = tuple(rows) if len(kinds) > 1 else ()
    return Table(f"{task}: accuracy by kind", ("length", "method", *kinds), several, note)


def _paired(task: str, found: Sequence[Cell], against: str | None) -> Table:
    """Each method against one of them, on the questions that both have: at each length, and over
    all lengths, where a question counts once, for the method that did better on it."""
    methods = list(dict.fromkeys(cell.method for cell in found))
    base = against or methods[0]
    lengths = sorted({cell.length for cell in found})
    of = {(cell.method, cell.length): cell.results for cell in found}
    rows = []
    for method in (m for m in methods if m != base):
        for what, score in (("answer", _answered_right), ("facts kept", _facts_kept)):
            shown = [(length_label(length), [length]) for length in lengths]
            if len(lengths) > 1:
                shown.append(("all", lengths))
            for label, pooled in shown:
                ours, theirs = (
                    _scores([r for n in pooled for r in of.get((m, n), ())], score)
                    for m in (method, base)
                )
                pairs = _paired_scores(ours, theirs)
                result = compare([(a > b, b > a) for a, b in pairs])
                if pairs:
                    rows.append((label, method, what, *_verdict(result)))
    columns = ("length", "method", "by", "questions", "better on", "worse on", "p", "verdict")
    note = (
        "McNemar's exact test, two-sided, not corrected for the number of rows; over all lengths, "
        "a question counts once."
    )
    title = f"{task}: against {base}, on the same questions"
    return Table(title, columns, tuple(rows), note)


def _verdict(result: Comparison) -> tuple[str, ...]:
    said = "better" if result.only_first > result.only_second else "worse"
    verdict = "inside the noise" if result.is_noise else said
    counts = (str(result.n), str(result.only_first), str(result.only_second))
    return (*counts, f"{result.p:.3f}", verdict)


def _scores(results: Sequence[Result], score: _Score) -> dict[_Asked, Fraction]:
    """By length, document, question and seed; the mean where it was sampled several times."""
    scores: dict[_Asked, list[Fraction]] = {}
    for r in results:
        if (value := score(r)) is not None:
            scores.setdefault((r.length, r.digest, r.case, r.seed), []).append(value)
    return {asked: sum(values, Fraction()) / len(values) for asked, values in scores.items()}


def _paired_scores(
    ours: dict[_Asked, Fraction], theirs: dict[_Asked, Fraction]
) -> list[tuple[Fraction, Fraction]]:
    """What each question came to for both, over the lengths that both have."""
    sums: dict[tuple[str, int], tuple[Fraction, Fraction]] = {}
    for asked in ours.keys() & theirs.keys():
        a, b = sums.get(asked[2:], (Fraction(), Fraction()))
        sums[asked[2:]] = (a + ours[asked], b + theirs[asked])
    return list(sums.values())


def _answered_right(result: Result) -> Fraction | None:
    return None if result.correct is None else Fraction(result.correct)


def _facts_kept(result: Result) -> Fraction | None:
    kept = [fact.retained for fact in result.facts]
    return Fraction(sum(kept), len(kept)) if kept else None


def _since_capture(task: str, found: Sequence[Cell]) -> Table:
    longest = max((len(t.held) for c in found for r in c.results for t in traces(r)), default=0)
    steps = [step for step in _SINCE if step < longest]
    rows = tuple(
        (length_label(cell.length), cell.method, *(_alive(cell.alive(step)) for step in steps))
        for cell in found
        if cell.is_read_in_steps
    )
    columns = ("length", "method", *(f"after {step}" for step in steps))
    note = (
        "Of the facts captured (answers, where no facts are known), the share still in memory so "
        "many steps later; in brackets the questions that had some early enough to tell."
    )
    return Table(f"{task}: retention by steps since capture", columns, rows, note)


def _alive(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{100 * estimate.value:.0f} ({estimate.n})"


def _fates(task: str, found: Sequence[Cell]) -> Table:
    rows = []
    for cell in found:
        ways = [trace for result in cell.results for trace in traces(result)]
        if not ways or not cell.is_read_in_steps:
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
                length_label(cell.length),
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
            length_label(cell.length),
            cell.method,
            f"{cell.mean('steps'):.0f}",
            f"{cell.mean('read_tokens'):,.0f}",
            f"{cell.mean('tail_tokens'):,.0f}",
            f"{cell.mean('reply_tokens'):,.0f}",
            f"{cell.seconds:.0f}",
            f"{cell.floor_multiple:.2f}" if cell.floor_multiple else "-",
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
        "prefilled once, estimated from 1,024 tokens of it. Methods with chunks of one size read "
        "them together; the reading counts fully for each. What full, bm25 and quick answer from "
        "counts as shown beside."
    )
    return Table(f"{task}: cost", columns, rows, note)


def percent(estimate: Estimate | None, *, interval: bool = True) -> str:
    """'65 (43-82)'; a dash where there is nothing to take a share of."""
    if estimate is None:
        return "-"
    value = f"{100 * estimate.value:.0f}"
    return f"{value} ({100 * estimate.low:.0f}-{100 * estimate.high:.0f})" if interval else value


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
