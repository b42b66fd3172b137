"""Sequences that are kept as lists of tokens: for engines that compute nothing themselves."""

from __future__ import annotations


class ListedSequences:
    """The part of an engine that names, forks and closes them."""

    def __init__(self) -> None:
        self._sequences: dict[int, list[int]] = {}
        self._next = 0

    def open(self) -> int:
        """A new, empty sequence."""
        self._next += 1
        self._sequences[self._next] = []
        return self._next

    def fork(self, sequence: int) -> int:
        """A new sequence that begins with all of `sequence`."""
        copy = self.open()
        self._sequences[copy] = list(self._sequences[sequence])
        return copy

    def close(self, sequence: int) -> None:
        """The sequence is gone."""
        del self._sequences[sequence]

    def length(self, sequence: int) -> int:
        """Tokens in the sequence."""
        return len(self._sequences[sequence])
