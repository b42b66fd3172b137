"""BM25: rank passages by the words that they share with a question.

Source: Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), section 3; the
weight of a word is Lucene's, which is never negative.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from mhmcli.score.tokens import tokens

K1, B = 1.2, 0.75


def rarity(seen_in: int, passages: int) -> float:
    """What a word weighs that stands in so many of the passages; never negative."""
    return math.log(1 + (passages - seen_in + 0.5) / (seen_in + 0.5))


class BM25:
    """Passages that are all there before the first question."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._counts = [Counter(tokens(passage)) for passage in passages]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean_length = sum(self._lengths) / max(1, len(passages)) or 1.0
        self._seen_in = Counter(word for counts in self._counts for word in counts)

    def scores(self, question: str) -> list[float]:
        """One score a passage; 0 where it shares no word with the question."""
        asked = set(tokens(question))
        return [
            sum(self._score(word, counts, length) for word in asked & counts.keys())
            for counts, length in zip(self._counts, self._lengths, strict=True)
        ]

    def _score(self, word: str, counts: Counter[str], length: int) -> float:
        weight = rarity(self._seen_in[word], len(self._counts))
        often = counts[word]
        return weight * often * (K1 + 1) / (often + K1 * (1 - B + B * length / self._mean_length))

    def best(self, question: str, limit: int) -> list[int]:
        """The passages with the highest scores above 0, at most `limit`, in reading order."""
        scores = self.scores(question)
        ranked = sorted(range(len(scores)), key=lambda index: (-scores[index], index))
        return sorted(index for index in ranked[:limit] if scores[index] > 0)
