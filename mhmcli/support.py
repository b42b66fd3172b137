"""Whether an answer is from what it was shown: names and numbers that stand nowhere are made up.

A small model that is asked for what its notes do not say gives a name all the same, of the right
sort and from nowhere: 'Jakarta', '£10'. Words may be put in others, names and numbers seldom are:
but they may be spelled otherwise, and then they are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mhmcli.numerals import in_digits
from mhmcli.source import split_sentences

_WORD = re.compile(r"[^\W\d_][\w']*")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-‐]\s+(?=[^\W\d_])")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_DECIMAL = re.compile(r"\d+\.\d+")
_HARDLY_NUMBERS = re.compile(r"\b(?:one|first|second|third)\b", re.IGNORECASE)  # "one of the men"

_NO_NAME = frozenset(
    {"a", "an", "and", "at", "by", "de", "for", "i", "in", "is", "it", "mr", "mrs", "ms", "no"}
    | {"not", "of", "on", "one", "or", "the", "to", "yes", "ja", "nein", "oui", "non", "si", "da"}
    | {"both", "either", "neither", "never", "always", "true", "false"}
    | {"hourly", "daily", "weekly", "monthly", "yearly", "annually"}
)
_OPENING = frozenset(  # of a sentence that names somebody, perhaps, further on
    {"he", "she", "they", "we", "you", "his", "her", "their", "its", "this", "that", "these"}
    | {"those", "there", "from", "with", "near", "under", "over", "between", "behind", "inside"}
    | {"all", "some", "many", "most", "several", "each", "every", "somebody", "someone"}
    | {"nobody", "none", "everybody", "everyone", "people", "according", "based", "as", "when"}
)
_OF_WHOM = re.compile(r"\b(?:who|whom|whose|where)\b", re.IGNORECASE)
_MONTHS_AND_DAYS = frozenset(
    {"january", "february", "march", "april", "may", "june", "july", "august", "september"}
    | {"october", "november", "december", "monday", "tuesday", "wednesday", "thursday"}
    | {"friday", "saturday", "sunday"}
)
_LEAST_STEM = 4  # characters, of a word that may end otherwise: 'American' and 'America'
_LONGEST_END = 3
_LONGEST_INITIALS = 5  # 'CEO' of 'the chief executive officer'


def is_supported(answer: str, question: str, notes: Iterable[str]) -> bool:
    """False of an answer that names something, or a number, beside what the question names, of
    which nothing stands in the notes. True of one that names nothing more."""
    said, asked, told = _folded(answer), _folded(question), _folded(" ".join(notes))
    in_question = _readings_in(asked)
    claimed = in_digits(_HARDLY_NUMBERS.sub("", said))
    numbers = [r for n in _NUMBER.findall(claimed) if not (r := _readings(n)) & in_question]
    names = _names(in_digits(said), also_first=bool(_OF_WHOM.search(asked))) - _words(asked)
    if not numbers and not names:
        return True
    in_notes = _readings_in(told)
    if any(readings & in_notes for readings in numbers):
        return True
    words = _words(told) | _words(_HYPHENATED.sub("", told))
    initials = "".join(word[0] for word in _WORD.findall(told) if word.casefold() not in _NO_NAME)
    return any(
        _stands(name, words) or (_is_short(name, said) and name in initials.casefold())
        for name in names
    )


def _folded(text: str) -> str:
    """'Zürich’s' -> "Zurich's": letters without their accents, in whatever way they are made."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("\u00ad", ""))
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


def _plain(word: str) -> str:
    """'Lyle\'s' -> 'lyle'."""
    return re.sub(r"'s?\Z", "", word).casefold()


def _stands(name: str, words: set[str]) -> bool:
    if name in words or (name in _MONTHS_AND_DAYS and name[:3] in words):
        return True
    stem = name[: max(_LEAST_STEM, len(name) - _LONGEST_END)]
    return len(name) >= _LEAST_STEM and any(word.startswith(stem) for word in words)


def _is_short(name: str, said: str) -> bool:
    """True of what is said in capital letters alone: initials, perhaps."""
    return 1 < len(name) <= _LONGEST_INITIALS and name.upper() in said


def _readings_in(text: str) -> set[str]:
    return {reading for n in _NUMBER.findall(in_digits(text)) for reading in _readings(n)}


def _readings(number: str) -> set[str]:
    """What the figures may stand for: '1,500.00' -> 1500; '1.500' -> 1500 or 1.5; '06:55:46' ->
    that time, or 6:55; '10.0.0.1:22' -> also without the port."""
    english = re.sub(r",(?=\d{3}(?!\d))", "", number)
    german = re.sub(r"\.(?=\d{3}(?!\d))", "", number).replace(",", ".")
    shorter = number.rpartition(":")[0]
    parts = {english, german, shorter if re.search(r"[.:]", shorter) else number}
    return {_shortest(part) for part in parts}


def _shortest(number: str) -> str:
    """'03.50' -> '3.5'."""
    number = re.sub(r"\A0+(?=\d)", "", number)
    return number.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(number) else number
