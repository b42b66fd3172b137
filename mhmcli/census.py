"""Count and list all that a document says of something: found by the model, counted by the program.

A model that is to count what it reads counts wrong; asked of one line or sentence whether it is
one of those, it is nearly always right. After the reading, the lines of a log, or the sentences of
the passages that stand out, are judged one by one. Lines that differ in nothing but their numbers
are judged once. The boundary is where the scores fall into two heaps; of a log, all is meant if
the model says yes to all (`grep error app.log | mhm ask "how many errors?"`), and if it says no to
all, there are 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, chain

from mhmcli.asked import Asked, asked
from mhmcli.candidates import Weighed, candidates
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
from mhmcli.judge import judged, judging_tokens, worths
from mhmcli.prompter import Prompter
from mhmcli.score import Query
from mhmcli.weights import Weight

_MOST_JUDGED = 1500  # characters of a line
_ROOM_FOR_LINE = 0.5  # of the window
_OFTEN = 64  # judged texts, after which not every one of them is counted
_LEAST_APART = 2.0  # the means of the heaps, in standard deviations of both signals together
# Log-odds of yes, for lines of a log. With the default model, 16 sorts of line that were meant
# stood between 0.16 and 0.79, and 60 of five logs that were not between -2.3 and -0.56.
_YES, _NO = 0.0, -0.5

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
    count so far. Nothing is found where it cannot be afforded to judge all.

    The document is looked through again, up to three times; of lines that are not meant, nothing is
    kept but how many there are of each sort.
    """
    named = named_in(question)
    look = partial(candidates, document, Query.of(question))
    firsts: dict[str, str] = {}
    lines: Counter[str] = Counter()
    entries, opened, of_lines = 0, 0, True
    for item in look():
        sort = masked(item.text, named)
        firsts.setdefault(sort, item.text)
        lines[sort] += 1
        entries += is_entry(item.text)
        opened += opens_entry(item.text)
        of_lines = of_lines and item.of_log
    of_log = of_lines and entries > lines.total() / 2
    sorts = list(firsts)
    beginnings = [_beginning(prompter, text) for text in firsts.values()]
    if affords and not affords(judging_tokens(prompter, question, beginnings)):
        return Found()
    weights: list[Weight] = []
    so_far = 0
    for weight in judged(prompter, question, beginnings):
        weights.append(weight)
        if len(weights) % (1 + len(weights) // _OFTEN) == 0:
            so_far = sum(lines[sorts[n]] for n in _meant(weights, of_log=of_log))
        number = len(weights)
        yield Judged(firsts[sorts[number - 1]], so_far, number, len(sorts))
    meant: dict[str, list[Item]] = {sorts[n]: [] for n in _meant(weights, of_log=of_log)}
    if not meant:
        no = (weight.log_odds is not None and weight.log_odds < _NO for weight in weights)
        return Found(no_to_all=of_log and bool(weights) and all(no))
    for item in look():
        if (items := meant.get(masked(item.text, named))) is not None:
            items.append(item)
    groups = list(meant.values())
    if asked(question) is Asked.COUNT:
        in_entries = has_entries(opened, lines.total())
        return told_once(groups, _telling(groups, look) - named, in_entries=in_entries)
    return Found(in_order(chain.from_iterable(groups)))


def _beginning(prompter: Prompter, text: str) -> str:
    """Of a long line, what can be judged: digits may be a token each, and emoji several."""
    text = text[:_MOST_JUDGED]
    while prompter.count(text) > prompter.room_tokens * _ROOM_FOR_LINE:
        text = text[: len(text) // 2]
    return text


def _meant(weights: Sequence[Weight], *, of_log: bool) -> list[int]:
    """Those that are in the upper heap of all that were judged, the best first; of lines of a log,
    all, if the model says yes to all."""
    worth = worths(weights)
    if of_log and all((weight.log_odds or _YES) > _YES for weight in weights):
        chosen = list(range(len(weights)))
    else:
        chosen = [n for n, take in enumerate(upper_heap(worth)) if take]
    return sorted(chosen, key=lambda n: -worth[n])


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
