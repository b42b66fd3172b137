"""Sorts of lines and sentences, and which of them are meant, by what the model says of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from mhmcli.events import Item, has_entries, is_entry, masked, opens_entry
from mhmcli.evidence import SENTENCE_ZERO
from mhmcli.judge import deviations, likelihoods, worths
from mhmcli.weights import Weight

# The means of two heaps, in standard deviations of both signals together, or of one.
_LEAST_APART, _LEAST_APART_ONE = 2.0, 1.0
# Log-odds of yes, for lines of a log, to which a share of the standard deviations of the likelihood
# is added. Of 23 questions about six logs, 8 of them about what is not there, the default model's
# lines were parted exactly for 21 so, by the two heaps alone for 8, and for none of the 8.
_YES, _NO = 0.0, -0.5
_LIKELIHOOD_SHARE = 0.25
_BOUNDARY_LOW, _BOUNDARY_HIGH = 0.3, 0.6


# Log-odds of yes for sentences of prose, with the question before them; and these and those with
# the question after them together. For 11 counts and lists of generated prose, 49 that were meant
# stood at 0.1 and above, together at -0.12 and above; some 460 others below 0.1, and
# below -0.5.
_MAY_BE_MEANT = -0.25
_TOGETHER_LOW, _TOGETHER_HIGH = -0.5, -0.1

Sort = tuple[bool, str]  # whether it is one of lines, and the text without what varies


@dataclass(slots=True)
class Sorts:
    """Lines and sentences by their sorts: the first of each, how many there are, and the passages
    of prose that have it; and what the model says of those that it was asked about. `named` are the
    numbers that the question names, which are no part of what varies."""

    named: AbstractSet[str]
    firsts: dict[Sort, str] = field(default_factory=dict)
    number: Counter[Sort] = field(default_factory=Counter)
    passages: dict[Sort, frozenset[int]] = field(default_factory=dict)
    weights: dict[Sort, Weight] = field(default_factory=dict)  # of lines
    said: dict[Sort, float] = field(default_factory=dict)  # of sentences
    entries: int = 0  # lines that are of a log
    opened: int = 0  # lines that open an entry of it

    def of(self, item: Item) -> Sort:
        """The sort of one of them."""
        return item.of_log, masked(item.text, self.named)

    def with_items(self, items: Iterable[Item]) -> Sorts:
        """These, and the sorts of the items."""
        made = replace(
            self,
            firsts=dict(self.firsts),
            number=Counter(self.number),
            passages=dict(self.passages),
            weights=dict(self.weights),
            said=dict(self.said),
        )
        for item in items:
            made.add(item)
        return made

    def add(self, item: Item) -> None:
        """One line or sentence more."""
        sort = self.of(item)
        self.firsts.setdefault(sort, item.text)
        self.number[sort] += 1
        if item.passage is not None:
            self.passages[sort] = self.passages.get(sort, frozenset()) | {item.passage}
        else:
            self.entries += is_entry(item.text)
            self.opened += opens_entry(item.text)

    def unjudged(self, *, of_lines: bool) -> list[Sort]:
        """Those of lines, or of sentences, that the model was not asked about."""
        known = self.weights if of_lines else self.said
        return [sort for sort in self.firsts if sort[0] == of_lines and sort not in known]

    @property
    def judged(self) -> int:
        """How many the model was asked about."""
        return len(self.weights) + len(self.said)

    @property
    def _lines(self) -> int:
        return sum(number for (of_lines, _), number in self.number.items() if of_lines)

    @property
    def has_log(self) -> bool:
        """True where the lines are those of a log: lists and tables have lines too."""
        return self.entries > self._lines / 2

    @property
    def has_entries(self) -> bool:
        """True of a log whose lines go on from others, as those of a stack trace do."""
        return has_entries(self.opened, self._lines)

    def meant(self) -> list[Sort]:
        """Those that are meant, the lines before the sentences. Lines of a log, those of lists and
        tables, and sentences are told apart by themselves: each have another zero."""
        lines, sentences = list(self.weights), list(self.said)
        weights = list(self.weights.values())
        chosen = _clear(weights) if self.has_log else _upper(weights, SENTENCE_ZERO)
        likely = _likely(list(self.said.values()))
        return [*(lines[n] for n in chosen), *(sentences[n] for n in likely)]

    def count(self) -> int:
        """How many lines and sentences are of a sort that is meant."""
        return sum(self.number[sort] for sort in self.meant())

    @property
    def no_to_all(self) -> bool:
        """True of a log of which the model says that none of its lines is meant."""
        said = [weight.log_odds for weight in self.weights.values()]
        return self.has_log and bool(said) and all(one is not None and one < _NO for one in said)


def _clear(weights: Sequence[Weight]) -> list[int]:
    """Of lines of a log, those to which the model says yes clearly enough, or all, if it says yes
    to all; where it is clear about none, those in the upper heap that it does not reject."""
    said = [weight.log_odds for weight in weights if weight.log_odds is not None]
    if len(said) < len(weights):
        return _upper(weights, _NO)
    likely = likelihoods(weights)
    sure = [one + _LIKELIHOOD_SHARE * other for one, other in zip(said, likely, strict=True)]
    least = boundary(sure, _BOUNDARY_LOW, _BOUNDARY_HIGH)
    if min(said, default=_NO) > _YES:
        least = -math.inf
    return [n for n, value in enumerate(sure) if value >= least] or _upper(weights, _NO)


def _likely(said: Sequence[float]) -> list[int]:
    """Of sentences with the question before them, those that may be meant; where there are none,
    those in the upper heap."""
    heap = upper_heap(deviations(said), _LEAST_APART_ONE)
    return [n for n, value in enumerate(said) if value >= _MAY_BE_MEANT] or [
        n for n, in_heap in enumerate(heap) if in_heap
    ]


def confirmed(said: Sequence[float], weights: Sequence[Weight]) -> list[bool]:
    """Which of the sentences that may be meant are, by what the model says of each with the
    question before it and with the question after it. What only stands out is not to be
    rejected."""
    after = [weight.log_odds for weight in weights]
    together = [one + (other or 0.0) for one, other in zip(said, after, strict=True)]
    least = boundary(together, _TOGETHER_LOW, _TOGETHER_HIGH)
    return [
        odds is None or (both >= least if before >= _MAY_BE_MEANT else odds >= SENTENCE_ZERO)
        for before, odds, both in zip(said, after, together, strict=True)
    ]


def _upper(weights: Sequence[Weight], rejected: float) -> list[int]:
    """Those in the upper heap that the model does not reject."""
    heap = upper_heap(worths(weights))
    return [
        n
        for n, (in_heap, weight) in enumerate(zip(heap, weights, strict=True))
        if in_heap and (weight.log_odds is None or weight.log_odds >= rejected)
    ]


def boundary(values: Iterable[float], low: float, high: float) -> float:
    """Where the widest gap between the two bounds is, in the middle of it."""
    points = [low, *sorted(value for value in values if low < value < high), high]
    below, above = max(pairwise(points), key=lambda pair: pair[1] - pair[0])
    return (below + above) / 2


def upper_heap(worths: Sequence[float], least_apart: float = _LEAST_APART) -> list[bool]:
    """Which of the values are in the upper of two heaps; none where there is but one.

    The heaps are to lie far apart, as in Otsu's method, with much room between them.
    Source: Otsu, A threshold selection method from gray-level histograms (1979).
    """
    ranked = sorted(worths, reverse=True)
    above = list(accumulate(ranked))
    best, least = 0.0, float("inf")
    for taken in range(1, len(ranked)):
        left = len(ranked) - taken
        apart = above[taken - 1] / taken - (above[-1] - above[taken - 1]) / left
        room = ranked[taken - 1] - ranked[taken]
        between = taken * left * apart**2 * room
        if apart >= least_apart and between > best:
            best, least = between, ranked[taken - 1]
    return [worth >= least for worth in worths]
