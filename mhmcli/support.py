"""Whether an answer is from what it was shown: names and numbers that stand nowhere are made up.

A small model that is asked for what its notes do not say gives a name all the same, of the right
sort and from nowhere: 'Jakarta', '£10'. Words may be put in others, names and numbers seldom are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mhmcli.source import split_sentences

_WORD = re.compile(r"[^\W\d_][\w'’]*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_IN_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_NO_NAME = frozenset(
    {
        *("a", "an", "and", "at", "by", "de", "for", "i", "in", "is", "it", "mr", "mrs", "ms"),
        *("no", "not", "of", "on", "or", "the", "to", "yes"),
    }
)
_LEAST_STEM = 4  # characters, of a word that may end otherwise: 'American' and 'America'
_LONGEST_END = 3


def is_supported(answer: str, question: str, notes: Iterable[str]) -> bool:
    """False of an answer that names something, or a number, beside what the question names, of
    which nothing stands in the notes. True of one that names nothing more."""
    told = " ".join(notes)
    new_numbers = _numbers(answer) - _numbers(question)
    new_names = _names(answer) - _words(question)
    if not new_numbers and not new_names:
        return True
    words = _words(told)
    return bool(new_numbers & _numbers(told)) or any(_stands(name, words) for name in new_names)


def _names(text: str) -> set[str]:
    """What has a capital letter, in lower case; the first word of a sentence only where that is
    nothing but names: 'Jakarta.', 'Giorgio de Chirico'."""
    names: set[str] = set()
    for sentence in split_sentences(text):
        found = [word for word in _WORD.findall(sentence) if word.casefold() not in _NO_NAME]
        only_names = all(word[0].isupper() for word in found)
        named = found if only_names else found[1:]
        names |= {_plain(word) for word in named if word[0].isupper()}
    return names


def _words(text: str) -> set[str]:
    return {_plain(word) for word in _WORD.findall(text)}


def _plain(word: str) -> str:
    """'Roy’s' -> 'roy'."""
    return re.sub(r"['’]s?\Z", "", word).casefold()


def _numbers(text: str) -> set[str]:
    """'1,500 and two' -> 1500, 2."""
    said = {number.replace(",", "") for number in _NUMBER.findall(text)}
    return said | {str(_IN_WORDS.index(word)) for word in _words(text) if word in _IN_WORDS}


def _stands(name: str, words: set[str]) -> bool:
    stem = name[: max(_LEAST_STEM, len(name) - _LONGEST_END)]
    return name in words or (
        len(name) >= _LEAST_STEM and any(word.startswith(stem) for word in words)
    )
