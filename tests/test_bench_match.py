"""What counts as right, and as held: one-directional, whole words, never the empty answer."""

from __future__ import annotations

from itertools import islice

import pytest

from mhmcli.bench.match import (
    FactFinder,
    contains,
    contains_all,
    exact,
    f1,
    normalised,
    proves_capture,
    right,
)
from mhmcli.bench.tasks import NeedleTask
from mhmcli.source import split_sentences


@pytest.mark.parametrize(
    ("text", "answer", "right"),
    [
        ("It was Frank Borzage, I think.", "frank borzage", True),
        ("The U.S. Navy", "US Navy", True),
        ("3,500 people", "3500", True),
        ("a north wind", "no", False),
        ("13 ships", "3", False),
        ("Borzage", "Frank Borzage", False),
        ("", "Frank", False),
        ("anything", "", False),
        ("anything", "the", False),
        ("the Beatles", "Beatles", True),
        ("It is in Ivo Brandt's hands.", "Ivo Brandt", True),
        ("milk,football", "milk", True),
        ("35 miles", "3.5 miles", False),
        ("3.5 miles", "3.5 miles", True),
        ("the 20th of May", "20", False),
        ("vitamin A", "A", False),
        ("A", "A", True),
        ("船は東京に着いた。", "東京", True),
        ("don't know", "dont know", True),
    ],
)
def test_the_answer_must_stand_in_the_reply_as_whole_words(
    text: str, answer: str, *, right: bool
) -> None:
    """A shorter reply than the answer is wrong; an empty one always is."""
    assert contains(text, answer) == right


def test_all_of_several_answers_must_be_there_in_one_spelling() -> None:
    """Counts may be digits or words."""
    assert contains_all("red fox and blue jay", (("red fox",), ("blue jay",)))
    assert not contains_all("red fox", (("red fox",), ("blue jay",)))
    assert contains_all("It called at six ports.", (("6", "six"),))
    assert not contains_all("anything", ())


@pytest.mark.parametrize(
    ("reply", "gold", "is_right"),
    [
        ("1. Bergen 2. Cadiz 3. Riga 4. Hull", "3", False),
        ("At three ports: Bergen, Cadiz and Riga.", "3", True),
        ("There is no doubt; yes", "no", True),
        ("Yes, there is no doubt.", "no", False),
        ("Yes, both are.", "yes", True),
        ("It sank in 1974, it says.", "1974", True),
        ("", "no", False),
    ],
)
def test_the_first_verdict_or_count_is_the_answer(reply: str, gold: str, *, is_right: bool) -> None:
    """Of a yes, a no or a count; other answers may stand anywhere."""
    assert right(reply, ((gold, "three") if gold == "3" else (gold,),)) == is_right


@pytest.mark.parametrize(
    ("reply", "spellings"),
    [
        ("It came from old Lisbon.", ("no", "old Lisbon")),
        ("A couple of them.", ("2", "a couple")),
        ("At three ports.", ("3", "three ports")),
    ],
)
def test_a_verdict_or_count_may_be_spelled_in_other_words(
    reply: str, spellings: tuple[str, ...]
) -> None:
    """Which may stand anywhere, too."""
    assert right(reply, (spellings,))
    assert not right("Yes, 7 of them.", (spellings,))


def test_what_proves_a_capture() -> None:
    """No verdict, no count, and nothing that the question itself says."""
    assert proves_capture("Who wrote Red Sky?", (("Ann Lee",),))
    assert proves_capture("When did it sink?", (("1974",),))
    assert not proves_capture("Who is older, Ann Lee or Bo Ek?", (("Ann Lee",),))
    assert not proves_capture("How many?", (("20",),))
    assert not proves_capture("How many?", (("six", "6"),))
    assert not proves_capture("Is it?", (("Yes",),))


def test_exact_match_and_f1() -> None:
    """F1 counts words: 'Frank Borzage the director' has 2 of its 3, and both of 2 -> 0.8."""
    assert exact("The Frank Borzage.", (("Frank Borzage",),))
    assert not exact("Frank Borzage, director", (("Frank Borzage",),))
    assert exact("six", (("6", "six"),))
    assert exact("blue jay and red fox", (("red fox",), ("blue jay",)))
    assert f1("Frank Borzage the director", (("Frank Borzage",),)) == pytest.approx(0.8)
    assert f1("nobody", (("Frank Borzage",),)) == 0.0
    assert f1("", (("x",),)) == 0.0


def test_normalisation() -> None:
    """The worked value of its docstring."""
    assert normalised("The U.S. population: 3,500 (Oslo's)!") == "us population 3500 oslo"


def test_evidence_is_held_when_one_sentence_has_most_of_it() -> None:
    """A paraphrase is taken; the words scattered over sentences are not, nor a sibling fact."""
    document = "Mary went to the kitchen. John went to the garden. " + "It rained all day. " * 20
    finder = FactFinder(document)
    fact = "Mary went to the kitchen."
    assert finder.held(fact, "Notes:\n- Mary is in the kitchen")
    assert not finder.held(fact, "Mary went to the garden.")
    assert not finder.held(fact, "Mary left. The kitchen is large.")
    given = FactFinder("Jeff gave the football to Fred. Fred handed the football to Jeff.")
    assert given.held("Jeff gave the football to Fred.", "- Jeff gave Fred the football")
    assert not given.held("Jeff gave the football to Fred.", "Fred handed the football to Jeff.")
    assert not finder.held(fact, "")


def test_what_is_there_verbatim_is_held() -> None:
    """Over line ends, and of more than one sentence."""
    fact = "The mast of the Gannet is red. Its captain, Ivo Brandt, lives in Hull."
    document = f"It rained. {fact} It rained."
    assert FactFinder(document).held(fact, document.replace(" captain", "\ncaptain"))
    assert not FactFinder(document).held(fact, "The mast of the Gannet is red.")
    assert not FactFinder(document).held("...", document)


def test_the_next_line_of_a_log_is_not_this_one() -> None:
    """Nor what a story tells of others: a sentence of the document says what it says."""
    stamps = [f"Dec 10 07:0{n}:01 host sshd[24{n}]" for n in range(9)]
    log = [f"{stamp}: Failed password for root from 1.2.3.4 port 22" for stamp in stamps]
    finder = FactFinder("\n".join(log))
    assert finder.held(log[0], f"- {log[0]}")
    assert not any(finder.held(line, log[0]) for line in log[1:])
    story = "John moved to the bathroom. John moved to the garden."
    assert not FactFinder(story).held("John moved to the bathroom.", "John moved to the garden.")


def test_a_sibling_is_not_the_fact() -> None:
    """What differs in a name or number alone is another fact, of every kind of needle."""
    task = NeedleTask()
    for case in islice(task.cases(800, lambda text: len(text.split())), 24):
        finder = FactFinder(case.text)
        told = [s.strip() for s in split_sentences(case.text)]
        for fact in case.facts:
            held = [sentence for sentence in told if finder.held(fact, sentence)]
            assert held == [fact], case.key
