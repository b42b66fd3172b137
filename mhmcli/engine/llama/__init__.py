"""llama.cpp in this process, through the low-level functions of llama-cpp-python."""

from mhmcli.engine.llama.engine import LlamaEngine, LlamaOptions
from mhmcli.engine.llama.library import Stop
from mhmcli.engine.llama.naive import HighLevel
from mhmcli.engine.llama.schema import grammar_of
from mhmcli.engine.llama.vocabulary import LlamaVocabulary, tokenizer_of

__all__ = [
    "HighLevel",
    "LlamaEngine",
    "LlamaOptions",
    "LlamaVocabulary",
    "Stop",
    "grammar_of",
    "tokenizer_of",
]
