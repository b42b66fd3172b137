"""What programs are told has the schema that mhm says it has."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mhmcli.cli.output import into, print_line
from mhmcli.cli.telling import schema
from mhmcli.errors import Interrupted
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


def test_a_file_that_is_no_place_for_an_answer(mhm: Mhm, document: Path) -> None:
    """Is said before a model is looked for; a document is never overwritten."""
    ask = ("ask", "-m", "no-such-model", "doc.txt", "Who?", "-o")
    (document.parent / "link").symlink_to(document)
    for wrong, says in ((".", "a directory"), ("doc.txt", "is read"), ("link", "is read")):
        ran = mhm(*ask, wrong)
        assert (ran.status, says in ran.err) == (2, True), ran.err
    ran = mhm(*ask, "x" * 300)
    assert (ran.status, "cannot write" in ran.err) == (2, True), ran.err
    assert "no-such-model" in mhm(*ask, "-").err


def test_what_was_printed_before_an_error_is_not_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes to stdout, and what was in the file stays there, with its permissions."""
    path = tmp_path / "answer.txt"
    path.write_text("old\n")
    path.chmod(0o600)

    def stopped() -> None:
        with into(path):
            print_line("half")
            raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        stopped()
    assert capsys.readouterr().out == "half\n"
    assert path.read_text() == "old\n"
    with into(path):
        print_line("new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new\n", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["answer.txt"]


def test_a_device_is_written_to_as_it_is(tmp_path: Path) -> None:
    """And is a device after that."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with into(fifo):
        print_line("for whom it may concern")
    assert os.read(read, 100) == b"for whom it may concern\n"
    assert fifo.is_fifo()
    with into(Path(f"/dev/fd/{os.open(fifo, os.O_WRONLY)}")):
        print_line("and as a shell names it")
    assert os.read(read, 100) == b"and as a shell names it\n"
    os.close(read)
