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

from mhmcli.errors import SourceError
from mhmcli.source.kinds import refuse_all_but_text
from mhmcli.source.open import STDIN_NAME
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.text import TextSource

_PART_BYTES = 1 << 12  # at once: an interval does not end before what was taken is read
_LONGEST_LINE_BYTES = 1 << 20  # that is waited for


class Intervals:
    """What comes through a pipe, interval by interval. `left_s` tells how many seconds are left of
    the one that goes on; it is broken off, and `was_asked`, when `wakes` can be read from."""

    def __init__(self, stream: BinaryIO, left_s: Callable[[], float], wakes: int) -> None:
        self.ended = False  # the stream has
        self.was_asked = False
        self._is_over = False  # the interval is, until the next one is asked for
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
            STDIN_NAME,
            "text",
            self._bytes,
            lines=self._lines,
            recoded_bytes=self._recoded,
            replaced_bytes=self._replaced,
        )

    def passages(self) -> Iterator[Passage]:
        """Those of one interval; their places are those in the whole stream."""
        self.was_asked = self._is_over = False
        lines, start = self._lines, self._bytes
        stream = cast(BinaryIO, io.BufferedReader(_Whole(self._more), _PART_BYTES))
        source = TextSource(STDIN_NAME, stream)
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
        """Some whole lines; none when the interval, or the stream, has ended.

        Raises:
            SourceError: it cannot be read, or is no text.
        """
        while not (self.ended or self.was_asked or self._is_over):
            left_s = self._left_s()
            ready = select.select([self._descriptor, self._wakes], [], [], max(0.0, left_s))[0]
            if self._wakes in ready:
                os.read(self._wakes, _PART_BYTES)
                self.was_asked = True
            if left_s > 0 and self._descriptor in ready and (lines := self._lines_that_came()):
                return lines
            self._is_over = left_s <= 0 or not ready
        self._is_over = True
        return b""

    def _lines_that_came(self) -> bytes:
        try:
            part = os.read(self._descriptor, _PART_BYTES)
        except OSError as error:
            raise SourceError(
                f"cannot read {STDIN_NAME}: {error.strerror}", hint="pipe something in"
            ) from error
        if not self._bytes and not self._pending:
            refuse_all_but_text(STDIN_NAME, part)
        self.ended = not part
        self._pending += part
        end = len(self._pending) if self.ended else self._pending.rfind(b"\n") + 1
        if not end and len(self._pending) >= _LONGEST_LINE_BYTES:
            end = len(self._pending)
        lines, self._pending = self._pending[:end], self._pending[end:]
        self._bytes += len(lines)
        self._lines += lines.count(b"\n")
        return lines


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
