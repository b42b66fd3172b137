"""The scribe writes only from what has to do with the question."""

from __future__ import annotations

from mhmcli import prompts
from mhmcli.chunk import Chunk
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.reader import Lane, Step, read
from mhmcli.select import LeastRecentlyUpdated
from mhmcli.source import Passage, Place
from mhmcli.write import AppendWriter, HeadWriter, Outcome, RewriteWriter, ScribeWriter

QUESTION = "Who keeps the light?"
FILLER = "The road to the ford was as bad as ever, and hay was dear."
FACT = "Mr. Roy trims the wicks each evening."


def likely(prompt: str) -> float:
    """The question is likely after the fact alone."""
    return 9.0 if FACT in prompt else 1.0


def reading(
    texts: list[str], writer: HeadWriter, script: list[str]
) -> tuple[list[Step], ScriptedEngine]:
    engine = ScriptedEngine(script, likely=likely)
    lane = Lane(QUESTION, Memory.empty(2, 60), LeastRecentlyUpdated(), ScribeWriter(writer))
    chunks = [Chunk(n, (Passage(t, Place("doc", line=n + 1)),), 12) for n, t in enumerate(texts)]
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    steps = [event for event in read(chunks, [lane], prompter=prompter) if isinstance(event, Step)]
    assert engine.open_sequences == 1
    return steps, engine


def test_most_of_a_document_decodes_nothing() -> None:
    """The first few chunks do: there is nothing yet to compare them with."""
    texts = [FILLER] * 12 + [FACT] + [FILLER] * 7
    steps, engine = reading(texts, AppendWriter(), ["NONE"] * 4 + [FACT])
    assert len(engine.prompts) == 5
    assert [n for n, step in enumerate(steps) if step.outcome is Outcome.WROTE] == [12]
    (note,) = steps[-1].memory.heads[0].notes
    assert (note.text, note.places) == (FACT, (Place("doc", line=13, last_line=13),))


def test_what_is_passed_over_is_known_of() -> None:
    """It counts in what is known of the document, and the step says what it was worth."""
    steps, _ = reading([FILLER] * 9, AppendWriter(), ["NONE"] * 4)
    assert steps[-1].memory.seen.passages == 9
    assert steps[-1].outcome is Outcome.NOTHING_NEW
    assert steps[-1].signals is not None
    assert steps[-1].said == f"question {steps[-1].signals.likelihood:+.2f}"


def test_a_word_of_the_question_will_do() -> None:
    """A chunk that the model finds nothing in is written from for its words."""
    texts = [*[FILLER] * 12, "He who keeps the light lit it at dusk."]
    steps, engine = reading(texts, AppendWriter(), ["NONE"] * 4 + [texts[-1]])
    assert len(engine.prompts) == 5
    assert steps[-1].outcome is Outcome.WROTE


def test_any_writer_can_be_held_back() -> None:
    texts = [FILLER] * 8 + [FACT]
    steps, engine = reading(texts, RewriteWriter(), ["Hay was dear."] * 4 + ["Mr. Roy keeps it."])
    assert len(engine.prompts) == 5
    assert [head.text for head in steps[-1].memory.heads] == ["Mr. Roy keeps it.", "Hay was dear."]
