"""The loop: every chunk once, one head a step, each question its own memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.chunk import Chunk
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.reader import (
    ChunkOpened,
    Event,
    HeadSelected,
    Lane,
    ReplyPiece,
    Step,
    read,
)
from mhmcli.select import LeastRecentlyUpdated
from mhmcli.source import Passage, Place
from mhmcli.write import AppendWriter, HeadWriter, RewriteWriter


def chunks(count: int) -> list[Chunk]:
    texts = [f"Fact {n} is number{n}. Filler words follow here." for n in range(count)]
    return [Chunk(n, (Passage(t, Place("doc", line=n + 1)),), 8) for n, t in enumerate(texts)]


def events(
    engine: ScriptedEngine,
    count: int,
    questions: list[str],
    writer: HeadWriter,
    *,
    heads: int = 2,
) -> list[Event]:
    empty = Memory.empty(heads, 100)
    lanes = [Lane(question, empty, LeastRecentlyUpdated(), writer) for question in questions]
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    made = list(read(chunks(count), lanes, prompter=prompter))
    assert engine.open_sequences == 1, "only the system prompt stays"
    return made


def copying(prompt: str) -> str:
    """A model that copies the first sentence of the part."""
    return prompt.split("<part>\n", 1)[1].split(". ", 1)[0] + "."


def test_events_of_one_chunk_come_in_order() -> None:
    """Opened, read, a head selected, pieces written, and the step with the whole state."""
    made = events(ScriptedEngine(copying), 1, ["q"], AppendWriter())
    kinds = [type(event).__name__ for event in made]
    assert kinds[0] == "ChunkOpened"
    assert kinds[1] == "ChunkProgress"
    assert kinds[2] == "HeadSelected"
    assert set(kinds[3:-1]) == {"ReplyPiece"}
    assert kinds[-1] == "Step"
    step = made[-1]
    assert isinstance(step, Step)
    assert step.memory.heads[0].text == "Fact 0 is number0."


def test_heads_take_turns() -> None:
    """LRU: the facts of four chunks stand in two heads, in the order of the chunks."""
    last = events(ScriptedEngine(copying), 4, ["q"], AppendWriter())[-1]
    assert isinstance(last, Step)
    assert [head.text for head in last.memory.heads] == [
        "Fact 0 is number0.\nFact 2 is number2.",
        "Fact 1 is number1.\nFact 3 is number3.",
    ]
    assert [head.written for head in last.memory.heads] == [2, 3]


@pytest.mark.parametrize("reply", ["The keeper is Roy.", "", "I am sorry, I cannot help."])
def test_a_head_that_is_rewritten_as_it_was_has_had_its_turn(reply: str) -> None:
    """A model that says the same again, or what cannot be taken, does not stop the round."""
    made = events(ScriptedEngine([reply] * 7), 7, ["q"], RewriteWriter(), heads=3)
    steps = [event for event in made if isinstance(event, Step)]
    assert [step.head for step in steps] == [0, 1, 2, 0, 1, 2, 0]
    written = [0, 1, 2] if "Roy" in reply else [-1, -1, -1]
    assert [head.written for head in steps[-1].memory.heads] == written


def test_a_chunk_with_nothing_new_takes_no_turn_from_what_is_only_added_to() -> None:
    """So that notes are spread over the heads evenly."""
    made = events(ScriptedEngine(["NONE"] * 4), 4, ["q"], AppendWriter(), heads=3)
    assert [event.head for event in made if isinstance(event, Step)] == [0, 0, 0, 0]


def test_questions_share_the_reading_of_a_chunk() -> None:
    """Three questions cost one reading, and have three memories."""
    one = ScriptedEngine(copying)
    events(one, 3, ["q"], AppendWriter())
    three = ScriptedEngine(copying)
    made = events(three, 3, ["q", "r", "s"], AppendWriter())
    opened = [event for event in made if isinstance(event, ChunkOpened)]
    assert len(opened) == 3
    read_by_one = sum(len(c.text.split()) for c in chunks(3))
    assert three.fed_tokens < 3 * one.fed_tokens - read_by_one
    selected = [event.lane for event in made if isinstance(event, HeadSelected)]
    assert selected == [0, 1, 2] * 3


def test_the_other_heads_are_shielded() -> None:
    """Whatever a rewriting model says, a step leaves every head but one as it was."""
    engine = ScriptedEngine([f"text {n}" for n in range(7)])
    before = Memory.empty(3, 100)
    for event in events(engine, 7, ["q"], RewriteWriter(), heads=3):
        if isinstance(event, Step):
            changed = [
                n
                for n, (a, b) in enumerate(zip(before.heads, event.memory.heads, strict=True))
                if a != b
            ]
            assert changed == [event.head]
            before = event.memory


@given(st.integers(0, 6))
def test_an_interrupted_reading_continues_as_if_it_had_not_been(at: int) -> None:
    """The state after any step is all that the rest needs."""
    whole = events(ScriptedEngine(copying), 6, ["q"], AppendWriter())
    first = events(ScriptedEngine(copying), at, ["q"], AppendWriter())
    memory = first[-1].memory if first and isinstance(first[-1], Step) else Memory.empty(2, 100)
    prompter = Prompter(ScriptedEngine(copying), prompts.SYSTEM, Sampling())
    rest = [
        event.memory
        for event in read(
            chunks(6)[at:],
            [Lane("q", memory, LeastRecentlyUpdated(), AppendWriter())],
            prompter=prompter,
        )
        if isinstance(event, Step)
    ]
    assert isinstance(whole[-1], Step)
    assert (rest[-1] if rest else memory) == whole[-1].memory


def test_pieces_join_to_what_was_said() -> None:
    """What streams to the view is what the step reports."""
    made = events(ScriptedEngine(copying), 1, ["q"], AppendWriter())
    pieces = "".join(event.text for event in made if isinstance(event, ReplyPiece))
    assert isinstance(made[-1], Step)
    assert pieces.strip() == made[-1].said
