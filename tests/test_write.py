"""Writers: what may reach a head, what never does, and compaction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.chunk import Chunk
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.memory import Memory, Note, joined
from mhmcli.prompter import Prompter, Reading, run
from mhmcli.replies import Reply
from mhmcli.source import Passage, Place
from mhmcli.write import AppendWriter, ConcurWriter, Draft, HeadWriter, Outcome, RewriteWriter
from mhmcli.write.checks import fault, says_nothing
from mhmcli.write.origin import known_of, origin

QUESTION = "Who is the keeper of the light?"
TEXT = (
    "The barque stood in at dawn. Mr. Roy is the keeper of the light on Corran Head. "
    "He has a dog.\nFenn fell from the stage and broke his wrist.\n"
)
KEEPER = "Mr. Roy is the keeper of the light on Corran Head."


def place(line: int) -> Place:
    return Place("log.txt", line=line, last_line=line)


CHUNK = Chunk(3, (Passage("An old line.\n", place(1)), Passage(TEXT, place(2))), 40)


def written(
    writer: HeadWriter, script: list[str], memory: Memory, head: int = 0
) -> tuple[Draft, ScriptedEngine]:
    """The draft that a writer makes when the model replies from a script."""
    engine = ScriptedEngine(script)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    sequence = run(prompter.read(prompts.part(CHUNK.text)))
    draft = run(writer.write(prompter, Reading(CHUNK, sequence, QUESTION), memory, head))
    assert engine.open_sequences == 2, "a writer must close what it opens"
    return draft, engine


def memory_with(*texts: str, head_tokens: int = 60) -> Memory:
    memory = Memory.empty(len(texts), head_tokens)
    for index, text in enumerate(texts):
        if text:
            memory = memory.write(index, (Note(text, (place(9),)),), len(text.split()), index)
    return memory


BAD = [
    ("", Outcome.EMPTY),
    ("...", Outcome.EMPTY),
    ("I'm sorry, but I can't assist with that.", Outcome.REFUSED),
    ("As an AI, I have no opinion.", Outcome.REFUSED),
    (prompts.append(QUESTION), Outcome.ECHOED),
    (f"Question: {QUESTION}", Outcome.ECHOED),
    (QUESTION, Outcome.ECHOED),
    ("<part> The barque stood </part>", Outcome.ECHOED),
]


@pytest.mark.parametrize("writer", [AppendWriter(), RewriteWriter()])
@pytest.mark.parametrize(("reply", "outcome"), BAD)
def test_a_bad_reply_changes_nothing(writer: HeadWriter, reply: str, outcome: Outcome) -> None:
    """Empty, refusing and echoing replies are marked as such and carry no notes."""
    draft, _ = written(writer, [reply], memory_with("kept"))
    assert (draft.outcome, draft.notes) == (outcome, ())
    assert draft.outcome.is_failure
    assert not draft.outcome.changed_a_head


@pytest.mark.parametrize("writer", [AppendWriter(), RewriteWriter()])
@pytest.mark.parametrize(
    "reply",
    [
        "NONE",
        "none.",
        "**NONE**",
        "No relevant sentences.",
        "The part above does not mention him.",
        "The memory remains unchanged.",
    ],
)
def test_nothing_new_is_no_failure(writer: HeadWriter, reply: str) -> None:
    """NONE, and what models say instead of it, leaves the memory as it is."""
    draft, _ = written(writer, [reply], memory_with("kept"))
    assert draft.outcome is Outcome.NOTHING_NEW
    assert not draft.outcome.is_failure


@pytest.mark.parametrize(
    "reply", [KEEPER, f'- "{KEEPER}"', f"1. {KEEPER}", "It is Mr. Roy, keeper."]
)
def test_append_takes_the_documents_own_sentence(reply: str) -> None:
    """However the model points at a sentence, the sentence itself is kept, with its place."""
    draft, _ = written(AppendWriter(), [reply], memory_with("kept"))
    assert draft.outcome is Outcome.WROTE
    assert [note.text for note in draft.notes] == ["kept", KEEPER]
    assert draft.notes[1].places[0].line == 2


def test_append_does_not_take_what_the_chunk_does_not_say() -> None:
    """A sentence that the model made up points nowhere."""
    draft, _ = written(AppendWriter(), ["Captain Ahab nailed a doubloon there."], memory_with(""))
    assert (draft.outcome, draft.notes) == (Outcome.NOT_IN_CHUNK, ())


def test_a_sentence_of_the_document_is_taken_whatever_it_sounds_like() -> None:
    """What would be a refusal or a "no" from the model is a fact when the document says it."""
    sayings = ['"I am sorry," said the captain.', "There is no notice period."]
    text = " ".join(sayings) + "\n"
    reading_chunk = Chunk(0, (Passage(text, place(1)),), 12)
    engine = ScriptedEngine(sayings)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    for said in sayings:
        reading = Reading(reading_chunk, run(prompter.read(text)), QUESTION)
        draft = run(AppendWriter().write(prompter, reading, memory_with(""), 0))
        assert [note.text for note in draft.notes] == [said]


def test_of_a_sentence_longer_than_a_head_the_piece_is_kept_that_is_meant() -> None:
    """A line of JSON may be longer than a head: what the reply points at goes into it, and costs
    no other note its place."""
    text = f"{'word ' * 60}{{keeper: Roy}} {'end ' * 40}\n{KEEPER}\n"
    reading_chunk = Chunk(0, (Passage(text, place(1)),), 12)
    prompter = Prompter(ScriptedEngine(["word {keeper: Roy} end"]), prompts.SYSTEM, Sampling())
    reading = Reading(reading_chunk, run(prompter.read("x")), QUESTION)
    draft = run(AppendWriter().write(prompter, reading, memory_with("", head_tokens=40), 0))
    assert draft.outcome is Outcome.WROTE
    (note,) = draft.notes
    assert "{keeper: Roy}" in note.text
    assert draft.tokens <= 40


def test_append_does_not_repeat_what_any_head_holds() -> None:
    """A sentence that is in memory already, in whichever head, is nothing new."""
    draft, _ = written(AppendWriter(), [KEEPER], memory_with("", KEEPER))
    assert draft.outcome is Outcome.NOTHING_NEW


def test_append_keeps_each_sentence_of_a_loop_once() -> None:
    """A reply that repeats itself to the limit gives its sentence once."""
    draft, _ = written(AppendWriter(), [(KEEPER + "\n") * 40], memory_with("", head_tokens=200))
    assert [note.text for note in draft.notes] == [KEEPER]


def test_append_does_not_show_the_memory() -> None:
    """A step costs the chunk, the question and the instruction."""
    _, engine = written(AppendWriter(), ["NONE"], memory_with("secret of head one"))
    assert "secret" not in engine.prompts[0]
    assert engine.prompts[0].index("barque") < engine.prompts[0].index(QUESTION)


FULL = "\n".join(["keeper one two three"] * 3)


def full_memory() -> Memory:
    notes = tuple(
        Note(text, (place(n),))
        for n, text in enumerate(
            ["a b c d e f g h", "the keeper of the light is dead", "i j k l m"]
        )
    )
    return Memory.empty(2, 26).write(0, notes, 20, 0)


def test_a_full_head_alone_is_compacted_by_the_model() -> None:
    """The reply replaces that head's notes; lines that it kept word for word keep their place."""
    draft, engine = written(
        AppendWriter(), [KEEPER, "the keeper of the light is dead\nshorter"], full_memory()
    )
    assert draft.outcome is Outcome.COMPACTED
    assert [(note.text, bool(note.places)) for note in draft.notes] == [
        ("the keeper of the light is dead", True),
        ("shorter", False),
    ]
    assert KEEPER in engine.prompts[1]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("- the keeper of the light is dead", [1]),
        ("the keeper", [1]),
        ("a b c d", [0]),
        ("The light has a dead keeper. I J K l.", [1, 2]),
        ("nobody said this", []),
    ],
)
def test_lines_keep_the_places_that_their_sentences_came_from(line: str, lines: list[int]) -> None:
    """With a bullet before them and in other words, too; what nobody said has lost its source."""
    known = known_of(full_memory().heads[0].notes)
    assert origin(line, known) == tuple(place(n) for n in lines)


