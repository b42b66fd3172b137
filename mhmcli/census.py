"""Count and list all that a document says of something: found by the model, counted by the program.

A model that is to count what it reads counts wrong; asked of one line or sentence whether it is
one of those, it is nearly always right. After the reading, the lines of a log, or the sentences of
the passages that stand out, are judged one by one; of the other passages, the best first, as long
as some of the last hold what is meant. Lines that differ in nothing but their numbers are judged
once. Lines of a log are meant if the model's yes is clear, or if it says yes to all of them
(`grep error app.log | mhm ask "how many errors?"`), and if it says no to all, there are 0; of other
texts, those that are in the upper of the two heaps into which the scores fall.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate, chain, pairwise

from mhmcli.asked import Asked, asked
from mhmcli.candidates import Weighed, candidates, tranches
from mhmcli.events import (
    Found,
    Item,
    few_of,
    has_entries,
    in_order,
    is_entry,
    masked,
    named_in,
    opens_entry,
    told_once,
)
from mhmcli.evidence import SENTENCE_ZERO
from mhmcli.judge import judged, judging_tokens, likelihoods, worths
from mhmcli.prompter import Prompter
from mhmcli.score import Query
from mhmcli.weights import Weight

_MOST_JUDGED = 1500  # characters of a line
_ROOM_FOR_LINE = 0.5  # of the window
_STILL_HOLD = 0.2  # of the passages judged last at least, for those beneath them to be judged too
_OFTEN = 64  # judged texts, after which not every one of them is counted
_LEAST_APART = 2.0  # the means of the heaps, in standard deviations of both signals together
# Log-odds of yes, for lines of a log, to which a share of the standard deviations of the likelihood
# is added. Of 23 questions about six logs, 8 of them about what is not there, the default model's
# lines were parted exactly for 21 so, by the two heaps alone for 8, and for none of the 8.
_YES, _NO = 0.0, -0.5
_LIKELIHOOD_SHARE = 0.25
_MAY_BE, _IS = 0.3, 0.6  # the boundary is somewhere between them

Affords = Callable[[int], bool]  # whether there is time to compute so many tokens


@dataclass(frozen=True, slots=True)
class Judged:
    """A line or sentence that was judged, which of how many, and how many are counted so far."""

    text: str
    so_far: int
    number: int
    of: int


def census(
    prompter: Prompter, question: str, document: Weighed, affords: Affords | None = None
) -> Generator[Judged, None, Found]:
    """All lines or sentences that the question is about; each that was judged is yielded, with the
    count so far. Nothing is found where it cannot be afforded to judge the first of them.

    The document is looked through again, three times and more; of lines that are not meant, nothing
    is kept but how many there are of each sort.
    """
    named = named_in(question)
    weights: dict[str, Weight] = {}
    found, passages = Found(), frozenset[int]()
    waiting = tranches(document, Query.of(question))
    while waiting:
        look = partial(candidates, document, passages | waiting[0])
        sorts = _Sorts.of(look(), named)
        new = [sort for sort in sorts.firsts if sort not in weights]
        beginnings = [_beginning(prompter, sorts.firsts[sort]) for sort in new]
        if affords and not affords(judging_tokens(prompter, question, beginnings)):
            break
        for sort, weight in zip(new, judged(prompter, question, beginnings), strict=True):
            weights[sort] = weight
            yield Judged(sorts.firsts[sort], sorts.so_far(weights), len(weights), len(sorts.firsts))
        latest = waiting.pop(0)
        passages |= latest
        found = _found(look, sorts, weights, of_counts=asked(question) is Asked.COUNT, named=named)
        holding = {item.passage for item in found.items} & latest
        if len(holding) < max(1, _STILL_HOLD * len(latest)):
            break
    return replace(found, left_out=sum(map(len, waiting)))


@dataclass(slots=True)
class _Sorts:
    """Lines and sentences by their sorts: the first of each, and how many there are. `entries` are
    those that are lines of a log, `opened` those that open an entry of it."""

    firsts: dict[str, str] = field(default_factory=dict)
    lines: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    opened: int = 0
    of_lines: bool = True
    _so_far: int = 0

    @classmethod
    def of(cls, items: Iterable[Item], named: AbstractSet[str]) -> _Sorts:
        """The sorts of the items."""
        made = cls()
        for item in items:
            sort = masked(item.text, named)
            made.firsts.setdefault(sort, item.text)
            made.lines[sort] += 1
            made.entries += is_entry(item.text)
            made.opened += opens_entry(item.text)
            made.of_lines = made.of_lines and item.of_log
        return made

    @property
    def of_log(self) -> bool:
        """True of the lines of a log: lists and tables have lines too."""
        return self.of_lines and self.entries > self.lines.total() / 2

    def meant(self, weights: Mapping[str, Weight]) -> list[str]:
        """The sorts that are meant, of all that were judged so far."""
        sorts = list(weights)
        return [sorts[n] for n in _meant(list(weights.values()), of_log=self.of_log)]

    def so_far(self, weights: Mapping[str, Weight]) -> int:
        """How many lines or sentences are meant, of all that were judged so far; of many, it is
        not told after each."""
        if len(weights) % (1 + len(weights) // _OFTEN) == 0:
            self._so_far = sum(self.lines[sort] for sort in self.meant(weights))
        return self._so_far


def _found(
    look: Callable[[], Iterable[Item]],
    sorts: _Sorts,
    weights: Mapping[str, Weight],
    *,
    of_counts: bool,
    named: AbstractSet[str],
) -> Found:
    """What is meant of all that was looked at; where it is to be counted, each event once."""
    meant: dict[str, list[Item]] = {sort: [] for sort in sorts.meant(weights)}
    if not meant:
        no = [one.log_odds is not None and one.log_odds < _NO for one in weights.values()]
        return Found(no_to_all=sorts.of_log and bool(no) and all(no))
    for item in look():
        if (items := meant.get(masked(item.text, named))) is not None:
            items.append(item)
    groups = list(meant.values())
    if of_counts:
        in_entries = has_entries(sorts.opened, sorts.lines.total())
        return told_once(groups, _telling(groups, look) - named, in_entries=in_entries)
    return Found(in_order(chain.from_iterable(groups)))


def _beginning(prompter: Prompter, text: str) -> str:
    """Of a long line, what can be judged: digits may be a token each, and emoji several."""
    text = text[:_MOST_JUDGED]
    while prompter.count(text) > prompter.room_tokens * _ROOM_FOR_LINE:
        text = text[: len(text) // 2]
    return text


def _meant(weights: Sequence[Weight], *, of_log: bool) -> list[int]:
    """Those that are meant of all that were judged, the best first. Of the lines of a log, all to
    which the model says yes clearly enough, or all, if it says yes to all; where it is clear about
    none, and of other texts, whose zero is another, those in the upper heap that it does not
    reject."""
    worth = worths(weights)
    said = [weight.log_odds for weight in weights if weight.log_odds is not None]
    chosen: Collection[int] = ()
    if of_log and len(said) == len(weights):
        likely = likelihoods(weights)
        clear = [one + _LIKELIHOOD_SHARE * other for one, other in zip(said, likely, strict=True)]
        least = -math.inf if min(said, default=_NO) > _YES else boundary(clear, _MAY_BE, _IS)
        chosen = [n for n, value in enumerate(clear) if value >= least]
    if not chosen:
        rejected = _NO if of_log else SENTENCE_ZERO
        heap = zip(upper_heap(worth), weights, strict=True)
        chosen = [n for n, (in_heap, one) in enumerate(heap) if in_heap and _may_be(one, rejected)]
    return sorted(chosen, key=lambda n: -worth[n])


def _may_be(weight: Weight, rejected: float) -> bool:
    return weight.log_odds is None or weight.log_odds >= rejected


def boundary(values: Iterable[float], low: float, high: float) -> float:
    """Where the widest gap between the two bounds is, in the middle of it."""
    points = [low, *sorted(value for value in values if low < value < high), high]
    below, above = max(pairwise(points), key=lambda pair: pair[1] - pair[0])
    return (below + above) / 2


def _telling(
    groups: Iterable[Iterable[Item]], look: Callable[[], Iterable[Item]]
) -> frozenset[str]:
    """The marks of the items that stand in few of the lines of the document, which is looked
    through for them if there are any."""
    marks = frozenset(mark for items in groups for item in items for mark in item.marks)
    often: Counter[str] = Counter()
    lines = 0
    for item in look() if marks else ():
        often.update(item.marks & marks)
        lines += 1
    return frozenset(mark for mark in marks if often[mark] <= few_of(lines))


def upper_heap(worths: Sequence[float]) -> list[bool]:
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
        if apart >= _LEAST_APART and between > best:
            best, least = between, ranked[taken - 1]
    return [worth >= least for worth in worths]
