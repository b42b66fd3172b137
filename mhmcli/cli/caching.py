"""What was computed of documents, kept for the next question: how much, and of which model."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mhmcli import cache
from mhmcli.cli.output import print_line
from mhmcli.errors import MhmError, UsageError

if TYPE_CHECKING:  # it is heavy, and the options need none
    from mhmcli.engine import Engine

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_MIB = 1 << 20

app = typer.Typer(help="What is kept of documents for the next question (--cache-size).")


def parse_size(text: str) -> int:
    """'2G' -> 2147483648, '500M', '0'.

    Raises:
        UsageError: it is no size, or too small to keep anything in.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{text!r} is no size", hint="as in --cache-size 2G, 500M or 0")
    size = int(float(found[1]) * _UNITS[found[2].lower()])
    if 0 < size < _MIB:
        raise UsageError(f"{text!r} is too small to keep anything in", hint=f"{found[1]}G?")
    return size


def part_cache(limit_bytes: int, engine: Engine, opening: Sequence[int]) -> cache.PartCache | None:
    """A cache of what this engine computes behind these tokens; None where nothing is to be
    kept, or can be: of a recurrent model there is one state for all that it has read."""
    is_here = os.path.isfile(engine.info.path)  # noqa: PTH113  a server's is not
    if not limit_bytes or not is_here or not engine.info.keeps:
        return None
    model = Path(engine.info.path).resolve()
    file = model.stat()
    of = (
        engine.info.build,
        engine.info.settings,
        (str(model), file.st_size, file.st_mtime_ns),
        tuple(opening),
    )
    return cache.PartCache(cache.directory(), limit_bytes, repr(of))


@app.command("path")
def print_path() -> None:
    """Print the folder."""
    print_line(str(cache.directory()))


@app.command("size")
def print_size() -> None:
    """Print how much is kept, in bytes."""
    print_line(f"{sum(found.st_size for _, found in _files())}")


@app.command("clear")
def clear(
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not say how much it was.")] = False,
) -> None:
    """Remove all that is kept."""
    freed = 0
    for path, found in _files():
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise MhmError(
                f"cannot remove {path}: {error.strerror}", hint="check the folder's permissions"
            ) from error
        freed += found.st_size
    if not quiet:
        print_line(f"freed {freed / _MIB:,.1f} MiB")


def _files() -> list[tuple[Path, os.stat_result]]:
    folder = cache.directory()
    try:
        return list(cache.files(folder))
    except OSError as error:
        raise MhmError(
            f"cannot read {folder}: {error.strerror}", hint="check its permissions"
        ) from error
