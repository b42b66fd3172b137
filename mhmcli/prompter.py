"""Put texts before the engine and take its replies, each shared prefix computed once.

    [system] -> base, for the run          [system][part of the document] -> for its questions

Every text from a document or a person goes in through `Engine.tokenize`, which never makes
control tokens of it; only the chat template's own text does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mhmcli.chunk import Chunk
from mhmcli.engine import Engine, Feed, Logits, Sampling, Want
from mhmcli.prompts import Wording

T = TypeVar("T")
_TOGETHER = 8  # sequences
Telling = Callable[[float], bool]  # of the mean log-probability of a question
# A template may itself open the tag: then only its end stands in the reply.
_REASONING = re.compile(
    r"\A(?:(?!<think).)*?</think(?:ing)?>|<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said. `ended` is False when the token limit cut it off."""

    text: str
    tokens: int
    ended: bool


@dataclass(frozen=True, slots=True)
class OptOut:
    """A word with which the model may decline, taken only if it is at least so `sure` of it.

    Told that it may say NONE, a small model says so nearly always: greedily, to 95 of 96 parts,
    those with the answer among them. But it is less sure of it there.
    """

    word: str
    sure: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A chunk that the model has before it, for one question: `sequence` has read it behind the
    system prompt."""

    chunk: Chunk
    sequence: int
    question: str


@dataclass(frozen=True, slots=True)
class Weight:
    """What the model's logits say of a part that it has read, for a question: the log-odds of yes
    against no that the part holds the answer or a fact needed for it, and the mean log-probability
    of the question's own tokens after it, in nats. `log_odds` is None where it was not asked."""

    likelihood: float
    log_odds: float | None


def always(likelihood: float) -> bool:
    """Whatever the likelihood is."""
    del likelihood
    return True


def never(likelihood: float) -> bool:
    """However likely it is."""
    del likelihood
    return False


@dataclass(slots=True)
class Spent:
    """Tokens computed so far: read from the document, read beside it, and written."""

    chunk_tokens: int = 0
    tail_tokens: int = 0
    reply_tokens: int = 0


