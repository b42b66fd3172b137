"""The report of `mhm bench`: tables on stdout, figures in files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from mhmcli.bench import report as reports
from mhmcli.bench.cell import cells
from mhmcli.bench.figures import draw
from mhmcli.bench.results import Result, load
from mhmcli.bench.table import Table
from mhmcli.cli.output import print_line, say
from mhmcli.errors import UsageError

_WIDTH = 160  # of tables that do not go to a terminal


def print_report(
    files: Sequence[Path], *, against: str | None, as_markdown: bool, figures: Path | None
) -> None:
    """The tables on stdout, and where the figures are on stderr."""
    results = load(files)
    if not results:
        raise UsageError("there are no results in the file", hint="run `mhm bench` first")
    labels = list(
        dict.fromkeys(cell.method for of in _by_model(results).values() for cell in cells(of))
    )
    if against is not None and against not in labels:
        raise UsageError(
            f"no results of {against!r} in the file", hint=f"there are: {', '.join(labels)}"
        )
    tables = of_each_model(results, partial(reports.tables, against=against))
    if as_markdown:
        print_line(reports.markdown(tables))
    else:
        print_tables(tables)
    if figures is not None:
        for path in draw(results, figures):
            say(f"mhm: drew {path}")


def of_each_model(
    results: Sequence[Result], make: Callable[[Sequence[Result]], list[Table]]
) -> list[Table]:
    """The tables that are made of each model's results, with its name in their titles."""
    return [
        replace(table, title=f"{table.title} ({model})")
        for model, of in _by_model(results).items()
        for table in make(of)
    ]


def _by_model(results: Sequence[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.model, []).append(result)
    return found


def print_tables(tables: Sequence[Table]) -> None:
    """The tables, as wide as the terminal, or as they must be for every figure to be whole."""
    for made in tables:
        table = RichTable(title=Text(made.title), title_justify="left", box=None, pad_edge=False)
        for number, column in enumerate(made.columns):
            side: Literal["left", "right"] = "left" if number < 2 else "right"  # noqa: PLR2004
            table.add_column(Text(column.replace(" ", "\n")), justify=side, no_wrap=True)
        for row in made.rows:
            table.add_row(*(Text(value) for value in row))
        console = Console(width=None if sys.stdout.isatty() else _WIDTH)
        unlimited = console.options.update(width=_WIDTH * 4)
        console.width = max(console.width, Measurement.get(console, unlimited, table).maximum)
        with console.capture() as captured:
            console.print(table)
            if made.note:
                console.print(Text(made.note, style="dim"))
        print_line(captured.get())
