"""The verbatim writer: the passage itself goes into the head, if it is worth more than what it
would drive out.

The model judges the passage by its logits and writes nothing; what is kept is the document's own
text with its place, so it cannot be paraphrased away. The head selected gives up the notes that
are worth least, until there is room.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from dataclasses import replace

from mhmcli.memory import Memory, Note, joined
from mhmcli.prompter import Prompter, Reading
from mhmcli.write.checks import Outcome
from mhmcli.write.weighing import weighed
from mhmcli.write.writer import Draft, HeadWriter

SHOWN_TOKENS = 1280  # at most, of the sentences that an answer is written from
_INSTRUCTION_TOKENS = 80


class VerbatimWriter(HeadWriter):
    """Keeps the passages of the highest scores (`mhmcli.score.Seen.score`)."""

    weighs = True
    keeps_whole = True

    def tail_tokens(self, heads: int, head_tokens: int) -> int:
        """The instruction alone: the memory is not shown."""
        del heads, head_tokens
        return _INSTRUCTION_TOKENS

    def reply_tokens(self, head_tokens: int) -> int:
        """Nothing is decoded."""
        del head_tokens
        return 0

    def shown_tokens(self, heads: int, head_tokens: int) -> int:
        """A few sentences alone, however large the memory is."""
        return min(SHOWN_TOKENS, heads * head_tokens)

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The draft of head `head`, with the passage in it or as it was; no pieces are yielded."""
        yield from ()
        chunk = reading.chunk
        text = chunk.text.strip()
        if not text:
            return Draft(Outcome.NOTHING_NEW)
        signals = weighed(reading)
        memory = memory.saw(memory.seen.after(signals))
        note = Note(text, (chunk.place,), signals, chunk.passages)
        draft = Draft(Outcome.NOTHING_NEW, said=str(signals), seen=memory.seen, signals=signals)
        if any(held.text == text for each in memory.heads for held in each.notes):
            return draft  # a page that is there twice must not drive out what is there once
        fitting = best_that_fit(prompter, memory, (*memory.heads[head].notes, note))
        if not any(kept is note for kept in fitting):
            return draft
        tokens = prompter.count(joined(fitting))
        return replace(draft, outcome=Outcome.WROTE, notes=fitting, tokens=tokens)


def best_that_fit(
    prompter: Prompter, memory: Memory, notes: Sequence[Note], spared: Collection[Note] = ()
) -> tuple[Note, ...]:
    """The notes, without those that are worth least, so that a head can hold them; those `spared`
    are not given up, and may be too long for it."""
    kept = list(notes)
    while prompter.count(joined(kept)) > memory.head_tokens:
        candidates = [note for note in kept if note not in spared]
        if not candidates:
            break
        kept.remove(min(candidates, key=memory.worth))
    return tuple(kept)
