"""stdout gets the answer and nothing else; stderr gets the rest. Light to import."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from mhmcli.errors import ClosedPipeError, MhmError, UsageError
from mhmcli.printable import one_line, printable


def say(text: str) -> None:
    """A line on stderr, safe for a terminal. Where that cannot be written to, nobody reads it, and
    the answer is not lost for it."""
    try:
        sys.stderr.write(printable(text) + "\n")
        sys.stderr.flush()
    except OSError:
        _abandon(sys.stderr)


def say_error(error: MhmError) -> None:
    """An error as one line, and its hint as another."""
    say(f"mhm: {one_line(error.message)}")
    if error.hint:
        say(f"hint: {one_line(error.hint)}")


@contextlib.contextmanager
def into(path: Path | None) -> Iterator[None]:
    """What is printed goes into a file, which is there, whole, only when all is printed; to stdout
    where no file is named.

    Raises:
        UsageError: it cannot be written.
    """
    if path is None:
        yield
        return
    stdout, part = sys.stdout, path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        sys.stdout = part.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="name another file with -o"
        ) from error
    try:
        yield
    finally:
        file, sys.stdout = sys.stdout, stdout
        _finish(file, part, path)


def _finish(file: TextIO, part: Path, path: Path) -> None:
    """What was printed is the file of that name; nothing is, where nothing was printed."""
    try:
        with contextlib.closing(file):
            file.flush()
            os.fsync(file.fileno())
        if part.stat().st_size:
            part.replace(path)
    except OSError as error:
        raise MhmError(
            f"cannot write {path}: {error.strerror}", hint="is the disk full?"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def print_line(text: str) -> None:
    """The text and a newline on stdout.

    Raises:
        ClosedPipeError: whoever read stdout has gone.
        MhmError: it cannot be written to: a full disk.
    """
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        _abandon(sys.stdout)
        raise ClosedPipeError("stdout is closed") from error
    except OSError as error:
        _abandon(sys.stdout)
        raise MhmError(
            f"cannot write to stdout: {error.strerror}", hint="is the disk full?"
        ) from error


def _abandon(stream: TextIO) -> None:
    """What is left in the buffer would raise again when Python closes the stream."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_json(value: object) -> None:
    """One JSON object in ASCII: nothing in it can reach a terminal as a control character."""
    print_line(json.dumps(value, indent=2).replace("\x7f", "\\u007f"))
