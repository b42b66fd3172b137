"""A pipe that is waited for as long as there is time: `tail -f` never ends, and may say nothing."""

from __future__ import annotations

import io
import os
import select
import stat
import sys
from collections.abc import Callable
from typing import BinaryIO, cast

NO_TIME = "no time to look at the rest"
Waiting = Callable[[], float]  # seconds for which more may be waited for


def patient(stream: BinaryIO, waiting_s: Waiting | None) -> BinaryIO:
    """The stream; one that may have no end breaks off with a `TimeoutError` when there is no more
    time. Nothing must have been read from it before."""
    if waiting_s is None:
        return stream
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError, AttributeError):  # no file of the system's
        return stream
    if stat.S_ISREG(mode) or stream.isatty() or sys.platform == "win32":
        return stream
    return cast(BinaryIO, _Patient(stream, waiting_s))


class _Patient(io.RawIOBase):
    """The other end may send nothing for hours and stay open, or send for ever."""

    def __init__(self, stream: BinaryIO, waiting_s: Waiting) -> None:
        self._stream = stream
        self._waiting_s = waiting_s

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def readinto(self, buffer: object) -> int:
        waiting_s = self._waiting_s()
        if waiting_s <= 0 or not select.select([self._stream], [], [], waiting_s)[0]:
            raise TimeoutError(NO_TIME)
        view = memoryview(cast(bytearray, buffer)).cast("B")
        part = os.read(self._stream.fileno(), len(view))
        view[: len(part)] = part
        return len(part)
