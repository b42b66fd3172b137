"""The memories that have a name: a selector, a writer, and sizes that go together.

The default is `scoring`. Measured with the default model on 20 questions never seen before, hidden
in 4,096, 8,192 and 16,384 tokens (captures are of the 14 questions whose answers can be traced; "as
asked", a model that says that the document does not say is taken at its word;
`mhmcli/bench/RESULTS.md` has the rest):

    scoring       captured 1.00 1.00 1.00    answered 0.60 0.60 0.70    as asked 0.60 0.60 0.70
    append                 0.79 0.86 0.71             0.40 0.65 0.35             0.35 0.50 0.30
    mhm-lru                0.29 0.14 0.14             0.35 0.30 0.25
    monolithic             0.14 0.07 0.07             0.25 0.30 0.20
    six passages that retrieval found                 0.55 0.60 0.50

It is also what can count, list, follow a chain, and find what is said in other words. Chunks of 700
tokens for `append` are not settled: with one and the same prompt the default model's reply had the
answer for 5 of 10 parts of 700 tokens and 4 of 9 of 1,200, which is no difference; smaller chunks
attend to less, and give a note a closer place.
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
