"""stdout gets the answer and nothing else; stderr gets the rest. Light to import."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
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
def into(path: Path | None, sources: Sequence[str] = ()) -> Iterator[None]:
    """What is printed goes into a file, which is there, whole, only when all is printed; to stdout
    where no file is named, or it is `-`. What had been printed when an error ended it goes to
    stdout. A pipe or a device is written to as it is.

    Raises:
        UsageError: it cannot be written, or is one of the `sources`.
    """
    if path is None or str(path) == "-":
        yield
        return
    try:
        target = _checked(path, sources)
        is_file = target.is_file() or not target.exists()
    except OSError as error:  # a folder that may not be looked into, too long a name
        raise _cannot_write(path, error) from error
    part = target.with_name(f".{target.name}.{os.getpid()}.part") if is_file else target
    stdout = sys.stdout
    try:
        file = part.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise _cannot_write(path, error) from error
    sys.stdout = file
    try:
        yield
        sys.stdout = stdout
        if is_file:
            _replace(file, part, target)
    finally:
        sys.stdout = stdout
        with contextlib.suppress(OSError):
            file.close()
        if is_file and part.exists():  # an error ended it
            text = part.read_text(encoding="utf-8", errors="replace")
            part.unlink()
            if text:
                print_line(text.rstrip("\n"))


def _checked(path: Path, sources: Sequence[str]) -> Path:
    """The file that is meant, through links; of a pipe or a device (`/dev/fd/63`) the name that it
    was given, which alone can be opened.

    Raises:
        UsageError: it is a directory, or one of the documents.
    """
    target = path.resolve() if path.is_file() or not path.exists() else path
    if target.is_dir() or not target.name:
        raise UsageError(f"cannot write {path}: it is a directory", hint="name a file with -o")
    for source in sources:
        with contextlib.suppress(OSError):
            if target.samefile(source):
                raise UsageError(
                    f"{path} is a document that is read", hint="name another file with -o"
                )
    return target


def _replace(file: TextIO, part: Path, target: Path) -> None:
    """What was printed is the file of that name, with the permissions that it had."""
    try:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)
        part.replace(target)
    except OSError as error:
        raise MhmError(
            f"cannot write {target}: {error.strerror}", hint="is the disk full?"
        ) from error


def _cannot_write(path: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write {path}: {error.strerror}", hint="name another file with -o")


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
    """One JSON object, over several lines."""
    print_line(as_json(value, indent=2))


def as_json(value: object, indent: int | None = None) -> str:
    """In ASCII: nothing in it can reach a terminal as a control character."""
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")
