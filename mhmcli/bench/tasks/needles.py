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

Source: the needle families of RULER, arXiv:2404.06654.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count as count_from

from mhmcli.bench.case import Case, passages_of, spelled
from mhmcli.bench.match import NUMBER_WORDS
from mhmcli.bench.tasks import prose
from mhmcli.bench.tasks.haystack import draw, filled, hidden
from mhmcli.bench.tasks.wordless import ASSOCIATIONS
from mhmcli.chunk import Count
from mhmcli.errors import UsageError

_FARMS = (
    "Brook Farm", "Hollow Mill", "Ashdown Lodge", "Raven Hall", "Quarry House", "Linden Court",
    "Marsh End", "Saltings Cottage", "Tower Grange", "Whin Barn", "Crosby Manor", "Pell House",
)  # fmt: skip
_COLOURS = (
    "copper", "violet", "silver", "amber", "crimson", "ivory", "indigo", "scarlet", "golden",
    "turquoise", "charcoal", "emerald",
)  # fmt: skip
_BEASTS = (
    "heron", "badger", "lynx", "otter", "falcon", "tortoise", "stoat", "pelican", "marten",
    "salamander", "bison", "gecko",
)  # fmt: skip
_THINGS = (
    "compass", "ledger", "sextant", "telescope", "music box", "signet ring", "treasure map",
    "violin", "chess set", "barometer",
)  # fmt: skip
_BOXES = (
    "oak chest", "leather trunk", "wicker basket", "iron safe", "tin case", "cedar cabinet",
    "canvas bag", "steel locker", "walnut bureau", "pine crate",
)  # fmt: skip
_ROOMS = (
    "library", "pantry", "attic", "map room", "chapel", "boathouse", "wine cellar", "nursery",
    "armoury", "greenhouse",
)  # fmt: skip
_OWNERS = (
    "Ivo Brandt", "Mara Quint", "Osric Vale", "Lucia Ferro", "Tomas Rhee", "Edda Storm",
    "Piet Lowen", "Nadia Krol", "Hugo Ames", "Selma Dahl",
)  # fmt: skip
_SHIPS = ("Gannet", "Halcyon", "Perseus", "Aurora", "Kestrel", "Calliope", "Triton", "Meridian")
_PORTS = (
    "Bergen", "Cadiz", "Riga", "Genoa", "Lisbon", "Hull", "Trieste", "Antwerp", "Malmo", "Odessa",
    "Bristol", "Marseille",
)  # fmt: skip
_SEVERAL = 3
_OTHERS = 3  # facts or chains of the same kind that are not asked for
_FEWEST, _MOST = 2, 9  # needles to be counted


@dataclass(frozen=True, slots=True)
class Needles:
    """What is hidden, in the order of the document, and what is asked. `facts` are those of it
    that the answer follows from."""

    hidden: Sequence[str]
    facts: Sequence[str]
    question: str
    answers: tuple[tuple[str, ...], ...]
    traceable: bool = True


class NeedleTask:
    """Needles of all kinds, or of those named, in turn and without end.

    Raises:
        UsageError: there is no such kind.
    """

    name = "needles"
    size = None

    def __init__(self, *, seed: int = 0, kinds: Sequence[str] = ()) -> None:
        self._seed = seed
        self._kinds = tuple(kinds) or tuple(KINDS)
        for kind in self._kinds:
            if kind not in KINDS:
                raise UsageError(
                    f"no needles of kind {kind!r}", hint=f"kinds are {', '.join(KINDS)}"
                )

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """Each case has a document of its own."""
        for number in count_from():
            kind = self._kinds[number % len(self._kinds)]
            key = f"{kind}-{number // len(self._kinds)}"
            chance = draw(self._seed, key, length_tokens)
            needles = KINDS[kind](chance)
            told = [_among(needle, chance) for needle in needles.hidden]
            hay = filled(told, prose.paragraphs(chance), length_tokens, count)[len(told) :]
            yield Case(
                key=key,
                question=needles.question,
                answers=needles.answers,
                passages=passages_of("".join(hidden(told, hay, chance))),
                facts=tuple(needles.facts),
                traceable=needles.traceable,
                kind=kind,
            )


def _among(needle: str, chance: random.Random) -> str:
    return f"{prose.sentence(chance)} {needle}\n\n"


def _phrases(chance: random.Random, number: int) -> list[str]:
    colours, beasts = chance.sample(_COLOURS, number), chance.sample(_BEASTS, number)
    return [f"{colour} {beast}" for colour, beast in zip(colours, beasts, strict=True)]


def single(chance: random.Random) -> Needles:
    """One pass phrase among others."""
    farms = chance.sample(_FARMS, 1 + _OTHERS)
    phrases = _phrases(chance, len(farms))
    facts = [
        f"The pass phrase of {farm} is '{phrase}'."
        for farm, phrase in zip(farms, phrases, strict=True)
    ]
    question = f"What is the pass phrase of {farms[0]}?"
    return Needles(_shuffled(facts, chance), facts[:1], question, spelled(phrases[:1]))


