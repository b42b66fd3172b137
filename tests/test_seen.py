"""What a reading knows of all that went by, against the same worked out in two passes."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.score import BM25, Query, Seen, Signals
from mhmcli.score.seen import Moments

WORDS = st.lists(st.sampled_from(["red", "blue", "Green", "sky"]), max_size=8).map(" ".join)


def seen_all(passages: list[Signals]) -> Seen:
    seen = Seen()
    for passage in passages:
        seen = seen.after(passage)
    return seen


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS)
def test_running_bm25_is_that_of_two_passes_after_the_last_passage(
    texts: list[str], question: str
) -> None:
    """Each score is the exact one, divided by the most that the question can give."""
    query = Query.of(question)
    signals = [Signals.of(0.0, query, text) for text in texts]
    seen = seen_all(signals)
    exact = BM25(texts).scores(question)
    running = [seen.lexical(passage) for passage in signals]
    most = max(exact)
    for one, other in zip(exact, running, strict=True):
        assert 0 <= other <= 1
        assert one / most == pytest.approx(other / max(running)) if most else other == 0


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30))
def test_moments_are_mean_and_variance(values: list[float]) -> None:
    moments = Moments()
    for value in values:
        moments = moments.with_value(value)
    assert moments.mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert moments.squares / len(values) == pytest.approx(statistics.pvariance(values), abs=1e-6)


def test_the_first_passages_are_taken_with_a_prior() -> None:
    """One passage is no outlier of itself; with many, a deviation is what it is."""
    assert Moments().deviation(-9.0, 1.0) == 0.0
    one = Moments().with_value(3.0)
    assert one.deviation(3.0, 1.0) == 0.0
    assert one.deviation(4.0, 1.0) == pytest.approx(1.118, abs=0.001)
    many = Moments()
    for value in [0.0, 2.0] * 500:
        many = many.with_value(value)
    assert many.deviation(3.0, 5.0) == pytest.approx(2.0, abs=0.02)


def test_a_score_rises_with_each_signal_and_with_no_scale() -> None:
    """The scale of a model's likelihoods is its own: scores do not depend on it."""
    query = Query.of("Where is the lamp?")

    def scores(scale: float, shift: float) -> list[float]:
        made = [
            Signals.of(scale * likelihood + shift, query, text)
            for likelihood, text in (
                (-3.0, "The sea is grey."),
                (-2.0, "The sea is grey."),
                (-3.0, "The lamp is lit."),
            )
        ] * 500
        seen = seen_all(made)
        return [seen.score(passage) for passage in made[:3]]

    least, *others = scores(1.0, 0.0)
    assert all(least < other for other in others)
    assert scores(5.0, -20.0) == pytest.approx([least, *others], abs=0.01)


def test_where_nothing_was_seen_words_are_worth_nothing() -> None:
    """A document of blank lines has no passage that was read."""
    query = Query.of("How many lamps are there?")
    assert Seen().score(Signals.of(-2.0, query, "a lamp")) == 0.0
