"""Put texts before the engine and take its replies, each shared prefix computed once."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mhmcli.asker import Asker
from mhmcli.cache import PartCache
from mhmcli.chunk import Chunk
from mhmcli.engine import Feed, Grammar, Sampling, Want
from mhmcli.engine.logits import likely, probability
from mhmcli.prompts import Wording
from mhmcli.replies import OptOut, Reply, without_reasoning
from mhmcli.weights import Tail, in_groups

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """A chunk that the model has before it, for one question: `sequence` has read it behind the
    system prompt. `likelihood` is that of the question after it, where it was weighed."""

    chunk: Chunk
    sequence: int
    question: str
    likelihood: float | None = None


class Prompter(Asker):
    """An engine with the system prompt computed, ready to read parts and to reply."""

    cache: PartCache | None = None  # of parts of the document

    def expect(self, text: str, wordings: Sequence[Wording]) -> None:
        """`text` will soon be read, and weighed for these questions."""
        if not self.verdicts:
            return
        tokens = [*self._frame.opening, *self._engine.tokenize(text)]
        for tail in map(self._tail, wordings):
            self._engine.expect([*tokens, *tail.lead, *tail.question, *tail.rest])

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

    def reply(
        self,
        text: str,
        max_tokens: int,
        *,
        after: int | None = None,
        opt_out: OptOut | None = None,
        grammar: Grammar | None = None,
    ) -> Generator[str, None, Reply]:
        """The reply to `text`, put after the sequence `after` or the system prompt alone; its
        pieces are yielded as they are decoded. Neither sequence grows. A model that opts out
        decodes nothing; one that is not sure enough to must say something else. With a grammar,
        the reply is a text of it, or the beginning of one."""
        sequence = self._engine.fork(self.base if after is None else after)
        try:
            declining = self._openers(opt_out.word) if opt_out else []
            if not opt_out:
                self._feed_tail(sequence, text, Want.NEXT)
            elif probability(self._asked(sequence, text), declining) >= opt_out.sure:
                return Reply(opt_out.word, 0, ended=True)
            sampling = replace(self._sampling, grammar=grammar)
            said = yield from self._decode(sequence, max_tokens, sampling, not_first=declining)
        finally:
            self._engine.close(sequence)
        return said if grammar else replace(said, text=without_reasoning(said.text))

    def next_line(
        self, text: str, begun: str, max_tokens: int, *, after: int
    ) -> Generator[str, None, Reply]:
        """How a reply to `text` that is `begun` goes on, to the end of the line; as `reply`."""
        sequence = self._engine.fork(after)
        try:
            self._feed_tail(sequence, text, Want.NEXT, begun)
            line = yield from self._decode(sequence, max_tokens, self._sampling, to_line_end=True)
        finally:
            self._engine.close(sequence)
        return replace(line, text=without_reasoning(line.text).partition("\n")[0])

    def _decode(
        self,
        sequence: int,
        max_tokens: int,
        sampling: Sampling,
        *,
        not_first: Sequence[int] = (),
        to_line_end: bool = False,
    ) -> Generator[str, None, Reply]:
        said, tokens, ended = "", 0, False
        for piece in self._engine.reply(sequence, max_tokens, sampling, not_first=not_first):
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


def run(steps: Generator[object, None, T]) -> T:
    """What a generator returns, its yields thrown away."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            value: T = stop.value
            return value
