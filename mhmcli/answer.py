"""From evidence to an answer, or to the plain statement that the document does not say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace

from mhmcli import prompts
from mhmcli.evidence import SENTENCE_ZERO, Evidence
from mhmcli.memory import Note
from mhmcli.prompter import Prompter, run
from mhmcli.quotes import Quote
from mhmcli.refusal import says_none
from mhmcli.replies import ITEM, Reply
from mhmcli.score import tokens
from mhmcli.source import Place, is_lines, split_sentences
from mhmcli.support import is_supported, not_named
from mhmcli.write.ground import words

NOT_IN_DOCUMENT = "The document does not say."
NOT_IN_PASSAGES = "The passages that were read do not say."
NO_REPLY = "The model came to no answer within its limit."
ANSWER_TOKENS = 512
CONCLUSION_TOKENS = 150
INSTRUCTION_TOKENS = 150
_FEW_WORDS = 10  # of a reply that is an answer though it is not marked as one
_NO_REASONING = "<think>\n\n</think>"  # of a model that came to no end of it

# Log-odds of yes against no that the notes hold the answer. With the default model, 4 of 5
# memories with the answer in them stand above 0, and 6 of 7 from other questions below.
LEAST_LOG_ODDS = 0.0
# Of 74 unseen questions that their documents answer none stood below 0, 11% below 0.5, 57% below 1.
STRICT_LOG_ODDS = 0.5
# From here on what an answer names need not stand in the notes, nor what the question names in the
# document: it may follow from them. Of 28 questions without an answer none stood above, of 74 with
# one 43%.
SURE_LOG_ODDS = 1.0
_MOST_QUOTED = 6  # sentences, of which some may not stand in the document as they are
_NEARLY_AS_MANY = 0.5  # of the words that the best note shares

_MARK = re.compile(rf"[*_]*{re.escape(prompts.ANSWER[:-1])}[*_]*\s?[:：][*_]*", re.IGNORECASE)
_MARKED = re.compile(rf"{_MARK.pattern}[\s*_]*[^\s*_]", re.IGNORECASE)
_BARE_MARK = re.compile(rf"\s*{_MARK.pattern}\s*\Z", re.IGNORECASE)
_EMPHASIS_ENDS = re.compile(r"(?:\*\*|__|\*|_)\Z")
_STRONG = re.compile(r"\*\*((?:(?!\*\*).)+)\*\*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. `found` is False when the document does not hold it;
    `places` are those of the notes that have most to do with it, in reading order; `log_odds` is
    the model's verdict, yes against no, on whether the document holds it, and `said` its reply,
    whatever was made of it. `counted` are the sorts of lines that a count is made of, what varies
    left out, and how many of each, None where the program did not count; `told_again`, those that
    tell of the same events; `left_out` passages of prose stood out too little to be gone through
    for it. `telling` are sentences of the notes that the answer is most likely from, the best
    first; `quotes`, these and what the answer itself quotes, looked up in the document, None where
    nobody did. `facts` are those that the model wrote before its answer, and `items` all that was
    counted or listed, with their places. `unnamed` are names in the question that stand nowhere in
    the document, where it was not answered for that."""

    question: str
    text: str
    found: bool
    places: tuple[Place, ...] = ()
    complete: bool = True
    log_odds: float | None = None
    said: str = ""
    counted: tuple[tuple[str, int], ...] | None = None
    told_again: tuple[tuple[str, int], ...] = ()
    left_out: int = 0
    telling: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] | None = None
    facts: str = ""
    items: tuple[tuple[str, Place], ...] = ()
    unnamed: tuple[str, ...] = ()


def answer(  # noqa: PLR0913
    prompter: Prompter,
    question: str,
    evidence: Evidence,
    *,
    max_tokens: int = ANSWER_TOKENS,
    least_log_odds: float = LEAST_LOG_ODDS,
    document: Iterable[str] = (),
) -> Generator[str, None, Answer]:
    """The answer from the evidence alone; its pieces are yielded as they are decoded.

    The model first judges, by its logits, whether the notes hold the answer, and is not asked for
    one below `least_log_odds`. Of sentences that were judged one by one, the best decides: those
    that only look like the one that was asked for convince a small model together. A model that
    gives no verdicts is asked for the answer whatever it is; where there is no evidence, none is
    needed to say so. Unless the model is sure of the notes, there is none either where most of what
    the question names stands nowhere in the texts of the `document`, which are gone through as far
    as they must be, and what names nothing that stands in the notes is made up (`mhmcli.support`).
    """
    nothing = NOT_IN_DOCUMENT if evidence.of_all else NOT_IN_PASSAGES
    if not evidence.notes:
        return Answer(question, nothing, found=False)
    notes = [note.text for note in evidence.notes]
    odds: float | None
    sequence = run(prompter.read(prompts.notes(notes), of_document=False))
    try:
        if evidence.log_odds is not None:
            odds = evidence.log_odds - SENTENCE_ZERO
        elif prompter.verdicts:
            odds = prompter.judge(prompts.judge(question), after=sequence)
        else:
            odds = None
        if odds is not None and odds < least_log_odds:
            return Answer(question, nothing, found=False, log_odds=odds)
        is_sure = odds is None or odds >= SURE_LOG_ODDS
        if not is_sure and (unnamed := not_named(question, document)):
            return Answer(question, nothing, found=False, log_odds=odds, unnamed=unnamed)
        reply = yield from _reply(prompter, question, sequence, max_tokens)
    finally:
        prompter.forget(sequence)
    text = concluded(reply.text if reply.ended else _without_loop(reply.text))
    if not text and not reply.ended:
        return Answer(question, NO_REPLY, False, (), False, odds)
    is_made_up = not is_sure and not is_supported(text, question, notes)
    if not text or says_none(text, notes, question) or is_made_up:
        return Answer(question, nothing, False, (), True, odds, text)
    telling = _telling(evidence.notes, question, text)
    return Answer(
        question,
        text,
        True,
        places(telling),
        reply.ended,
        odds,
        text,
        telling=_sentences(telling, question, text),
        facts=_before_mark(reply.text),
    )