class Prompter:
    """An engine with the system prompt computed, ready to read parts and to reply. `verdicts` is
    False for a model whose yes and no say nothing: it is not asked for them."""

    verdicts = True

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
        tokens = self._engine.tokenize(text)
        sequence = self._engine.fork(self.base)
        step = self._engine.info.batch_tokens
        try:
            for start in range(0, len(tokens), step):
                part = tokens[start : start + step]
                self._engine.feed([Feed(sequence, part)])
                if of_document:
                    self.spent.chunk_tokens += len(part)
                else:
                    self.spent.tail_tokens += len(part)
                yield start + len(part)
        except BaseException:  # nobody else knows its name
            self._engine.close(sequence)
            raise
        return sequence

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
            if opt_out and _probability(row, declining) >= opt_out.sure:
                return Reply(opt_out.word, 0, ended=True)
            said, tokens, ended = "", 0, False
            for piece in self._engine.reply(
                sequence, max_tokens, self._sampling, not_first=declining
            ):
                said += piece.text
                tokens += piece.tokens
                ended = piece.ends
                self.spent.reply_tokens += piece.tokens
                if piece.text:
                    yield piece.text
        finally:
            self._engine.close(sequence)
        return Reply(without_reasoning(said), tokens, ended)

    def judge(self, text: str, *, after: int) -> float:
        """The log-odds of yes against no as the reply to `text`, put after the sequence; nothing
        is decoded. The sequence does not grow."""
        yes, no = self._openings(text, ("yes", "no"), after)
        return yes - no

    def weigh(self, wording: Wording, *, after: int, telling: Telling = always) -> Weight:
        """How much the sequence has to do with the question; nothing is decoded. The likelihood
        comes first, from the question's own tokens alone; the verdict costs as many again, and is
        asked for if the likelihood is `telling`. The sequence does not grow."""
        (weight,) = self._weigh([[]], wording, after, telling)
        return weight

    def weigh_each(
        self, texts: Iterable[str], wording: Wording, *, telling: Telling = always
    ) -> Iterator[Weight]:
        """The same of each of some texts, every one behind the system prompt alone. A few are read
        together, as many as make a batch: short ones take a quarter less time so."""
        tail = self.count(wording.before + wording.question + wording.then)
        tail += len(self._frame.closing)
        info = self._engine.info
        room = min(info.batch_tokens, info.window_tokens - self._engine.length(self.base))
        few: list[list[int]] = []
        for text in texts:
            head = self._engine.tokenize(text)
            size = sum(map(len, few)) + len(head) + (len(few) + 1) * tail
            if few and (size > room or len(few) == _TOGETHER):
                yield from self._weigh(few, wording, self.base, telling)
                few = []
            few.append(head)
        yield from self._weigh(few, wording, self.base, telling)

    def _weigh(
        self, heads: Sequence[Sequence[int]], wording: Wording, after: int, telling: Telling
    ) -> list[Weight]:
        """Each of the heads is put after the sequence, and the question after each."""
        lead, asked = self._engine.tokenize(wording.before), self._engine.tokenize(wording.question)
        rest = [*self._engine.tokenize(wording.then), *self._frame.closing]
        yes, no = self._openers("yes"), self._openers("no")
        sequences = [self._engine.fork(after) for _ in heads]
        try:
            rows = self._engine.feed(
                [
                    feed
                    for sequence, head in zip(sequences, heads, strict=True)
                    for feed in (
                        Feed(sequence, [*head, *lead], Want.LAST),
                        Feed(sequence, asked, Want.ALL),
                    )
                ]
            )
            likelihoods = [
                _likelihood(np.concatenate([first, following[:-1]]), asked)
                for first, following in zip(rows[::2], rows[1::2], strict=True)
            ]
            told = [n for n, likely in enumerate(likelihoods) if self.verdicts and telling(likely)]
            rows = self._engine.feed([Feed(sequences[n], rest, Want.LAST) for n in told])
        finally:
            for sequence in sequences:
                self._engine.close(sequence)
        self.spent.tail_tokens += sum(len(head) + len(lead) + len(asked) for head in heads)
        self.spent.tail_tokens += len(rest) * len(told)
        verdicts = {
            n: _likely(row[0], yes) - _likely(row[0], no) for n, row in zip(told, rows, strict=True)
        }
        return [Weight(likelihood, verdicts.get(n)) for n, likelihood in enumerate(likelihoods)]

    def choose(self, text: str, words: Sequence[str], *, after: int) -> int:
        """Which of the words is the likeliest reply to `text`; nothing is decoded."""
        likely = self._openings(text, words, after)
        return likely.index(max(likely))

    def _openings(self, text: str, words: Sequence[str], after: int) -> list[float]:
        """How likely the reply is to open with each of the words: logits, up to a constant."""
        openings = [self._openers(word) for word in words]
        sequence = self._engine.fork(after)
        try:
            row = self._feed_tail(sequence, text)
        finally:
            self._engine.close(sequence)
        return [_likely(row, tokens) for tokens in openings]

    def _openers(self, word: str) -> list[int]:
        """The tokens that a reply may open with if it begins with the word."""
        return sorted({self._engine.tokenize(spelling)[0] for spelling in _spellings(word)})

    def _feed_tail(self, sequence: int, text: str) -> Logits:
        """The logits, of shape (V,), with which the reply to `text` begins."""
        tail = [*self._engine.tokenize(text), *self._frame.closing]
        (logits,) = self._engine.feed([Feed(sequence, tail, Want.LAST)])
        self.spent.tail_tokens += len(tail)
        row: Logits = logits[0]
        return row

    def count(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self._engine.tokenize(text))


def _spellings(word: str) -> tuple[str, ...]:
    """'NONE' -> 'NONE', 'None', ' NONE', ' None': a reply may begin with any of them."""
    return (word, word.capitalize(), f" {word}", f" {word.capitalize()}")


def _likely(row: Logits, tokens: list[int]) -> float:
    """How likely the next token is to be one of these: a logit, up to a constant."""
    return float(np.logaddexp.reduce(row[tokens]))


def _likelihood(rows: Logits, tokens: Sequence[int]) -> float:
    """The mean log-probability of the tokens, by logits of shape (n, V) that each was to follow."""
    most = rows.max(axis=1)
    log_sums = most + np.log(np.exp(rows - most[:, None]).sum(axis=1))
    return float((rows[np.arange(len(tokens)), tokens] - log_sums).mean())


def _probability(row: Logits, tokens: list[int]) -> float:
    """That the next token is one of these, by the logits of shape (V,)."""
    return float(np.exp(np.logaddexp.reduce(row[tokens]) - np.logaddexp.reduce(row)))


def without_reasoning(text: str) -> str:
    """'<think>hm</think> Yes.' -> 'Yes.'; reasoning that never ended leaves nothing."""
    return _REASONING.sub("", text).strip()


def run(steps: Generator[object, None, T]) -> T:
    """What a generator returns, its yields thrown away."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            value: T = stop.value
            return value
