"""Whether an answer is from what was read: names and numbers that stand nowhere are made up.

A small model that is asked for what its notes do not say gives a name all the same, of the right
sort and from nowhere: 'Jakarta', '£10'. Words may be put in others, names and numbers seldom are:
but they may be spelled otherwise, and then they are the same. It also answers about what the
document never names, from what only looks like it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from mhmcli.numerals import in_digits
from mhmcli.source import split_sentences

_WORD = re.compile(r"[^\W\d_][\w']*")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-‐]\s+(?=[^\W\d_])")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_DECIMAL = re.compile(r"\d+\.\d+")
_ORDINAL = re.compile(r"\b[123](?:st|nd|rd)\b")  # "the first"
_HARDLY_NUMBER = "1"  # "one of the men"

_NO_NAME = frozenset(
    {"a", "an", "and", "at", "by", "de", "for", "i", "in", "is", "it", "mr", "mrs", "ms", "no"}
    | {"not", "of", "on", "one", "or", "the", "to", "yes", "ja", "nein", "oui", "non", "si", "da"}
    | {"both", "either", "neither", "never", "always", "true", "false", "unknown", "none"}
    | {"nobody", "nothing", "nowhere", "somebody", "someone", "everybody", "everyone", "all"}
    | {"sometimes", "perhaps", "probably", "immediately"}
    | {"hourly", "daily", "weekly", "monthly", "yearly", "annually"}
)
_OPENING = frozenset(  # of a sentence that names somebody, perhaps, further on
    {"he", "she", "they", "we", "you", "his", "her", "their", "its", "this", "that", "these"}
    | {"those", "there", "from", "with", "near", "under", "over", "between", "behind", "inside"}
    | {"outside", "next", "within", "aboard", "above", "below", "around", "along", "off", "after"}
    | {"before", "some", "many", "most", "several", "each", "every", "any", "anyone", "anybody"}
    | {"only", "people", "according", "based", "as", "when", "because", "my", "your", "our"}
)
_OF_WHOM = re.compile(
    r"\W*(?:(?:to|by|from|with|for|of|and) )?(?:who|whom|whose|where)\b", re.IGNORECASE
)
_MONTHS_AND_DAYS = frozenset(
    {"january", "february", "march", "april", "may", "june", "july", "august", "september"}
    | {"october", "november", "december", "monday", "tuesday", "wednesday", "thursday"}
    | {"friday", "saturday", "sunday"}
)
_LEAST_STEM = 4  # characters, of a word that may end otherwise: 'American' and 'America'
_LONGEST_END = 3
_INITIALS = range(3, 6)  # letters: 'CEO' of 'the chief executive officer'
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209f]")  # marks of footnotes, mostly

_OPENS_QUESTION = frozenset(  # of English questions, of which alone we know what is a name
    {"who", "whom", "whose", "what", "which", "when", "where", "why", "how", "does", "did", "do"}
)
_IN_TITLES = frozenset({"is", "of", "in"})  # with a capital
_NEVER_NAMED = _MONTHS_AND_DAYS | _NO_NAME
_LEAST_NAMES = 2  # 'Who has worked in France?' may be answered by one who was in Paris
_IN_ENGLISH = "the"  # elsewhere, names of places have other forms
_ALIKE = 0.87  # of a word, of which a name may be another spelling: 'Ismael' of 'Ishmael'


def is_supported(answer: str, question: str, notes: Iterable[str]) -> bool:
    """False of an answer that names something, or a number, beside what the question names, of
    which nothing stands in the notes. True of one that names nothing more."""
    said, asked, told = _folded(answer), _folded(question), _folded(" ".join(notes))
    in_question = _readings_in(asked)
    in_figures, digits = in_digits(said), set(_NUMBER.findall(said))
    claimed = set(_NUMBER.findall(_ORDINAL.sub("", in_figures))) - ({_HARDLY_NUMBER} - digits)
    numbers = [r for n in claimed if not (r := _readings(n)) & in_question]
    names = _names(in_figures, also_first=bool(_OF_WHOM.match(asked))) - _words(asked)
    if not numbers and not names:
        return True
    in_notes = _readings_in(told)
    if any(readings & in_notes for readings in numbers):
        return True
    words = _words_told(told)
    initials = "".join(word[0] for word in _WORD.findall(told) if word.casefold() not in _NO_NAME)
    return any(
        _stands(name, words) or (_is_short(name, said) and name in initials.casefold())
        for name in names
    )


def not_named(question: str, texts: Iterable[str]) -> tuple[str, ...]:
    """What the question names, where more than half of it stands nowhere in the texts: they are
    about something else. Empty where that is not so, where it names too little to tell, and where
    question or texts are not in English."""
    named = _subjects(_folded(question))
    if len(named) < _LEAST_NAMES:
        return ()
    left, words = set(named), set[str]()
    for text in map(_folded, texts):
        if 2 * len(left) <= len(named):
            return ()
        here = _words_told(text)
        left = {name for name in left if not _stands(name, here)}
        words |= here
    left = {name for name in left if not get_close_matches(name, words, 1, _ALIKE)}
    if 2 * len(left) <= len(named) or _IN_ENGLISH not in words:
        return ()
    return tuple(said for name, said in named.items() if name in left)


def _subjects(question: str) -> dict[str, str]:
    """The names in an English question, in lower case and as they stand there: no initials, no days
    and months, and none where all words have a capital."""
    words = _WORD.findall(question)
    has_capitals = any(word.istitle() and word.casefold() in _IN_TITLES for word in words[1:])
    if has_capitals or not any(word.casefold() in _OPENS_QUESTION for word in words):
        return {}
    opens = words[0].casefold() in _OPENS_QUESTION | _OPENING
    is_name = not opens and len(words) > 1 and words[1][0].isupper()
    return {
        _plain(word): word
        for word in words[not is_name :]
        if word[0].isupper() and not word.isupper() and _plain(word) not in _NEVER_NAMED
    }


def _folded(text: str) -> str:
    """'Zürich’s' -> "Zurich's": letters without their accents, in whatever way they are made."""
    text = _RAISED.sub(" ", text.replace("’", "'").replace("\u00ad", "").replace("½", ".5"))
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char))


def _names(text: str, *, also_first: bool) -> set[str]:
    """What has a capital letter, in lower case; the first word of a sentence only where that is
    nothing but names ('Jakarta.', 'Giorgio de Chirico'), or where a name was asked for."""
    names: set[str] = set()
    for sentence in split_sentences(text):
        found = [word for word in _WORD.findall(sentence) if word.casefold() not in _NO_NAME]
        only_names = all(word[0].isupper() for word in found)
        opens = not only_names and (not also_first or found[0].casefold() in _OPENING)
        names |= {_plain(word) for word in found[opens:] if word[0].isupper()}
    return names


def _words(text: str) -> set[str]:
    return {_plain(word) for word in _WORD.findall(text)}


def _words_told(text: str) -> set[str]:
    """The same, also with those whole that a line's end has parted: 'Ja- karta' -> jakarta too."""
    return _words(text) | _words(_HYPHENATED.sub("", text))


