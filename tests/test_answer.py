"""Answers: from the heads alone, or the plain statement that there is none."""

from __future__ import annotations

import pytest

from mhmcli import prompts
from mhmcli.answer import NOT_IN_DOCUMENT, Answer, answer, concluded
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, run
from mhmcli.score import Query, Seen, Signals
from mhmcli.source import Place


def memory() -> Memory:
    empty = Memory.empty(3, 50)
    late = empty.write(0, (Note("Late fact.", (Place("b", line=90),)),), 2, 7)
    return late.write(2, (Note("Early fact.", (Place("a", page=2),)),), 2, 3)


def answered(script: list[str], of: Memory, *, sure: float = 9.0) -> tuple[Answer, ScriptedEngine]:
    engine = ScriptedEngine(script, judge=lambda _: sure)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    return run(answer(prompter, "What happened?", of, max_tokens=20)), engine


def test_an_answer_has_the_places_of_its_notes_in_reading_order() -> None:
    """All heads are shown, and the places run from the earliest note to the latest."""
    made, engine = answered(["It burnt."], memory())
    assert (made.text, made.found) == ("It burnt.", True)
    assert [str(place) for place in made.places] == ["a p. 2", "b:90"]
    made, _ = answered(["The early one."], memory())
    assert [str(place) for place in made.places] == ["a p. 2"], "what has most to do with it"
    assert "Late fact.\nEarly fact." in engine.prompts[0]


def judged(worths: dict[str, float]) -> Memory:
    """Two heads that hold passages, each with the log-odds given, among many that were not kept."""
    query, seen = Query.of("What happened?"), Seen()
    for odds in [0.0, 0.1] * 50 + list(worths.values()):
        seen = seen.after(Signals.of(odds, 0.0, query, "A passage."))
    made = Memory.empty(2, 50).saw(seen)
    for line, (text, odds) in enumerate(worths.items(), start=1):
        head = line % 2
        note = Note(text, (Place("a", line=line),), Signals.of(odds, 0.0, query, text))
        made = made.write(head, (*made.heads[head].notes, note), 10, line)
    return made


def test_of_judged_passages_those_that_stand_out_are_shown_in_reading_order() -> None:
    """The best of the rest are kept, and not shown: a small model answers from whatever it sees."""
    passages = {"First of all.": 2.0, "A bit like it.": 0.2, "Second of all.": 3.0, "No.": 0.0}
    _, engine = answered(["It burnt."], judged(passages))
    assert "<notes>\nFirst of all.\nSecond of all.\n</notes>" in engine.prompts[0]


def test_the_best_passage_is_shown_even_when_none_stands_out() -> None:
    _, engine = answered(["It burnt."], judged({"Dull.": 0.0, "Less dull.": 0.1}))
    assert "<notes>\nLess dull.\n</notes>" in engine.prompts[0]


def test_an_empty_memory_asks_no_model() -> None:
    """Where nothing was found, no model is given the chance to make something up."""
    made, engine = answered([], Memory.empty(4, 50))
    assert (made.text, made.found) == (NOT_IN_DOCUMENT, False)
    assert engine.prompts == []


@pytest.mark.parametrize(
    "reply",
    [
        "NOT STATED",
        "Not stated.",
        "**NOT STATED**",
        "The notes do not say.",
        "The document does not mention it.",
        "There is no information about that in the notes.",
        "",
    ],
)
def test_not_stated_is_no_answer(reply: str) -> None:
    """However the model says it, the person is told the same sentence."""
    made, _ = answered([reply], memory())
    assert (made.text, made.found, made.places) == (NOT_IN_DOCUMENT, False, ())


def test_a_verdict_of_no_is_no_answer() -> None:
    """Where the logits say that the notes do not hold it, no answer is decoded."""
    made, engine = answered([], memory(), sure=-1.0)
    assert (made.text, made.found) == (NOT_IN_DOCUMENT, False)
    assert engine.prompts == []
    assert engine.open_sequences == 1


def test_an_answer_cut_off_is_marked() -> None:
    """An answer that ran into its limit is given, and known to be incomplete."""
    made, _ = answered(["It burnt. " * 60], memory())
    assert made.found
    assert made.text == "It burnt."
    assert not made.complete


@pytest.mark.parametrize(
    "reply",
    [
        "No, the notes say yes.",
        "None of the keepers left.",
        "Nobody.",
        "The document does not permit subletting.",
        "The text is not encrypted.",
        "No information was withheld.",
        "There is no notice period.",
    ],
)
def test_a_no_is_an_answer(reply: str) -> None:
    """An answer that begins with a negative is not taken for a missing one."""
    made, _ = answered([reply], memory())
    assert made.found


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Roy is the keeper.\nAnswer: Roy", "Roy"),
        ("Roy is the keeper.\n\n**Answer:** Roy, of Corran.", "Roy, of Corran."),
        ("ANSWER: Fenn\nNo: answer: Roy", "Roy"),
        ("Roy is the keeper.", "Roy is the keeper."),
        ("Answer: Roy\nAnswer:", "Roy"),
        ("Roy is it.\nAnswer:", "Roy is it."),
    ],
)
def test_the_answer_is_what_follows_its_mark(reply: str, answer: str) -> None:
    """The facts before it are the model's own notes; without a mark the whole reply counts."""
    assert concluded(reply) == answer
