"""Look at everything for the words of the questions, and read none of it with the model.

So the passages that have most to do with a question are known in seconds, of documents that the
model would read for hours. Rankings are those of BM25 after the last passage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from mhmcli.score import Query, Seen, Signals
from mhmcli.source import Passage


class Scan:
    """What the words of passages say of questions, of a size that grows by a few numbers for each
    passage that has one of the words."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._queries = [Query.of(question) for question in questions]
        self._seen = [Seen() for _ in questions]
        self._found: list[dict[int, Signals]] = [{} for _ in questions]

    @property
    def passages(self) -> int:
        """How many were looked at."""
        return self._seen[0].passages

    def through(
        self, passages: Iterable[Passage], may_be_chosen: Callable[[], bool] = lambda: True
    ) -> Iterator[Passage]:
        """The passages, each looked at as it passes; what may not be chosen is not remembered."""
        for number, passage in enumerate(passages, start=self.passages):
            for index, query in enumerate(self._queries):
                signals = Signals.of(0.0, query, passage.text)
                self._seen[index] = self._seen[index].after(signals)
                if any(signals.matches) and may_be_chosen():
                    self._found[index][number] = signals
            yield passage

    def ranked(self, question: int) -> list[int]:
        """The numbers of the passages that share a word with the question, the best first."""
        seen = self._seen[question]
        found = self._found[question]
        return sorted(found, key=lambda number: (-seen.lexical(found[number]), number))

    def promising(self, number: int) -> Iterator[int]:
        """The numbers of the first so many passages, the most promising first: the best for each
        question, the second best for each, and at last those that share nothing."""
        rankings = [self.ranked(question) for question in range(len(self._queries))]
        best = (n for row in zip_longest(*rankings) for n in row if n is not None and n < number)
        return iter(dict.fromkeys(chain(best, range(number))))


def skimmed(question: str, passages: Sequence[Passage], share: float) -> Iterator[Passage]:
    """The most promising of the passages, until they are so large a share of the text."""
    scan = Scan([question])
    left = share * sum(len(passage.text) for passage in scan.through(passages))
    for number in scan.promising(len(passages)):
        if left <= 0:
            return
        yield passages[number]
        left -= len(passages[number].text)
