"""What counts as right, and as held: one-directional, whole words, never the empty answer."""

from __future__ import annotations

import pytest

from mhmcli.bench.match import Evidence, contains, contains_all, exact, f1, normalised


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
        ("Müller's", "müllers", True),
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
    assert normalised("The U.S. population: 3,500!") == "us population 3500"


def test_evidence_is_held_when_one_sentence_has_most_of_it() -> None:
    """A paraphrase is taken; the words scattered over sentences are not, nor a sibling fact."""
    document = "Mary went to the kitchen. John went to the garden. " + "It rained all day. " * 20
    evidence = Evidence(document)
    fact = "Mary went to the kitchen."
    assert evidence.held(fact, "Notes:\n- Mary is in the kitchen")
    assert not evidence.held(fact, "Mary went to the garden.")
    assert not evidence.held(fact, "Mary left. The kitchen is large.")
    assert not evidence.held(fact, "")
