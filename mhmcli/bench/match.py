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
from mhmcli.write.ground import words

_INSIDE = re.compile(r"(?<=\w)[.,'’](?=\w)")
_OUTSIDE = re.compile(r"\W+|_")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_LEAST_SHARE = 2 / 3  # of a fact's words, by weight, that one sentence of a memory must have

Answers = tuple[tuple[str, ...], ...]


def normalised(text: str) -> str:
    """'The U.S. population: 3,500!' -> 'us population 3500' (SQuAD's normalisation, but what
    stands between words becomes a space)."""
    plain = _OUTSIDE.sub(" ", _INSIDE.sub("", text.lower()))
    return " ".join(_ARTICLES.sub(" ", plain).split())


def contains(text: str, answer: str) -> bool:
    """True when the answer's words stand in the text, in a row."""
    sought = normalised(answer)
    return bool(sought) and f" {sought} " in f" {normalised(text)} "


def contains_all(text: str, answers: Answers) -> bool:
    """True when each answer is there in one of its spellings."""
    return bool(answers) and all(
        any(contains(text, spelling) for spelling in spellings) for spellings in answers
    )


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


class Evidence:
    """Tells whether a text holds a fact of a document, in the fact's own words or most of them.

    A fact is held when one sentence of the text has two thirds of its words, rare words of the
    document weighing more. This is a proxy: a paraphrase in other words is missed.
    """

    def __init__(self, document: str) -> None:
        sentences = split_sentences(document)
        self._sentences = len(sentences)
        self._seen_in = Counter(word for sentence in sentences for word in words(sentence))

    def held(self, fact: str, text: str) -> bool:
        """True when a sentence of the text says the fact."""
        wanted = words(fact)
        total = self._weight(wanted)
        return any(
            self._weight(wanted & words(sentence)) >= _LEAST_SHARE * total
            for line in text.splitlines()
            for sentence in split_sentences(line)
        )

    def _weight(self, found: Iterable[str]) -> float:
        """A word in one of 40 sentences weighs 3.7, in all of them 0.7."""
        return sum(math.log(1 + self._sentences / max(1, self._seen_in[word])) for word in found)
