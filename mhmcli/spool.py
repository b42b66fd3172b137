"""Keep what was read for another look, in a file of its own that is gone with the process.

A pipe can be read once, and a PDF is slow to read again; text is small. The file has no name and
nobody else can open it. Beyond its limit, or when the disk is full, later chunks are not kept: what
is looked up is then not found in them, and nothing else is lost.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from mhmcli.chunk import Chunk

LIMIT_BYTES = 1 << 28  # some 60 million tokens


class Spool:
    """Chunks on disk, in the order in which they came."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._file = cast(BinaryIO, tempfile.TemporaryFile(prefix="mhm-"))  # noqa: SIM115  `close`
        self._limit = limit_bytes
        self._full = False

    def through(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks, each kept as it passes."""
        for chunk in chunks:
            self._keep(chunk)
            yield chunk

    def _keep(self, chunk: Chunk) -> None:
        whole = pickle.dumps(chunk)
        end = self._file.tell()
        self._full = self._full or end + len(whole) > self._limit
        if self._full:
            return
        try:
            self._file.write(whole)
            self._file.flush()
        except OSError:  # the disk is full: what is there is kept
            self._full = True
            with contextlib.suppress(OSError):
                self._file.truncate(end)

    def chunks(self) -> Iterator[Chunk]:
        """What was kept, from the first on. Not while chunks are passing through."""
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301  our own, and nobody else's
            except EOFError:
                return

    def close(self) -> None:
        """The file is gone."""
        self._file.close()
