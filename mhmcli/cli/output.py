"""stdout gets the answer and nothing else; stderr gets the rest. Light to import."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TextIO

from mhmcli.errors import ClosedPipeError, MhmError
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
