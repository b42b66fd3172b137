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

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from mhmcli.asked import Asked, asked
from mhmcli.candidates import Weighed, candidates, tranches
from mhmcli.events import Found, Item, few_of, in_order, named_in, told_once
from mhmcli.judge import judged, judging_tokens
from mhmcli.prompter import Prompter
from mhmcli.score import Query
from mhmcli.sorts import Sort, Sorts

_MOST_JUDGED = 1500  # characters of a line
_ROOM_FOR_LINE = 0.5  # of the window
_STILL_HOLD = 0.2  # of the passages judged last at least, for those beneath them to be judged too
_MOST_TOKENS = 2.5  # a word of the document, to judge these: twice as long as to read it
_OFTEN = 64  # judged texts, after which not every one of them is counted

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
    sorts, passages = Sorts(named_in(question)), frozenset[int]()
    waiting = tranches(document, Query.of(question))
    spent, most = 0, _MOST_TOKENS * document.seen.words
    for number, tranche in enumerate(waiting):
        more = sorts.with_items(candidates(document, tranche, lines=number == 0))
        texts = {sort: _beginning(prompter, more.firsts[sort]) for sort in more.unjudged}
        price = judging_tokens(prompter, question, texts.values())
        if (affords and not affords(price)) or (number and spent + price > most):
            break
        spent += price if number else 0
        yield from _judge(prompter, question, more, texts)
        if more.count() < sorts.count():  # so much more was found that nothing stands out
            break
        sorts, passages = more, passages | tranche
        waiting = waiting[1:]
        if tranche and not _still_pays(sorts, tranche):
            break
    left_out = sum(map(len, waiting))
    found = _found(partial(candidates, document, passages), sorts, asked(question))
    return replace(found, no_to_all=found.no_to_all and not left_out, left_out=left_out)


def _judge(
    prompter: Prompter, question: str, sorts: Sorts, texts: dict[Sort, str]
) -> Generator[Judged, None, None]:
    """The texts of some sorts are judged; of many, it is not told after each how many are meant."""
    so_far = 0
    for sort, weight in zip(texts, judged(prompter, question, texts.values()), strict=True):
        sorts.weights[sort] = weight
        number = len(sorts.weights)
        if number % (1 + number // _OFTEN) == 0:
            so_far = sorts.count()
        yield Judged(sorts.firsts[sort], so_far, number, len(sorts.firsts))


def _still_pays(sorts: Sorts, tranche: frozenset[int]) -> bool:
    """Whether enough of the passages judged last hold what is meant."""
    holding = frozenset[int]().union(*(sorts.passages.get(s, ()) for s in sorts.meant())) & tranche
    return len(holding) >= _STILL_HOLD * len(tranche)


def _found(look: Callable[[], Iterable[Item]], sorts: Sorts, wanted: Asked) -> Found:
    """What is meant of all that was looked at; where it is to be counted, each event once."""
    meant: dict[Sort, list[Item]] = {sort: [] for sort in sorts.meant()}
    if not meant:
        return Found(no_to_all=sorts.no_to_all)
    for item in look():
        if (items := meant.get(sorts.of(item))) is not None:
            items.append(item)
    groups = list(meant.values())
    if wanted is Asked.COUNT:
        telling = _telling(groups, look) - sorts.named
        return told_once(groups, telling, in_entries=sorts.has_entries)
    return Found(in_order(chain.from_iterable(groups)))


def _beginning(prompter: Prompter, text: str) -> str:
    """Of a long line, what can be judged: digits may be a token each, and emoji several."""
    text = text[:_MOST_JUDGED]
    while prompter.count(text) > prompter.room_tokens * _ROOM_FOR_LINE:
        text = text[: len(text) // 2]
    return text


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
