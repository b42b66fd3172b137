"""The memories that have a name: a selector, a writer, and sizes that go together.

The default is `append`. Measured before mhm was written, with the default model, on 10 questions
hidden in 6,000 tokens: it captured 0.60 of the answers and answered 0.60 right, where the paper's
`rewrite` with four heads captured 0.70 and answered 0.20 (the answer is in memory, and lost among
the noise), and the monolithic one 0.30 and 0.40; and it writes a fraction of the tokens. `mhm
bench` agrees: of 17 questions never seen before, hidden in 4,096 tokens read in some 20 steps, it
captured the answers of 0.85, `mhm-lru` of 0.08 and `monolithic` of 0.15 (of the 13 whose answers
can be traced), and answered 0.35, 0.18 and 0.18. Its chunks of 700 tokens are not settled: with one
and the same prompt the default model's reply had the answer for 5 of 10 parts of 700 tokens and 4
of 9 of 1,200, which is no difference; smaller chunks attend to less, and give a note a closer
place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mhmcli.select import Cheapest, HeadSelector, LeastRecentlyUpdated
from mhmcli.write import AppendWriter, HeadWriter, RewriteWriter, VerbatimWriter


class MemoryKind(str, Enum):
    """What `--memory` chooses from."""

    SCORING = "scoring"
    APPEND = "append"
    MHM_LRU = "mhm-lru"
    MONOLITHIC = "monolithic"


DEFAULT_MEMORY = MemoryKind.APPEND


@dataclass(frozen=True, slots=True)
class Preset:
    """How one memory is built. The head sizes of the two from the papers are the papers':
    4 x 1024 (arXiv:2607.01523) and the same 4096 in one (arXiv:2507.02259). A small model finds
    more in small chunks; where the memory is shown with each chunk, they cost too much."""

    heads: int
    head_tokens: int
    chunk_tokens: int
    selector: HeadSelector
    writer: HeadWriter


def preset(kind: MemoryKind) -> Preset:
    """The parts of the memory of that name."""
    lru = LeastRecentlyUpdated()
    return {
        MemoryKind.SCORING: Preset(4, 512, 220, Cheapest(), VerbatimWriter()),
        MemoryKind.APPEND: Preset(4, 512, 700, lru, AppendWriter()),
        MemoryKind.MHM_LRU: Preset(4, 1024, 2000, lru, RewriteWriter()),
        MemoryKind.MONOLITHIC: Preset(1, 4096, 2000, lru, RewriteWriter()),
    }[kind]
