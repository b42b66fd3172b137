"""Intervals and tests against values from the literature and from closed forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.bench.statistics import bootstrap, compare, mean, share


def test_wilsons_interval() -> None:
    """8 of 10, and the ends that the normal interval gets wrong: 0 of 20, 20 of 20."""
    found = share([True] * 8 + [False] * 2)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    none, full = share([False] * 20), share([True] * 20)
    assert none is not None
    assert full is not None
    assert (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert (full.low, full.high) == pytest.approx((0.8389, 1.0), abs=1e-4)
    assert share([]) is None


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_share_lies_in_its_interval(hits: list[bool]) -> None:
    """Always, and the interval in 0 to 1."""
    found = share(hits)
    assert found is not None
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


def test_mcnemars_exact_test() -> None:
    """9 against 1 of ten that differ: p = 2 * 11 / 1024."""
    pairs = [(True, False)] * 9 + [(False, True)] + [(True, True)] * 30
    found = compare(pairs)
    assert (found.n, found.only_first, found.only_second) == (40, 9, 1)
    assert found.p == pytest.approx(22 / 1024)
    assert not found.is_noise
    assert compare([(True, True), (False, False)]).p == 1.0
    assert compare([(True, False)] * 3).is_noise


def test_the_bootstrap_gives_the_same_interval_each_time() -> None:
    """Of a mean of 0.5 over 100 questions: about 0.4 to 0.6."""
    values = [0.0, 1.0] * 50
    found = bootstrap(values, mean)
    assert found is not None
    assert found == bootstrap(values, mean)
    assert found.value == 0.5
    assert found.low == pytest.approx(0.40, abs=0.03)
    assert found.high == pytest.approx(0.60, abs=0.03)
    assert bootstrap([], mean) is None


def test_a_bootstrap_of_equals_is_not_certain() -> None:
    """One fact of two in each of twenty questions is no exact half."""
    found = bootstrap([0.5] * 20, mean)
    assert found is not None
    assert found.low == pytest.approx(0.30, abs=0.01)
    assert found.high == pytest.approx(0.70, abs=0.01)
