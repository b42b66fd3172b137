"""The verbatim writer: the passage itself goes into the head, if it is worth more than what it
would drive out.

The model judges the passage by its logits and writes nothing; what is kept is the document's own
text with its place, so it cannot be paraphrased away. The head selected gives up the notes that
are worth least, until there is room.
"""

from __future__ import annotations

from collections.abc import Generator

from mhmcli import prompts
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, Reading
from mhmcli.score import Query, Signals
from mhmcli.write.checks import Outcome
from mhmcli.write.writer import Draft

_INSTRUCTION_TOKENS = 80


class VerbatimWriter:
    """Keeps the passages of the highest scores (`mhmcli.score.Seen.score`)."""

    def tail_tokens(self, heads: int, head_tokens: int) -> int:
        """The instruction alone: the memory is not shown."""
        del heads, head_tokens
        return _INSTRUCTION_TOKENS

    def reply_tokens(self, head_tokens: int) -> int:
        """Nothing is decoded."""
        del head_tokens
        return 0

    def compaction_tokens(self, chunk_tokens: int, head_tokens: int) -> int:
        """Nothing is compacted."""
        del chunk_tokens, head_tokens
        return 0

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The draft of head `head`, with the passage in it or as it was; no pieces are yielded."""
        yield from ()
        text = reading.chunk.text.strip()
        if not text:
            return Draft(Outcome.NOTHING_NEW)
        weight = prompter.weigh(*prompts.weigh(reading.question), after=reading.sequence)
        query = Query.of(reading.question)
        signals = Signals.of(weight.log_odds, weight.likelihood, query, text)
        seen = memory.seen.after(signals)
        note = Note(text, (reading.chunk.place,), signals)
        said = f"yes {weight.log_odds:+.2f}, question {weight.likelihood:+.2f}"
        kept = [*memory.heads[head].notes, note]
        while (tokens := prompter.count("\n".join(n.text for n in kept))) > memory.head_tokens:
            least = min(kept, key=lambda n: seen.score(n.signals) if n.signals else 0.0)
            kept.remove(least)
            if least is note:
                return Draft(Outcome.NOTHING_NEW, said=said, seen=seen, signals=signals)
        return Draft(Outcome.WROTE, tuple(kept), tokens, said, seen=seen, signals=signals)
