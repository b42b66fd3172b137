"""Compare texts: a reply with the right answer, a memory with the facts of a document.

One-directional: the right answer must be in the reply, as whole words. An empty reply is never
right, "no" is not in "north", and 3 is not in 13.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

from mhmcli.source import split_sentences
from mhmcli.write.checks import folded
from mhmcli.write.ground import words

Answers = tuple[tuple[str, ...], ...]

_POSSESSIVE = re.compile(r"['’]s\b")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_WORD = re.compile(
    r"\d+(?:,\d{3})+(?:\.\d+)?(?![^\W_])|\d+\.\d+(?![^\W_])|(?:[^\W\d_]\.){2,}|[^\W_]+"
)
_ARTICLES = frozenset({"a", "an", "the"})
# Scripts that put no space between words: Japanese, Chinese, Korean, Thai.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_VERDICTS = ("yes", "no", "maybe", "nothing")
NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)
_LONGEST_COUNT = 3  # digits; longer numbers are years and sums, and prove something
_LEAST_SHARE = 2 / 3  # of a fact's words, by weight, that one sentence of a memory must have
_LEAST_NAMES = 3 / 4  # of its names and numbers


def normalised(text: str) -> str:
    """'The U.S. population: 3,500 (Oslo's)!' -> 'us population 3500 oslo'.

    SQuAD's normalisation, but what stands between words becomes a space, and a possessive s
    is left out. A text of articles alone stays.
    """
    plain = _APOSTROPHE.sub("", _POSSESSIVE.sub("", text.lower()))
    found = [_evened(word) for word in _WORD.findall(plain)]
    return " ".join([word for word in found if word not in _ARTICLES] or found)


def _evened(word: str) -> str:
    return word.replace(",", "") if word[0].isdigit() else word.replace(".", "")


def contains(text: str, answer: str) -> bool:
    """True when the answer's words stand in the text, in a row."""
    if _UNSPACED.search(answer):
        return folded(answer) in folded(text)
    sought = normalised(answer)
    return bool(sought) and f" {sought} " in f" {normalised(text)} "


def contains_all(text: str, answers: Answers) -> bool:
    """True when each answer is there in one of its spellings."""
    return bool(answers) and all(
        any(contains(text, spelling) for spelling in spellings) for spellings in answers
    )


def right(reply: str, answers: Answers, wrong: Iterable[str] = ()) -> bool:
    """True when the reply has the answers in it, and nothing that is wrong. Of a yes, a no or a
    count, the first that the reply names is its answer: 'There is no doubt: yes' says no, '1. Riga
    2. Hull' says 1."""
    if not contains_all(reply, answers) or any(contains(reply, value) for value in wrong):
        return False
    if len(answers) > 1:
        return True
    for choice in (_is_verdict, _is_count):
        if choice(normalised(answers[0][0])):
            spellings = {normalised(spelling) for spelling in answers[0]}
            if any(contains(reply, other) for other in spellings if not choice(other)):
                return True
            first = next(word for word in normalised(reply).split() if choice(word))
            return first in spellings
    return True


def _is_verdict(word: str) -> bool:
    return word in _VERDICTS


def _is_count(word: str) -> bool:
    return word in (*NUMBER_WORDS, "none") or (word.isdecimal() and len(word) <= _LONGEST_COUNT)


def proves_capture(question: str, answers: Answers) -> bool:
    """True when the answer's text, found in a memory, means that it was captured: it is no yes,
    no or count, which stand everywhere, and does not stand in the question itself."""
    first = [normalised(spellings[0]) for spellings in answers]
    if any(_is_verdict(answer) or _is_count(answer) for answer in first):
        return False
    return not contains_all(question, answers)


def exact(text: str, answers: Answers) -> bool:
    """True when the text is the answer and nothing else; several answers in any order."""
    if len(answers) == 1:
        return normalised(text) in {normalised(spelling) for spelling in answers[0]}
    wanted = sorted(word for spellings in answers for word in normalised(spellings[0]).split())
    return sorted(word for word in normalised(text).split() if word != "and") == wanted


def f1(text: str, answers: Answers) -> float:
    """The harmonic mean of precision and recall over words, of the spelling that fits best."""
    said = normalised(text).split()
    if len(answers) == 1:
        return max(_f1(said, normalised(spelling).split()) for spelling in answers[0])
    return _f1(said, [word for s in answers for word in normalised(s[0]).split()])


def _f1(said: list[str], wanted: list[str]) -> float:
    common = sum((Counter(said) & Counter(wanted)).values())
    return 2 * common / (len(said) + len(wanted)) if common else 0.0


class FactFinder:
    """Tells whether a text holds a fact of a document, in the fact's own words or most of them.

    A fact is held when the text has it verbatim, or when one sentence of the text has two thirds
    of its words, rare words of the document weighing more, and three quarters of its names and
    numbers in their order: what sets it apart from its like, "Jeff gave it to Fred" from "Fred gave
    it to Jeff". A sentence that stands in the document itself says what it says, and no other
    fact: the next line of a log is not this one. This is a proxy: a paraphrase in other words, or
    turned round, is missed.
    """

    def __init__(self, document: str) -> None:
        sentences = split_sentences(document)
        by_lines = (s for line in document.splitlines() for s in split_sentences(line))
        self._verbatim = {folded(sentence) for sentence in (*sentences, *by_lines)}
        self._sentences = len(sentences)
        self._seen_in = Counter(word for sentence in sentences for word in words(sentence))
        self._plain = frozenset(re.findall(r"\b[^\W\d_A-Z]\w*", document))

    def held(self, fact: str, text: str) -> bool:
        """True when the text says the fact; of several sentences, each of them."""
        if folded(fact) and folded(fact) in folded(text):
            return True
        parts = [part for part in split_sentences(fact) if re.search(r"\w", part)]
        said = [sentence for line in text.splitlines() for sentence in split_sentences(line)]
        return bool(parts) and all(
            any(self._says(sentence, part) for sentence in said) for part in parts
        )

    def _says(self, sentence: str, fact: str) -> bool:
        if folded(sentence) in self._verbatim:
            return folded(sentence) == folded(fact)
        wanted, found, names = words(fact), words(sentence), self._names(fact)
        return (
            self._weight(wanted & found) >= _LEAST_SHARE * self._weight(wanted)
            and len(names & found) >= _LEAST_NAMES * len(names)
            and _in_order(fact, names & found) == _in_order(sentence, names & found)
        )

    def _names(self, fact: str) -> frozenset[str]:
        """Words with a capital or a digit, but those that the document also has without."""
        found = re.findall(r"\w+", fact)
        return frozenset(
            word.lower()
            for word in found
            if (word[0].isupper() and word.lower() not in self._plain) or word[0].isdigit()
        ) & words(fact)

    def _weight(self, found: Iterable[str]) -> float:
        """A word in one of 40 sentences weighs 3.7, in all of them 0.7."""
        return sum(math.log(1 + self._sentences / max(1, self._seen_in[word])) for word in found)


def _in_order(text: str, some: frozenset[str]) -> list[str]:
    """The words of a text that are among some, each where it first stands."""
    found = re.findall(r"\w+", text.lower())
    return list(dict.fromkeys(word for word in found if word in some))
