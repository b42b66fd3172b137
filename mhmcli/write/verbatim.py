"""The verbatim writer: the passage itself goes into the head, if it is worth more than what it
would drive out.

The model judges the passage by its logits and writes nothing; what is kept is the document's own
text with its place, so it cannot be paraphrased away. The head selected gives up the notes that
are worth least, until there is room. A passage that is not worth keeping by how likely it makes
the question, and by its words, is not asked for a verdict: that halves what is shown beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from dataclasses import replace

from mhmcli import prompts
from mhmcli.memory import Memory, Note, joined
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
        chunk = reading.chunk
        text = chunk.text.strip()
        if not text:
            return Draft(Outcome.NOTHING_NEW)
        head_notes, seen = memory.heads[head].notes, memory.seen
        words = Signals.of(0.0, None, Query.of(reading.question), text)

        def kept(signals: Signals) -> tuple[Note, ...]:
            """What the head holds with a passage of these signals before it."""
            note = Note(text, (chunk.place,), signals, chunk.passages)
            return best_that_fit(prompter, memory.saw(seen.after(signals)), (*head_notes, note))

        def telling(likelihood: float) -> bool:
            """Whether a good verdict would keep the passage."""
            hoped = replace(words, likelihood=likelihood, log_odds=seen.hoped)
            return any(note.signals is hoped for note in kept(hoped))

        wording = prompts.weigh(reading.question)
        weight = prompter.weigh(wording, after=reading.sequence, telling=telling)
        signals = replace(words, likelihood=weight.likelihood, log_odds=weight.log_odds)
        said = f"question {weight.likelihood:+.2f}"
        if weight.log_odds is not None:
            said += f", yes {weight.log_odds:+.2f}"
        fitting = kept(signals)
        seen = seen.after(signals)
        if not any(note.signals is signals for note in fitting):
            return Draft(Outcome.NOTHING_NEW, said=said, seen=seen, signals=signals)
        tokens = prompter.count(joined(fitting))
        return Draft(Outcome.WROTE, fitting, tokens, said, seen=seen, signals=signals)


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
