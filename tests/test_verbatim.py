"""Passages kept by what they are worth: verbatim, the best of all, within the budget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.chunk import Chunk
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.reader import Lane, Step, read
from mhmcli.select import Cheapest
from mhmcli.source import Passage, Place
from mhmcli.write import Outcome, VerbatimWriter

TOKENS = 6  # of each passage


def passage(number: int, worth: int, more: int = 0) -> Chunk:
    text = f"Passage {number}{' long' * more} is worth {worth}! "
    return Chunk(number, (Passage(text, Place("doc", line=number + 1)),), TOKENS + more)


def worth_of(text: str) -> int:
    return int(re.findall(r"worth (\d+)!", text)[-1])


def reading(
    worths: list[int], heads: int, head_tokens: int, more: Sequence[int] = ()
) -> list[Step]:
    """The steps of a model that finds each passage worth what it says; some have so many words
    more."""
    engine = ScriptedEngine([], likely=lambda prompt: worth_of(prompt) / 10)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    lane = Lane("What for?", Memory.empty(heads, head_tokens), Cheapest(), VerbatimWriter())
    sizes = zip_longest(worths, more, fillvalue=0)
    chunks = [passage(number, worth, long) for number, (worth, long) in enumerate(sizes)]
    steps = [e for e in read(chunks, [lane], prompter=prompter) if isinstance(e, Step)]
    assert engine.open_sequences == 1
    assert prompter.spent.reply_tokens == 0
    return steps


def held(memory: Memory) -> list[int]:
    """What the passages in memory are worth."""
    texts = [note.text for head in memory.heads for note in head.notes]
    return sorted(map(worth_of, texts))


@given(
    st.lists(st.integers(0, 90), min_size=1, max_size=20, unique=True),
    st.sampled_from([(1, 4), (2, 2), (4, 1), (2, 1)]),
)
def test_the_heads_together_hold_the_best_of_all(worths: list[int], shape: tuple[int, int]) -> None:
    """However they came, and whichever head they are in."""
    heads, each = shape
    memory = reading(worths, heads, each * TOKENS)[-1].memory
    assert held(memory) == sorted(worths)[-heads * each :]
    assert all(head.tokens <= each * TOKENS for head in memory.heads)
    assert memory.seen.passages == len(worths)


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 24)),
        min_size=1,
        max_size=20,
        unique_by=lambda pair: pair[0],
    ),
    st.integers(1, 4),
)
def test_however_long_they_are_as_many_of_the_best_are_held_as_there_are_heads(
    sized: list[tuple[int, int]], heads: int
) -> None:
    """A head that has nothing better can take any of them: the others need not give up theirs."""
    worths, more = zip(*sized, strict=True)
    memory = reading(list(worths), heads, 5 * TOKENS, more)[-1].memory
    assert set(sorted(worths)[-heads:]) <= set(held(memory))


def test_a_note_is_the_passage_with_its_place() -> None:
    (step,) = reading([5], 2, 20)
    (note,) = step.memory.heads[0].notes
    assert note.text == "Passage 0 is worth 5!"
    assert note.places == (Place("doc", line=1),)
    assert step.outcome is Outcome.WROTE


def test_what_is_worth_less_than_all_that_is_held_leaves_the_heads_alone() -> None:
    """But it counts in what is known of the document."""
    *_, before, after = reading([50, 60, 10], 2, TOKENS)
    assert after.outcome is Outcome.NOTHING_NEW
    assert after.memory.heads == before.memory.heads
    assert after.memory.seen.passages == 3


def test_a_passage_longer_than_a_head_is_not_kept() -> None:
    (step,) = reading([90], 2, 3)
    assert step.outcome is Outcome.NOTHING_NEW
    assert step.memory.is_empty


def test_a_passage_that_is_there_twice_is_held_once() -> None:
    """A page that is copied, or a file that is given twice, does not drive out what is there once;
    its words count as read."""
    engine = ScriptedEngine([], likely=lambda prompt: worth_of(prompt) / 10)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    lane = Lane("What for?", Memory.empty(2, 2 * TOKENS + 1), Cheapest(), VerbatimWriter())
    chunks = [replace(passage(9, 9), index=n) for n in range(6)] + [passage(6, 3), passage(7, 1)]
    steps = [e for e in read(chunks, [lane], prompter=prompter) if isinstance(e, Step)]
    assert held(steps[-1].memory) == [1, 3, 9]
    assert [step.outcome for step in steps[:2]] == [Outcome.WROTE, Outcome.NOTHING_NEW]
    assert steps[5].memory.seen.passages == 6


def test_one_step_writes_one_head() -> None:
    """The others are as they were."""
    steps = reading([10, 20, 30, 40, 50, 60, 5, 70], 3, TOKENS)
    for before, after in pairwise(steps):
        changed = [a != b for a, b in zip(before.memory.heads, after.memory.heads, strict=True)]
        assert sum(changed) == (after.outcome is Outcome.WROTE)
