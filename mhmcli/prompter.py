"""Put texts before the engine and take its replies, each shared prefix computed once.

    [system] -> base, for the run          [system][part of the document] -> for its questions

Every text from a document or a person goes in through `Engine.tokenize`, which never makes
control tokens of it; only the chat template's own text does.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from mhmcli.cache import PartCache
from mhmcli.chunk import Chunk
from mhmcli.engine import Engine, Feed, Logits, Sampling, Spent, Want
from mhmcli.engine.logits import likelihood, likely, probability
from mhmcli.prompts import Wording
from mhmcli.replies import OptOut, Reply, spellings, without_reasoning
from mhmcli.weights import Tail, Weight, in_groups

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """A chunk that the model has before it, for one question: `sequence` has read it behind the
    system prompt. `likelihood` is that of the question after it, where it was weighed."""

    chunk: Chunk
    sequence: int
    question: str
    likelihood: float | None = None


class Prompter:
    """An engine with the system prompt computed, ready to read parts and to reply. `verdicts` is
    False for a model whose yes and no say nothing: it is not asked for them."""

    verdicts = True
    cache: PartCache | None = None  # of parts of the document

    def __init__(self, engine: Engine, system: str, sampling: Sampling) -> None:
        self.spent = Spent()
        self._engine = engine
        self._sampling = sampling
        self._frame = engine.frame(system)
        self.base = engine.open()
        engine.feed([Feed(self.base, self._frame.opening)])

    def read(self, text: str, *, of_document: bool = True) -> Generator[int, None, int]:
        """A new sequence that has read `text` behind the system prompt: its name is returned;
        the tokens read so far are yielded batch by batch, for progress."""
        sequence, _ = yield from self.read_and_weigh(text, (), of_document=of_document)
        return sequence

    def read_and_weigh(
        self, text: str, wordings: Sequence[Wording], *, of_document: bool = True
    ) -> Generator[int, None, tuple[int, list[float]]]:
        """The same, and how likely the text makes each question: the mean log-probability of its
        tokens, in nats. The sequence has the text alone; questions are computed together with the
        end of it, as many as there is room for."""
        tokens = self._engine.tokenize(text)
        sized = ((tail, tail.size) for tail in map(self._tail, wordings))
        asked = list(in_groups(sized, self.room_tokens - len(tokens)))
        cache = self.cache if of_document else None
        known = cache.restored(self._engine, tokens, self.base) if cache else None
        sequence = self._engine.fork(self.base) if known is None else known
        likelihoods: list[float] = []
        try:
            if known is None:
                first = asked.pop(0) if asked else []
                likelihoods = yield from self._compute(
                    sequence, tokens, first, of_document=of_document
                )
                if cache:
                    cache.keep(self._engine, tokens, self.base, sequence)
            for more in asked:
                with self._forks(sequence, len(more)) as asking:
                    likelihoods += self._ask(asking, more)
                yield len(tokens)
        except BaseException:  # nobody else knows its name
            self._engine.close(sequence)
            raise
        return sequence, likelihoods

    def _compute(
        self, sequence: int, tokens: Sequence[int], asked: Sequence[Tail], *, of_document: bool
    ) -> Generator[int, None, list[float]]:
        """The tokens are fed to the sequence, and the questions together with the end of them."""
        step = self._engine.info.batch_tokens
        likelihoods: list[float] = []
        with self._forks(self.base, len(asked)) as asking:
            for start in range(0, max(1, len(tokens)), step):
                part = Feed(sequence, tokens[start : start + step], others=asking)
                if start + step < len(tokens):
                    self._engine.feed([part])
                else:
                    likelihoods = self._ask(asking, asked, after=[part])
                if of_document:
                    self.spent.chunk_tokens += len(part.tokens)
                else:
                    self.spent.tail_tokens += len(part.tokens)
                yield start + len(part.tokens)
        return likelihoods

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

    def reply(
        self,
        text: str,
        max_tokens: int,
        *,
        after: int | None = None,
        opt_out: OptOut | None = None,
    ) -> Generator[str, None, Reply]:
        """The reply to `text`, put after the sequence `after` or the system prompt alone; its
        pieces are yielded as they are decoded. Neither sequence grows. A model that opts out
        decodes nothing; one that is not sure enough to must say something else."""
        sequence = self._engine.fork(self.base if after is None else after)
        try:
            row = self._feed_tail(sequence, text)
            declining = self._openers(opt_out.word) if opt_out else []
            if opt_out and probability(row, declining) >= opt_out.sure:
                return Reply(opt_out.word, 0, ended=True)
            said = yield from self._decode(sequence, max_tokens, not_first=declining)
        finally:
            self._engine.close(sequence)
        return replace(said, text=without_reasoning(said.text))

    def next_line(
        self, text: str, begun: str, max_tokens: int, *, after: int
    ) -> Generator[str, None, Reply]:
        """How a reply to `text` that is `begun` goes on, to the end of the line; as `reply`."""
        sequence = self._engine.fork(after)
        try:
            self._feed_tail(sequence, text, begun)
            line = yield from self._decode(sequence, max_tokens, to_line_end=True)
        finally:
            self._engine.close(sequence)
        return replace(line, text=without_reasoning(line.text).partition("\n")[0])

    def _decode(
        self,
        sequence: int,
        max_tokens: int,
        *,
        not_first: Sequence[int] = (),
        to_line_end: bool = False,
    ) -> Generator[str, None, Reply]:
        said, tokens, ended = "", 0, False
        for piece in self._engine.reply(sequence, max_tokens, self._sampling, not_first=not_first):
            said += piece.text
            tokens += piece.tokens
            ended = piece.ends
            self.spent.reply_tokens += piece.tokens
            if piece.text:
                yield piece.text
            if to_line_end and "\n" in said.lstrip():
                ended = True
                break
        return Reply(said, tokens, ended)

    def judge(self, text: str, *, after: int) -> float:
        """The log-odds of yes against no as the reply to `text`, put after the sequence; nothing
        is decoded. The sequence does not grow."""
        yes, no = self._openings(text, ("yes", "no"), after)
        return yes - no

    def judge_each(self, asking: str, texts: Iterable[str]) -> Iterator[float]:
        """The log-odds of yes against no as the reply to each of some texts that stand after
        `asking`, which is computed once for all; nothing is decoded."""
        yes, no = self._openers("yes"), self._openers("no")
        tails = ([*self._engine.tokenize(text), *self._frame.closing] for text in texts)
        info = self._engine.info
        sequence = run(self.read(asking, of_document=False))
        try:
            room = min(info.batch_tokens, info.window_tokens - self._engine.length(sequence))
            for few in in_groups(((tail, len(tail)) for tail in tails), room):
                with self._forks(sequence, len(few)) as copies:
                    feeds = [Feed(c, tail, Want.LAST) for c, tail in zip(copies, few, strict=True)]
                    rows = self._engine.feed(feeds)
                self.spent.tail_tokens += sum(map(len, few))
                yield from (likely(row[0], yes) - likely(row[0], no) for row in rows)
        finally:
            self.forget(sequence)

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
            tails = [Tail([*head, *asked.lead], asked.question) for head in few]
            yield from self._weigh(tails, rest)

    def _weigh(self, tails: Sequence[Tail], rest: Sequence[int]) -> list[Weight]:
        """Each of the tails is put behind the system prompt, and what is left to ask after it."""
        yes, no = self._openers("yes"), self._openers("no")
        with self._forks(self.base, len(tails)) as sequences:
            likelihoods = self._ask(sequences, tails)
            if not self.verdicts:
                return [Weight(value, None) for value in likelihoods]
            rows = self._engine.feed([Feed(sequence, rest, Want.LAST) for sequence in sequences])
        self.spent.tail_tokens += len(rest) * len(tails)
        verdicts = (likely(row[0], yes) - likely(row[0], no) for row in rows)
        return [Weight(*said) for said in zip(likelihoods, verdicts, strict=True)]

    def _ask(
        self, sequences: Sequence[int], tails: Sequence[Tail], *, after: Sequence[Feed] = ()
    ) -> list[float]:
        """The likelihood of each question after its sequence; all are computed together, and with
        what is to be fed before them."""
        feeds = list(after)
        for sequence, tail in zip(sequences, tails, strict=True):
            feeds += [Feed(sequence, tail.lead, Want.LAST), Feed(sequence, tail.question, Want.ALL)]
            self.spent.tail_tokens += tail.size
        rows = self._engine.feed(feeds)[len(after) :]
        return [
            likelihood(chain(lead, following), tail.question)
            for lead, following, tail in zip(rows[::2], rows[1::2], tails, strict=True)
        ]

    def _tail(self, wording: Wording) -> Tail:
        return Tail(self._engine.tokenize(wording.before), self._engine.tokenize(wording.question))

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
            row = self._feed_tail(sequence, text)
        finally:
            self._engine.close(sequence)
        return [likely(row, tokens) for tokens in openings]

    def _openers(self, word: str) -> list[int]:
        """The tokens that a reply may open with if it begins with the word."""
        return sorted({self._engine.tokenize(spelling)[0] for spelling in spellings(word)})

    def _feed_tail(self, sequence: int, text: str, begun: str = "") -> Logits:
        """The logits, of shape (V,), with which the reply to `text` begins, or goes on."""
        tokenize = self._engine.tokenize
        tail = [*tokenize(text), *self._frame.closing, *tokenize(begun)]
        (logits,) = self._engine.feed([Feed(sequence, tail, Want.LAST)])
        self.spent.tail_tokens += len(tail)
        row: Logits = logits[0]
        return row

    @property
    def room_tokens(self) -> int:
        """What the window has room for behind the system prompt."""
        return self._engine.info.window_tokens - self._engine.length(self.base)

    def count(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self._engine.tokenize(text))


def run(steps: Generator[object, None, T]) -> T:
    """What a generator returns, its yields thrown away."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            value: T = stop.value
            return value
