"""The paper's writer: the model sees all heads and the reply is the new text of one.

Source: Multi-Head Recurrent Memory, arXiv:2607.01523; with one head it is MemAgent's update
(arXiv:2507.02259).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace

from mhmcli import prompts
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, Reading
from mhmcli.replies import Reply
from mhmcli.write.checks import Outcome, fault, says_nothing
from mhmcli.write.origin import known_of, origin
from mhmcli.write.writer import Draft, HeadWriter

# What a model copies from the way the memory is shown to it.
_LABELS = re.compile(
    r"^\W*head \d+(?: of the memory)?\W*$|</?memory>|\(empty\)", re.IGNORECASE | re.MULTILINE
)
_LABEL = re.compile(r"\A\[?head \d+\]?:?\s*", re.IGNORECASE)
_LINE_END = re.compile(r"\n(?=[^\n])")  # empty lines stay with the line above them
_INSTRUCTION_TOKENS = 200


class RewriteWriter(HeadWriter):
    """Read all heads, write to one: the reply replaces the head's text. It is never longer than a
    head, so there is nothing to compact."""

    def tail_tokens(self, heads: int, head_tokens: int) -> int:
        """All heads, and the instruction."""
        return heads * (head_tokens + 8) + _INSTRUCTION_TOKENS

    def reply_tokens(self, head_tokens: int) -> int:
        """A whole head."""
        return head_tokens

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The draft of head `head`, whose turn it is; a reply that cannot be taken leaves it as it
        is."""
        instruction = prompts.rewrite(reading.question, memory, head)
        reply = yield from prompter.reply(
            instruction, self.reply_tokens(memory.head_tokens), after=reading.sequence
        )
        return replace(rewritten(prompter, reading, reply, memory, head), takes_turn=True)


def rewritten(
    prompter: Prompter, reading: Reading, reply: Reply, memory: Memory, head: int
) -> Draft:
    """The draft that makes a reply the new text of a head, if it can be taken: a note for each
    line, with the places that it is from."""
    problem = fault(reply, reading.question)
    if problem:
        return Draft(problem, said=reply.text)
    text = _LABEL.sub("", _LABELS.sub("", reply.text).strip())
    if not text:
        return Draft(Outcome.ECHOED, said=reply.text)
    if says_nothing(text) or text == memory.heads[head].text:
        return Draft(Outcome.NOTHING_NEW, said=reply.text)
    tokens = prompter.count(text)
    if tokens > memory.head_tokens:
        return Draft(Outcome.RAN_AWAY, said=reply.text)
    known = known_of((note for each in memory.heads for note in each.notes), reading.chunk)
    otherwise = (reading.chunk.place,) if memory.is_empty else ()
    notes = tuple(Note(line, origin(line, known) or otherwise) for line in _LINE_END.split(text))
    return Draft(Outcome.WROTE, notes, tokens, reply.text)
