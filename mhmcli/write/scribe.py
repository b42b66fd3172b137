"""The scribe: another writer, that is asked only of what has to do with the question.

A chunk is weighed first, by how likely it makes the question's own tokens and by its words; that
costs the question. Most of a document stays below the threshold, and there nothing is decoded. The
likelihood counts in standard deviations of what went by, so that the threshold means the same on
every document.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from mhmcli.memory import Memory
from mhmcli.prompter import Prompter, Reading
from mhmcli.write.checks import Outcome
from mhmcli.write.weighing import weighed
from mhmcli.write.writer import Around, Draft

# What a chunk must be worth. In 38 recorded readings of generated prose, logs and HotpotQA a third
# of the passages passed, and 57 of 58 that held a fact; of the links of chains, 12 of 22.
_LEAST_WORTH = 1.0
_FEW = 4  # chunks, before which there is nothing to compare with


class ScribeWriter(Around):
    """Writes what the other writer would, and nothing where the chunk is not worth it."""

    weighs = True

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The other writer's draft, or the head as it was."""
        before = memory.seen
        signals = weighed(reading)
        seen = before.after(signals)
        draft = Draft(Outcome.NOTHING_NEW, said=str(signals))
        if before.passages < _FEW or seen.score(signals) >= _LEAST_WORTH:
            draft = yield from self._writer.write(prompter, reading, memory, head)
        return replace(draft, seen=seen, signals=signals)
