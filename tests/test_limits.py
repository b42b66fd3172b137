"""How much is read."""

from __future__ import annotations

import pytest

from mhmcli.cli.limits import Deadline, Share, parse_duration, parse_share
from mhmcli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1h30m", 5400), (" 2h1s ", 7201)]
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "soon", "-5m", "5 minutes", "m", "9" * 5000])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(UsageError):
        parse_duration(text)


def test_shares() -> None:
    assert parse_share("20%") == pytest.approx(0.2)
    assert parse_share(" 0.5 % ") == pytest.approx(0.005)
    for text in ("0%", "101%", "20", "half", ""):
        with pytest.raises(UsageError):
            parse_share(text)


def test_a_share_is_enough_when_it_is_read() -> None:
    assert Share(0.2).progress(0.05, 100.0) == pytest.approx(0.25)
    assert Share(0.2).progress(0.2, 0.0) == pytest.approx(1.0)


def test_a_deadline_says_what_can_be_afforded() -> None:
    """Whether tokens can be computed, with time left for the answers to come."""
    deadline = Deadline(100.0, 3, 50.0, now=lambda: 80.0)
    assert deadline.waiting_s() == pytest.approx(20.0)
    assert deadline.affords(7000, 100.0, 0)
    assert not deadline.affords(7001, 100.0, 0)
    assert deadline.affords(1200, 100.0, 2)
    assert not deadline.affords(1201, 100.0, 2)
    assert not deadline.affords(1200, 99.0, 2)
    assert Share(0.1).affords(10**9, 1.0, 9)


def test_a_share_of_what_is_left_is_for_looking_at_everything() -> None:
    """Or a moment, where loading the model took nearly all: a small file takes no more."""
    clock = [80.0]
    may_go_on = Deadline(100.0, 1, 50.0, now=lambda: clock[0]).looking(0.5)
    clock[0] = 114.9
    assert may_go_on()
    clock[0] = 115.1
    assert not may_go_on()
    may_go_on = Deadline(10.0, 1, 106.0, now=lambda: clock[0]).looking(0.5)
    clock[0] = 116.0
    assert may_go_on()
    assert Share(0.1).looking(0.5)()


def test_a_pipe_is_waited_for_to_the_half_of_the_time() -> None:
    """Of what was left when the model was loaded, if that took long."""
    clock = [0.0]
    deadline = Deadline(100.0, 1, 0.0, now=lambda: clock[0])
    assert deadline.waiting_s() == 50.0
    clock[0] = 60.0
    assert deadline.waiting_s() < 0
    may_go_on = deadline.looking(0.5)
    assert deadline.waiting_s() == 20.0
    clock[0] = 80.1
    assert deadline.waiting_s() < 0
    assert not may_go_on()


def test_a_deadline_leaves_time_for_each_answer() -> None:
    """At 100 tokens a second an answer takes some 29 seconds; a slower machine stops earlier."""
    clock = [50.0]
    deadline = Deadline(100.0, 2, 50.0, now=lambda: clock[0])
    assert deadline.progress(0.1, 100.0) == 0.0
    clock[0] = 80.0
    assert deadline.progress(0.1, 100.0) == pytest.approx(30 / 42)
    assert deadline.progress(0.1, 50.0) >= 1.0
    assert deadline.progress(0.1, 0.0) == pytest.approx(30 / 100), "nobody knows how long they take"
    assert deadline.progress(1.0, 100.0) == 1.0, "there is no more to read"