def _plain(word: str) -> str:
    """Without a possessive s: "lyle" of "Lyle's"."""
    return re.sub(r"'s?\Z", "", word).casefold()


def _stands(name: str, words: set[str]) -> bool:
    if name in words or (name in _MONTHS_AND_DAYS and name[:3] in words):
        return True
    stem = name[: max(_LEAST_STEM, len(name) - _LONGEST_END)]
    return len(name) >= _LEAST_STEM and any(word.startswith(stem) for word in words)


def _is_short(name: str, said: str) -> bool:
    """True of what is said in capital letters alone: initials, perhaps."""
    return len(name) in _INITIALS and name.upper() in said


def _readings_in(text: str) -> set[str]:
    return {reading for n in _NUMBER.findall(in_digits(text)) for reading in _readings(n)}


def _readings(number: str) -> set[str]:
    """What the figures may stand for: '1,500.00' -> 1500; '1.500' -> 1500 or 1.5; '06:55:46' ->
    that time, or 6:55; '10.0.0.1:22' -> also the address, or the port, alone."""
    english = re.sub(r",(?=\d{3}(?!\d))", "", number)
    german = re.sub(r",(?!\d{3}(?!\d))", ".", re.sub(r"\.(?=\d{3}(?!\d))", "", number))
    shorter, _, port = number.rpartition(":")
    parts = {english, german, *([shorter, port] if re.search(r"[.:]", shorter) else [])}
    return {_shortest(part) for part in parts}


def _shortest(number: str) -> str:
    """'03.50' -> '3.5'."""
    number = re.sub(r"\A0+(?=\d)", "", number)
    return number.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(number) else number
