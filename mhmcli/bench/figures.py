"""Figures for a paper: retention by length, retention since capture, accuracy against time.

Drawn by matplotlib, which is an extra: it is needed for nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mhmcli.bench.cell import Cell, cells
from mhmcli.bench.results import Result
from mhmcli.bench.statistics import Estimate
from mhmcli.errors import UsageError

_MOST_STEPS = 512


def draw(results: Sequence[Result], folder: Path) -> list[Path]:
    """The figures of each task, as SVG files in the folder; their paths.

    Raises:
        UsageError: matplotlib is not installed, or the folder cannot be written to.
    """
    try:
        from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "figures need matplotlib, which is not installed", hint="pip install 'mhmcli[figures]'"
        ) from error
    made = []
    groups = dict.fromkeys((result.model, result.task) for result in results)
    models = {model for model, _ in groups}
    for model, task in groups:
        of_task = cells([r for r in results if (r.model, r.task) == (model, task)])
        title = f"{task}, {model}" if len(models) > 1 else task
        for name, plot in _PLOTS.items():
            figure = Figure(figsize=(6, 4), layout="constrained")
            FigureCanvasSVG(figure)
            axes = figure.add_subplot()
            plot(axes, of_task)
            if not axes.has_data():
                continue
            axes.set_title(title)
            axes.grid(visible=True, alpha=0.3)
            axes.legend(fontsize="small")
            path = folder / f"{_file_name(title)}-{name}.svg"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                figure.savefig(path)
            except OSError as error:
                raise UsageError(
                    f"cannot write {path}: {error.strerror}", hint="name another folder"
                ) from error
            made.append(path)
    return made


def _file_name(title: str) -> str:
    return re.sub(r"[^\w.]+", "-", title)


def _by_method(found: Sequence[Cell]) -> dict[str, list[Cell]]:
    methods: dict[str, list[Cell]] = {}
    for cell in found:
        methods.setdefault(cell.method, []).append(cell)
    return methods


def _retention_by_length(axes: Any, found: Sequence[Cell]) -> None:
    """Of the facts captured, the share kept to the end; answers where no facts are known."""
    for method, of_method in _by_method(found).items():
        points = [
            (cell.length, kept)
            for cell in of_method
            if cell.length and (kept := cell.facts_retained or cell.retention)
        ]
        if points:
            _band(axes, [length for length, _ in points], [kept for _, kept in points], method)
    axes.set_xscale("log", base=2)
    axes.set_xlabel("document, tokens")
    axes.set_ylabel("retained of what was captured")
    axes.set_ylim(0, 1.02)


def _retention_since_capture(axes: Any, found: Sequence[Cell]) -> None:
    """A curve for each method and length: with longer chunks a step is another thing."""
    several = len({cell.length for cell in found}) > 1
    for cell in (cell for cell in found if cell.is_read_in_steps):
        curve = [(n, alive) for n in range(_MOST_STEPS) if (alive := cell.alive(n))]
        if len(curve) > 1:
            label = f"{cell.method}, {cell.length}" if several else cell.method
            _band(axes, [n for n, _ in curve], [alive for _, alive in curve], label)
    axes.set_xlabel("steps since capture")
    axes.set_ylabel("still in memory")
    axes.set_ylim(0, 1.02)


def _accuracy_against_time(axes: Any, found: Sequence[Cell]) -> None:
    """A point for each length, joined in their order."""
    for method, of_method in _by_method(found).items():
        points = [(cell.seconds, right.value) for cell in of_method if (right := cell.accuracy)]
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=method)
    axes.set_xscale("log")
    axes.set_xlabel("median seconds a question")
    axes.set_ylabel("accuracy")
    axes.set_ylim(0, 1.02)


def _band(axes: Any, across: Sequence[int], values: Sequence[Estimate], label: str) -> None:
    (line,) = axes.plot(across, [v.value for v in values], marker=".", label=label)
    low, high = [v.low for v in values], [v.high for v in values]
    axes.fill_between(across, low, high, color=line.get_color(), alpha=0.12)


_PLOTS: dict[str, Callable[[Any, Sequence[Cell]], None]] = {
    "retention-by-length": _retention_by_length,
    "retention-since-capture": _retention_since_capture,
    "accuracy-against-time": _accuracy_against_time,
}
