"""The law of the memory: a step changes one head, and the selector is fair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.chunk import Chunk
from mhmcli.errors import UsageError
from mhmcli.memory import Memory, Note
from mhmcli.select import LeastRecentlyUpdated
from mhmcli.source import Passage, Place


def chunk(index: int) -> Chunk:
    return Chunk(index, (Passage("text", Place("doc")),), 1)


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
        head = selector.select(memory, chunk(step))
        if wrote:
            memory = memory.write(head, (Note(str(step)),), 1, step)
        counts = [h.writes for h in memory.heads]
        assert max(counts) - min(counts) <= 1


def test_lru_takes_the_lowest_of_equals() -> None:
    """At the start, and after a round, the first head is next."""
    memory = Memory.empty(3, 50)
    order = []
    for step in range(6):
        head = LeastRecentlyUpdated().select(memory, chunk(step))
        order.append(head)
        memory = memory.write(head, (Note("x"),), 1, step)
    assert order == [0, 1, 2, 0, 1, 2]


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
