"""A document that another program turns into text: what it writes to its standard output."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from mhmcli.errors import SourceError
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.text import TextSource

_MOST_WAITED_S = 10
_MOST_SAID = 300  # characters of what the program says on stderr


class CommandSource:
    """The text that `command` makes of a file, whose name stands for `{}` in it. It is run when it
    is read."""

    def __init__(self, name: str, command: str) -> None:
        self._name = name
        # A name that begins with a dash would be taken for an option.
        named = f"./{name}" if name.startswith("-") else name
        self._arguments = [named if part == "{}" else part for part in shlex.split(command)]
        self._program = self._arguments[0]
        self._report = SourceReport(name, self._program, lines=0)
        self._text: TextSource | None = None
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def report(self) -> SourceReport:
        """What was read so far."""
        if self._text is None:
            return self._report
        return replace(self._text.report, cut_short=self._report.cut_short)

    @property
    def progress(self) -> float | None:
        """Nobody knows how much the program will write."""
        return None

    def passages(self) -> Iterator[Passage]:
        """What it writes, as it comes; places are lines of that.

        Raises:
            SourceError: it is not there, or fails without a word of the text.
        """
        found = False
        with tempfile.TemporaryFile() as errors:
            try:
                self._running = subprocess.Popen(  # noqa: S603  the user's own command
                    self._arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                )
            except OSError as error:
                raise SourceError(
                    f"cannot read {self._name}: cannot run {self._program}: {error.strerror}",
                    hint="install it, or mend [loaders] in the settings: mhm config edit",
                ) from error
            try:
                written = cast(BinaryIO, self._running.stdout)
                self._text = TextSource(self._name, written, kind=self._program, owned=written)
                for passage in self._text.passages():
                    found = found or bool(passage.text.strip())
                    yield passage
                status = self._ended(self._running)
            finally:
                self.close()
            if status:
                errors.seek(0)
                said = errors.read(_MOST_SAID).decode(errors="replace").strip()
                reason = f"{self._program} ended with status {status}: {said or 'no word why'}"
                self._report = replace(self._report, cut_short=reason)
            if not found:
                reason = self._report.cut_short or f"{self._program} wrote no text"
                raise SourceError(
                    f"cannot read {self._name}: {reason}", hint=f"try it: {self._command}"
                )

    @staticmethod
    def _ended(running: subprocess.Popen[bytes]) -> int:
        """Its status; it has closed its output, and is not waited for for ever."""
        try:
            return running.wait(_MOST_WAITED_S)
        except subprocess.TimeoutExpired:
            running.kill()
            return running.wait()

    @property
    def _command(self) -> str:
        return shlex.join(self._arguments)

    def close(self) -> None:
        """The program runs no longer."""
        if self._running and self._running.poll() is None:
            self._running.kill()
            self._running.wait()
        if self._running and self._running.stdout:
            self._running.stdout.close()
