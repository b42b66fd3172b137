"""`mhm models`: list, pull, path, info, rm; and the fetch that a first `mhm ask` does."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mhmcli import models
from mhmcli.cli.output import print_json, print_line, say
from mhmcli.cli.signals import stopping
from mhmcli.errors import ModelError
from mhmcli.models import CatalogModel
from mhmcli.printable import one_line

if TYPE_CHECKING:  # what is heavy waits until it is needed
    from rich.console import Console

app = typer.Typer(no_args_is_help=True, help="The models that mhm knows by name.")


def names(incomplete: str) -> list[str]:
    """The catalog's names that begin with what was typed, for completion."""
    return [m.name for m in models.CATALOG if m.name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="A name from `mhm models list`.", autocompletion=names)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Offline = Annotated[
    bool, typer.Option("--offline", envvar="MHM_OFFLINE", help="Never use the network.")
]
_LINE_EVERY = 0.1  # without a terminal: a line each tenth of the download


def model_file(name: str, *, offline: bool, quiet: bool) -> Path:
    """The file of a model that is named, or whose path is given; a named one is fetched if it is
    not here yet.

    Raises:
        ModelError: there is no such model or file, or it cannot be fetched.
    """
    found = models.resolve(name)
    return found if isinstance(found, Path) else ensure(found, offline=offline, quiet=quiet)


def ensure(model: CatalogModel, *, offline: bool, quiet: bool = False) -> Path:
    """The model's file, fetched if it is not here yet, with a notice and progress on stderr.

    Raises:
        ModelError: it is not here and the network is forbidden, or it cannot be fetched.
    """
    path = models.path_of(model)
    if models.is_installed(model):
        return path
    if offline:
        raise models.not_here(model)
    say(
        f"mhm: fetching the model {model.title} ({model.size_bytes / 1e9:.2f} GB, "
        f"{model.licence}) once, into {path.parent}"
    )
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    if sys.stderr.isatty() and not console.is_dumb_terminal and not quiet:
        _fetch_with_bar(model, console)
    else:
        _fetch_with_lines(model, quiet=quiet)
    say(f"mhm: {model.name} is here, its SHA-256 checked")
    return path


def _fetch_with_bar(model: CatalogModel, console: Console) -> None:
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("downloading", total=model.size_bytes)
        for state in models.fetch(model):
            progress.update(task, completed=state.bytes_here, description=state.doing)


def _fetch_with_lines(model: CatalogModel, *, quiet: bool) -> None:
    shown = 0.0
    for state in models.fetch(model):
        share = state.bytes_here / model.size_bytes
        if share >= shown + _LINE_EVERY and not quiet:
            shown = share
            say(f"mhm: {state.doing} {share:.0%} of {model.size_bytes / 1e6:.0f} MB")


@app.command("list")
def list_models(*, as_json: Json = False) -> None:
    """List the named models, which of them are here, and which this machine can run."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from mhmcli.machine import memory_bytes  # noqa: PLC0415

    memory = memory_bytes()
    if as_json:
        print_json(
            [
                {
                    "name": m.name,
                    "title": m.title,
                    "bytes": m.size_bytes,
                    "licence": m.licence,
                    "sha256": m.sha256,
                    "installed": models.is_installed(m),
                    "path": str(models.path_of(m)),
                    "fits_memory": m.memory_bytes < memory,
                }
                for m in models.CATALOG
            ]
        )
        return
    table = Table(box=None, pad_edge=False)
    for column in ("name", "size", "licence", "here", "fits", "good for"):
        table.add_column(column, no_wrap=column != "good for")
    for m in models.CATALOG:
        table.add_row(
            m.name,
            f"{m.size_bytes / 1e9:.2f} GB",
            m.licence,
            "yes" if models.is_installed(m) else "",
            "yes" if m.memory_bytes < memory else "no",
            Text(m.good_for),
        )
    shown = io.StringIO()
    Console(file=shown, width=Console().width).print(table)
    print_line(shown.getvalue().rstrip())


@app.command()
def pull(name: Name = models.DEFAULT, *, offline: Offline = False) -> None:
    """Fetch a model: resumed where it was broken off, its SHA-256 checked."""
    model = models.find(name)
    if models.is_installed(model):
        say(f"mhm: {model.name} is already here")
    with stopping():
        ensure(model, offline=offline)
    print_line(str(models.path_of(model)))


@app.command()
def path(name: Name = models.DEFAULT) -> None:
    """Print where a model's file is; an error when it is not here."""
    model = models.find(name)
    if not models.is_installed(model):
        raise ModelError(
            f"{model.name} is not on this machine", hint=f"mhm models pull {model.name}"
        )
    print_line(str(models.path_of(model)))


@app.command()
def info(
    name: Annotated[
        str, typer.Argument(help="A name, or the path of a GGUF file.")
    ] = models.DEFAULT,
    *,
    verify: Annotated[bool, typer.Option(help="Compute the file's SHA-256 too.")] = False,
) -> None:
    """Show what a model is, from the catalog and from the file's own header."""
    from mhmcli.tokens import read_header  # noqa: PLC0415

    found = models.resolve(name)
    file = found if isinstance(found, Path) else models.path_of(found)
    facts: dict[str, str] = {}
    if not isinstance(found, Path):
        facts |= {"name": found.name, "title": found.title, "licence": found.licence}
        facts |= {"sha256": found.sha256, "good for": found.good_for}
    facts |= {"file": str(file)}
    if os.path.isfile(file):  # noqa: PTH113  pathlib's own raises where it may not look
        header = read_header(file)
        facts |= {
            "bytes": f"{file.stat().st_size:,}",
            "says it is": header.name,
            "architecture": header.text("general.architecture"),
            "window": f"{header.window_tokens:,} tokens",
            "vocabulary": " ".join(
                header.text(f"tokenizer.ggml.{key}") for key in ("model", "pre")
            ),
        }
        if verify:
            facts["sha256 of the file"] = models.sha256_of(file)
    else:
        facts["here"] = "no"
    for key, value in facts.items():
        print_line(f"{key + ':':<20}{one_line(value)}")


@app.command()
def rm(name: Name) -> None:
    """Delete a model's file, and what is left of an unfinished download."""
    model = models.find(name)
    freed = models.remove(model)
    if not freed:
        raise ModelError(f"{model.name} is not on this machine", hint="see: mhm models list")
    say(f"mhm: removed {model.name}, {freed / 1e6:.0f} MB freed")