def _reply(
    prompter: Prompter, question: str, sequence: int, max_tokens: int
) -> Generator[str, None, Reply]:
    """What the model says after the notes. Of a reply that comes to no end, or lists facts and
    marks no answer, the line that follows from it: the mark is written for the model."""
    asking = prompts.answer(question)
    reply = yield from prompter.reply(asking, max_tokens, after=sequence)
    facts = reply.text if reply.ended else _without_loop(reply.text)
    if _MARKED.search(facts) or (reply.ended and (not facts or _is_answer(facts))):
        return reply
    begun = f"{_BARE_MARK.sub('', facts) or _NO_REASONING}\n{prompts.ANSWER}"
    yield f"\n{prompts.ANSWER}"
    line = yield from prompter.next_line(asking, begun, CONCLUSION_TOKENS, after=sequence)
    if not line.text or ITEM.match(line.text):  # of a list that was there already
        return reply
    return replace(line, text=f"{_BARE_MARK.sub('', facts)}\n{prompts.ANSWER} {line.text}")


def _is_answer(reply: str) -> bool:
    """True of a few words, and of the statement that there is none."""
    few = 0 < len(tokens(_BARE_MARK.sub("", reply))) <= _FEW_WORDS
    return few or says_none(reply)


def concluded(reply: str) -> str:
    """What a reply says after the facts that it follows from.

    'Roy is the keeper.\n**Answer:** Roy' -> 'Roy'. A reply that marks no answer is its own. Of one
    that marks an answer for each fact, the one that it gives most often, if it gives any twice.
    """
    said = [part.strip() for part in _MARK.split(reply)]
    marked = Counter(part.partition("\n")[0].strip() for part in said[1:] if part)
    most, often = marked.most_common(1)[0] if marked else ("", 0)
    last = next((part for part in reversed(said) if part), "")
    opens_list = ITEM.match(most) or most.endswith(":")
    if often > 1 and said.count(last) == 1 and not opens_list:
        last = most
    strong = _STRONG.fullmatch(last)
    return strong[1] if strong else _without_mark(last)


def _without_mark(text: str) -> str:
    """Without the end of an emphasis that began before it: 'Roy**' -> 'Roy'."""
    mark = _EMPHASIS_ENDS.search(text)
    return text[: mark.start()] if mark and text.count(mark[0]) % 2 else text


def _before_mark(reply: str) -> str:
    """The facts that an answer follows from: 'Roy is the keeper.\nAnswer: Roy' -> 'Roy is the
    keeper.'"""
    marks = list(_MARK.finditer(reply))
    lines = reply[: marks[-1].start()].splitlines() if marks else []
    return "\n".join(line for line in lines if line.strip() and not _MARK.match(line.strip()))


def _without_loop(text: str) -> str:
    """A reply that was cut off, each sentence once: 'It is. It is. It' -> 'It is. It'."""
    parts = dict.fromkeys(
        part.strip() for line in text.splitlines() for part in split_sentences(line)
    )
    return " ".join(part for part in parts if part)


def _telling(notes: Sequence[Note], question: str, said: str) -> list[Note]:
    """The notes that share the most words with question and answer, and those that have most of
    what the answer alone says."""
    asked, answered = words(question), words(said)
    shared = {note: len(words(note.text) & (asked | answered)) for note in notes}
    new = {note: len(words(note.text) & (answered - asked)) for note in notes}
    least = max(shared.values(), default=0) * _NEARLY_AS_MANY
    most = max([1, *new.values()])
    return [note for note in notes if shared[note] >= least or new[note] >= most]


def places(notes: Iterable[Note]) -> tuple[Place, ...]:
    """Where the notes were taken from; each place once, in reading order."""
    found = dict.fromkeys(place for note in notes for place in note.places)
    return tuple(sorted(found, key=lambda place: place.position))


def _sentences(notes: Iterable[Note], question: str, said: str) -> tuple[str, ...]:
    """A few sentences of the notes, those with most of what the answer alone says first."""
    asked, answered = words(question), words(said)

    def worth(sentence: str) -> tuple[int, int]:
        found = words(sentence)
        return len(found & (answered - asked)), len(found & asked)

    parts = (part.strip() for note in notes for part in _lines_or_sentences(note.text))
    ranked = sorted(dict.fromkeys(filter(None, parts)), key=worth, reverse=True)
    return tuple(sentence for sentence in ranked[:_MOST_QUOTED] if any(worth(sentence)))


def _lines_or_sentences(text: str) -> list[str]:
    return text.splitlines() if is_lines(text) else split_sentences(text)
