"""Map-reduce and ReadAgent: what each chunk is asked, and what is answered from."""

from __future__ import annotations

from mhmcli import prompts
from mhmcli.bench.baselines import (
    GistWriter,
    MapWriter,
    OwnHead,
    QuestionFirst,
    beside_sources,
    look_up,
    page_numbers,
    reduce,
)
from mhmcli.chunk import Chunk
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter
from mhmcli.reader import Lane, Step, read
from mhmcli.source import Passage, Place
from mhmcli.write import HeadWriter

CHUNKS = [
    Chunk(n, (Passage(f"Page text {n} is long. ", Place("doc", line=n + 1)),), 5) for n in range(4)
]


def after_reading(engine: ScriptedEngine, writer: HeadWriter) -> tuple[Prompter, Memory]:
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    lane = Lane("q", Memory.empty(4, 8), OwnHead(), writer)
    steps = [e for e in read(CHUNKS, [lane], prompter=prompter) if isinstance(e, Step)]
    return prompter, steps[-1].memory


def test_map_asks_each_chunk_as_if_it_were_the_only_one() -> None:
    """No memory is shown, and a chunk whose reply cannot be taken leaves its own head empty."""
    engine = ScriptedEngine(["one", "", "three", "four"])
    _, memory = after_reading(engine, MapWriter())
    assert [head.text for head in memory.heads] == ["one", "", "three", "four"]
    assert all("The memory is still empty." in prompt for prompt in engine.prompts)


def test_reduce_shortens_only_what_exceeds_its_budget() -> None:
    """Four notes of two tokens are within eight; within five, they are joined in pairs."""
    engine = ScriptedEngine(["a a", "b b", "c c", "d d", "ab", "cd"])
    prompter, memory = after_reading(engine, MapWriter())
    assert reduce(8)(prompter, "q", memory, CHUNKS).heads[0].text == "a a\nb b\nc c\nd d"
    head = reduce(5)(prompter, "q", memory, CHUNKS).heads[0]
    assert head.text == "ab\ncd"
    assert [[place.line for place in note.places] for note in head.notes] == [[1, 2], [3, 4]]
    assert "<notes>\nc c\nd d\n</notes>" in engine.prompts[-1]


def test_sources_stand_beside_the_notes_in_a_head_of_their_own() -> None:
    """As they are in the document; a memory that points to nothing stays as it is."""
    engine = ScriptedEngine(["Page text 2 is long."])
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    note = Note("text 2 is long", (Place("doc", start_byte=60, end_byte=74),))
    passages = [
        Passage(f"Page text {n} is long. ", Place("doc", start_byte=n * 24, end_byte=n * 24 + 24))
        for n in range(4)
    ]
    chunks = [Chunk(n, (passage,), 5) for n, passage in enumerate(passages)]
    memory = Memory.empty(2, 8).write(1, (note,), 4, 0)
    found = beside_sources(prompter, "q", memory, chunks)
    assert [head.text for head in found.heads] == ["", "text 2 is long", "Page text 2 is long."]
    assert beside_sources(prompter, "q", Memory.empty(2, 8), chunks) == Memory.empty(2, 8)


def test_look_up_reads_pages_again_in_place_of_their_gists() -> None:
    """The pages that the model names, as many as are allowed, verbatim; the others as gists."""
    engine = ScriptedEngine(["gist 0", "gist 1", "", "gist 3", "Pages [2, 9, 4, 1]"])
    prompter, memory = after_reading(engine, GistWriter())
    assert all("Question" not in prompt for prompt in engine.prompts), "gists are of no question"
    found = look_up(2)(prompter, "q", memory, CHUNKS)
    assert found.heads[0].text.splitlines() == [
        "[page 1] gist 0",
        "[page 2] Page text 1 is long.",
        "[page 3] (no gist)",
        "[page 4] Page text 3 is long.",
    ]
    assert engine.open_sequences == 1


def test_page_numbers() -> None:
    """The worked value of its docstring, and numbers twice."""
    assert page_numbers("[2, 5], page 99", 8) == [2, 5]
    assert page_numbers("3 and 3", 8) == [3]
    assert page_numbers("none", 8) == []


def test_notes_that_stay_too_long_end_the_shortening() -> None:
    """One note is left at last, whatever the model says."""
    long = " ".join(["word"] * 7)
    engine = ScriptedEngine([long] * 4 + [long] * 3)
    prompter, memory = after_reading(engine, MapWriter())
    assert len(reduce(3)(prompter, "q", memory, CHUNKS).heads[0].notes) == 1


def test_question_first_asks_before_the_chunk_and_after_it() -> None:
    """The other writer's own prompt follows, and nothing stays open."""
    engine = ScriptedEngine(["one", "two", "three", "four"])
    _, memory = after_reading(engine, QuestionFirst(MapWriter()))
    assert [head.text for head in memory.heads] == ["one", "two", "three", "four"]
    before, after = engine.prompts[2].split("Page text 2")
    assert "Question: q\n" in before
    assert "Question: q\n" in after
    assert engine.open_sequences == 1
