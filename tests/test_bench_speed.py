"""How fast a document is read, and what the time went into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mhmcli.bench.speed import Again, Floor, Naive, Ours
from mhmcli.bench.took import Took, rounds, speeds
from mhmcli.cache import PartCache
from mhmcli.chunk import Chunk, cut
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.memory_kind import MemoryKind
from mhmcli.presets import preset
from mhmcli.source import Passage, Place
from tests.conftest import SAMPLE, Ran

Mhm = Callable[..., Ran]
TEXT = "".join(f"In the year {n} the keeper was Mr. Roy, and all was well.\n\n" for n in range(40))
QUESTION = "Who was the keeper?"
SECONDS = 0.5  # that a token takes


def parts_of(engine: ScriptedEngine, tokens: int) -> list[Chunk]:
    return list(cut([Passage(TEXT, Place("a.txt", line=1))], tokens, engine.count))


@pytest.mark.parametrize("kind", [MemoryKind.SCORING, MemoryKind.APPEND, MemoryKind.MHM_LRU])
def test_seconds_are_told_apart_by_what_was_computed(kind: MemoryKind) -> None:
    """Here each token that is fed takes half a second, each reply seven, and nothing else any."""
    replies: list[str] = []

    def reply(prompt: str) -> str:
        replies.append(prompt)
        return "In the year 1 the keeper was Mr. Roy, and all was well."

    def clock() -> float:
        return SECONDS * engine.fed_tokens + 7 * len(replies)

    engine = ScriptedEngine(reply)
    floor = Floor(engine, TEXT, clock)
    chunks = parts_of(engine, 60)
    ours = Ours(kind.value, engine, preset(kind), chunks, [QUESTION], clock=clock)
    took = list(rounds([floor, ours], 2))
    assert [one.name for one in took] == ["floor", kind.value] * 2
    assert took[0].to_read == SECONDS * engine.count(TEXT)
    mine = took[1]
    assert mine.spent.chunk_tokens >= engine.count(TEXT)
    assert mine.reading == pytest.approx(SECONDS * mine.spent.chunk_tokens, rel=0.05)
    assert mine.asking == pytest.approx(SECONDS * mine.spent.tail_tokens, rel=0.05)
    assert mine.writing == (0 if kind is MemoryKind.SCORING else 7 * len(chunks))
    assert mine.waiting == pytest.approx(0.0)
    assert mine.answering > 0
    assert engine.open_sequences == 0
    of_floor, of_mine = speeds(took, ["floor", kind.value])
    assert of_floor.ratios == [1.0, 1.0]
    assert of_mine.ratios[0] == mine.to_read / took[0].to_read > 1.0
    assert of_mine.ratios_answered[0] > of_mine.ratios[0]
    assert of_mine.part("answering") == mine.answering
    assert mine.first
    seconds, tokens = mine.first
    assert 0 < tokens <= 60, "it is written after the first chunk"
    assert seconds > SECONDS * (tokens + engine.count(QUESTION))
    assert of_mine.ratios_first_head == [seconds / (SECONDS * tokens)] * 2


def test_the_floor_may_be_measured_while_somebody_reads() -> None:
    """By an engine of its own, whenever another window of tokens was read; its time is no part of
    the reading's, and it is what that is a multiple of."""
    engine, other = ScriptedEngine(lambda _: "NONE"), ScriptedEngine([])

    def clock() -> float:
        return SECONDS * engine.fed_tokens + 9 * other.fed_tokens

    chunks, chosen = parts_of(engine, 60), preset(MemoryKind.APPEND)
    text = [QUESTION]
    alone = Ours("append", engine, chosen, chunks, text, clock=clock)()
    beside = Ours("append", engine, chosen, chunks, text, clock=clock, beside=other)()
    naive = Naive(lambda _text, _most: iter([""]), chunks, text, 50, engine.count, beside=other)()
    assert beside.to_read == pytest.approx(alone.to_read)
    assert beside.first == pytest.approx(alone.first)
    assert beside.floor
    assert naive.floor
    tokens = sum(engine.count(chunk.text) for chunk in chunks)
    assert (beside.floor.to_read, beside.floor.spent.chunk_tokens) == (9 * tokens, tokens)
    assert naive.floor.spent.chunk_tokens == tokens
    assert other.open_sequences == 0
    (found,) = speeds([beside], ["append"])
    assert found.ratios == [beside.to_read / (9 * tokens)]


