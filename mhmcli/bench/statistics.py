"""How sure a benchmark's figures are: intervals for shares and means, and a paired test."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_Z = 1.959964  # of a 95% interval
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of `n` observations, with the ends of its 95% interval."""

    value: float
    low: float
    high: float
    n: int


def share(hits: Sequence[bool]) -> Estimate | None:
    """The share that is True, with Wilson's interval; None of nothing.

    8 of 10 -> 0.80, from 0.49 to 0.94.
    Source: E. B. Wilson, Probable Inference (1927).
    """
    return _wilson(sum(hits) / len(hits), len(hits)) if hits else None


def _wilson(p: float, n: int) -> Estimate:
    spread = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
    centre = p + _Z * _Z / (2 * n)
    scale = 1 + _Z * _Z / n
    return Estimate(p, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale), n)


def bootstrap(
    groups: Sequence[T], statistic: Callable[[Sequence[T]], float | None]
) -> Estimate | None:
    """A statistic of what was observed, its interval from resampling the groups: whole questions,
    whose facts or steps are not independent. None where the statistic has none.

    The same groups give the same interval. Of a share that is the same in all it is Wilson's: a
    resample of equals would claim certainty.
    """
    value = statistic(groups)
    if value is None:
        return None
    chance = random.Random(0)  # noqa: S311  no secret
    resampled = (statistic(chance.choices(groups, k=len(groups))) for _ in range(_RESAMPLES))
    found = sorted(sample for sample in resampled if sample is not None)
    if found[0] == found[-1]:
        return _wilson(value, len(groups))
    last = len(found) - 1
    return Estimate(value, found[round(0.025 * last)], found[round(0.975 * last)], len(groups))


def mean(values: Sequence[float]) -> float | None:
    """None of nothing."""
    return sum(values) / len(values) if values else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two methods on the same questions: those that only the one got right, and only the other;
    `p` is the probability of a difference this large if both were equally good."""

    n: int
    only_first: int
    only_second: int
    p: float

    @property
    def is_noise(self) -> bool:
        """True when equally good methods would differ as much in one of twenty runs."""
        return self.p > 0.05  # noqa: PLR2004


def compare(pairs: Sequence[tuple[bool, bool]]) -> Comparison:
    """McNemar's exact test: of the questions that one alone got right, is it half each?

    9 against 1 -> p = 0.021. Source: Q. McNemar, Psychometrika 12 (1947).
    """
    first = sum(a and not b for a, b in pairs)
    second = sum(b and not a for a, b in pairs)
    differing = first + second
    tail = sum(math.comb(differing, k) for k in range(min(first, second) + 1)) / 2**differing
    return Comparison(len(pairs), first, second, min(1.0, 2 * tail))
