"""What a reading knows of all passages that went by, in constant size, and what a passage is worth.

A passage has two signals: how likely it makes the question to the model, and the words that it
shares with it. The first does not mean the same on every document, model and question, so it is
taken as its distance from the mean of what went by, in standard deviations; words, as a share of
the most that there can be. So scores need no second pass, and a threshold means the same
everywhere.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from mhmcli.score.lexical import K1, B, rarity
from mhmcli.score.tokens import tokens

_LEXICAL_WEIGHT = 4.0
_PRIOR_PASSAGES = 4  # as which the prior counts, while few passages went by
_LIKELIHOOD_PRIOR = 0.05  # variance, in nats


@dataclass(frozen=True, slots=True)
class Query:
    """The words of a question, each once, in their order."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, question: str) -> Query:
        """'Who is the keeper? Is he?' -> who, is, the, keeper, he."""
        return cls(tuple(dict.fromkeys(tokens(question))))


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of how much a passage has to do with a question.

    `likelihood` is the mean log-probability of the question's own tokens after the passage, in
    nats. `matches` tells how often each word of the query stands in the passage, which has `length`
    words.
    """

    likelihood: float
    matches: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, likelihood: float, query: Query, text: str) -> Signals:
        """The signals of a passage."""
        found = tokens(text)
        counts = Counter(found)
        return cls(likelihood, tuple(counts[word] for word in query.words), len(found))

    def __str__(self) -> str:
        """'question -5.81'."""
        return f"question {self.likelihood:+.2f}"


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and variance of what went by.

    Source: Welford, Note on a method for calculating corrected sums of squares (1962).
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def with_value(self, value: float) -> Moments:
        """The moments after one value more."""
        count = self.count + 1
        mean = self.mean + (value - self.mean) / count
        return Moments(count, mean, self.squares + (value - self.mean) * (value - mean))

    def deviation(self, value: float, prior_variance: float) -> float:
        """How many standard deviations above the mean, 0 where there is none yet; few values are
        taken with a prior."""
        if not self.count:
            return 0.0
        squares = self.squares + prior_variance * _PRIOR_PASSAGES
        return (value - self.mean) / math.sqrt(squares / (self.count + _PRIOR_PASSAGES))


@dataclass(frozen=True, slots=True)
class Seen:
    """A record of the passages read so far for one question, of constant size."""

    passages: int = 0
    words: int = 0
    seen_in: tuple[int, ...] = ()  # passages that have each word of the query
    likelihood: Moments = Moments()

    def after(self, passage: Signals) -> Seen:
        """The record after one passage more."""
        before = self.seen_in or (0,) * len(passage.matches)
        return Seen(
            self.passages + 1,
            self.words + passage.length,
            tuple(seen + (often > 0) for seen, often in zip(before, passage.matches, strict=True)),
            self.likelihood.with_value(passage.likelihood),
        )

    def lexical(self, passage: Signals) -> float:
        """BM25 of the passage by the statistics so far, as a share of the most that the query can
        give: 0 to 1. After the last passage it is what the two-pass form gives."""
        if not self.seen_in:
            return 0.0
        mean_length = self.words / max(1, self.passages) or 1.0
        norm = K1 * (1 - B + B * passage.length / mean_length)
        weights = [rarity(seen, self.passages) for seen in self.seen_in]
        most = (K1 + 1) * sum(weights)
        scored = sum(
            weight * often * (K1 + 1) / (often + norm)
            for weight, often in zip(weights, passage.matches, strict=True)
        )
        return scored / most if most > 0 else 0.0

    def score(self, passage: Signals) -> float:
        """How much the passage is worth, by both signals."""
        likely = self.likelihood.deviation(passage.likelihood, _LIKELIHOOD_PRIOR)
        return likely + _LEXICAL_WEIGHT * self.lexical(passage)
