"""What is said of an answer beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mhmcli.answer import NOT_IN_DOCUMENT, Answer
from mhmcli.cli.answers import say_receipt
from mhmcli.cli.options import Cite
from mhmcli.cli.told import RunTold
from mhmcli.engine import EngineInfo, Spent
from mhmcli.memory import Memory
from mhmcli.quotes import Quote
from mhmcli.receipt import Receipt
from mhmcli.source import Place

ENGINE = EngineInfo("model", "", "CPU", "build", 4096, 512)
WHOLE = Receipt((), 900, 3, {"wrote": 3}, Spent(), 9.0, 1.0, ENGINE, finished=True)
LISTED = Answer("List all ports.", "Riga\nHull", True, counted=(("Riga", 1), ("Hull", 1)))


def test_passages_that_a_list_was_not_made_of_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A list that says nothing of them would look whole."""
    say_receipt(WHOLE, [replace(LISTED, left_out=1200)])
    assert "not gone through sentence by sentence: 1,200 passages" in capsys.readouterr().err
    say_receipt(WHOLE, [LISTED])
    assert "not gone through" not in capsys.readouterr().err
    (told,) = RunTold.of([replace(LISTED, left_out=7)], [Memory.empty(1, 64)], WHOLE, {}).answers
    assert told.passages_left_out == 7


def test_names_that_stand_nowhere_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer("Who?", NOT_IN_DOCUMENT, found=False, unnamed=("Joe", "Walker"))
    say_receipt(WHOLE, [answer])
    assert "named nowhere in it: Joe, Walker" in capsys.readouterr().err
    (told,) = RunTold.of([answer], [Memory.empty(1, 64)], WHOLE, {}).answers
    assert told.unnamed == ["Joe", "Walker"]


def test_what_is_cited_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place("a.txt", line=7)
    quotes = (Quote("Roy keeps the light.", place), Quote("Roy sleeps.", None))
    answer = Answer("Who?", "Roy", found=True, places=(place,), quotes=quotes)
    told = {}
    for cite in Cite:
        say_receipt(WHOLE, [answer], cite)
        told[cite] = capsys.readouterr().err
    assert "line 7" not in told[Cite.NONE]
    assert "line 7" in told[Cite.PLACES]
    assert 'a.txt:7: "Roy keeps the light."' in told[Cite.QUOTES]
    assert '"' not in told[Cite.PLACES]
    (whole,) = RunTold.of([answer], [Memory.empty(1, 64)], WHOLE, {}).answers
    assert [quote.place and quote.place.line for quote in whole.quotes or ()] == [7, None]


def test_the_first_of_many_sorts_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    sorts = tuple((f"sort {n}", 30 - n) for n in range(11))
    say_receipt(WHOLE, [replace(LISTED, counted=sorts)])
    said = capsys.readouterr().err
    assert "counted 30 x sort 0" in said
    assert "and 3 sorts of line more" in said
    assert "sort 8" not in said
