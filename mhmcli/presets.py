"""The memories that have a name: a selector, a writer, and sizes that go together.

The default is `append`. Measured with the default model on 20 questions never seen before, hidden
in 4,096, 8,192 and 16,384 tokens read in some 20 steps (captures are of the 14 questions whose
answers can be traced; README.md has the rest):

    append        captured 0.86 0.86 0.71    answered 0.40 0.65 0.35
    mhm-lru                0.14 0.14 0.14             0.30 0.30 0.25
    monolithic             0.14 0.07 0.07             0.25 0.30 0.20
    six passages that retrieval found                 0.65 0.55 0.50

`scoring` captured all at 4,096 tokens and answered 0.60, in documents with four of the questions
each, and is what can count, list, and follow; it is not yet measured on as much as `append`. Chunks
of 700 tokens for `append` are not settled: with one and the same prompt the default model's reply
had the answer for 5 of 10 parts of 700 tokens and 4 of 9 of 1,200, which is no difference; smaller
chunks attend to less, and give a note a closer place.
"""

from __future__ import annotations

from dataclasses import dataclass

from mhmcli.memory_kind import MemoryKind
from mhmcli.select import Cheapest, HeadSelector, LeastRecentlyUpdated
from mhmcli.write import AppendWriter, HeadWriter, RewriteWriter, ScribeWriter, VerbatimWriter


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
        MemoryKind.SCRIBE: Preset(4, 512, 350, lru, ScribeWriter(AppendWriter())),
        MemoryKind.MHM_LRU: Preset(4, 1024, 2000, lru, RewriteWriter()),
        MemoryKind.MONOLITHIC: Preset(1, 4096, 2000, lru, RewriteWriter()),
    }[kind]
