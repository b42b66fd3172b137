"""Answers: from the evidence alone, or the plain statement that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from mhmcli import prompts
from mhmcli.answer import (
    NO_REPLY,
    NOT_IN_DOCUMENT,
    NOT_IN_PASSAGES,
    Answer,
    _sentences,
    _telling,
    answer,
    concluded,
    places,
)
from mhmcli.cli.ended import Ended
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import ExitStatus
from mhmcli.evidence import Evidence
from mhmcli.memory import Note
from mhmcli.prompter import Prompter, run
from mhmcli.refusal import says_none
from mhmcli.source import Place
from tests.test_partial import SIZES
from tests.test_receipt import WHOLE


def evidence() -> Evidence:
    late = Note("Late fact.", (Place("b", line=90),))
    return Evidence((late, Note("Early fact.", (Place("a", page=2),))))


def answered(
    script: list[str],
    of: Evidence,
    *,
    sure: float = 9.0,
    asked: str = "What happened?",
    document: Iterable[str] = (),
) -> tuple[Answer, ScriptedEngine]:
    engine = ScriptedEngine(script, judge=lambda _: sure)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    return run(answer(prompter, asked, of, max_tokens=20, document=document)), engine


def going_on(script: list[str]) -> Iterator[str]:
    """The pieces of an answer as they are decoded."""
    prompter = Prompter(ScriptedEngine(script), prompts.SYSTEM, Sampling())
    return answer(prompter, "What happened?", evidence(), max_tokens=20)


def test_an_answer_has_the_places_of_its_notes_in_reading_order() -> None:
    """All notes are shown, and the places run from the earliest note to the latest."""
    made, engine = answered(["It burnt."], evidence())
    assert (made.text, made.found) == ("It burnt.", True)
    assert [str(place) for place in made.places] == ["a p. 2", "b:90"]
    made, _ = answered(["The early one."], evidence())
    assert [str(place) for place in made.places] == ["a p. 2"], "what has most to do with it"
    assert "Late fact.\nEarly fact." in engine.prompts[0]


@pytest.mark.parametrize(("best", "found"), [(-1.3, False), (-1.0, True)])
def test_sentences_that_say_nothing_each_say_nothing_together(best: float, *, found: bool) -> None:
    """A small model is convinced by what only looks like that which was asked for."""
    made, engine = answered(["It burnt."], replace(evidence(), log_odds=best))
    assert made.found is found
    assert made.log_odds == pytest.approx(best + 1.1)
    assert len(engine.prompts) == found


@pytest.mark.parametrize(("odds", "found"), [(0.9, False), (1.1, True)])
def test_a_name_from_nowhere_is_no_answer(odds: float, *, found: bool) -> None:
    """Unless the model is sure that the notes tell: it may follow from them."""
    made, _ = answered(["Answer: Jakarta"], replace(evidence(), log_odds=odds - 1.1))
    assert (made.found, made.said) == (found, "Jakarta")
    assert made.text == ("Jakarta" if found else NOT_IN_DOCUMENT)


def test_of_a_passage_of_a_log_the_line_is_quoted() -> None:
    """Its lines end in no full stop."""
    lines = [f"Dec 10 06:55:{n} LabSZ sshd: closed by 10.0.0.{n}" for n in range(10, 30)]
    lines[7] = "Dec 10 06:55:17 LabSZ sshd: Accepted password for fztu from 10.0.0.17"
    log = Evidence((Note("\n".join(lines), (Place("a.log", line=1),)),))
    made, _ = answered(["Answer: fztu"], log)
    assert made.telling[0] == lines[7]


def test_an_empty_memory_asks_no_model() -> None:
    """Where nothing was found, no model is given the chance to make something up."""
    made, engine = answered([], Evidence(()))
    assert (made.text, made.found) == (NOT_IN_DOCUMENT, False)
    made, engine = answered([], Evidence((), of_all=False))
    assert (made.text, made.found) == (NOT_IN_PASSAGES, False), "of the rest nothing is known"
    assert engine.prompts == []


@pytest.mark.parametrize(
    "reply",
    [
        "NOT STATED",
        "Not stated.",
        "**NOT STATED**",
        "The notes do not say.",
        "The document does not mention it.",
        "The notes do not explicitly state who lit the lamp.",
        "Not explicitly stated.",
        "It is not mentioned in the provided notes.",
        "The answer cannot be determined from the given notes.",
        "There is no information about that in the notes.",
        "The landlord is not mentioned in the notes.",
        "The rent is not specified in the provided notes.",
        *("Not given.", "Not found.", "N/A", "None.", "No information.", "I don't know."),
        "The notes provide no information about the price.",
        "The notes do not indicate who lit it.",
        "The notes above do not say.",
        "No information available in the notes.",
        "The question cannot be answered from the notes.",
        "Based on the notes, it is not stated.",
        "It cannot be determined.",
        "There is no band mentioned in the notes that managed both.",
        "The captain's age cannot be determined from the notes.",
        "There is no specific information in the notes about his age.",
        "The notes provide no specific information.",
        "No relevant information is provided.",
        "There is not enough information in the notes to answer the question.",
        "The captain's name is not mentioned.",
        "Mr. Roy's age is not explicitly stated.",
        "The answer is not in the notes.",
        "The notes do not have enough information.",
        "The provided context does not discuss it.",
        "The question cannot be answered based on the information provided.",
        "None of the notes mention the price.",
        "I cannot determine it from the notes.",
        "I cannot answer the question.",
        "Unfortunately, the notes do not mention it.",
        "It is unknown.",
        "Based on the notes, it is not known.",
        "No salary is mentioned in the notes.",
        "No specific salary is mentioned.",
        "The salary isn't mentioned in the notes.",
        "It isn’t mentioned.",
        "It's not mentioned in the notes.",
        "The notes don’t mention it.",
        "It is not possible to determine the salary from the notes.",
        "The sentences do not mention the salary.",
        "The salary of Mr. Roy is not mentioned in the long document.",
        "His salary is not specified in the provided sentences.",
        "None mentioned.",
        "There's no mention of a salary.",
        "The notes did not mention it.",
        "No, the notes don't mention it.",
        "It is unclear from the notes.",
        "No information was found.",
        "The notes say nothing about it.",
        "",
    ],
)
def test_not_stated_is_no_answer(reply: str) -> None:
    """However the model says it, the person is told the same sentence."""
    made, _ = answered([reply], evidence())
    assert (made.text, made.found, made.places) == (NOT_IN_DOCUMENT, False, ())


@pytest.mark.parametrize(
    "reply",
    [
        "It is not specified by law, but by custom.",
        "The document does not bind the tenant.",
        "It cannot be lit by hand.",
        "The text is not encrypted.",
        "Not provided by the landlord.",
        "Not specified, but usually 30 days.",
        "No mention of a fine; the rent is 500.",
        "The document does not provide for termination before 2026.",
        "The key is not included.",
        "The lantern was not found.",
        "The document does not have a seal.",
        "I cannot tell a lie.",
        "None of the keepers left.",
        "No one was lost.",
        "No notice is given.",
        "It isn't lit.",
        "There's no door.",
    ],
)
def test_what_speaks_of_the_world_is_an_answer(reply: str) -> None:
    """Though it has the words of what does not."""
    made, _ = answered([reply], evidence())
    assert (made.text, made.found) == (reply, True)


@pytest.mark.parametrize(
    "reply",
    [
        *("None", "Unknown.", "Not available", "It was unknown.", "It is not available."),
        *("It cannot be found.", "The name of the ship is not mentioned."),
    ],
)
def test_a_document_may_itself_say_none(reply: str) -> None:
    """What it says so is no refusal."""
    told = "Known allergies: none. Cause of fire: unknown. Rooms: not available. The deed cannot be"
    notes = (Note(f"{told} found. The ship's name is not mentioned, but its colour is."),)
    made, _ = answered([f"Answer: {reply}"], Evidence(notes))
    assert (made.text, made.found) == (reply, True)
    assert says_none(reply)
    assert says_none(
        reply, ["She was none the worse, though unknown to all and not available yet."]
    )


def test_a_document_may_itself_say_what_it_does_not_give() -> None:
    """In the words of the reply: the reply is what was asked for."""
    reply = "The document does not provide any warranty."
    notes = (Note("TERMS. This document does not\nprovide any warranty, express or implied."),)
    made, _ = answered([f"Answer: {reply}"], Evidence(notes))
    assert (made.text, made.found) == (reply, True)
    assert says_none(reply, ["No warranty. He did not provide any."])
    assert says_none("The notes do not say.", ["The captain did not say."])
    vat = "The document does not include VAT."
    assert not says_none(vat, ["The price in this document does not include VAT."])


@pytest.mark.parametrize(
    ("question", "reply", "note"),
    [
        ("Which side effects were seen?", "None", "They saw no serious side effects."),
        ("Who was lost?", "None.", "The boats came back; nobody was lost."),
        ("Where was the bell found?", "It was not found.", "The bell was never found."),
        ("Where was the bell found?", "It was not found.", "The bell was not found again."),
    ],
)
def test_a_document_may_deny_what_is_asked_for(question: str, reply: str, note: str) -> None:
    """Then 'none' is what it says; where it denies something else, it is none."""
    assert not says_none(reply, [note], question)
    made, _ = answered([reply], replace(Evidence((Note(note),)), log_odds=-0.5), asked=question)
    assert made.text == reply
    assert says_none(reply, [note], "What salary was Roy paid?")
    assert says_none(reply, ["No oil has gone missing; no one came."], question)


def test_what_stands_in_a_note_is_no_refusal() -> None:
    """Though it has the words of one; and a 'never' about something else is no 'none'."""
    for sentence in ("No limit is specified.", "No warranty is given in this document."):
        assert says_none(sentence)
        assert not says_none(sentence, [f"1. Rent. {sentence}"])
    assert not says_none("The notes say nothing was stolen.")
    assert not says_none("It was not found.", ["The bell wasn't found."], "Was the bell found?")
    for question, note in (
        ("What salary was Roy paid?", "Roy never left the island."),
        ("What rent does the tenant pay?", "No tenant shall keep pets."),
        ("What deposit does the contract demand?", "The contract may never be assigned."),
    ):
        assert says_none("None.", [note], question)


def test_of_what_is_named_nowhere_nothing_is_said() -> None:
    """Unless the model is sure: it is not asked then, and the names are told."""
    question = "Where did Ralph Hefferline teach psychology?"
    document = ["The lamp is lit by Roy.", "The light stands on the Vigo rock."]
    unsure = replace(evidence(), log_odds=-0.5)
    made, engine = answered(["Jakarta"], unsure, asked=question, document=document)
    assert (made.text, made.unnamed) == (NOT_IN_DOCUMENT, ("Ralph", "Hefferline"))
    assert engine.prompts == []
    for known in ([*document, "R. HEFFERLINE taught there."], ()):
        made, engine = answered(["Teaching."], unsure, asked=question, document=known)
        assert engine.prompts
    sure = replace(evidence(), log_odds=0.5)
    assert answered(["Teaching."], sure, asked=question, document=document)[0].found


def test_a_model_that_comes_to_no_answer_is_no_document_that_does_not_say() -> None:
    """The status tells one from the other."""
    ended = Ended((Answer("Who?", NO_REPLY, found=False, complete=False),), (), WHOLE, None, SIZES)
    assert ended.status(partial_ok=False) is ExitStatus.MODEL


def test_a_verdict_of_no_is_no_answer() -> None:
    """Where the logits say that the notes do not hold it, no answer is decoded."""
    made, engine = answered([], evidence(), sure=-1.0)
    assert (made.text, made.found) == (NOT_IN_DOCUMENT, False)
    assert engine.prompts == []
    assert engine.open_sequences == 1


def test_a_reply_that_marks_no_answer_is_brought_to_one() -> None:
    """Facts without a conclusion, or without an end, are followed by the mark, and one line more;
    a few words are an answer as they are."""
    facts = "Roy lit the lamp.\nThe lamp set fire to the tower, and the whole of it burnt."
    made, engine = answered([facts, " It burnt.\nThat is all."], evidence())
    assert (made.text, made.found, made.complete) == ("It burnt.", True, True)
    assert engine.prompts[1].endswith(f"{facts}\nAnswer:")
    assert made.facts == facts
    pieces = list(going_on([facts, " It burnt.\nThat is all. It is not, it goes on."]))
    assert "".join(pieces).endswith("Answer: It burnt.\nThat"), "no more is decoded than the line"
    made, engine = answered(["It burnt. " * 60, "It burnt down.\n"], evidence())
    assert (made.text, made.complete) == ("It burnt down.", True)
    once = "[assistant]\nIt burnt.\nAnswer:"
    assert engine.prompts[1].endswith(once), "what it repeats stands once"
    made, _ = answered([facts, ""], evidence())
    assert made.text == facts, "it does not conclude"
    for reply in ("The tower burnt.", "Roy lit it.\nAnswer: fire"):
        _, engine = answered([reply], evidence())
        assert len(engine.prompts) == 1
    assert engine.open_sequences == 1


def test_a_list_that_marks_no_answer_stays_a_list() -> None:
    """What follows from it is its first item, which is no answer; nor is one that is marked
    shortened, whatever its bullets are."""
    listed = "Those who kept the light in all these years:\nAnswer:\n* Roy\n* Ann"
    made, engine = answered([listed], evidence())
    assert (made.text, len(engine.prompts)) == ("* Roy\n* Ann", 1)
    steps = "Do the following, in this order:\n1. Hold the button.\n2. Turn the lamp, and wait."
    made, _ = answered([steps, "\n1. Hold the button.\n2. Turn"], evidence())
    assert made.text == steps


def test_a_mark_with_nothing_behind_it_is_none() -> None:
    facts = "Roy lit the lamp, and the lamp set fire to the whole of the tower."
    made, engine = answered([f"{facts}\n**Answer:**", "It burnt."], evidence())
    assert made.text == "It burnt."
    assert engine.prompts[1].endswith(f"{facts}\nAnswer:")
    made, engine = answered(["Answer:", "<think></think> It burnt."], evidence())
    assert made.text == "It burnt."


def test_reasoning_without_an_end_is_ended() -> None:
    """There is no answer in it: one is asked for."""
    made, engine = answered(["<think> so it burnt " * 30, " It burnt.\n"], evidence())
    assert (made.text, made.found, made.complete) == ("It burnt.", True, True)
    assert engine.prompts[1].endswith("</think>\nAnswer:")


def test_the_place_of_what_the_answer_says_is_cited() -> None:
    """Though another note has far more of the question's words."""
    question = "How deep did the men of Pryce find the water over the Corran reef at low springs?"
    about = Note("At low springs the men of Pryce went to the Corran reef.", (Place("a", page=3),))
    told = Note("They found three fathoms and a half.", (Place("a", page=13),))

    def cited(said: str) -> list[int | None]:
        return [place.page for place in places(_telling([about, told], question, said))]

    assert cited("Three fathoms and a half") == [3, 13]
    assert cited("Pryce") == [3]
    assert places(_telling([], question, "Pryce")) == ()


