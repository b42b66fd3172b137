"""The reading floor: what llama.cpp needs to prefill tokens once, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from mhmcli.engine import Engine, Feed

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
