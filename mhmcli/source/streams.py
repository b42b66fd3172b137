"""Streams: waited for as long as there is time, looked at before they are read, decompressed.

`tail -f` never ends, and may say nothing.
"""

from __future__ import annotations

import gzip
import io
import os
import select
import stat
import sys
from collections.abc import Callable
from typing import BinaryIO, cast

from mhmcli.source.text import read_some

NO_TIME = "no time to look at the rest"
_MOST_LATE_BYTES = 1 << 20  # of what was there in time: the time may have gone to another pipe
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
        self._late_bytes = 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def readinto(self, buffer: object) -> int:
        waiting_s = self._waiting_s()
        is_there = select.select([self._stream], [], [], max(0.0, waiting_s))[0]
        if not is_there or self._late_bytes > _MOST_LATE_BYTES:
            raise TimeoutError(NO_TIME)
        view = memoryview(cast(bytearray, buffer)).cast("B")
        part = os.read(self._stream.fileno(), len(view))
        self._late_bytes += len(part) if waiting_s <= 0 else 0
        view[: len(part)] = part
        return len(part)


class Rejoined(io.RawIOBase):
    """A stream with the bytes that were looked at put back before it. Unless it `breaks_off`, it
    ends where there is no more time, and `is_late`."""

    breaks_off = True
    is_late = False

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """What there is, at most as much as the buffer holds; 0 bytes at the end."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        if self._head:
            part, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            part = self._more(len(view))
        view[: len(part)] = part
        return len(part)

    def _more(self, most: int) -> bytes:
        try:
            return read_some(self._rest, most)
        except TimeoutError:
            if self.breaks_off:
                raise
            self.is_late = True
            return b""


class Gunzipped(io.RawIOBase):
    """What a stream is when decompressed; where the stream breaks off for lack of time, all that
    came until then."""

    def __init__(self, packed: Rejoined) -> None:
        self._packed = packed
        packed.breaks_off = False
        self._file = gzip.GzipFile(fileobj=io.BufferedReader(packed))

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """What there is, at most as much as the buffer holds; 0 bytes at the end."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        try:
            part = self._file.read1(len(view))
        except EOFError:
            if not self._packed.is_late:
                raise
            part = b""
        if not part and self._packed.is_late:
            raise TimeoutError(NO_TIME)
        view[: len(part)] = part
        return len(part)
