"""Fill a document with what has nothing to do with the question, up to a length in tokens."""

from __future__ import annotations

import random
from collections.abc import Iterable

from mhmcli.chunk import Count

_MOST_MISSES = 10


def draw(*key: object) -> random.Random:
    """Chance of its own for each key, as (7, 'q12', 4096): the same on every machine."""
    return random.Random("/".join(map(str, key)))  # noqa: S311  no secret


def filled(needed: Iterable[str], filler: Iterable[str], length: int, count: Count) -> list[str]:
    """What is needed, then filler as far as the length allows; a piece that is too long for what
    is left is passed over, a few times."""
    pieces = list(needed)
    used = sum(map(count, pieces))
    misses = 0
    for piece in filler:
        size = count(piece)
        if used + size > length:
            misses += 1
            if misses == _MOST_MISSES:
                break
            continue
        used += size
        pieces.append(piece)
    return pieces


def hidden(needles: Iterable[str], hay: list[str], chance: random.Random) -> list[str]:
    """The hay with the needles between it, at places drawn at random, in their order."""
    found = list(needles)
    places = sorted(chance.randrange(len(hay) + 1) for _ in found)
    pieces = list(hay)
    for place, needle in reversed(list(zip(places, found, strict=True))):
        pieces.insert(place, needle)
    return pieces
