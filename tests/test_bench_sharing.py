"""Replies that several memories would get alike are computed once, and charged to each."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from mhmcli import prompts
from mhmcli.bench.results import load
from mhmcli.bench.sharing import SharingPrompter
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.prompter import run
from mhmcli.replies import OptOut
from tests.test_bench import events, perfect, plan


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(lambda prompt: f"said {len(prompt)}")


@pytest.fixture
def prompter(engine: ScriptedEngine) -> SharingPrompter:
    """Its clock ticks a second whenever it is looked at."""
    ticks = count()
    return SharingPrompter(engine, prompts.SYSTEM, Sampling(), lambda: float(next(ticks)))


def test_the_same_words_after_the_same_part_get_the_same_reply(
    engine: ScriptedEngine, prompter: SharingPrompter
) -> None:
    part = run(prompter.read("A part."))
    before = prompter.spent.tail_tokens
    first = run(prompter.reply("What does it say?", 9, after=part))
    tail = prompter.spent.tail_tokens - before
    saved = prompter.clock()
    assert run(prompter.reply("What does it say?", 9, after=part)) == first
    assert len(engine.prompts) == 1
    assert prompter.spent.tail_tokens - before == 2 * tail
    assert prompter.spent.reply_tokens == 2 * first.tokens
    assert prompter.clock() - saved > 1, "it takes as long as it took"


@pytest.mark.parametrize(
    ("text", "limit", "opt_out"),
    [
        ("What else?", 9, None),
        ("What does it say?", 2, None),
        ("What does it say?", 9, OptOut("NONE", 0.5)),
    ],
)
def test_whatever_could_change_the_reply_is_asked(
    engine: ScriptedEngine, prompter: SharingPrompter, text: str, limit: int, opt_out: OptOut | None
) -> None:
    part = run(prompter.read("A part."))
    run(prompter.reply("What does it say?", 9, after=part))
    run(prompter.reply(text, limit, after=part, opt_out=opt_out))
    assert len(engine.prompts) == 2


def test_a_reply_that_was_cut_off_is_asked_again_for_more(
    engine: ScriptedEngine, prompter: SharingPrompter
) -> None:
    part = run(prompter.read("A part."))
    cut_off = run(prompter.reply("What does it say?", 1, after=part))
    assert not cut_off.ended
    assert run(prompter.reply("What does it say?", 9, after=part)).ended
    assert len(engine.prompts) == 2


def test_another_part_is_asked_again(engine: ScriptedEngine, prompter: SharingPrompter) -> None:
    """Also when the engine gives it the name of one that is gone."""
    for _ in range(2):
        part = run(prompter.read("A part."))
        run(prompter.reply("What does it say?", 9, after=part))
        prompter.forget(part)
    assert len(engine.prompts) == 2


def test_shapes_of_append_cost_as_many_replies_as_one(tmp_path: Path) -> None:
    """And what is recorded of a shape is what is recorded when it is alone."""
    asked = []
    for number, methods in enumerate(
        (["append"], ["append", "append:2x120", "append:3x80:random"])
    ):
        engine = ScriptedEngine(perfect)
        events(engine, plan(*methods, limit=1), tmp_path / f"{number}.jsonl")
        asked.append(sum("<part>" in prompt for prompt in engine.prompts))
    assert asked[0] == asked[1]
    alone, together = (load([tmp_path / f"{number}.jsonl"]) for number in range(2))
    spent = {(r.read_tokens, r.reply_tokens, r.replies[0][2]) for r in (*alone, *together)}
    assert len(spent) == 1
    assert len(together) == 3
