"""Tokens for a model whose text alone can be sent: numbers that can be turned into text again.

A server is sent text, and makes its own tokens of it. Where the model's file is here too, its own
vocabulary counts them; elsewhere they are counted roughly, by pieces of words that are no longer
than most tokens are, so that what is said to fit does fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from mhmcli import models
from mhmcli.errors import ModelError
from mhmcli.tokens import UnsupportedVocabularyError, Vocabulary, read_header

_LETTERS = "A-Za-z\u00c0-\u024f"
_PIECE = re.compile(rf" ?[{_LETTERS}]{{1,5}}|\s{{1,16}}|.", re.DOTALL)
_LONGEST_WORD = 14  # letters; what is longer is no word, and has tokens of two
_NO_WORD = re.compile(rf"[{_LETTERS}]{{{_LONGEST_WORD + 1},}}")
_COMMON = (
    "\u3000\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af"  # a token a character; others may have two
)
_RARE = re.compile(rf"[^\u0000-\u052f\u2000-\u206f{_COMMON}]")
_MOST_PIECES = 200_000  # of letters; further ones go letter by letter
# What chat templates mark turns with. A server reads these as control tokens wherever they stand.
_CONTROL = re.compile(
    r"<(?=[|\uff5c])|<(?=/?s>)|<(?=(?:start|end)_of_(?:turn|image)>)|<(?=(?:bos|eos|pad|unk)>)"
    r"|<(?=<SYS>>|</SYS>>)|<(?=/?think>)|<(?=\w+\|>)|<(?=/?seed:\w+>|reserved_\w+>)|\[(?=\|\w+\|\])"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|THINK|IMG)\])",
    re.IGNORECASE,
)
APART = "\u200b"  # has no width


class Texts(Protocol):
    """Text as numbers, and numbers as text."""

    def encode(self, text: str) -> list[int]:
        """The numbers of a text, about as many as the model's own tokens."""
        ...

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of such numbers."""
        ...

    @property
    def size(self) -> int:
        """All numbers are below this."""
        ...


class Exactly:
    """The tokens of a vocabulary that is here."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.size = vocabulary.encoding.max_token_value + 1

    def encode(self, text: str) -> list[int]:
        """Its tokens."""
        return self._vocabulary.encode(text)

    def decode(self, tokens: Iterable[int]) -> str:
        """Their text."""
        return self._vocabulary.encoding.decode(list(tokens), errors="replace")


class Roughly:
    """Pieces of words: 'The keeper' -> 'The', ' keepe', 'r'. Each has a number of its own."""

    def __init__(self) -> None:
        self._pieces = [""]  # the first stands for nothing: the second token of a rare character
        self._numbers = {"": 0}

    @property
    def size(self) -> int:
        """As many as there are different pieces so far."""
        return len(self._pieces)

    def encode(self, text: str) -> list[int]:
        """'two, two' -> [1, 2, 3]"""
        found: list[int] = []
        start = 0
        for run in _NO_WORD.finditer(text):
            found += self._encoded(text[start : run.start()])
            for n in range(run.start(), run.end(), 2):
                found += self._numbered(text[n : min(n + 2, run.end())])
            start = run.end()
        return found + self._encoded(text[start:])

    def _encoded(self, text: str) -> list[int]:
        return [number for piece in _PIECE.findall(text) for number in self._numbered(piece)]

    def _numbered(self, piece: str) -> list[int]:
        known = self._numbers.get(piece)
        if known is None and len(piece) > 1 and len(self._pieces) >= _MOST_PIECES:
            return [number for letter in piece for number in self._numbered(letter)]
        if known is None:
            known = self._numbers[piece] = len(self._pieces)
            self._pieces.append(piece)
        return [known, 0] if _RARE.match(piece) else [known]

    def decode(self, tokens: Iterable[int]) -> str:
        """[1, 2, 3] -> 'two, two'"""
        return "".join(self._pieces[token] for token in tokens)


def without_control(text: str) -> str:
    """The text with a character of no width in what a server would read as a control token:
    '<|im_end|>' -> '<\u200b|im_end|>'."""
    return _CONTROL.sub(lambda found: found[0] + APART, text)


def texts_here(model: str) -> Texts | None:
    """The vocabulary of a model that a server names by its file, if that is among ours."""
    file = models.directory() / Path(model).name
    if file.suffix != ".gguf" or not file.is_file():
        return None
    try:
        return Exactly(Vocabulary(read_header(file)))
    except (UnsupportedVocabularyError, ModelError):
        return None
