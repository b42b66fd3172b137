"""What programs are told has the schema that mhm says it has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mhmcli.cli.telling import schema
from tests.conftest import Ran

Mhm = Callable[..., Ran]
SPEC = Draft202012Validator(schema())


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A short one."""
    path = tmp_path / "doc.txt"
    path.write_text("".join(f"On day {n} the keeper Roy lit the lamp.\n\n" for n in range(30)))
    return path


def test_the_schema_is_one_and_refuses_what_is_not_told(mhm: Mhm) -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(mhm("schema").out) == schema()
    assert not SPEC.is_valid({"event": "answer", "question": 0})
    assert SPEC.is_valid({"event": "failed", "status": 3, "message": "gone", "hint": None})


def test_what_stops_a_run_is_told_too(mhm: Mhm) -> None:
    """As the last line on stdout; the person is told on stderr."""
    ran = mhm("ask", "--ndjson", "nothing.txt", "Who?")
    assert ran.status == 3
    told = json.loads(ran.out)
    assert (told["event"], told["status"]) == ("failed", 3)
    assert "no such file" in told["message"]
    assert "no such file" in ran.err
    SPEC.validate(told)


@pytest.mark.model
def test_each_line_is_an_event_of_the_schema(mhm: Mhm, tiny_model: Path, document: Path) -> None:
    """From the start to the status, in the order in which it happens."""
    ran = mhm(
        "ask", "-m", tiny_model, "--ndjson", "--quiet", "doc.txt", "-q", "Who?", "-q", "When?"
    )
    events = [json.loads(line) for line in ran.out.splitlines()]
    for event in events:
        SPEC.validate(event)
    kinds = [event["event"] for event in events]
    steps = kinds.count("step")
    assert kinds == ["started", *["step"] * steps, "answer", "answer", "finished"]
    assert steps == events[-1]["receipt"]["steps"] > 2
    assert [event["question"] for event in events if event["event"] == "answer"] == [0, 1]
    assert events[-1]["status"] == ran.status
    assert events[1]["place"]["source"] == "doc.txt"
    assert ran.err == ""


@pytest.mark.model
def test_the_object_is_of_the_schema_too(mhm: Mhm, tiny_model: Path, document: Path) -> None:
    told = json.loads(mhm("ask", "-m", tiny_model, "--json", "--quick", "doc.txt", "Who?").out)
    SPEC.validate(told)
    assert told["schema_version"] == 1


@pytest.mark.model
def test_what_is_printed_may_go_into_a_file(mhm: Mhm, tiny_model: Path, document: Path) -> None:
    """Whole or not at all; nothing is left beside it."""
    ask = ("ask", "-m", tiny_model, "--quick", "--quiet", "doc.txt", "Who lit the lamp?")
    ran = mhm(*ask, "-o", "answer.txt")
    assert (ran.out, ran.err) == ("", "")
    folder = document.parent
    assert (folder / "answer.txt").read_text() == mhm(*ask).out
    ran = mhm(*ask[:-1], "nothing.txt", "Who?", "-o", "answer.txt")
    assert ran.status == 3
    assert (folder / "answer.txt").read_text() == mhm(*ask).out, "what was there is not lost"
    assert list(folder.glob(".*.part")) == []
    ran = mhm(*ask, "-o", "no/such/folder.txt")
    assert ran.status == 2
    assert "cannot write no/such/folder.txt" in ran.err
    assert mhm(*ask, "--json", "--ndjson").status == 2
