"""From memory to an answer, or to the plain statement that the document does not say."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

from mhmcli import prompts
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.source import Place
from mhmcli.write.checks import folded

NOT_IN_DOCUMENT = "The document does not say."
ANSWER_TOKENS = 512
INSTRUCTION_TOKENS = 150

_NOT_STATED = re.compile(
    r"\W*(?:the (?:notes|document|text|answer)s? (?:do|does|is|are) not\b|not stated|"
    r"there is no (?:information|mention)|no information|none\W*$|unknown\W*$|"
    r"not (?:mentioned|specified|provided))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. `found` is False when the document does not hold it;
    `places` are those that the memory was written from, newest last."""

    question: str
    text: str
    found: bool
    places: tuple[Place, ...] = ()
    complete: bool = True


def answer(
    prompter: Prompter, question: str, memory: Memory, *, max_tokens: int = ANSWER_TOKENS
) -> Generator[str, None, Answer]:
    """The answer from the heads alone; its pieces are yielded as they are decoded.

    An empty memory needs no model to say that nothing was found.
    """
    if memory.is_empty:
        return Answer(question, NOT_IN_DOCUMENT, found=False)
    notes = [head.text for head in memory.heads if head.notes]
    reply = yield from prompter.reply(prompts.answer(question, notes), max_tokens)
    text = reply.text.strip()
    if not text or _NOT_STATED.match(text) or folded(prompts.NOT_STATED) in folded(text[:40]):
        return Answer(question, NOT_IN_DOCUMENT, found=False)
    return Answer(question, text, found=True, places=places(memory), complete=reply.ended)


def places(memory: Memory) -> tuple[Place, ...]:
    """Where the notes of all heads were taken from, each place once, in reading order."""
    written = sorted((head for head in memory.heads if head.notes), key=lambda head: head.written)
    found = (place for head in written for note in head.notes for place in note.places)
    return tuple(dict.fromkeys(found))
