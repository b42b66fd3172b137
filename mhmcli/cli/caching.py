"""What was computed of documents, kept for the next question: how much, and of which model."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mhmcli import cache
from mhmcli.cli.output import print_line
from mhmcli.errors import MhmError, UsageError

if TYPE_CHECKING:  # it is heavy, and the options need none
    from mhmcli.engine import EngineInfo

_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_BLOCK = 1 << 20

app = typer.Typer(help="What is kept of documents for the next question (--cache-size).")


def parse_size(text: str) -> int:
    """'2G' -> 2147483648, '500M', '0'.

    Raises:
        UsageError: it is no size.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{text!r} is no size", hint="as in --cache-size 2G, 500M or 0")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def part_cache(limit_bytes: int, info: EngineInfo, system: str) -> cache.PartCache | None:
    """A cache of what this engine computes behind that system prompt; None where nothing is to be
    kept."""
    if not limit_bytes:
        return None
    layers = info.settings.get("gpu_layers", 0)
    model = _fingerprint(Path(info.path))
    return cache.PartCache(
        cache.directory(), limit_bytes, f"{info.build}\n{layers}\n{model}\n{system}"
    )


def _fingerprint(path: Path) -> str:
    """Tells a model file from others: its size, and both ends of it."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(_BLOCK))
        file.seek(max(0, size - _BLOCK))
        digest.update(file.read(_BLOCK))
    return digest.hexdigest()


@app.command("path")
def print_path() -> None:
    """Print the folder."""
    print_line(str(cache.directory()))


@app.command("size")
def print_size() -> None:
    """Print how much is kept, in bytes."""
    print_line(f"{sum(path.stat().st_size for path in cache.files(cache.directory()))}")


@app.command("clear")
def clear(
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not say how much it was.")] = False,
) -> None:
    """Remove all that is kept."""
    freed = 0
    for path in cache.files(cache.directory()):
        size = path.stat().st_size
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise MhmError(
                f"cannot remove {path}: {error.strerror}", hint="check the folder's permissions"
            ) from error
        freed += size
    if not quiet:
        print_line(f"freed {freed / _BLOCK:,.1f} MiB")
