"""The append writer: the reply is only what is new, or NONE, and the old text stays.

What the reply points at is taken from the chunk itself (`mhmcli.write.ground`), so a note is
the document's own sentence with its place. Retention is structural inside a head too: nothing
that is kept passes through the model again. Only when a head would pass its budget is that
head, alone, compacted. The memory is not shown, so a step costs the chunk, the question and a
handful of written tokens.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from mhmcli import prompts
from mhmcli.chunk import Count
from mhmcli.memory import Memory, Note, joined
from mhmcli.prompter import Prompter, Reading
from mhmcli.replies import OptOut, Reply
from mhmcli.source import split_sentences
from mhmcli.write.checks import Outcome, fault, folded, repeats_prompt, says_nothing
from mhmcli.write.ground import Grounding, words
from mhmcli.write.origin import known_of, origin
from mhmcli.write.writer import Draft, HeadWriter

# How sure the model must be that a chunk has nothing, to be believed. With the default model the
# chunk with the answer stands at 0.07 to 0.39 for plain questions, the others at 0.4 to 0.95.
SURE_OF_NOTHING = 0.67
_INSTRUCTION_TOKENS = 120
_REPLY_TOKENS = 256
_COMPACTED_SHARE = 0.75  # of the budget, so that the next notes do not compact again at once
_BULLET = re.compile(r"^(?:[-*•]|\d{1,2}[.)]|>)\s+")


class AppendWriter(HeadWriter):
    """Sentences copied from the chunk are added to the head; nothing is rewritten."""

    def tail_tokens(self, heads: int, head_tokens: int) -> int:
        """The instruction alone: the memory is not shown."""
        del heads, head_tokens
        return _INSTRUCTION_TOKENS

    def reply_tokens(self, head_tokens: int) -> int:
        """A few sentences; never more than half a head."""
        return min(_REPLY_TOKENS, max(1, head_tokens // 2))

    def compaction_tokens(self, chunk_tokens: int, head_tokens: int) -> int:
        """The chunk, which stays in the window; the head, and at most as much again on top of it;
        the instruction; and the shorter head that is written."""
        return chunk_tokens + 3 * head_tokens + _INSTRUCTION_TOKENS

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The draft of head `head`: its notes, then the new ones."""
        reply = yield from prompter.reply(
            prompts.append(reading.question),
            self.reply_tokens(memory.head_tokens),
            after=reading.sequence,
            opt_out=OptOut(prompts.NOTHING, SURE_OF_NOTHING),
        )
        pointed = _pointed_at(reply, reading, memory.head_tokens, prompter.count)
        if not pointed:
            nothing = Outcome.NOTHING_NEW if says_nothing(reply.text) else None
            return Draft(
                nothing or fault(reply, reading.question) or Outcome.NOT_IN_CHUNK, said=reply.text
            )
        fresh = _not_held(pointed, memory)
        if not fresh:
            return Draft(Outcome.NOTHING_NEW, said=reply.text)
        fresh = _fitting(fresh, memory.head_tokens, prompter)
        if not fresh:
            return Draft(Outcome.TOO_LONG, said=reply.text)
        notes = (*memory.heads[head].notes, *fresh)
        tokens = prompter.count(joined(notes))
        if tokens <= memory.head_tokens:
            return Draft(Outcome.WROTE, notes, tokens, reply.text)
        return (yield from self._compacted(prompter, reading.question, notes, memory, reply.text))

    def _compacted(
        self,
        prompter: Prompter,
        question: str,
        notes: tuple[Note, ...],
        memory: Memory,
        said: str,
    ) -> Generator[str, None, Draft]:
        """The notes in fewer tokens: by the model, or, when its reply cannot be taken, by
        leaving out whole notes, those first that share the fewest words with the question."""
        target = max(1, int(memory.head_tokens * _COMPACTED_SHARE))
        instruction = prompts.compact(question, joined(notes), target)
        reply = yield from prompter.reply(instruction, target)
        if fault(reply, question) is None and not says_nothing(reply.text):
            lines = [line.strip() for line in reply.text.splitlines() if line.strip()]
            known = known_of(notes)
            shorter = tuple(Note(line, origin(_BULLET.sub("", line), known)) for line in lines)
            tokens = prompter.count(joined(shorter))
            if tokens <= target:
                return Draft(Outcome.COMPACTED, shorter, tokens, said)
        kept = list(notes)
        while len(kept) > 1 and prompter.count(joined(kept)) > target:
            kept.remove(min(kept, key=lambda note: _shared_words(note.text, question)))
        tokens = prompter.count(joined(kept))
        return Draft(Outcome.COMPACTED, tuple(kept), tokens, said)


def _pointed_at(reply: Reply, reading: Reading, most_tokens: int, count: Count) -> list[Note]:
    """The chunk's own sentences that the reply's lines and sentences stand for, each once; of one
    that is longer than a head, the piece. What is in the chunk is taken, whatever it sounds like:
    a document may well say "I am sorry".

    Of a reply that was cut off, the unfinished last line is left out where there are others.
    """
    lines = [line for line in reply.text.splitlines() if line.strip()]
    if not reply.ended and len(lines) > 1:
        lines.pop()
    grounding = Grounding(reading.chunk, reading.question, most_tokens, count)
    asked = folded(reading.question)
    notes: dict[Note, None] = {}
    for line in lines:
        for sentence in split_sentences(_BULLET.sub("", line.strip())):
            if repeats_prompt(sentence) or folded(sentence).removeprefix("question: ") == asked:
                continue
            note = grounding.note(sentence)
            if note:
                notes[note] = None
    return list(notes)


def _not_held(notes: Sequence[Note], memory: Memory) -> tuple[Note, ...]:
    held = {folded(note.text) for head in memory.heads for note in head.notes}
    return tuple(note for note in notes if folded(note.text) not in held)


def _fitting(notes: Sequence[Note], limit: int, prompter: Prompter) -> tuple[Note, ...]:
    """The first notes that are within the limit together; one that is too long is passed over."""
    kept: tuple[Note, ...] = ()
    for note in notes:
        if prompter.count(joined((*kept, note))) <= limit:
            kept = (*kept, note)
    return kept


def _shared_words(text: str, question: str) -> int:
    return len(words(text) & words(question))
