"""A fake engine for tests: it replies from a script and records every prompt.

It knows nothing of language: a token is a word with the space before it. When the script
runs out it raises, so a test cannot pass on a call that it did not foresee. Shipped, so that
people who build on mhm can test without a model too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from mhmcli.engine import EngineInfo, Feed, Frame, Logits, Piece, Sampling, Want
from mhmcli.engine.listed import ListedSequences
from mhmcli.errors import WindowFullError

Script = Sequence[str] | Callable[[str], str]
_SURE = 9.0
_SPELLINGS = ("Yes", " yes", " Yes", "No", " no", " No")  # that it does not use
_VOCABULARY = 4096  # so that a word is as likely in the first prompt as in the last
_TURN = "\n[assistant]\n"
_TOKEN = re.compile(r"\s*\S+|\s+")


class ScriptedEngine(ListedSequences):
    """Replies with the next text of a list, or with what a function makes of the prompt.

    Asked for a verdict, it is as sure of yes as `judge` says of the prompt (log-odds). A text that
    is fed with all logits wanted is as likely, word by word, as `likely` says of the prompt before
    it (logits above those of other words). It would
    say NONE with the probability that `opt_out` gives, before its script is asked; asked to
    choose between words, it takes the one that `choose` names.

    `prompts` are the texts after which replies were asked for; `fed_tokens` counts every token
    that a real engine would have computed.
    """

    def __init__(  # noqa: PLR0913  one of each is what a model is asked for
        self,
        script: Script,
        *,
        judge: Callable[[str], float] = lambda _: 9.0,
        likely: Callable[[str], float] = lambda _: 0.0,
        opt_out: Callable[[str], float] = lambda _: 0.0,
        choose: Callable[[str], str] = lambda _: "",
        window_tokens: int = 1 << 20,
    ) -> None:
        self.info = EngineInfo("scripted", "", "none", "none", window_tokens, 1 << 16)
        self.prompts: list[str] = []
        self.fed_tokens = 0
        self._judge = judge
        self._likely = likely
        self._opt_out = opt_out
        self._choose = choose
        self._script = script if callable(script) else iter(script)
        self._words: list[str] = []
        self._ids: dict[str, int] = {}
        super().__init__()

    def tokenize(self, text: str) -> list[int]:
        """'two words' -> ids of 'two' and ' words'."""
        return [self._id(word) for word in _TOKEN.findall(text)]

    def count(self, text: str) -> int:
        """How many tokens `text` is."""
        return len(_TOKEN.findall(text))

    def _id(self, word: str) -> int:
        if word not in self._ids:
            self._ids[word] = len(self._words)
            self._words.append(word)
        return self._ids[word]

    def frame(self, system: str) -> Frame:
        """`[system] ... [user] ... [assistant]`."""
        before = self.tokenize(f"[system] {system}\n[user]\n")
        return Frame(tuple(before), tuple(self.tokenize(_TURN)))

    def save(self, sequence: int, behind: int) -> bytes:
        """Its tokens after those of the other one."""
        return json.dumps(self._sequences[sequence][len(self._sequences[behind]) :]).encode()

    def restore(self, state: bytes, behind: int) -> int | None:
        """A new sequence of the tokens of the other one and these."""
        try:
            tokens = json.loads(state)
        except ValueError:
            return None
        sequence = self.fork(behind)
        self._sequences[sequence] += tokens
        return sequence

    def expect(self, tokens: Sequence[int]) -> None:
        """Nothing is begun."""

    @property
    def open_sequences(self) -> int:
        """How many sequences are open: a test's way to see a leak."""
        return len(self._sequences)

    def feed(self, feeds: Sequence[Feed]) -> list[Logits]:
        """The tokens are appended; logits are zero, but where a reply begins: there the words
        that the engine was told to prefer have more."""
        rows = {Want.NONE: 0, Want.NEXT: 0, Want.LAST: 1}
        yes = self._id("yes")
        for word in (*_SPELLINGS, "no", "None", " NONE", " None"):
            self._id(word)
        none = self._id("NONE")
        made = []
        for feed in feeds:
            before = self.text(feed.sequence)
            for sequence in (feed.sequence, *feed.others):
                self._sequences[sequence] += feed.tokens
            self.fed_tokens += len(feed.tokens)
            width = max(_VOCABULARY, len(self._words))
            logits = np.zeros((rows.get(feed.want, len(feed.tokens)), width), np.float32)
            if feed.want is Want.ALL:
                logits[range(len(feed.tokens) - 1), feed.tokens[1:]] = self._likely(before)
            prompt = self.text(feed.sequence)
            if len(logits) and prompt.endswith(_TURN):
                logits[-1, [self._id(word) for word in _SPELLINGS]] = -_SURE * 4
                logits[-1, yes] = self._judge(prompt)
                if chosen := self._choose(prompt):
                    logits[-1, self._ids[chosen]] = _SURE
                logits[-1, none] = _logit(self._opt_out(prompt), logits[-1], none)
            made.append(logits)
        if sum(map(len, self._sequences.values())) > self.info.window_tokens:
            raise WindowFullError(f"the window of {self.info.window_tokens} tokens is full")
        return made

    def shut(self) -> None:
        """Nothing to free."""

    def text(self, sequence: int) -> str:
        """All that was fed to the sequence, as text."""
        return "".join(self._words[token] for token in self._sequences[sequence])

    def reply(
        self, sequence: int, max_tokens: int, sampling: Sampling, *, not_first: Sequence[int] = ()
    ) -> Iterator[Piece]:
        """The script's next reply, cut at the limit as a model's would be. A script may well say
        what was not to come first: what is done about that is a thing to test."""
        del sampling, not_first
        prompt = self.text(sequence)
        self.prompts.append(prompt)
        if callable(self._script):
            reply = self._script(prompt)
        else:
            try:
                reply = next(self._script)
            except StopIteration:
                raise AssertionError(f"the script ran out; the prompt was:\n{prompt}") from None
        words = _TOKEN.findall(reply)
        for word in words[:max_tokens]:
            yield Piece(word, 1)
        yield Piece("", int(len(words) < max_tokens), ends=len(words) < max_tokens)


def _logit(probability: float, row: Logits, index: int) -> float:
    """The logit that gives an entry of the row that probability under softmax."""
    others = np.logaddexp.reduce(np.delete(row, index))
    return float(others + np.log(max(probability, 1e-9)) - np.log(max(1 - probability, 1e-9)))
