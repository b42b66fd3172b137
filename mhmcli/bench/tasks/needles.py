"""Needles in generated prose, from nothing but a seed.

- single: one fact among others of its kind ("The pass phrase of Brook Farm is 'copper heron'.")
- several: three facts of one thing, all of which are asked for
- chained: who has the key to where a thing is, over three facts of which only the first shares a
  word with the question; other chains of the same shape stand beside it (RULER's variable
  tracking, told as a story); chained-2 and chained-4 are over two and four facts
- counting: how often something happened, once in each of several sentences
- listing: the same, but what is asked for is where
- wordless: one fact that shares no word with the question (`mhmcli.bench.tasks.wordless`)
- latest: what something is now that was changed a few times
- absent: what is said of others, and not of the one that is asked about
- hostile: a single fact, and sentences that tell the reader to do something else; only if asked for

Source: the needle families of RULER, arXiv:2404.06654.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_from

from mhmcli.bench.case import Case, named, passages_of
from mhmcli.bench.tasks import prose
from mhmcli.bench.tasks.haystack import draw, filled, hidden
from mhmcli.bench.tasks.kinds import KINDS, USUAL, Names, Needles
from mhmcli.chunk import Count
from mhmcli.errors import UsageError


@dataclass(frozen=True, slots=True)
class Hidden:
    """The needles of a case, and the chance that they were drawn with."""

    key: str
    kind: str
    needles: Needles
    chance: random.Random


class NeedleTask:
    """Needles of all kinds, or of those named, in turn and without end; those of up to `together`
    cases are hidden in one document, as long as there are names for them.

    Raises:
        UsageError: there is no such kind.
    """

    size = None

    def __init__(self, *, seed: int = 0, kinds: Sequence[str] = (), together: int = 1) -> None:
        self.name = named("needles", together)
        self._seed = seed
        self._together = together
        self._kinds = tuple(kinds) or USUAL
        for kind in self._kinds:
            if self._kinds.count(kind) > 1:
                raise UsageError(f"{kind} is named twice", hint="name each kind once")
            if kind not in KINDS:
                raise UsageError(
                    f"no needles of kind {kind!r}", hint=f"kinds are {', '.join(KINDS)}"
                )

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """The cases of one document, then those of the next."""
        for first in count_from(0, self._together):
            group: list[Hidden] = []
            names = Names()
            for number in range(first, first + self._together):
                try:
                    case = self._hidden(number, names, length_tokens)
                except ValueError:  # the names are used up: another document
                    yield from _cases(group, length_tokens, count)
                    group, names = [], Names()
                    case = self._hidden(number, names, length_tokens)
                group.append(case)
            yield from _cases(group, length_tokens, count)

    def _hidden(self, number: int, names: Names, length: int) -> Hidden:
        kind = self._kinds[number % len(self._kinds)]
        key = f"{kind}-{number // len(self._kinds)}"
        chance = draw(self._seed, key, length)
        return Hidden(key, kind, KINDS[kind](names, chance), chance)


def _cases(group: Sequence[Hidden], length: int, count: Count) -> Iterator[Case]:
    """The needles of the group in one document, those of each in their order."""
    chance = group[0].chance
    told = [[_among(needle, one.chance) for needle in one.needles.hidden] for one in group]
    needed = [needle for needles in told for needle in needles]
    pieces = filled(needed, prose.paragraphs(chance), length, count)[len(needed) :]
    for needles in told:
        pieces = hidden(needles, pieces, chance)
    passages = passages_of("".join(pieces))
    for one in group:
        yield Case(
            key=one.key,
            question=one.needles.question,
            answers=one.needles.answers,
            passages=passages,
            facts=tuple(one.needles.facts),
            traceable=one.needles.traceable,
            kind=one.kind,
            wrong=tuple(one.needles.wrong),
        )


def _among(needle: str, chance: random.Random) -> str:
    return f"{prose.sentence(chance)} {needle}\n\n"
