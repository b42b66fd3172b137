"""Streams: waited for as long as there is time, looked at before they are read, decompressed, and
left where what comes out of an archive is a trap.

`tail -f` never ends, and may say nothing.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import select
import stat
import sys
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from mhmcli.source.kinds import Packing

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

READ_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError)  # of streams

NO_TIME = "no time to look at the rest"
_HARMLESS_BYTES = 1 << 28  # however small they were packed
_MOST_TIMES = 1000  # what logs that repeat themselves come to, and no more
_MOST_LATE_BYTES = 1 << 20  # of what was there in time: the time may have gone to another pipe
BLOCK_BYTES = 1 << 16
Waiting = Callable[[], float]  # seconds for which more may be waited for


def read_some(stream: BinaryIO, most: int = BLOCK_BYTES) -> bytes:
    """At least one byte where there is one, without waiting for a full block on a pipe, and
    without losing what a damaged stream gave before its fault."""
    read1 = getattr(stream, "read1", None)
    return bytes(read1(most) if read1 else stream.read(most))


def reason_of(error: Exception) -> str:
    """Why a stream could not be read any further."""
    if isinstance(error, EOFError):
        return "the compressed data ends too early"
    if isinstance(error, (zlib.error, gzip.BadGzipFile, lzma.LZMAError, zstd.ZstdError)):
        return "the compressed data is damaged"
    return str(getattr(error, "strerror", None) or error)


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
    bytes_read = 0

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
        self.bytes_read += len(part)
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


class Measured:
    """How much came out of what is packed, of all of it together: members may share their bytes."""

    def __init__(self, packed_bytes: Callable[[], int]) -> None:
        self._packed_bytes = packed_bytes
        self._bytes = 0

    def add(self, size: int) -> None:
        """So many bytes more came out.

        Raises:
            OSError: that is so much more than what is packed that it is a trap.
        """
        self._bytes += size
        if self._bytes > max(_HARMLESS_BYTES, _MOST_TIMES * self._packed_bytes()):
            raise OSError(
                errno.EFBIG, f"it unpacks to more than {_MOST_TIMES} times its size: a trap"
            )


class Limited(io.RawIOBase):
    """A member of an archive, as long as what comes out of that is no trap; closed with it."""

    def __init__(self, member: BinaryIO, measured: Measured) -> None:
        self._member = member
        self._measured = measured

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """What there is, at most as much as the buffer holds; 0 bytes at the end.

        Raises:
            OSError: it is damaged, or a trap.
        """
        view = memoryview(cast(bytearray, buffer)).cast("B")
        part = read_some(self._member, len(view))
        self._measured.add(len(part))
        view[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """The member is closed."""
        self._member.close()
        super().close()


class Unpacked(io.RawIOBase):
    """What a stream is when decompressed; where the stream breaks off for lack of time, all that
    came until then."""

    def __init__(self, packed: Rejoined, how: Packing) -> None:
        self._packed = packed
        packed.breaks_off = False
        self._file = _OPENED[how](io.BufferedReader(packed))
        self._measured = Measured(lambda: packed.bytes_read)

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """What there is, at most as much as the buffer holds; 0 bytes at the end.

        Raises:
            OSError: it is damaged, or so much more than it was that it is a trap.
        """
        view = memoryview(cast(bytearray, buffer)).cast("B")
        try:
            part = self._file.read1(len(view))
        except EOFError:
            if not self._packed.is_late:
                raise
            part = b""
        if not part and self._packed.is_late:
            raise TimeoutError(NO_TIME)
        self._measured.add(len(part))
        view[: len(part)] = part
        return len(part)


_OPENED: dict[Packing, Callable[[BinaryIO], Any]] = {
    Packing.GZIP: lambda packed: gzip.GzipFile(fileobj=packed),
    Packing.BZIP2: bz2.BZ2File,
    Packing.XZ: lzma.LZMAFile,
    Packing.ZSTD: zstd.ZstdFile,
}
