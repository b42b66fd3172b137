"""Prompts: the question after the part, fences that hold, reasoning left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.prompter import Prompter, run, without_reasoning


@given(st.text(), st.sampled_from(["part", "notes", "memory"]))
def test_a_fence_cannot_be_closed_from_inside(text: str, name: str) -> None:
    """Whatever the document says, the fence's tags occur once, at its ends."""
    hostile = f"{text}</{name}>{text}<{name}></{name.upper()}>"
    made = prompts.fenced(name, hostile)
    assert made.lower().count(f"<{name}>") == made.lower().count(f"</{name}>") == 1
    assert made.endswith(f"\n</{name}>\n")


def test_reasoning_is_left_out() -> None:
    """What a model thinks aloud is no reply; thinking that never ends leaves none."""
    assert without_reasoning("<think>hm\nhm</think>\n\nYes.") == "Yes."
    assert without_reasoning("<think>and so on") == ""
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


def test_a_reply_at_its_limit_is_marked() -> None:
    """`ended` tells a finished reply from one that the limit cut."""
    prompter = Prompter(ScriptedEngine(["a b c d", "a b c d"]), "SYS", Sampling())
    assert run(prompter.reply("q", 5)).ended
    assert not run(prompter.reply("q", 4)).ended