@pytest.mark.parametrize("reply", ["", "I cannot help with that.", "NONE", "word " * 90])
def test_a_bad_compaction_drops_whole_notes_instead(reply: str) -> None:
    """What shares least with the question goes, until the rest fits; nothing is reworded."""
    draft, _ = written(AppendWriter(), [KEEPER, reply], full_memory())
    assert draft.outcome is Outcome.COMPACTED
    texts = [note.text for note in draft.notes]
    assert KEEPER in texts
    assert "the keeper of the light is dead" in texts
    assert draft.tokens <= 26


def test_rewrite_shows_all_heads_and_replaces_one() -> None:
    """Read all heads, write to one: the reply is the head's new text."""
    memory = memory_with("first", "second", "")
    draft, engine = written(RewriteWriter(), ["[head 2]\nsecond, and Roy"], memory, head=1)
    assert [note.text for note in draft.notes] == ["second, and Roy"]
    assert "<memory>\n[head 1]\nfirst\n[head 2]\nsecond\n</memory>" in engine.prompts[0]
    assert "the new text of head 2 of the memory" in engine.prompts[0]


def test_rewritten_lines_know_what_they_are_from() -> None:
    """What was held, what was read, and what the model made up; the text is the reply's own."""
    memory = memory_with("The lamp is red.", "", "")
    said = "The lamp is red.\n\nRoy is keeper of the light.\nHe died in Madrid."
    draft, _ = written(RewriteWriter(), [said], memory, head=1)
    assert joined(draft.notes) == said
    assert [note.places for note in draft.notes] == [(place(9),), (place(2),), ()]
    first, _ = written(RewriteWriter(), [said], Memory.empty(3, 60))
    assert first.notes[2].places == (CHUNK.place,), "nothing else was there to be from"


