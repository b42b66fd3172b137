"""Select and write in one call: the reply names a head by its letter, and then its new text.

Source: the "concur" ablation of arXiv:2607.01523, which did worse than selecting apart.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace

from mhmcli import prompts
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter, Reading
from mhmcli.write.checks import Outcome, fault
from mhmcli.write.rewrite import RewriteWriter, rewritten
from mhmcli.write.writer import Draft

_NAMED = re.compile(r"\W*(?:(?i:head)\W+)?([A-Z])\**[:.)\]\n][\s*]*(.*)", re.DOTALL)


class ConcurWriter(RewriteWriter):
    """Rewrites the head that the model names, whichever was selected."""

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The draft of the head that the reply names; one that names none is not taken."""
        del head
        reply = yield from prompter.reply(
            prompts.concur(reading.question, memory),
            self.reply_tokens(memory.head_tokens),
            after=reading.sequence,
        )
        problem = fault(reply, reading.question)
        if problem:
            return Draft(problem, said=reply.text)
        named = _NAMED.match(reply.text)
        letters = [prompts.letter(index) for index in range(len(memory.heads))]
        if not named or named[1] not in letters:
            return Draft(Outcome.NO_HEAD, said=reply.text)
        chosen = letters.index(named[1])
        draft = rewritten(prompter, reading, replace(reply, text=named[2]), memory, chosen)
        return replace(draft, head=chosen, said=reply.text)
