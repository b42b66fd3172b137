"""The reading floor: what llama.cpp needs to prefill tokens once, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mhmcli.bench.took import FLOOR, Took
from mhmcli.chunk import Chunk
from mhmcli.engine import Engine, Feed, Spent

CHUNK_TOKENS = 2048


def floor_s(
    engine: Engine, tokens: Sequence[int], clock: Callable[[], float] = time.monotonic
) -> float:
    """Seconds to prefill the tokens once, in windows of 2,048 that are emptied between."""
    start = clock()
    for at in range(0, len(tokens), CHUNK_TOKENS):
        sequence = engine.open()
        try:
            engine.feed([Feed(sequence, tokens[at : at + CHUNK_TOKENS])])
        finally:
            engine.close(sequence)
    return clock() - start


@dataclass(slots=True)
class Beside:
    """The floor of a reading while it goes on: whenever the tokens of another window were read,
    they are prefilled by an engine of its own. A machine that becomes slower, or does something
    else, does so for both."""

    engine: Engine
    clock: Callable[[], float] = time.monotonic
    seconds: float = 0.0
    tokens: int = 0
    _read: list[int] = field(default_factory=list)

    def between(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks, each as the one before it is done with."""
        for chunk in chunks:
            yield chunk
            self._read += self.engine.tokenize(chunk.text)
            while len(self._read) >= CHUNK_TOKENS:
                self._prefill()
        self._prefill()

    def took(self) -> Took:
        """What it came to."""
        return Took(FLOOR, self.seconds, spent=Spent(chunk_tokens=self.tokens))

    def _prefill(self) -> None:
        window, self._read = self._read[:CHUNK_TOKENS], self._read[CHUNK_TOKENS:]
        self.seconds += floor_s(self.engine, window, self.clock)
        self.tokens += len(window)
