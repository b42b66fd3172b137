"""Exact token counts from a GGUF file's own vocabulary, with no weights loaded."""

from mhmcli.tokens.gguf import GgufHeader, read_header
from mhmcli.tokens.vocabulary import (
    PRE_TOKENIZERS,
    Tokenizer,
    UnsupportedVocabularyError,
    Vocabulary,
    encoding_from_gguf,
)

__all__ = [
    "PRE_TOKENIZERS",
    "GgufHeader",
    "Tokenizer",
    "UnsupportedVocabularyError",
    "Vocabulary",
    "encoding_from_gguf",
    "read_header",
]
