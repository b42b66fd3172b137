"""What logits say of tokens: how likely they are to come next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mhmcli.engine import Logits


def likely(row: Logits, tokens: Sequence[int]) -> float:
    """How likely the next token is to be one of these, by logits of shape (V,): a logit, up to a
    constant."""
    return float(np.logaddexp.reduce(row[list(tokens)]))


def probability(row: Logits, tokens: Sequence[int]) -> float:
    """That the next token is one of these, by logits of shape (V,)."""
    return float(np.exp(likely(row, tokens) - _log_sum(row)))


def likelihood(rows: Iterable[Logits], tokens: Sequence[int]) -> float:
    """The mean log-probability of the tokens, in nats, by the logits, of shape (V,), that each was
    to follow; rows that are over are not looked at."""
    log_probabilities = [
        float(row[token]) - _log_sum(row) for row, token in zip(rows, tokens, strict=False)
    ]
    return sum(log_probabilities) / len(log_probabilities)


def _log_sum(row: Logits) -> float:
    """The logarithm of the sum of exponentials; row by row, it stays in the processor's cache."""
    most = row.max()
    return float(most + np.log(np.exp(row - most).sum()))
