"""The law of the memory: a step changes one head, and the selector is fair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.chunk import Chunk
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import UsageError
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, Reading
from mhmcli.select import LeastRecentlyUpdated, Random, Relevance
from mhmcli.source import Passage, Place


def reading(index: int) -> tuple[Prompter, Reading]:
    """What a selector is given beside the memory, of a chunk that is not read."""
    chunk = Chunk(index, (Passage("text", Place("doc")),), 1)
    prompter = Prompter(ScriptedEngine([]), prompts.SYSTEM, Sampling())
    return prompter, Reading(chunk, prompter.base, "q")


@given(st.integers(1, 8), st.data())
def test_a_write_changes_exactly_one_head(heads: int, data: st.DataObject) -> None:
    """The other heads are the very same objects after a write as before it."""
    memory = Memory.empty(heads, 50)
    for step in range(10):
        index = data.draw(st.integers(0, heads - 1))
        after = memory.write(index, (Note(f"fact {step}"),), 2, step)
        for number, (old, new) in enumerate(zip(memory.heads, after.heads, strict=True)):
            assert (new is old) == (number != index)
        memory = after


@given(st.integers(1, 8), st.lists(st.booleans(), max_size=60))
def test_lru_write_counts_differ_by_at_most_one(heads: int, writes: list[bool]) -> None:
    """No head is written twice before each other was written once, whatever chunks are skipped."""
    memory = Memory.empty(heads, 50)
    selector = LeastRecentlyUpdated()
    for step, wrote in enumerate(writes):
        head = selector.select(*reading(step), memory)
        if wrote:
            memory = memory.write(head, (Note(str(step)),), 1, step)
        counts = [h.writes for h in memory.heads]
        assert max(counts) - min(counts) <= 1


def test_lru_takes_the_lowest_of_equals() -> None:
    """At the start, and after a round, the first head is next."""
    memory = Memory.empty(3, 50)
    order = []
    for step in range(6):
        head = LeastRecentlyUpdated().select(*reading(step), memory)
        order.append(head)
        memory = memory.write(head, (Note("x"),), 1, step)
    assert order == [0, 1, 2, 0, 1, 2]


def test_random_heads_are_those_of_the_seed() -> None:
    """The same seed draws the same heads, another seed others, and each head has its turn."""
    memory = Memory.empty(4, 50)
    drawn = [
        [Random(seed).select(*reading(step), memory) for step in range(40)] for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert set(drawn[0]) == {0, 1, 2, 3}


def test_relevance_takes_the_head_that_the_model_names() -> None:
    """All heads are shown by letter, and the likeliest letter decides; nothing is decoded."""
    engine = ScriptedEngine([], choose=lambda prompt: "B" if "[head B]\nships" in prompt else "A")
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    here = Reading(reading(0)[1].chunk, prompter.base, "q")
    memory = Memory.empty(2, 50)
    assert Relevance().select(prompter, here, memory) == 0
    assert engine.prompts == []
    memory = memory.write(1, (Note("ships"),), 1, 0)
    assert Relevance().select(prompter, here, memory) == 1
    assert engine.open_sequences == 1


def test_a_head_never_exceeds_its_budget() -> None:
    """Writers must compact first: the memory does not take too much."""
    with pytest.raises(ValueError, match="51 tokens in a head of 50"):
        Memory.empty(2, 50).write(0, (Note("x"),), 51, 0)


@pytest.mark.parametrize(("heads", "tokens"), [(0, 10), (-1, 10), (2, 0)])
def test_a_memory_that_holds_nothing_is_refused(heads: int, tokens: int) -> None:
    """The error names the flags."""
    with pytest.raises(UsageError) as caught:
        Memory.empty(heads, tokens)
    assert "--heads" in (caught.value.hint or "")
