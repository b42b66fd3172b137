"""Which head the next step writes to."""

from __future__ import annotations

import math
import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from mhmcli import prompts
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, Reading


class HeadSelector(Protocol):
    """Chooses the head to be written, from the memory and the chunk just read."""

    def select(self, prompter: Prompter, reading: Reading, memory: Memory) -> int:
        """The index of the head that this step may write."""
        ...


class LeastRecentlyUpdated:
    """The head whose turn was longest ago; of equals, the lowest index.

    Costs no tokens, and writes no head twice before each other has had a turn. A rewriting takes
    the turn even where the model repeats what the head says, or its reply cannot be taken: else
    that head would be chosen again for the rest of the document.
    Source: MHM-LRU, arXiv:2607.01523.
    """

    def select(self, prompter: Prompter, reading: Reading, memory: Memory) -> int:
        """Turns at steps (4, -1, 2, -1) -> 1."""
        del prompter, reading
        turns = [head.turn for head in memory.heads]
        return turns.index(min(turns))


@dataclass(frozen=True, slots=True)
class Random:
    """Any head, each as likely. The same seed, question and chunk give the same head."""

    seed: int = 0

    def select(self, prompter: Prompter, reading: Reading, memory: Memory) -> int:
        """One of the indices, drawn for this chunk."""
        del prompter
        draw = random.Random(f"{self.seed}/{reading.question}/{reading.chunk.index}")  # noqa: S311  no secret
        return draw.randrange(len(memory.heads))


class Relevance:
    """The head that the model says the chunk belongs to: all heads are shown, each with a letter,
    and the likeliest letter is taken. One prefill of the memory a step, and nothing decoded.

    Source: the routing baseline of arXiv:2607.01523; the paper decodes the reply.
    """

    def select(self, prompter: Prompter, reading: Reading, memory: Memory) -> int:
        """The first head while all are empty."""
        if memory.is_empty:
            return 0
        letters = [prompts.letter(index) for index in range(len(memory.heads))]
        instruction = prompts.route(reading.question, memory)
        return prompter.choose(instruction, letters, after=reading.sequence)


class Cheapest:
    """The head that gives up least for the chunk: one with room for it, the longest without an
    update first; else the one of which the best note that has to go is worth the least.

    So the heads together keep the best notes, whichever head they are in and however long they are,
    and a step still writes one.
    """

    def select(self, prompter: Prompter, reading: Reading, memory: Memory) -> int:
        """Costs no tokens."""
        return self.choose(prompter, memory, reading.chunk.tokens)

    def choose(
        self, prompter: Prompter, memory: Memory, needed: int, spared: Collection[Note] = ()
    ) -> int:
        """The head for a note of so many tokens; those `spared` are not to go."""

        def price(index: int) -> tuple[bool, float]:
            head = memory.heads[index]
            room = memory.head_tokens - head.tokens - bool(head.notes)  # a line end between
            if needed <= room:
                return (False, head.written)
            may_go = sorted((n for n in head.notes if n not in spared), key=memory.worth)
            for note in may_go:
                room += prompter.count(note.text) + 1
                if needed <= room:
                    return (True, memory.worth(note))
            return (True, math.inf)

        return min(range(len(memory.heads)), key=price)
