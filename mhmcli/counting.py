"""Answer by counting or listing: what a census finds, as an answer, or nothing where it is none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterable, Sequence

from mhmcli.answer import Answer
from mhmcli.asked import Asked, asked
from mhmcli.candidates import Weighed
from mhmcli.census import Affords, Judged, census
from mhmcli.events import Found, Item, is_entry, masked, named_in, names
from mhmcli.numerals import in_digits
from mhmcli.prompter import Prompter
from mhmcli.source import is_field

_MOST_TELLING = 2  # sentences that tell how many there are

_FIGURE = re.compile(  # "703 rooms", "2.1 million", "from 1962 to 1990", "twice a day"
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|"
    r"fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozens?|once|twice|thrice|every|per|"
    r"hourly|daily|weekly|monthly|yearly|annually)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\b(?:the|all|those|these) \d+\b|\b(?:list|name|give|show)(?: me)? \d{1,2}\b(?![.:/-]\d)|"
    r"\b[1-5]xx\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many ((?:[\w-]+ ?){1,3})", re.IGNORECASE)
_NOUN = re.compile(r"(?!(?:has|was|does|is)\b)[\w-]*s|people|men|women|children")  # of many
_SENTENCE = re.compile(r"[.!?][\"')\]”’]*\Z")
_HOW_OFTEN = re.compile(r"\bhow (?:often|frequently)\b", re.IGNORECASE)


def counted(
    prompter: Prompter, question: str, document: Weighed, affords: Affords | None = None
) -> Generator[Judged, None, Answer | None]:
    """The answer to a question for all that there is of something; None where there is nothing of
    it, where the figure itself may be told ("Roy has seven children"), where it cannot be afforded,
    and for any other."""
    if asked(question) is Asked.ONE:
        return None
    found = yield from census(prompter, question, document, affords)
    is_count = asked(question) is Asked.COUNT
    if not found.items and not (is_count and found.no_to_all):
        return None
    of_log = any(item.of_log for item in found.items)
    if (is_count or of_log) and not _are_named(question, found.items):
        return None
    if is_count and _is_told(question, found.items):
        return None
    return as_answer(question, found)


def _are_named(question: str, items: Sequence[Item]) -> bool:
    """Whether each of the numbers that a question names stands in what was found: the tenth of
    December does not in 2015-12-10, and how many are of that day is not known. "The 5 errors" are
    5, and "5xx" is no number."""
    numbers = named_in(_AMOUNT.sub("", question))
    return not items or all(any(names(item.text, n) for item in items) for n in numbers)


def _is_told(question: str, items: Sequence[Item]) -> bool:
    """True of a sentence or two with a figure in them: what it is the figure of is for the model to
    say. Of more, where most have the figure of what is asked for: "90 days", "Employees,4500". How
    often something is done is told by prose, and not by how many sentences say so."""
    figure = _figure_of(question)
    texts = [item.text if item.of_log else in_digits(item.text) for item in items]
    if figure and sum(bool(figure.search(text)) for text in texts) > len(items) / 2:
        return True
    if items and _HOW_OFTEN.search(question) and not any(item.of_log for item in items):
        return True
    few = len(items) <= _MOST_TELLING and all(_says_something(item) for item in items)
    return few and any(_FIGURE.search(item.text) for item in items)


def _says_something(item: Item) -> bool:
    """True of a sentence, also of one that is a paragraph, and of a field of a list: "Employees:
    4,500". The lines of a log or a table are to be counted."""
    says = is_field(item.text) or bool(_SENTENCE.search(item.text))
    return not item.of_log or (not is_entry(item.text) and says)


def _figure_of(question: str) -> re.Pattern[str] | None:
    """What tells, in figures, how many there are of what is asked for. 'How many old ships called?'
    -> finds '703 old ships', 'Ships,703' and '| Ships | 703 |'; None where no noun is seen."""
    found = _HOW_MANY.search(question)
    nouns = [word for word in found[1].lower().split() if _NOUN.fullmatch(word)] if found else []
    if not nouns:
        return None
    noun = f"(?:{'|'.join(nouns)})"
    before = rf"(?<![\d:/.\-])\d[\d.,]*(?: million)?\)?(?:-| )(?:[a-z-]+ )?{noun}\b"
    behind = rf"(?:\A|[,;|\t])\W*{noun}\s*[,;|\t]\s*[\d.,]*\d\s*(?:\Z|[,;|\t])"
    return re.compile(f"{before}|{behind}", re.IGNORECASE)


def as_answer(question: str, found: Found) -> Answer:
    """The count, or the list, line by line; with the places of all, and the sorts of line that were
    counted, or left out as told before: a person must be able to see it."""
    items = found.items
    text = (
        str(sum(item.times for item in items))
        if asked(question) is Asked.COUNT
        else "\n".join(dict.fromkeys(item.text for item in items))
    )
    places = tuple(dict.fromkeys(item.place for item in items))
    return Answer(
        question,
        text,
        True,
        places,
        said=text,
        counted=_sorts(items),
        told_again=_sorts(found.again),
        left_out=found.left_out,
        items=tuple((item.text, item.place) for item in items),
    )


def _sorts(items: Iterable[Item]) -> tuple[tuple[str, int], ...]:
    number: Counter[str] = Counter()
    for item in items:
        number[masked(item.text)] += item.times
    return tuple(number.most_common())
