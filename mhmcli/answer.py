"""From memory to an answer, or to the plain statement that the document does not say."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

from mhmcli import prompts
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter, run
from mhmcli.source import Place, split_sentences

NOT_IN_DOCUMENT = "The document does not say."
ANSWER_TOKENS = 512
INSTRUCTION_TOKENS = 150

# Log-odds of yes against no that the notes hold the answer. With the default model, 4 of 5
# memories with the answer in them stand above 0, and 6 of 7 from other questions below.
LEAST_LOG_ODDS = 0.0

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

    The model first judges, by its logits, whether the notes hold the answer; an empty memory
    needs no model to say that nothing was found.
    """
    if memory.is_empty:
        return Answer(question, NOT_IN_DOCUMENT, found=False)
    texts = [head.text for head in memory.heads if head.notes]
    sequence = run(prompter.read(prompts.notes(texts), of_document=False))
    try:
        if prompter.judge(prompts.judge(question), after=sequence) < LEAST_LOG_ODDS:
            return Answer(question, NOT_IN_DOCUMENT, found=False)
        reply = yield from prompter.reply(prompts.answer(question), max_tokens, after=sequence)
    finally:
        prompter.forget(sequence)
    text = reply.text if reply.ended else _without_loop(reply.text)
    if not text or _NOT_STATED.match(text):
        return Answer(question, NOT_IN_DOCUMENT, found=False)
    return Answer(question, text, found=True, places=places(memory), complete=reply.ended)


def _without_loop(text: str) -> str:
    """A reply that was cut off, each sentence once: 'It is. It is. It' -> 'It is. It'."""
    parts = dict.fromkeys(
        part.strip() for line in text.splitlines() for part in split_sentences(line)
    )
    return " ".join(part for part in parts if part)


def places(memory: Memory) -> tuple[Place, ...]:
    """Where the notes of all heads were taken from, each place once, in reading order."""
    written = sorted((head for head in memory.heads if head.notes), key=lambda head: head.written)
    found = (place for head in written for note in head.notes for place in note.places)
    return tuple(dict.fromkeys(found))
