"""What is said of a passage by its words, by the model, and by all passages together."""

from mhmcli.score.lexical import BM25
from mhmcli.score.seen import Query, Seen, Signals, tokens

__all__ = ["BM25", "Query", "Seen", "Signals", "tokens"]
