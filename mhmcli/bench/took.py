"""What contestants took to read a document, and what that is in multiples of the reading floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol

from mhmcli.engine import Spent

FLOOR = "floor"


@dataclass(slots=True)
class Took:
    """What one contestant needed in one round, in seconds: to compute the document's tokens
    (`reading`), the tokens shown beside them (`asking`) and the replies (`writing`); what passed
    while nothing was computed (`waiting`); and, after all that, to answer. `first` is when the
    first head was written, and how many tokens of the document were read by then; `floor`, that of
    the same tokens, where it was measured meanwhile."""

    name: str
    reading: float
    asking: float = 0.0
    writing: float = 0.0
    waiting: float = 0.0
    answering: float = 0.0
    first: tuple[float, int] | None = None
    spent: Spent = field(default_factory=Spent)
    floor: Took | None = None

    @property
    def to_read(self) -> float:
        """Seconds until all is read, and memory written."""
        return self.reading + self.asking + self.writing + self.waiting

    @property
    def tokens_per_s(self) -> float:
        """Of the document, while it was read."""
        return self.spent.chunk_tokens / self.to_read


class Contestant(Protocol):
    """Somebody who reads the document."""

    name: str

    def __call__(self) -> Took:
        """The document is read once."""
        ...


def split(took: Took, seconds: float, of_document: int, beside: int) -> None:
    """Seconds in which both were computed together are shared by their tokens."""
    share = of_document / max(1, of_document + beside)
    took.reading += seconds * share
    took.asking += seconds * (1 - share)


def rounds(contestants: Sequence[Contestant], number: int) -> Iterator[Took]:
    """Each reads once a round, in turn."""
    for _ in range(number):
        for contestant in contestants:
            yield contestant()


@dataclass(frozen=True, slots=True)
class Speed:
    """A contestant's rounds, and each as a multiple of the floor of the same round, or of that
    which was measured meanwhile; its first head, of what the floor takes for what was read until
    then."""

    name: str
    took: Sequence[Took]
    ratios: Sequence[float]
    ratios_answered: Sequence[float]
    ratios_first_head: Sequence[float]

    def part(self, name: str) -> float:
        """The median of one part of the seconds, by its name in `Took`."""
        return float(median(getattr(took, name) for took in self.took))


def speeds(took: Sequence[Took], names: Sequence[str]) -> list[Speed]:
    """Those of the contestants, of as many rounds as all of them have finished; none of none."""
    by_name = {name: [one for one in took if one.name == name] for name in names}
    finished = min(map(len, by_name.values()))
    of_rounds = by_name.get(FLOOR, [])
    found: list[Speed] = []
    for name, mine in by_name.items() if finished else ():
        floors = [one.floor or of_rounds[number] for number, one in enumerate(mine[:finished])]
        found.append(_speed(name, mine[:finished], floors))
    return found


def _speed(name: str, took: Sequence[Took], floors: Sequence[Took]) -> Speed:
    rounds = list(zip(took, floors, strict=True))
    return Speed(
        name,
        took,
        [one.to_read / floor.to_read for one, floor in rounds],
        [(one.to_read + one.answering) / floor.to_read for one, floor in rounds],
        [first[0] / first[1] * floor.tokens_per_s for one, floor in rounds if (first := one.first)],
    )
