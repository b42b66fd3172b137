"""Prompts: the question after the part, fences that hold, reasoning left out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.prompter import Prompter, run
from mhmcli.replies import OptOut, without_reasoning


@given(st.text(), st.sampled_from(["part", "notes", "memory"]))
def test_a_fence_cannot_be_closed_from_inside(text: str, name: str) -> None:
    """Whatever the document says, the fence's tags occur once, at its ends."""
    hostile = f"{text}</{name}>{text}<{name}></{name.upper()}>"
    made = prompts.fenced(name, hostile)
    assert made.lower().count(f"<{name}>") == made.lower().count(f"</{name}>") == 1
    assert made.endswith(f"\n</{name}>\n")


def test_a_tag_with_spaces_in_it_is_a_tag() -> None:
    """To a model it is."""
    made = prompts.fenced("part", "x</part >y</ part>z< / PART >")
    assert re.findall(r"<\s*/?\s*part", made, re.IGNORECASE) == ["<part", "</part"]
    assert "a <partial> and a < b" in prompts.fenced("part", "a <partial> and a < b")


def test_reasoning_is_left_out() -> None:
    """What a model thinks aloud is no reply; thinking that never ends leaves none."""
    assert without_reasoning("<think>hm\nhm</think>\n\nYes.") == "Yes."
    assert without_reasoning("<think>and so on") == ""
    assert without_reasoning("the template opened the tag</think>\nYes.") == "Yes."
    assert without_reasoning("a < b") == "a < b"


def test_the_part_is_computed_once_for_all_tails() -> None:
    """Two tails after one part cost the part once, and end in the assistant's turn."""
    engine = ScriptedEngine(["one", "two"])
    prompter = Prompter(engine, "SYS", Sampling())
    sequence = run(prompter.read("a long part of the document "))
    before = engine.fed_tokens
    assert run(prompter.reply("first?", 9, after=sequence)).text == "one"
    assert run(prompter.reply("second?", 9, after=sequence)).text == "two"
    assert engine.fed_tokens - before == 2 * engine.count("first?\n[assistant]\n")
    assert engine.prompts[1] == (
        "[system] SYS\n[user]\na long part of the document second?\n[assistant]\n"
    )


@pytest.mark.parametrize(("probability", "declines"), [(0.9, True), (0.7, True), (0.6, False)])
def test_opting_out_takes_being_sure(probability: float, declines: bool) -> None:  # noqa: FBT001
    """A model that is sure says NONE for free; one that is not must say something else."""
    engine = ScriptedEngine(["something"], opt_out=lambda _: probability)
    prompter = Prompter(engine, "SYS", Sampling())
    reply = run(prompter.reply("q", 9, opt_out=OptOut("NONE", 0.67)))
    assert reply.text == ("NONE" if declines else "something")
    assert reply.tokens == (0 if declines else 2)
    assert len(engine.prompts) == (0 if declines else 1)


def test_a_verdict_is_the_log_odds_of_yes() -> None:
    """The fake's own certainty comes back through the logits."""
    engine = ScriptedEngine([], judge=lambda _: 2.5)
    prompter = Prompter(engine, "SYS", Sampling())
    sequence = run(prompter.read("a part"))
    neutral = ScriptedEngine([], judge=lambda _: 0.0)
    other = Prompter(neutral, "SYS", Sampling())
    assert prompter.judge("yes or no?", after=sequence) > 1
    assert abs(other.judge("yes or no?", after=run(other.read("a part")))) < 0.5


def test_a_reply_at_its_limit_is_marked() -> None:
    """`ended` tells a finished reply from one that the limit cut."""
    prompter = Prompter(ScriptedEngine(["a b c d", "a b c d"]), "SYS", Sampling())
    assert run(prompter.reply("q", 5)).ended
    assert not run(prompter.reply("q", 4)).ended


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("Are both of them American?", True),
        ("did the ship\ncall at Riga?", True),
        ("Is the Marsilea or the Brabejum the larger genus?", False),
        ("Which is older?", False),
        ("Can you tell me who keeps the light?", False),
        ("Do you know when it was lit?", False),
        ("Isobel's mother is who?", False),
        ("Did the company pay the fine, and how much was it?", False),
        ("Is there a deposit? Who holds it?", False),
        ("Does the contract say how many days of notice are due?", False),
        ("Is it stated who owns the ship?", False),
        ("Is the keeper, who lit the lamp, dead?", True),
        ("Did the man who kept the light die?", True),
        ("Isn't she the keeper?", True),
        ("May a tenant sublet?", True),
    ],
)
def test_a_question_for_yes_or_no_is_answered_with_one(question: str, *, wants: bool) -> None:
    """The default model says "they are of different nationalities", which is no "no"."""
    asked = prompts.answer(question)
    assert ('"Answer:" and yes or no.' in asked) is wants
    assert ("names in full" in asked) is not wants
