"""The report of `mhm bench`: tables on stdout, figures in files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from mhmcli.bench import report as reports
from mhmcli.bench.cell import cells
from mhmcli.bench.figures import draw
from mhmcli.bench.results import Result, load
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
    labels = list(dict.fromkeys(cell.method for cell in cells(results)))
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
    results: Sequence[Result], make: Callable[[Sequence[Result]], list[reports.Table]]
) -> list[reports.Table]:
    """The tables that are made of each model's results, with its name in their titles."""
    return [
        replace(table, title=f"{table.title} ({model})")
        for model in dict.fromkeys(result.model for result in results)
        for table in make([result for result in results if result.model == model])
    ]


def print_tables(tables: Sequence[reports.Table]) -> None:
    """The tables, as wide as the terminal."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    for made in tables:
        table = RichTable(title=Text(made.title), title_justify="left", box=None, pad_edge=False)
        for number, column in enumerate(made.columns):
            table.add_column(Text(column), justify="left" if number < 2 else "right")  # noqa: PLR2004
        for row in made.rows:
            table.add_row(*(Text(value) for value in row))
        with console.capture() as captured:
            console.print(table)
            if made.note:
                console.print(Text(made.note, style="dim"))
        print_line(captured.get())
