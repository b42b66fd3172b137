"""Open what the user named: a file, a pipe, a directory.

Everything that can be known to be wrong before the first passage is an error here, before a model
is loaded.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from mhmcli.errors import UsageError
from mhmcli.source.members import directory
from mhmcli.source.opening import Opening
from mhmcli.source.place import Passage, Source, SourceReport
from mhmcli.source.streams import Waiting, patient

STDIN = "-"
STDIN_NAME = "<stdin>"  # in places and reports
_NO_LOADERS: Mapping[str, str] = {}


def open_source(
    name: str,
    stdin: BinaryIO,
    *,
    password: str | None = None,
    waiting_s: Waiting | None = None,
    loaders: Mapping[str, str] = _NO_LOADERS,
) -> Source:
    """The document named `name`, ready to be read; `-` is `stdin`. A pipe is read while
    `waiting_s` says that there is time. `loaders` are commands that turn files into text, by their
    suffixes: {'odt': 'pandoc -t plain {}'}.

    Raises:
        SourceError: missing, unreadable, empty, binary, damaged or encrypted.
        UsageError: stdin was asked for and is a terminal.
    """
    if name == STDIN:
        if stdin.isatty():
            raise UsageError(
                "standard input is a terminal, and no document was named",
                hint='mhm ask FILE "question", or pipe one in: cat FILE | mhm ask "question"',
            )
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.set_blocking(stdin.fileno(), True)  # else a pause would look like the end
        return Opening(password).stream(STDIN_NAME, patient(stdin, waiting_s), None)
    opening = Opening(password, loaders)
    if is_pipe(name):
        return opening.file(name, waiting_s)
    return FileSource(name, opening)


def is_pipe(name: str) -> bool:
    """True of a named pipe or a device, which can be opened only once."""
    is_there = os.path.exists(name)  # noqa: PTH110  pathlib's own raises on a name that is too long
    return is_there and not (os.path.isfile(name) or os.path.isdir(name))  # noqa: PTH112, PTH113


class FileSource:
    """A file, looked at when it is named and opened again when it is read: thousands of them can
    be named at once without as many being open."""

    def __init__(self, name: str, opening: Opening) -> None:
        self._name = name
        self._opening = opening
        self._source = _opened(name, opening)
        self._source.close()

    @property
    def report(self) -> SourceReport:
        """What was read so far."""
        return self._source.report

    @property
    def progress(self) -> float | None:
        """The share handed out so far, 0 to 1; None where the end is unknown."""
        return self._source.progress

    def passages(self) -> Iterator[Passage]:
        """The source's text in order; the file is closed at its end.

        Raises:
            SourceError: the file is not what it was when it was named.
        """
        self._source = _opened(self._name, self._opening)
        return self._source.passages()

    def close(self) -> None:
        """The file is closed, if it is open."""
        self._source.close()


def _opened(name: str, opening: Opening) -> Source:
    if os.path.isdir(name):  # noqa: PTH112  pathlib's own raises on a name that is too long
        return directory(name, opening.file)
    return opening.file(name)
