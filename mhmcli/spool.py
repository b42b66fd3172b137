"""Keep what was read for another look, in a file of its own that is gone with the process.

A pipe can be read once, and a PDF is slow to read again; text is small, and the first of it is kept
in memory. The file has no name and nobody else can open it. Beyond its limit, or when the disk is
full, what comes later is not kept, and `missed` counts it: what is looked up is then not found in
it, and nothing else is lost.
"""

from __future__ import annotations

import pickle
import shutil
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Generic, TypeVar, cast

LIMIT_BYTES = 1 << 28  # some 60 million tokens
MEMORY_BYTES = 1 << 22
T = TypeVar("T")


def has_room(size: int) -> bool:
    """Whether so many bytes can be kept, as far as that can be told."""
    if size <= MEMORY_BYTES:
        return True
    try:
        return shutil.disk_usage(tempfile.gettempdir()).free >= size
    except OSError:  # no directory for temporary files can be written to
        return False


class Spool(Generic[T]):
    """Chunks or passages in memory and on disk, in the order in which they came."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES, memory_bytes: int = MEMORY_BYTES) -> None:
        self._first = bytearray()
        self._file: BinaryIO | None = None  # until there is something to keep in it
        self._limit = limit_bytes
        self._memory_bytes = memory_bytes
        self._full = False
        self.missed = 0
        self._ends = array("q", [0])

    def __len__(self) -> int:
        """How many were kept."""
        return len(self._ends) - 1

    def through(self, items: Iterable[T]) -> Iterator[T]:
        """The items, each kept as it passes."""
        for item in items:
            self._full = self._full or not self._keep(item)
            self.missed += self._full
            yield item

    def _keep(self, item: T) -> bool:
        """Whether there was room for it."""
        whole = pickle.dumps(item)
        end = self._ends[-1] + len(whole)
        if end > self._limit:
            return False
        if self._file is None and end <= self._memory_bytes:
            self._first += whole
            self._ends.append(end)
            return True
        try:
            if self._file is None:
                # Without a buffer: one that cannot be written out would fail again at every turn.
                file = tempfile.TemporaryFile(prefix="mhm-", buffering=0)  # noqa: SIM115  `close`
                self._file = cast(BinaryIO, file)
            self._file.seek(self._ends[-1] - len(self._first))
            written = self._file.write(whole)
        except OSError:  # the disk is full, or there is none: what is there is kept
            return False
        if written < len(whole):
            return False
        self._ends.append(end)
        return True

    def kept(self) -> Iterator[T]:
        """What was kept, from the first on."""
        return (self[number] for number in range(len(self)))

    def whole(self) -> Iterator[T]:
        """The same, where nothing is missing; else nothing."""
        return iter(()) if self.missed else self.kept()

    def __getitem__(self, number: int) -> T:
        """One of those kept, from 0."""
        start, end = self._ends[number], self._ends[number + 1]
        if end <= len(self._first):
            whole = bytes(self._first[start:end])
        else:
            assert self._file is not None
            self._file.seek(start - len(self._first))
            whole = self._file.read(end - start)
        item: T = pickle.loads(whole)  # noqa: S301  our own, and nobody else's
        return item

    def close(self) -> None:
        """The file is gone."""
        if self._file:
            self._file.close()
