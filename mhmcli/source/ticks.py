"""A stream that is read for as long as it lasts, in intervals that end at the clock, between lines.

What has not come to the end of its line belongs to the next interval, and so does what comes while
nobody reads.
"""

from __future__ import annotations

import io
import os
import select
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.text import TextSource

_PART_BYTES = 1 << 12  # at once: an interval does not end before what was taken is read
_LONGEST_LINE_BYTES = 1 << 20  # that is waited for
_NAME = "<stdin>"


class Intervals:
    """What comes through a pipe, interval by interval. `left_s` tells how many seconds are left of
    the one that goes on; it is broken off, and `was_asked`, when `wakes` can be read from."""

    def __init__(self, stream: BinaryIO, left_s: Callable[[], float], wakes: int) -> None:
        self.ended = False  # the stream has
        self.was_asked = False
        self._descriptor = stream.fileno()
        self._left_s = left_s
        self._wakes = wakes
        self._pending = b""
        self._bytes = self._lines = 0
        self._recoded = self._replaced = 0

    @property
    def report(self) -> SourceReport:
        """What was read so far."""
        return SourceReport(
            _NAME,
            "text",
            self._bytes,
            lines=self._lines,
            recoded_bytes=self._recoded,
            replaced_bytes=self._replaced,
        )

    def passages(self) -> Iterator[Passage]:
        """Those of one interval; their places are those in the whole stream."""
        self.was_asked = False
        lines, start = self._lines, self._bytes
        stream = cast(BinaryIO, io.BufferedReader(_Whole(self._more), _PART_BYTES))
        source = TextSource(_NAME, stream)
        for passage in source.passages():
            place = passage.place
            yield replace(
                passage,
                place=replace(
                    place,
                    line=(place.line or 0) + lines,
                    last_line=(place.last_line or 0) + lines,
                    start_byte=None if place.start_byte is None else place.start_byte + start,
                    end_byte=None if place.end_byte is None else place.end_byte + start,
                ),
            )
        self._recoded += source.report.recoded_bytes
        self._replaced += source.report.replaced_bytes

    def _more(self) -> bytes:
        """Some whole lines; none when the interval, or the stream, has ended."""
        while not self.ended and (left_s := self._left_s()) > 0:
            ready = select.select([self._descriptor, self._wakes], [], [], left_s)[0]
            if self._wakes in ready and self._descriptor not in ready:
                os.read(self._wakes, _PART_BYTES)
                self.was_asked = True
                break
            if not ready:
                break
            part = os.read(self._descriptor, _PART_BYTES)
            self.ended = not part
            self._pending += part
            end = len(self._pending) if self.ended else self._pending.rfind(b"\n") + 1
            if not end and len(self._pending) >= _LONGEST_LINE_BYTES:
                end = len(self._pending)
            if end:
                found, self._pending = self._pending[:end], self._pending[end:]
                self._bytes += len(found)
                self._lines += found.count(b"\n")
                return found
        return b""


class _Whole(io.RawIOBase):
    """What a function gives, as a stream."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self._part = b""

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """What there is, at most as much as the buffer holds; 0 bytes at the end."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        self._part = self._part or self._more()
        size = min(len(view), len(self._part))
        view[:size], self._part = self._part[:size], self._part[size:]
        return size
