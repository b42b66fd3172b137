"""Quotations beside an answer: each is looked up in the documents before it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mhmcli.answer import Answer
from mhmcli.cli.output import say
from mhmcli.printable import one_line
from mhmcli.quotes import in_marks, look_up
from mhmcli.source import Passage

_MOST_SHOWN = 3
_LONGEST = 300  # characters


def with_quotes(
    answers: Sequence[Answer], passages: Iterable[Passage], *, of_all: bool
) -> list[Answer]:
    """The answers, and for each where its quotations stand. Where the passages are not all that was
    read, what is not among them may yet stand in the documents, and is left out."""
    wanted = [(*answer.telling, *_quoted(answer)) for answer in answers]
    texts = dict.fromkeys(text for texts in wanted for text in texts)
    notes = {text: answer.places for answer in answers for text in answer.telling}
    found = look_up(texts, passages, notes=notes)
    known = {text: quote for text, quote in found.items() if of_all or quote.place}
    return [
        replace(answer, quotes=tuple(known[text] for text in texts if text in known))
        for answer, texts in zip(answers, wanted, strict=True)
    ]


def _quoted(answer: Answer) -> list[str]:
    """What the model quotes in what is shown of its answer; the strings of JSON are no
    quotations, what was counted is the document's own, and of no answer nothing is shown."""
    if answer.counted is not None or not answer.found:
        return []
    shows_facts = answer.facts and answer.text.startswith(answer.facts)
    return in_marks(answer.text if shows_facts else answer.said)


def say_quotes(answer: Answer) -> None:
    """The best sentences that an answer is from, each behind its place, as `grep` shows them; and
    what the answer puts into quotation marks though it stands nowhere."""
    quotes = answer.quotes or ()
    there = {quote.text: quote.place for quote in quotes if quote.place}
    best = list(there.items())[:_MOST_SHOWN]
    for text, place in sorted(best, key=lambda one: one[1].position):
        say(f'{one_line(str(place))}: "{_short(text)}"')
    if answer.telling and quotes and not there:
        say("        no sentence that it is from stands in the documents word for word")
    missing = {quote.text for quote in quotes if not quote.place}
    for words in _quoted(answer):
        if words in missing:
            say(f'        NOT IN THE DOCUMENTS, though the answer quotes it: "{_short(words)}"')


def _short(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
