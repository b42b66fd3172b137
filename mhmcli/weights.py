"""What a model makes of a text for a question without a word being decoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_TOGETHER = 8  # sequences


@dataclass(frozen=True, slots=True)
class Weight:
    """What the model's logits say of a part that it has read, for a question: the log-odds of yes
    against no that the part holds the answer or a fact needed for it, and the mean log-probability
    of the question's own tokens after it, in nats. `log_odds` is None where it was not asked."""

    likelihood: float
    log_odds: float | None


@dataclass(frozen=True, slots=True)
class Tail:
    """The tokens of a question, of which the likelihood is wanted, and of what leads to it; after
    `rest` a verdict is given, where that is asked for."""

    lead: Sequence[int]
    question: Sequence[int]
    rest: Sequence[int] = ()

    @property
    def size(self) -> int:
        """Tokens."""
        return len(self.lead) + len(self.question) + len(self.rest)


def in_groups(sized: Iterable[tuple[T, int]], room: int) -> Iterator[list[T]]:
    """The items, a few together, by their sizes: as many as there is room for, one at least."""
    few: list[T] = []
    left = room
    for item, size in sized:
        if few and (size > left or len(few) == _TOGETHER):
            yield few
            few, left = [], room
        few.append(item)
        left -= size
    if few:
        yield few
