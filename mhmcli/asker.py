"""Ask a model about what it has read, by its logits: nothing is decoded.

    [system] -> base, for the run          [system][part of the document] -> for its questions

Every text from a document or a person goes in through `Engine.tokenize`, which never makes
control tokens of it; only the chat template's own text does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from mhmcli.engine import Engine, Feed, Logits, Sampling, Spent, Want
from mhmcli.engine.logits import likelihood, likely
from mhmcli.prompts import Wording
from mhmcli.replies import spellings
from mhmcli.weights import Tail, Weight, in_groups

# Tokens at the end of a long question of which the likelihood is taken: all logits of each are kept
# until it is known.
_MOST_LIKELY = 256


class Asker:
    """An engine with the system prompt computed. `verdicts` is False for a model whose yes and no
    say nothing: it is not asked for them."""

    verdicts = True

    def __init__(self, engine: Engine, system: str, sampling: Sampling) -> None:
        self.spent = Spent()
        self._engine = engine
        self._sampling = sampling
        self._frame = engine.frame(system)
        self.base = engine.open()
        engine.feed([Feed(self.base, self._frame.opening)])

    def judge(self, text: str, *, after: int) -> float:
        """The log-odds of yes against no as the reply to `text`, put after the sequence; nothing
        is decoded. The sequence does not grow."""
        yes, no = self._openings(text, ("yes", "no"), after)
        return yes - no

    def weigh_each(self, texts: Iterable[str], wording: Wording) -> Iterator[Weight]:
        """How much each of some texts has to do with the question, which is asked after it; nothing
        is decoded.

        Every text stands behind the system prompt alone. A few are read together, as many as make
        a batch: short ones take a quarter less time so.
        """
        asked, rest = self._tail(wording), self._rest(wording)
        heads = (self._engine.tokenize(text) for text in texts)
        room = min(self._engine.info.batch_tokens, self.room_tokens)
        sized = ((head, len(head) + asked.size + len(rest)) for head in heads)
        for few in in_groups(sized, room):
            tails = [Tail([*head, *asked.lead], asked.question, asked.rest) for head in few]
            yield from self._weigh(tails, rest)

    def _weigh(self, tails: Sequence[Tail], rest: Sequence[int]) -> list[Weight]:
        """Each of the tails is put behind the system prompt, and what is left to ask after it."""
        yes, no = self._openers("yes"), self._openers("no")
        with self._forks(self.base, len(tails)) as sequences:
            likelihoods = self._ask(sequences, tails)
            if not self.verdicts:
                return [Weight(value, None) for value in likelihoods]
            if not self._engine.info.weighs:
                return [Weight(value, value) for value in likelihoods]
            rows = self._engine.feed([Feed(sequence, rest, Want.LAST) for sequence in sequences])
        self.spent.tail_tokens += len(rest) * len(tails)
        verdicts = (likely(row[0], yes) - likely(row[0], no) for row in rows)
        return [Weight(*said) for said in zip(likelihoods, verdicts, strict=True)]

    def _ask(
        self, sequences: Sequence[int], tails: Sequence[Tail], *, after: Sequence[Feed] = ()
    ) -> list[float]:
        """The likelihood of each question after its sequence, or the log-odds of yes against no, of
        an engine that tells no likelihoods; all are computed together, and with what is to be fed
        before them."""
        if not self._engine.info.weighs:
            return self._verdicts(sequences, tails, after)
        feeds = list(after)
        for sequence, tail in zip(sequences, tails, strict=True):
            feeds += [Feed(sequence, tail.lead, Want.LAST), Feed(sequence, tail.question, Want.ALL)]
            self.spent.tail_tokens += tail.size
        rows = self._engine.feed(feeds)[len(after) :]
        return [
            likelihood(chain(lead, following), tail.question)
            for lead, following, tail in zip(rows[::2], rows[1::2], tails, strict=True)
        ]

    def _verdicts(
        self, sequences: Sequence[int], tails: Sequence[Tail], after: Sequence[Feed]
    ) -> list[float]:
        if not self.verdicts:  # words alone are left to go by
            self._engine.feed(after)
            return [0.0 for _ in tails]
        yes, no = self._openers("yes"), self._openers("no")
        feeds = list(after)
        for sequence, tail in zip(sequences, tails, strict=True):
            asking = [*tail.lead, *tail.question, *tail.rest]
            feeds.append(Feed(sequence, asking, Want.LAST))
            self.spent.tail_tokens += tail.size
        rows = self._engine.feed(feeds)[len(after) :]
        return [likely(row[0], yes) - likely(row[0], no) for row in rows]

    def _tail(self, wording: Wording) -> Tail:
        tokenize, weighs = self._engine.tokenize, self._engine.info.weighs
        rest = () if weighs else self._rest(wording)
        question = tokenize(wording.question)
        lead = [*tokenize(wording.before), *question[:-_MOST_LIKELY]]
        return Tail(lead, question[-_MOST_LIKELY:], rest)

    def _rest(self, wording: Wording) -> list[int]:
        return [*self._engine.tokenize(wording.then), *self._frame.closing]

    def choose(self, text: str, words: Sequence[str], *, after: int) -> int:
        """Which of the words is the likeliest reply to `text`; nothing is decoded."""
        openings = self._openings(text, words, after)
        return openings.index(max(openings))

    def _openings(self, text: str, words: Sequence[str], after: int) -> list[float]:
        """How likely the reply is to open with each of the words: logits, up to a constant."""
        openings = [self._openers(word) for word in words]
        sequence = self._engine.fork(after)
        try:
            row = self._asked(sequence, text)
        finally:
            self._engine.close(sequence)
        return [likely(row, tokens) for tokens in openings]

    def _openers(self, word: str) -> list[int]:
        """The tokens that a reply may open with if it begins with the word."""
        return sorted({self._engine.tokenize(spelling)[0] for spelling in spellings(word)})

    def _asked(self, sequence: int, text: str) -> Logits:
        """The logits, of shape (V,), with which the reply to `text` begins."""
        (logits,) = self._feed_tail(sequence, text, Want.LAST)
        row: Logits = logits
        return row

    def _feed_tail(self, sequence: int, text: str, want: Want, begun: str = "") -> Logits:
        """The text is fed, and what the reply begins with; its logits, as wanted."""
        tokenize = self._engine.tokenize
        tail = [*tokenize(text), *self._frame.closing, *tokenize(begun)]
        (logits,) = self._engine.feed([Feed(sequence, tail, want)])
        self.spent.tail_tokens += len(tail)
        return logits

    @property
    def together(self) -> int:
        """Requests that may be in flight at once."""
        return self._engine.info.together

    @property
    def room_tokens(self) -> int:
        """What the window has room for behind the system prompt."""
        return self._engine.info.window_tokens - self._engine.length(self.base)

    def count(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self._engine.tokenize(text))

    @contextmanager
    def _forks(self, sequence: int, number: int) -> Iterator[list[int]]:
        """Copies of a sequence, for a while."""
        copies = [self._engine.fork(sequence) for _ in range(number)]
        try:
            yield copies
        finally:
            for copy in copies:
                self._engine.close(copy)

    def forget(self, sequence: int) -> None:
        """A sequence that `read` made is gone."""
        self._engine.close(sequence)
