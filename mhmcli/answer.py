"""From memory to an answer, or to the plain statement that the document does not say."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

from mhmcli import prompts
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter, run
from mhmcli.source import Place, split_sentences
from mhmcli.write.ground import words

NOT_IN_DOCUMENT = "The document does not say."
NO_REPLY = "The model came to no answer within its limit."
ANSWER_TOKENS = 512
INSTRUCTION_TOKENS = 150

# Log-odds of yes against no that the notes hold the answer. With the default model, 4 of 5
# memories with the answer in them stand above 0, and 6 of 7 from other questions below.
LEAST_LOG_ODDS = 0.0
# What a passage must be worth to be shown: standard deviations, and a share of what the best is.
_LEAST_WORTH = 1.5
_LEAST_SHARE = 0.3
_NEARLY_AS_MANY = 0.5  # of the words that the best note shares

_SAYING = r"(?:say|mention|contain|state|provide|specify|include|give|answer)"
# What speaks of the notes, not of the world: "the text is not encrypted" is an answer.
_MARK = re.compile(rf"[*_]*{re.escape(prompts.ANSWER)}[*_]*", re.IGNORECASE)
_NOT_STATED = re.compile(
    rf"\W*(?:not (?:stated|mentioned|specified|provided)\b|none\W*\Z|unknown\W*\Z|"
    rf"the (?:notes|document|text|passage)s? (?:do(?:es)? not|don't|doesn't) {_SAYING}\b|"
    r"there is no (?:information|mention)\b|"
    r"no information (?:is |was )?(?:given|provided|about)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. `found` is False when the document does not hold it;
    `places` are those of the notes that have most to do with it, in reading order; `log_odds` is
    the model's verdict, yes against no, on whether the notes hold the answer, and `said` its reply,
    whatever was made of it. `counted` are the sorts of lines that a count is made of, what varies
    left out, and how many of each."""

    question: str
    text: str
    found: bool
    places: tuple[Place, ...] = ()
    complete: bool = True
    log_odds: float | None = None
    said: str = ""
    counted: tuple[tuple[str, int], ...] = ()


def answer(
    prompter: Prompter,
    question: str,
    memory: Memory,
    *,
    max_tokens: int = ANSWER_TOKENS,
    least_log_odds: float = LEAST_LOG_ODDS,
) -> Generator[str, None, Answer]:
    """The answer from the heads alone; its pieces are yielded as they are decoded.

    The model first judges, by its logits, whether the notes hold the answer, and is not asked for
    one below `least_log_odds`; an empty memory needs no model to say that nothing was found.
    """
    if memory.is_empty:
        return Answer(question, NOT_IN_DOCUMENT, found=False)
    sequence = run(prompter.read(prompts.notes(_shown(memory)), of_document=False))
    try:
        odds = prompter.judge(prompts.judge(question), after=sequence)
        if odds < least_log_odds:
            return Answer(question, NOT_IN_DOCUMENT, found=False, log_odds=odds)
        reply = yield from prompter.reply(prompts.answer(question), max_tokens, after=sequence)
    finally:
        prompter.forget(sequence)
    text = concluded(reply.text if reply.ended else _without_loop(reply.text))
    if not text and not reply.ended:
        return Answer(question, NO_REPLY, False, (), False, odds)
    if not text or _NOT_STATED.match(text):
        return Answer(question, NOT_IN_DOCUMENT, False, (), True, odds, text)
    found = places(memory, f"{question} {text}")
    return Answer(question, text, True, found, reply.ended, odds, text)


def _shown(memory: Memory) -> list[str]:
    """What the heads hold, head by head. Of passages that were judged, those that stand out, in
    the order that they have in the document.

    A small model answers from whatever it is shown: with the passage that holds the answer, and
    none of those that were merely the best of the rest, the default model answered 3 of 3
    questions that share no word with it; with eight passages, 0 of 3.
    """
    notes = [note for head in memory.heads for note in head.notes if note.signals and note.places]
    if not notes:
        return [head.text for head in memory.heads if head.notes]
    worth = {note: memory.worth(note) for note in notes}
    best = max(worth.values())
    least = min(best, max(_LEAST_WORTH, _LEAST_SHARE * best))
    telling = [note for note in notes if worth[note] >= least]
    return [note.text for note in sorted(telling, key=lambda note: _position(note.places[0]))]


def concluded(reply: str) -> str:
    """What a reply says after the facts that it follows from.

    'Roy is the keeper.\n**Answer:** Roy' -> 'Roy'. A reply that marks no answer is its own.
    """
    said = [part.strip() for part in _MARK.split(reply)]
    return next((part for part in reversed(said) if part), "")


def _without_loop(text: str) -> str:
    """A reply that was cut off, each sentence once: 'It is. It is. It' -> 'It is. It'."""
    parts = dict.fromkeys(
        part.strip() for line in text.splitlines() for part in split_sentences(line)
    )
    return " ".join(part for part in parts if part)


def places(memory: Memory, said: str) -> tuple[Place, ...]:
    """Where the notes that share the most words with what was `said` were taken from, each
    place once, in reading order."""
    sought = words(said)
    notes = [note for head in memory.heads for note in head.notes]
    shared = {note: len(words(note.text) & sought) for note in notes}
    least = max(shared.values(), default=0) * _NEARLY_AS_MANY
    telling = [place for note in notes if shared[note] >= least for place in note.places]
    return tuple(sorted(dict.fromkeys(telling), key=_position))


def _position(place: Place) -> tuple[str, int, int, int]:
    return (place.source, place.page or 0, place.line or 0, place.start_byte or 0)
