"""Sentences judged one by one, and whether a model can judge at all."""

from __future__ import annotations

import pytest

from mhmcli import prompts
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.judge import can_judge, judged, sentences_judged, worths
from mhmcli.prompter import Prompter
from mhmcli.weights import Weight


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


def test_sentences_are_judged_with_the_question_before_them() -> None:
    """Which is computed once; a model that knows no yes from no is asked for none."""
    texts = ["Roy trims the wicks.", "The dog slept.", "The cook trims nothing."]
    asked: list[str] = []

    def says(prompt: str) -> float:
        asked.append(prompt)
        return 2.0 if "Roy" in prompt else -1.0

    engine = ScriptedEngine([], judge=says, likely=lambda p: 5.0 if "Roy" in p[-60:] else 0.0)
    one = prompter(engine)
    before = engine.fed_tokens
    assert list(sentences_judged(one, "Who trims the wicks?", texts)) == pytest.approx(
        [2.0, -1.0, -1.0]
    )
    assert all(prompt.index("Who trims") < prompt.index("<part>") for prompt in asked)
    each = sum(engine.count(prompts.part(text)) + len(engine.frame("").closing) for text in texts)
    assert engine.fed_tokens - before == each + engine.count(
        prompts.look_for("Who trims the wicks?")
    )
    one.verdicts = False
    best, *rest = sentences_judged(one, "Who trims the wicks?", texts)
    assert best > max(rest)
    assert len(asked) == 3
    assert engine.open_sequences == 1


def test_worth_is_in_standard_deviations_of_what_was_asked() -> None:
    """Of both signals, or of the one that there is."""
    same = [Weight(-2.0, 1.0), Weight(-2.0, -1.0)] * 50
    assert worths(same)[:2] == [pytest.approx(1.0, abs=0.05), pytest.approx(-1.0, abs=0.05)]
    unasked = [Weight(-2.0, None), Weight(-4.0, None)] * 50
    assert worths(unasked)[:2] == [pytest.approx(1.0, abs=0.05), pytest.approx(-1.0, abs=0.05)]
    assert worths([]) == []
