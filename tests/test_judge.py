"""Sentences judged one by one, and whether a model can judge at all."""

from __future__ import annotations

import pytest

from mhmcli import prompts
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.judge import can_judge, judged, worths
from mhmcli.prompter import Prompter, Telling, Weight, always


def prompter(engine: ScriptedEngine) -> Prompter:
    return Prompter(engine, prompts.SYSTEM, Sampling())


def test_a_model_can_judge_if_its_yes_follows_what_is_there() -> None:
    knows = ScriptedEngine([], judge=lambda p: 2.0 if "Roy" in p or "1843" in p else -1.0)
    says_yes = ScriptedEngine([], judge=lambda _: 5.0)
    assert can_judge(prompter(knows))
    assert not can_judge(prompter(says_yes))
    assert knows.open_sequences == says_yes.open_sequences == 1


def test_a_model_that_cannot_is_not_asked() -> None:
    engine = ScriptedEngine([], judge=lambda _: pytest.fail("asked"))
    one = prompter(engine)
    one.verdicts = False
    weights = list(judged(one, "Who?", ["He.", "She."]))
    assert [weight.log_odds for weight in weights] == [None, None]


def test_a_verdict_is_asked_of_what_is_telling_alone() -> None:
    """By its likelihood, which costs the question's own tokens; the rest costs nothing."""
    texts = ["Roy trims the wicks.", "The dog slept.", "Roy again."]

    def weighed(telling: Telling) -> tuple[list[bool], int]:
        engine = ScriptedEngine([], likely=lambda prompt: 5.0 if "Roy" in prompt[-60:] else 0.0)
        asking = prompter(engine)
        weights = list(judged(asking, "Who trims the wicks?", texts, telling))
        return [weight.log_odds is not None for weight in weights], asking.spent.tail_tokens

    everything, cost = weighed(always)
    likely, less = weighed(lambda likelihood: likelihood > -5)
    assert everything == [True, True, True]
    assert likely == [True, False, True]
    assert less < cost


def test_worth_is_in_standard_deviations_of_what_was_asked() -> None:
    """A verdict that was not asked for is a middling one."""
    same = [Weight(-2.0, 1.0), Weight(-2.0, -1.0)] * 50
    first, second, third = worths([*same, Weight(-2.0, None)])[-3:]
    assert first == pytest.approx(1.0, abs=0.05)
    assert second == pytest.approx(-1.0, abs=0.05)
    assert third == pytest.approx(0.0, abs=0.05)
    assert worths([]) == []
