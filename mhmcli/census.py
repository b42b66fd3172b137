"""Count and list all that a document says of something: found by the model, counted by the program.

A model that is to count what it reads counts wrong; asked of one line or sentence whether it is
one of those, it is nearly always right. After the reading, the lines of a log, or the sentences of
the passages that stand out, are judged one by one; of the other passages, the best first, as long
as some of the last hold what is meant. Lines that differ in nothing but their numbers are judged
once. Lines of a log are meant if the model's yes is clear, or if it says yes to all of them
(`grep error app.log | mhm ask "how many errors?"`), and if it says no to all, there are 0;
sentences, if it says yes twice, with the question before them and after them; rows of lists and
tables, if they are in the upper of the two heaps into which the scores fall.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from mhmcli.asked import Asked, asked
from mhmcli.candidates import Weighed, candidates, tranches
from mhmcli.events import Found, Item, few_of, in_order, named_in, told_once
from mhmcli.judge import judged, judging_tokens, sentence_tokens, sentences_judged
from mhmcli.prompter import Prompter
from mhmcli.score import Query
from mhmcli.sorts import Sort, Sorts, confirmed

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
        asking = _Asking(prompter, question, more)
        price = asking.price() if affords or number else 0  # which counts all their tokens
        if (affords and not affords(price)) or (number and spent + price > most):
            break
        spent += price if number else 0
        yield from asking.judge()
        if more.count() < sorts.count():  # so much more was found that nothing stands out
            break
        sorts, passages = more, passages | tranche
        waiting = waiting[1:]
        if tranche and not _still_pays(sorts, tranche):
            break
    left_out = sum(map(len, waiting))
    meant = _confirmed(prompter, question, sorts)
    found = _found(partial(candidates, document, passages), sorts, meant, asked(question))
    return replace(found, no_to_all=found.no_to_all and not left_out, left_out=left_out)


class _Asking:
    """The lines and sentences of some sorts, before the model judges them."""

    def __init__(self, prompter: Prompter, question: str, sorts: Sorts) -> None:
        self._prompter, self._question, self._sorts = prompter, question, sorts
        self._lines = self._beginnings(of_lines=True)
        self._sentences = self._beginnings(of_lines=False)

    def _beginnings(self, *, of_lines: bool) -> dict[Sort, str]:
        firsts = self._sorts.firsts
        unjudged = self._sorts.unjudged(of_lines=of_lines)
        return {sort: _beginning(self._prompter, firsts[sort]) for sort in unjudged}

    def price(self) -> int:
        """Tokens that it takes to judge them."""
        prompter, question = self._prompter, self._question
        lines, sentences = self._lines.values(), self._sentences.values()
        of_sentences = sentence_tokens(prompter, question, sentences) if sentences else 0
        return judging_tokens(prompter, question, lines) + of_sentences

    def judge(self) -> Iterator[Judged]:
        """Each of them, as it is judged; of many, it is not told after each how many are meant.
        Lines are judged with the question after them; sentences with the question before them,
        which takes two fifths of the time and tells them apart as well (`mhmcli.sorts`)."""
        so_far = 0
        for sort in self._asked():
            number = self._sorts.judged
            if number % (1 + number // _OFTEN) == 0:
                so_far = self._sorts.count()
            yield Judged(self._sorts.firsts[sort], so_far, number, len(self._sorts.firsts))

    def _asked(self) -> Iterator[Sort]:
        prompter, question, sorts = self._prompter, self._question, self._sorts
        weights = judged(prompter, question, self._lines.values())
        for sort, weight in zip(self._lines, weights, strict=True):
            sorts.weights[sort] = weight
            yield sort
        if self._sentences:
            said = sentences_judged(prompter, question, self._sentences.values())
            for sort, value in zip(self._sentences, said, strict=True):
                sorts.said[sort] = value
                yield sort


def _confirmed(prompter: Prompter, question: str, sorts: Sorts) -> list[Sort]:
    """The sorts that are meant, without the sentences that the model does not confirm when the
    question is asked after them."""
    meant = sorts.meant()
    sentences = [sort for sort in meant if sort in sorts.said]
    texts = (_beginning(prompter, sorts.firsts[sort]) for sort in sentences)
    weights = list(judged(prompter, question, texts))
    taken = confirmed([sorts.said[sort] for sort in sentences], weights)
    rejected = {sort for sort, take in zip(sentences, taken, strict=True) if not take}
    return [sort for sort in meant if sort not in rejected]


def _still_pays(sorts: Sorts, tranche: frozenset[int]) -> bool:
    """Whether enough of the passages judged last hold what is meant."""
    holding = frozenset[int]().union(*(sorts.passages.get(s, ()) for s in sorts.meant())) & tranche
    return len(holding) >= _STILL_HOLD * len(tranche)


def _found(
    look: Callable[[], Iterable[Item]], sorts: Sorts, meant: Iterable[Sort], wanted: Asked
) -> Found:
    """What is meant of all that was looked at; where it is to be counted, each event once."""
    items: dict[Sort, list[Item]] = {sort: [] for sort in meant}
    if not items:
        return Found(no_to_all=sorts.no_to_all)
    for item in look():
        if (of_sort := items.get(sorts.of(item))) is not None:
            of_sort.append(item)
    groups = list(items.values())
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
