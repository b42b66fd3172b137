"""Every error that mhm raises on purpose, and the exit status of each.

    MhmError                    70  base: something mhm itself got wrong
    |-- UsageError               2  arguments or sizes that cannot work together
    |-- SourceError              3  a document that cannot be read at all
    |   `-- NotTextError         3  a document that is no text: a picture, a program
    |-- ModelError               4  a model missing, broken, or too small for the settings
    |   `-- WindowFullError      4  more tokens before the model than its window holds
    |-- SessionError             6  a session that cannot be opened or continued
    |-- Interrupted            130  stopped from outside by Ctrl-C
    |   `-- Terminated         143  stopped by SIGTERM
    `-- ClosedPipeError        141  nobody reads stdout any more; said to nobody

An error has one line that says what is wrong, with the value and the limit, and a hint
that says the next command or flag. It is caught once, at the command line.
"""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a run of mhm says to the shell."""

    ANSWERED = 0
    NOT_IN_DOCUMENT = 1
    USAGE = 2
    SOURCE = 3
    MODEL = 4
    INCOMPLETE = 5
    SESSION = 6
    BUG = 70
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    TERMINATED = 143


class MhmError(Exception):
    """Something that stops the run, in one line, with a hint of what to do next."""

    status = ExitStatus.BUG

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(MhmError):
    """Arguments or sizes that cannot work together."""

    status = ExitStatus.USAGE


class SourceError(MhmError):
    """A document that cannot be read at all: missing, empty, binary, encrypted, scanned."""

    status = ExitStatus.SOURCE


class NotTextError(SourceError):
    """A document that is no text, and was never meant to be."""


class ModelError(MhmError):
    """A model that is missing, broken, or too small for the settings."""

    status = ExitStatus.MODEL


class WindowFullError(ModelError):
    """More tokens before the model than its window holds."""


class SessionError(MhmError):
    """A session that cannot be opened or continued."""

    status = ExitStatus.SESSION


class Interrupted(MhmError):
    """The run was stopped from outside, even inside a prefill."""

    status = ExitStatus.INTERRUPTED


class Terminated(Interrupted):
    """The run was stopped by SIGTERM."""

    status = ExitStatus.TERMINATED


class ClosedPipeError(MhmError):
    """Nobody reads stdout any more: the run ends without a word."""

    status = ExitStatus.CLOSED_PIPE
