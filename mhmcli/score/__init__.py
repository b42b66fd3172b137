"""What is said of a passage by its words, by the model, and by all passages together."""

from mhmcli.score.lexical import BM25
from mhmcli.score.seen import Moments, Query, Seen, Signals
from mhmcli.score.tokens import tokens

__all__ = ["BM25", "Moments", "Query", "Seen", "Signals", "tokens"]