def test_the_sentences_that_an_answer_is_from_come_with_it() -> None:
    """Those with what the answer alone says first; what has to do with neither, not at all."""
    question = "How deep is the water?"
    note = Note("The water is cold. It is three fathoms deep. Tea was served.", (Place("a"),))
    told = _sentences([note], question, "three fathoms")
    assert told == ("It is three fathoms deep.", "The water is cold.")


def test_an_answer_cut_off_is_marked() -> None:
    """An answer that ran into its limit is given, and known to be incomplete."""
    made, _ = answered(["It burnt. " * 60, "It burnt, " * 99], evidence())
    assert made.found
    assert made.text.startswith("It burnt, It burnt,")
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
    made, _ = answered([reply], evidence())
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
        ("Roy is it.\n**Answer**: **Roy**", "Roy"),
        ("Answer: **Roy** and **Ann**", "**Roy** and **Ann**"),
        ("Answer: __init__", "__init__"),
        ("Roy is it.\n**Answer: Roy**", "Roy"),
        ("*Answer: Roy*", "Roy"),
        ("Answer:\n- a\n- b\n\nAnswer:\n- a\n- b", "- a\n- b"),
        ("Answer: They are:\n- A\nSo it is.\nAnswer: They are:\n- A", "They are:\n- A"),
        ("罗伊是守灯人。\nAnswer：罗伊", "罗伊"),
    ],
)
def test_the_answer_is_what_follows_its_mark(reply: str, answer: str) -> None:
    """The facts before it are the model's own notes; without a mark the whole reply counts."""
    assert concluded(reply) == answer


def test_of_an_answer_for_each_fact_the_most_frequent_is_taken() -> None:
    """The last of them is of a fact that has nothing to do with the question."""
    facts = (("Three and a half.", "3.5"), ("So they found.", "3.5"), ("Deep.", "deep"))
    steps = (f"{n}. {fact}\nAnswer: {said}" for n, (fact, said) in enumerate(facts, start=1))
    reply = "\n\n".join(steps)
    assert concluded(reply) == "3.5"
    assert concluded("It is 7.\nAnswer: 7\nNo, 8.\nAnswer: 8") == "8"
    made, _ = answered([reply], evidence())
    assert (made.text, made.facts) == ("3.5", "1. Three and a half.\n2. So they found.\n3. Deep.")
