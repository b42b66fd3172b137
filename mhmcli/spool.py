"""Keep what was read for another look, in a file of its own that is gone with the process.

A pipe can be read once, and a PDF is slow to read again; text is small. The file has no name and
nobody else can open it. Beyond its limit, or when the disk is full, what comes later is not kept,
and `missed` counts it: what is looked up is then not found in it, and nothing else is lost.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Generic, TypeVar, cast

LIMIT_BYTES = 1 << 28  # some 60 million tokens
T = TypeVar("T")


class Spool(Generic[T]):
    """Chunks or passages on disk, in the order in which they came."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._file = cast(BinaryIO, tempfile.TemporaryFile(prefix="mhm-"))  # noqa: SIM115  `close`
        self._limit = limit_bytes
        self._full = False
        self.missed = 0
        self._starts = array("q")

    def __len__(self) -> int:
        """How many were kept."""
        return len(self._starts)

    def through(self, items: Iterable[T]) -> Iterator[T]:
        """The items, each kept as it passes."""
        for item in items:
            self._full = self._full or not self._keep(item)
            self.missed += self._full
            yield item

    def _keep(self, item: T) -> bool:
        """Whether there was room for it."""
        whole = pickle.dumps(item)
        start = self._file.tell()
        if start + len(whole) > self._limit:
            return False
        try:
            self._file.write(whole)
            self._file.flush()
        except OSError:  # the disk is full: what is there is kept
            with contextlib.suppress(OSError):
                self._file.truncate(start)
            return False
        self._starts.append(start)
        return True

    def kept(self) -> Iterator[T]:
        """What was kept, from the first on. Not while items are passing through."""
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> T:
        """One of those kept, from 0. Not while items are passing through."""
        self._file.seek(self._starts[number])
        item: T = pickle.load(self._file)  # noqa: S301  our own, and nobody else's
        return item

    def close(self) -> None:
        """The file is gone."""
        self._file.close()
