"""Which head the next step writes to."""

from __future__ import annotations

from typing import Protocol

from mhmcli.chunk import Chunk
from mhmcli.memory import Memory


class HeadSelector(Protocol):
    """Chooses the head to be written, from the memory and the chunk."""

    def select(self, memory: Memory, chunk: Chunk) -> int:
        """The index of the head that this chunk may rewrite."""
        ...


class LeastRecentlyUpdated:
    """The head that has gone longest without an update; of equals, the lowest index.

    Costs no tokens, and writes no head twice before each other was written once.
    Source: MHM-LRU, arXiv:2607.01523.
    """

    def select(self, memory: Memory, chunk: Chunk) -> int:
        """Steps last written (4, -1, 2, -1) -> 1."""
        del chunk
        written = [head.written for head in memory.heads]
        return written.index(min(written))
