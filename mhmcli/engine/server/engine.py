"""An engine over a server that completes chats: the sequences are ours, what they say is its.

A sequence is kept here, as text, and costs nothing until something is asked of it; then all of it
is sent. A server that keeps what prompts have in common (llama-server, vLLM) computes only what is
new to it, so the order in which mhm asks is as cheap there as in process. What it does not tell is
how likely each token of a prompt was: passages are weighed by its yes and no (`EngineInfo.weighs`).
Several requests are in flight at once where the order of their results does not matter.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mhmcli.beside import Beside
from mhmcli.engine import EngineInfo, Feed, Frame, Logits, Piece, Sampling, Want
from mhmcli.engine.listed import ListedSequences
from mhmcli.engine.server.client import Client, RefusedError
from mhmcli.engine.server.dialect import Dialect, Turns
from mhmcli.engine.server.offer import offered
from mhmcli.engine.server.texts import APART, Roughly, Texts, texts_here, without_control
from mhmcli.errors import WindowFullError
from mhmcli.server_options import ServerOptions

_USER, _ASSISTANT = -1, -2  # what ends the system prompt, and the user's message
_ROUGHLY = 0.85  # of a window, where tokens are counted roughly
_LEAST = 1e-9  # of what is likely is left to all others, which are so many,
_OTHERS = 50_000
_BELOW = 3.0  # each of which is at least so much less likely than those
_Asked = Beside[Mapping[str, Any]]


class ServerEngine(ListedSequences):
    """A model of a server. `texts_of` gives the vocabulary of the model that it names, where its
    file is here too; otherwise tokens are counted roughly, and a part of the window is left free.

    Raises:
        UsageError: no such model there, or several to choose from.
        ModelError: no such server.
    """

    def __init__(
        self, options: ServerOptions, texts_of: Callable[[str], Texts | None] = texts_here
    ) -> None:
        self._client = Client(options.url, options.key, timeout_s=options.timeout_s)
        offer = offered(self._client, options)
        self.identity = (self._client.root, offer.identity)
        self._dialect = Dialect(offer.kind, offer.model)
        known = texts_of(offer.model)
        self._texts = known or Roughly()
        super().__init__()
        self._expected: dict[tuple[int, ...], _Asked] = {}
        self._last: Logits | None = None
        self._slots = threading.BoundedSemaphore(offer.together)
        self.info = EngineInfo(
            model=offer.model,
            path=self._client.root,
            build=offer.build,
            device=f"at {self._client.root}",
            window_tokens=offer.window_tokens if known else int(offer.window_tokens * _ROUGHLY),
            batch_tokens=1 << 20,
            weighs=False,
            together=offer.together,
        )

    def tokenize(self, text: str) -> list[int]:
        """Numbers that stand for the text; what looks like a control token in it is plain text."""
        return self._texts.encode(without_control(text))

    def frame(self, system: str) -> Frame:
        """The server has the chat template: these are marks of ours."""
        return Frame((*self._texts.encode(system), _USER), (_ASSISTANT,))

    def save(self, sequence: int, behind: int) -> bytes:
        """Nothing: what was computed is the server's."""
        del sequence, behind
        return b""

    def restore(self, state: bytes, behind: int) -> int | None:
        """None: what was computed is the server's."""
        del state, behind
        return None

    def expect(self, tokens: Sequence[int]) -> None:
        """It is asked now what will come after these tokens, which are to be fed soon."""
        key = tuple(tokens)
        if key not in self._expected:
            self._expected[key] = self._asked(key)

    def feed(self, feeds: Sequence[Feed]) -> list[Logits]:
        """The tokens are appended. What comes after them is asked of the server, of all together;
        it tells log-probabilities of the likeliest, and what is left is shared by all others.

        Raises:
            ValueError: all logits are wanted, which no server tells.
        """
        made: list[_Asked | None] = []
        for feed in feeds:
            for sequence in (feed.sequence, *feed.others):
                self._sequences[sequence] += feed.tokens
                self._check(sequence)
            if feed.want is Want.ALL:
                raise ValueError("a server does not tell how likely the tokens of a prompt are")
            key = tuple(self._sequences[feed.sequence])
            wanted = feed.want is Want.LAST
            made.append((self._expected.pop(key, None) or self._asked(key)) if wanted else None)
        came = [request.result() if request else None for request in made]
        rows = [_no_rows() if choice is None else self._row(choice)[np.newaxis] for choice in came]
        if rows and len(rows[-1]):
            self._last = rows[-1][0]
        return rows

    def _check(self, sequence: int) -> None:
        if len(self._sequences[sequence]) > self.info.window_tokens:
            raise WindowFullError(
                f"the window of {self.info.window_tokens} tokens is full",
                hint="read less at a time with --chunk-tokens or --head-tokens",
            )

    def _asked(self, tokens: Sequence[int]) -> _Asked:
        turns = self._turns(tokens)
        return Beside(lambda: self._verdict(turns), self._slots)

    def _verdict(self, turns: Turns) -> Mapping[str, Any]:
        while True:
            body = self._dialect.verdict(turns)
            try:
                return self._client.chat(body)
            except RefusedError as refused:
                if not self._dialect.gives_way(refused, body):
                    raise

    def _replied(
        self, turns: Turns, max_tokens: int, sampling: Sampling
    ) -> Iterator[Mapping[str, Any]]:
        while True:
            body = self._dialect.reply(turns, max_tokens, sampling)
            try:
                yield from self._client.stream(body)
            except RefusedError as refused:
                if not self._dialect.gives_way(refused, body):
                    raise
            else:
                return

    def _row(self, choice: Mapping[str, Any]) -> Logits:
        """Of shape (V,). A server that tells no probabilities is taken at its word."""
        found: dict[int, float] = {}
        for text, log_probability in _told(choice):
            for token in self._texts.encode(text)[:1]:
                found[token] = float(np.logaddexp(found.get(token, -math.inf), log_probability))
        left = max(_LEAST, 1 - sum(math.exp(value) for value in found.values()))
        lowest = min(found.values(), default=0.0) - _BELOW
        row = np.full(self._texts.size, min(lowest, math.log(left / _OTHERS)), np.float32)
        row[list(found)] = list(found.values())
        return row

    def _turns(self, tokens: Sequence[int]) -> Turns:
        """The chat that a sequence is."""
        tokens = list(tokens)
        end_of_system, end_of_user = tokens.index(_USER), tokens.index(_ASSISTANT)
        return Turns(
            self._texts.decode(tokens[:end_of_system]),
            self._texts.decode(tokens[end_of_system + 1 : end_of_user]),
            self._texts.decode(tokens[end_of_user + 1 :]),
        )

    def reply(
        self, sequence: int, max_tokens: int, sampling: Sampling, *, not_first: Sequence[int] = ()
    ) -> Iterator[Piece]:
        """A reply after the sequence, which grows by it. What it may not begin with, only a server
        that goes on with what is begun can be kept from."""
        if not_first and self._dialect.goes_on and self._last is not None:
            others = self._last.copy()
            others[list(not_first)] = -np.inf
            first = int(others.argmax())
            self._sequences[sequence].append(first)
            max_tokens -= 1
            yield Piece(self._texts.decode([first]), 1)
        turns = self._turns(self._sequences[sequence])
        ended = False
        for choice in self._replied(turns, max_tokens, sampling):
            delta = choice.get("delta")
            text = delta.get("content") if isinstance(delta, dict) else None
            ended = ended or choice.get("finish_reason") == "stop"
            if isinstance(text, str) and text:
                text = text.replace(APART, "")
                self._sequences[sequence] += self._texts.encode(text)
                yield Piece(text, 1)
        yield Piece("", 0, ends=ended)

    def shut(self) -> None:
        """What is still in flight is nobody's any more."""
        self._expected.clear()


def _told(choice: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The likeliest next tokens and their log-probabilities; where none are told, what it said."""
    try:
        tokens = choice["logprobs"]["content"][0]["top_logprobs"]
        if told := [(str(each["token"]), float(each["logprob"])) for each in tokens]:
            return told
    except (KeyError, IndexError, TypeError, ValueError):
        pass
    message = choice.get("message")
    said = message.get("content") if isinstance(message, dict) else None
    return [(said.split()[0], 0.0)] if isinstance(said, str) and said.strip() else []


def _no_rows() -> Logits:
    return np.empty((0, 0), np.float32)