@pytest.mark.parametrize("reply", ["[head 1]\n(empty)\n[head 2]\n(empty)", "<memory>\n</memory>"])
def test_the_scaffold_of_the_memory_is_an_echo(reply: str) -> None:
    """Labels and placeholders that a model copies are no facts."""
    draft, _ = written(RewriteWriter(), [reply], memory_with("first", ""), head=1)
    assert (draft.outcome, draft.notes) == (Outcome.ECHOED, ())


def test_rewrite_of_one_head_speaks_of_the_memory() -> None:
    """With H = 1 the prompt is the monolithic one: no heads are mentioned."""
    _, engine = written(RewriteWriter(), ["x y"], memory_with("old"))
    assert "the new text of the memory" in engine.prompts[0]
    assert "head" not in engine.prompts[0].split("[user]")[1]


def test_rewrite_that_runs_into_its_limit_is_not_taken() -> None:
    """A text cut off in the middle would lose what stood behind it."""
    draft, _ = written(RewriteWriter(), ["word " * 200], memory_with("kept"))
    assert (draft.outcome, draft.notes) == (Outcome.RAN_AWAY, ())


@given(st.text(max_size=200), st.booleans())
def test_checks_take_any_reply(text: str, ended: bool) -> None:  # noqa: FBT001
    """No reply, whatever it is, crashes the checks."""
    fault(Reply(text, 1, ended), QUESTION)
    says_nothing(text)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), max_size=5))
def test_no_reply_breaks_the_budget(lines: list[str]) -> None:
    """Whatever the model says, the draft fits the head or is not taken."""
    memory = memory_with("kept words", head_tokens=12)
    for writer in (AppendWriter(), RewriteWriter()):
        draft, _ = written(writer, ["\n".join(lines), "NONE"], memory)
        if draft.outcome.changed_a_head:
            memory.write(0, draft.notes, draft.tokens, 5)
        else:
            assert draft.notes == ()


@pytest.mark.parametrize(
    ("said", "head", "text"),
    [
        ("B: Mr. Roy keeps the light.", 1, "Mr. Roy keeps the light."),
        ("Head C:\nMr. Roy keeps it.", 2, "Mr. Roy keeps it."),
        ("[head A] Mr. Roy keeps it.", 0, "Mr. Roy keeps it."),
        ("**B:** -5 degrees at dawn.", 1, "-5 degrees at dawn."),
    ],
)
def test_concur_writes_the_head_that_the_reply_names(said: str, head: int, text: str) -> None:
    """Whichever was selected; the letter is no part of the text."""
    draft, engine = written(ConcurWriter(), [said], memory_with("old", "", ""), head=2)
    assert (draft.outcome, draft.head) == (Outcome.WROTE, head)
    assert [note.text for note in draft.notes] == [text]
    assert "[head A]\nold\n[head B]\nnothing yet" in engine.prompts[0]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("Mr. Roy keeps the light.", Outcome.NO_HEAD),
        ("Z: Mr. Roy keeps the light.", Outcome.NO_HEAD),
        ("A keeper has the light.", Outcome.NO_HEAD),
        ("B: NONE", Outcome.NOTHING_NEW),
        ("B:", Outcome.EMPTY),
        ("", Outcome.EMPTY),
    ],
)
def test_concur_takes_no_reply_without_a_head_or_a_text(said: str, outcome: Outcome) -> None:
    """The memory stays as it was."""
    draft, _ = written(ConcurWriter(), [said], memory_with("old", "", ""))
    assert draft.outcome is outcome
    assert draft.notes == ()
