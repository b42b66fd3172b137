"""Exact token counts from a GGUF file's own vocabulary, with no weights loaded."""

from mhmcli.tokens.gguf import GgufHeader, read_header
from mhmcli.tokens.vocabulary import (
    Tokenizer,
    UnsupportedVocabularyError,
    Vocabulary,
    encoding_from_gguf,
)

__all__ = [
    "GgufHeader",
    "Tokenizer",
    "UnsupportedVocabularyError",
    "Vocabulary",
    "encoding_from_gguf",
    "read_header",
]
