"""Build a `tiktoken.Encoding` from a GGUF file's own vocabulary and merges.

Exact for byte-pair vocabularies: the ids are those that llama.cpp gives for the same text.
It does not know sentence-piece, word-piece or unigram vocabularies: those are counted by
llama.cpp's own tokenizer (`mhmcli.engine.llama.vocabulary`).
Source: llama.cpp, src/llama-vocab.cpp (the pre-tokenizer patterns and their names); the
byte alphabet is GPT-2's (openai/gpt-2, encoder.py).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Protocol

import tiktoken

from mhmcli.tokens.gguf import GgufHeader

_NORMAL, _CONTROL, _USER_DEFINED = 1, 3, 4

_CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
_TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_LLAMA3 = _CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + _TAIL
_QWEN2 = _CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + _TAIL
_QWEN35 = (
    _CONTRACTIONS
    + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    + r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
# llama.cpp splits off each digit first and runs GPT-2's pattern on what lies between, so the
# end of a fragment counts as the end of the text: a digit does not hold back the last space.
_SMOLLM = r"\p{N}|'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+"

PRE_TOKENIZERS: dict[str, str] = {
    "qwen2": _QWEN2,
    "deepseek-r1-qwen": _QWEN2,
    "megrez": _QWEN2,
    "stablelm2": _QWEN2,
    "hunyuan": _QWEN2,
    "qwen35": _QWEN35,
    "llama-bpe": _LLAMA3,
    "llama3": _LLAMA3,
    "llama-v3": _LLAMA3,
    "falcon3": _LLAMA3,
    "pixtral": _LLAMA3,
    "dbrx": _LLAMA3,
    "smaug-bpe": _LLAMA3,
    "smollm": _SMOLLM,
    "starcoder": _SMOLLM,
    "refact": _SMOLLM,
    "command-r": _SMOLLM,
    "codeshell": _SMOLLM,
    "exaone": _SMOLLM,
    "gpt-2": _GPT2,
    "phi-2": _GPT2,
    "mpt": _GPT2,
    "olmo": _GPT2,
    "jais": _GPT2,
}
# With these, a word that is in the vocabulary is one token whether or not merges build it.
_WHOLE_WORDS = {"llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"}


class UnsupportedVocabularyError(Exception):
    """This vocabulary has no exact `tiktoken` form; ask llama.cpp's tokenizer instead."""


class Tokenizer(Protocol):
    """Whatever turns document text into the token ids that the model will see."""

    def encode(self, text: str) -> list[int]:
        """The ids of `text`; what looks like a control token is tokenized as plain text."""
        ...

    def count(self, text: str) -> int:
        """How many tokens `text` is."""
        ...


@lru_cache(maxsize=1)
def _byte_of_letter() -> dict[str, int]:
    """GPT-2's printable stand-ins for the 256 bytes: 'Ġ' -> 32, 'A' -> 65."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(b): b for b in plain} | {chr(256 + n): b for n, b in enumerate(others)}


def _token_bytes(token: str) -> bytes:
    """The bytes that a token of the vocabulary stands for: 'Ġthe' -> b' the'."""
    table = _byte_of_letter()
    try:
        return bytes(table[letter] for letter in token)
    except KeyError:  # added tokens are written as themselves, not in the byte alphabet
        return token.encode()


def _ranks(header: GgufHeader, tokens: list[str], kinds: list[int]) -> dict[bytes, int]:
    """Bytes of each mergeable token -> its id, which must also be its merge priority.

    tiktoken has one number for both. In the vocabularies known here the ids do run in the
    order of the merges (byte letters first); where they do not, that is no `Encoding`.
    """
    ids = {token: index for index, token in enumerate(tokens)}
    letters = [ids[letter] for letter in _byte_of_letter() if letter in ids]
    built = [
        ids.get(merge.replace(" ", "", 1)) for merge in header.strings("tokenizer.ggml.merges")
    ]
    order = list(dict.fromkeys(index for index in built if index is not None))
    if any(later < earlier for earlier, later in pairwise(order)):
        raise UnsupportedVocabularyError("its ids do not run in the order of its merges")
    usable = set(letters) | set(order)
    if header.text("tokenizer.ggml.pre") in _WHOLE_WORDS:
        usable |= {index for index, kind in enumerate(kinds) if kind == _NORMAL}
    ranks = {_token_bytes(tokens[index]): index for index in sorted(usable)}
    # A byte without a token of its own (SmolLM2 lacks 21 that UTF-8 hardly uses) gives no token
    # in llama.cpp; tiktoken needs a rank for it, so it gets one past the vocabulary's end.
    for byte in range(256):
        ranks.setdefault(bytes([byte]), len(tokens) + byte)
    return ranks


def encoding_from_gguf(header: GgufHeader) -> tiktoken.Encoding:
    """The file's vocabulary as a `tiktoken.Encoding` whose ids equal llama.cpp's.

    Raises:
        UnsupportedVocabularyError: the vocabulary is not byte-pair, or its pre-tokenizer is
            not one of `PRE_TOKENIZERS`.
    """
    kind = header.text("tokenizer.ggml.model")
    pre = header.text("tokenizer.ggml.pre", "default")
    if kind != "gpt2" or pre not in PRE_TOKENIZERS:
        raise UnsupportedVocabularyError(f"{kind or 'no'} vocabulary with pre-tokenizer {pre}")
    tokens = header.strings("tokenizer.ggml.tokens")
    kinds = header.numbers("tokenizer.ggml.token_type") or [_NORMAL] * len(tokens)
    if len(kinds) != len(tokens):
        raise UnsupportedVocabularyError(f"{len(tokens)} tokens but {len(kinds)} token types")
    ranks = _ranks(header, tokens, kinds)
    special = {
        tokens[index]: index
        for index, kind_ in enumerate(kinds)
        if kind_ in (_CONTROL, _USER_DEFINED) and _token_bytes(tokens[index]) not in ranks
    }
    return tiktoken.Encoding(
        f"gguf-{pre}",
        pat_str=PRE_TOKENIZERS[pre],
        mergeable_ranks=ranks,
        special_tokens=special,
    )


class Vocabulary:
    """A `Tokenizer` over the `tiktoken.Encoding` of a GGUF file, with no weights loaded."""

    def __init__(self, header: GgufHeader) -> None:
        self.encoding = encoding_from_gguf(header)
        tokens = header.strings("tokenizer.ggml.tokens")
        kinds = header.numbers("tokenizer.ggml.token_type")
        self._size = len(tokens)
        self._silent_bytes = self.encoding.max_token_value >= len(tokens)
        # llama.cpp matches user-defined tokens in any text; control tokens only where asked.
        self._always = frozenset(
            token
            for token, kind in zip(tokens, kinds, strict=False)
            if kind == _USER_DEFINED and token in self.encoding.special_tokens_set
        )

    def encode(self, text: str) -> list[int]:
        """The ids of `text`; what looks like a control token is tokenized as plain text."""
        if self._always:
            ids = self.encoding.encode(
                text, allowed_special=set(self._always), disallowed_special=()
            )
        else:
            ids = self.encoding.encode_ordinary(text)
        return [index for index in ids if index < self._size] if self._silent_bytes else ids

    def count(self, text: str) -> int:
        """How many tokens `text` is."""
        return len(self.encode(text))