def several(chance: random.Random) -> Needles:
    """Three pass phrases of one place, among those of others."""
    farm, *others = chance.sample(_FARMS, 1 + _OTHERS)
    phrases = _phrases(chance, _SEVERAL + _OTHERS)
    asked = [f"One of the pass phrases of {farm} is '{p}'." for p in phrases[:_SEVERAL]]
    beside = [
        f"One of the pass phrases of {other} is '{phrase}'."
        for other, phrase in zip(others, phrases[_SEVERAL:], strict=True)
    ]
    question = f"What are the {NUMBER_WORDS[_SEVERAL]} pass phrases of {farm}?"
    return Needles(_shuffled(asked + beside, chance), asked, question, spelled(phrases[:_SEVERAL]))


def chained(chance: random.Random, links: int = 3) -> Needles:
    """A thing is in a box, the box is in a room, and somebody has the key of the room; with four
    links the room is in a house, with two the box itself is locked."""
    number = 1 + _OTHERS
    things, boxes = chance.sample(_THINGS, number), chance.sample(_BOXES, number)
    rooms, owners = chance.sample(_ROOMS, number), chance.sample(_OWNERS, number)
    houses = chance.sample(_FARMS, number)
    chains = []
    for thing, box, room, house, owner in zip(things, boxes, rooms, houses, owners, strict=True):
        way = [
            (f"The {thing} was put into the {box}.", f"the {box}"),
            (f"The {box} was carried to the {room}.", f"the {room}"),
            (f"The {room} is the one at {house}.", house),
        ][: links - 1]
        last = f"The only key of {way[-1][1]} is in the hands of {owner}."
        chains.append([*(fact for fact, _ in way), last])
    question = f"Who can unlock the place where the {things[0]} is?"
    told = _shuffled([fact for facts in chains for fact in facts], chance)
    return Needles(told, chains[0], question, spelled(owners[:1]))


def counting(chance: random.Random) -> Needles:
    """A ship called at some ports, once each, and another at others."""
    ship, ports, told, asked = _calls(chance)
    question = f"At how many ports did the {ship} call?"
    answers = ((str(len(ports)), NUMBER_WORDS[len(ports)]),)
    return Needles(told, asked, question, answers, traceable=False)


def listing(chance: random.Random) -> Needles:
    """The ports at which a ship called."""
    ship, ports, told, asked = _calls(chance)
    return Needles(told, asked, f"At which ports did the {ship} call?", spelled(ports))


def _calls(chance: random.Random) -> tuple[str, list[str], list[str], list[str]]:
    """A ship, its ports, what is told of it and of another one, and what is told of it alone."""
    ship, other = chance.sample(_SHIPS, 2)
    ports = chance.sample(_PORTS, chance.randint(_FEWEST, _MOST) + _OTHERS)
    asked = [f"The {ship} called at {port}." for port in ports[:-_OTHERS]]
    beside = [f"The {other} called at {port}." for port in ports[-_OTHERS:]]
    return ship, ports[:-_OTHERS], _shuffled(asked + beside, chance), asked


def wordless(chance: random.Random) -> Needles:
    """What is said of a person, among what is said of others, and asked in other words."""
    chosen = chance.sample(ASSOCIATIONS, 1 + _OTHERS)
    people = chance.sample(_OWNERS, len(chosen))
    facts = [fact.format(who=who) for (fact, _), who in zip(chosen, people, strict=True)]
    return Needles(_shuffled(facts, chance), facts[:1], chosen[0][1], spelled(people[:1]))


def latest(chance: random.Random) -> Needles:
    """The pass phrase of a place is changed some times, and another one's too."""
    farm, other = chance.sample(_FARMS, 2)
    phrases = _phrases(chance, _SEVERAL + _OTHERS)
    changes = [
        f"The pass phrase of {place} was changed to '{phrase}' that day."
        for place, phrase in zip([farm] * _SEVERAL + [other] * _OTHERS, phrases, strict=True)
    ]
    told = _shuffled(changes, chance)
    last = max(changes[:_SEVERAL], key=told.index)
    phrase = phrases[changes.index(last)]
    question = f"What is the pass phrase of {farm} at the end, after all changes?"
    return Needles(told, [last], question, spelled([phrase]))


def absent(chance: random.Random) -> Needles:
    """The pass phrases of some places; that of another is asked for, which is named."""
    farm, *others = chance.sample(_FARMS, 1 + _OTHERS)
    phrases = _phrases(chance, _OTHERS)
    told = [
        f"The pass phrase of {other} is '{phrase}'."
        for other, phrase in zip(others, phrases, strict=True)
    ]
    told.append(f"The road to {farm} was under water.")
    question = f"What is the pass phrase of {farm}?"
    return Needles(_shuffled(told, chance), [], question, (), traceable=False)


def _shuffled(facts: Sequence[str], chance: random.Random) -> list[str]:
    return chance.sample(facts, len(facts))


KINDS: dict[str, Callable[[random.Random], Needles]] = {
    "single": single,
    "several": several,
    "chained": chained,
    "counting": counting,
    "listing": listing,
    "wordless": wordless,
    "latest": latest,
    "absent": absent,
    "chained-2": partial(chained, links=2),
    "chained-4": partial(chained, links=4),
}
