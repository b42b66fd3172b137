"""What the words of a passage say of it: which passages a question is about."""

from mhmcli.score.lexical import BM25

__all__ = ["BM25"]