def test_several_questions_share_a_reading() -> None:
    """What is read beside the document grows, and the document does not."""
    engine = ScriptedEngine(lambda _: "Answer: Mr. Roy")
    chunks, chosen = parts_of(engine, 60), preset(MemoryKind.SCORING)
    one, three = (
        Ours("scoring", engine, chosen, chunks, [f"{QUESTION} {n}" for n in range(number)])()
        for number in (1, 3)
    )
    assert three.spent.chunk_tokens == one.spent.chunk_tokens
    assert three.spent.tail_tokens > 2 * one.spent.tail_tokens


def test_who_asks_again_computes_nothing_of_the_document(tmp_path: Path) -> None:
    """If all of it was kept; else what was not."""
    engine = ScriptedEngine(lambda _: "Answer: Mr. Roy")
    chunks, chosen = parts_of(engine, 60), preset(MemoryKind.SCORING)
    read = Ours("scoring", engine, chosen, chunks, [QUESTION])()
    all_kept = PartCache(tmp_path / "large", 1 << 20, "engine", reserve_bytes=0)
    again = Again(Ours("again", engine, chosen, chunks, [QUESTION], cache=all_kept))
    for _ in range(2):
        took = again()
        assert took.spent.chunk_tokens == 0
        assert took.spent.tail_tokens == read.spent.tail_tokens
    some_kept = PartCache(tmp_path / "small", 2000, "engine", reserve_bytes=0)
    again = Again(Ours("again", engine, chosen, chunks, [QUESTION], cache=some_kept))
    assert 0 < again().spent.chunk_tokens < read.spent.chunk_tokens


def test_the_naive_loop_shows_its_memory_with_each_chunk() -> None:
    """The reply is the next memory; until the first piece of it, the prompt is computed."""
    engine = ScriptedEngine([])
    prompts, seconds = list[str](), [0.0]

    def chat(text: str, max_tokens: int) -> Iterator[str]:
        prompts.append(text)
        assert max_tokens == 50
        seconds[0] += 8
        yield ""
        seconds[0] += 1
        yield f"memory {len(prompts)}"

    chunks = parts_of(engine, 200)
    took = Naive(chat, chunks, [QUESTION], 50, engine.count, clock=lambda: seconds[0])()
    assert len(prompts) == len(chunks) > 2
    assert "No previous memory" in prompts[0]
    assert "<memory>\nmemory 1\n</memory>" in prompts[1]
    assert all(chunk.text in prompt for chunk, prompt in zip(chunks, prompts, strict=True))
    assert took.reading + took.asking == pytest.approx(8 * len(chunks))
    assert took.reading > took.asking > 0
    assert took.writing == len(chunks)
    assert took.spent.reply_tokens == len(chunks)


def test_a_round_that_is_not_finished_does_not_count() -> None:
    """Whoever has read it."""
    took = [Took("floor", 10.0), Took("scoring", 11.0), Took("floor", 20.0)]
    assert speeds(took[:1], ["floor", "scoring"]) == []
    of_floor, of_scoring = speeds(took, ["floor", "scoring"])
    assert (len(of_floor.took), of_scoring.ratios) == (1, [1.1])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--memory", "brain"], "no memory 'brain'"),
        (["--length", "long"], "'long' is no length"),
    ],
)
def test_what_cannot_be_measured_is_status_2(mhm: Mhm, arguments: list[str], why: str) -> None:
    ran = mhm("bench", "speed", SAMPLE, "Who?", *arguments)
    assert ran.status == 2
    assert why in ran.err


@pytest.mark.model
def test_a_file_is_read_in_turn(mhm: Mhm, tiny_model: Path) -> None:
    """By the floor, by mhm, and by the loop of the library's own calls."""
    ran = mhm(
        *("bench", "speed", SAMPLE, "How deep is it?", "-m", "tiny"),
        *("--length", "300", "--rounds", "2", "--memory", "scoring,naive"),
        *("--memory-tokens", "128"),
    )
    assert ran.status == 0, ran.err
    for name in ("floor", "scoring", "naive"):
        assert ran.err.count(f"mhm: {name}: ") == 2
        assert f"\n{name} " in ran.out
    assert "medians of 2 rounds" in ran.out
    assert "1.00 (1.00-1.00)" in ran.out
    assert "█ reading" in ran.out
