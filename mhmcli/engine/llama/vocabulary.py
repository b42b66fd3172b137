"""llama.cpp's own tokenizer, for vocabularies that have no exact `tiktoken` form."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

import llama_cpp

from mhmcli.engine.llama import library
from mhmcli.errors import ModelError
from mhmcli.tokens import GgufHeader, Tokenizer, UnsupportedVocabularyError, Vocabulary


def tokenize(vocab: Any, text: str, *, special: bool, begin: bool = False) -> list[int]:
    """The ids that llama.cpp gives for a text. With `special`, control tokens in it count as
    such; with `begin`, the vocabulary's begin-of-text token is put first where it wants one."""
    raw = text.encode("utf-8", "replace")
    size = len(raw) + 8
    ids = (llama_cpp.llama_token * size)()
    count = llama_cpp.llama_tokenize(vocab, raw, len(raw), ids, size, begin, special)
    if count < 0:
        raise ModelError(f"llama.cpp could not tokenize {len(raw)} bytes")
    return list(ids[:count])


class LlamaVocabulary:
    """A `Tokenizer` over a GGUF file's vocabulary, loaded without its weights; it is freed with
    this object, or by `close`."""

    def __init__(self, path: Path) -> None:
        library.start()
        params = llama_cpp.llama_model_default_params()
        params.vocab_only = True
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), params)
        if not self._model:
            raise ModelError(f"cannot load the vocabulary of {path}: {library.last_error()}")
        self.close = weakref.finalize(self, llama_cpp.llama_model_free, self._model)
        self.close.atexit = False  # the process takes it along
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)

    def encode(self, text: str) -> list[int]:
        """The ids of `text`; what looks like a control token is tokenized as plain text."""
        return tokenize(self._vocab, text, special=False)

    def count(self, text: str) -> int:
        """How many tokens `text` is."""
        return len(self.encode(text))


def tokenizer_of(header: GgufHeader) -> Tokenizer:
    """The file's tokenizer: without llama.cpp where that is exact, by llama.cpp elsewhere."""
    try:
        return Vocabulary(header)
    except UnsupportedVocabularyError:
        return LlamaVocabulary(header.path)
