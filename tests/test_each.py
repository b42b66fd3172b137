"""Each document is asked by itself, and what one of them is stops none of the others."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mhmcli.answer import NO_REPLY, Answer
from mhmcli.cli import each as room
from mhmcli.cli.each import ask_each
from mhmcli.cli.ended import Ended
from mhmcli.cli.request import Request
from mhmcli.errors import ExitStatus, Interrupted, SourceError
from mhmcli.format_kind import Format
from mhmcli.memory import Memory
from mhmcli.source import open_source
from tests.conftest import Ran
from tests.test_answers import WHOLE
from tests.test_partial import SIZES
from tests.test_told import SPEC

Mhm = Callable[..., Ran]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Documents in which 'yes' stands are found to say it; no model is loaded."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"a.txt": "yes", "d/b.txt": "no", "d/c.txt": "yes | and\nmore"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "d/e.pdf").write_bytes(b"%PDF-1.4 broken")
    sources: list[str] = []

    class Loaded:
        def shut(self) -> None:
            sources.append("(shut)")

    def answered(request: Request, _stop: object, _engine: object) -> Ended:
        (source,) = request.sources
        open_source(source, io.BytesIO()).close()
        sources.append(source)
        text = Path(source).read_text()
        found = "yes" in text
        answers = tuple(Answer(question, text, found=found) for question in request.questions)
        memories = tuple(Memory.empty(1, 64) for _ in answers)
        return Ended(answers, memories, WHOLE, None, SIZES)

    monkeypatch.setattr(room, "answered", answered)
    monkeypatch.setattr(room, "engine_of", lambda *_: Loaded())
    monkeypatch.setattr(room, "fitted", lambda _: None)
    return sources


def test_each_document_has_a_row(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Of a directory, each file; the model is loaded once, and what cannot be read is said."""
    status = ask_each(Request(("a.txt", "d"), ("Is it?",)))
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "a.txt: yes",
        "d/b.txt: no",
        "d/c.txt: yes | and more",
        "d/e.pdf: (could not be read)",
    ]
    assert "cannot read d/e.pdf" in err
    assert status is ExitStatus.INCOMPLETE
    assert asked == ["a.txt", "d/b.txt", "d/c.txt", "(shut)"]


@pytest.mark.usefixtures("asked")
def test_what_was_not_done_for_a_row_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """As of one document: a guess is no count."""
    ask_each(Request(("a.txt",), ("How many are there?",)))
    assert "not counted" in capsys.readouterr().err


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("sources", "status"),
    [
        (("a.txt", "d/b.txt"), ExitStatus.ANSWERED),
        (("d/b.txt",), ExitStatus.NOT_IN_DOCUMENT),
        (("gone.txt", "a.txt"), ExitStatus.INCOMPLETE),
    ],
)
def test_the_status_is_that_of_all(sources: tuple[str, ...], status: ExitStatus) -> None:
    assert ask_each(Request(sources, ("Is it?",))) is status


@pytest.mark.usefixtures("asked")
def test_what_is_no_text_is_passed_over_where_it_was_not_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As in a directory that is read as one; what is damaged is taken where that is said."""
    Path("src").mkdir()
    Path("src/a.py").write_text("yes")
    Path("src/__init__.py").touch()
    Path("src/logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(90))
    assert ask_each(Request(("src",), ("Is it?",))) is ExitStatus.ANSWERED
    out, err = capsys.readouterr()
    assert out.splitlines() == ["src/a.py: yes"]
    assert "passed over: src/logo.png" in err
    assert ask_each(Request(("src/logo.png",), ("Is it?",))) is ExitStatus.INCOMPLETE
    Path("pictures").mkdir()
    Path("src/logo.png").rename("pictures/logo.png")
    with pytest.raises(SourceError, match="no text in pictures"):
        ask_each(Request(("pictures",), ("Is it?",)))
    partly = Request(("a.txt", "gone.txt"), ("Is it?",), partial_ok=True)
    assert ask_each(partly) is ExitStatus.ANSWERED
    nothing = Request(("gone.txt",), ("Is it?",), partial_ok=True)
    assert ask_each(nothing) is ExitStatus.INCOMPLETE


@pytest.mark.usefixtures("asked")
def test_a_table_and_what_programs_get(capsys: pytest.CaptureFixture[str]) -> None:
    """The same rows, one way or the other."""
    sources = ("a.txt", "d/c.txt", "d/e.pdf")
    ask_each(Request(sources, ("Is it?", "How?"), form=Format.TABLE, quiet=True))
    assert capsys.readouterr().out.splitlines() == [
        "| document | Is it? | How? |",
        "| --- | --- | --- |",
        "| a.txt | yes | yes |",
        "| d/c.txt | yes \\| and more | yes \\| and more |",
        "| d/e.pdf | (could not be read) | (could not be read) |",
    ]
    ask_each(Request(sources, ("Is it?",), as_events=True, quiet=True))
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for event in events:
        SPEC.validate(event)
    assert [(event["source"], event["status"]) for event in events] == [
        ("a.txt", 0),
        ("d/c.txt", 0),
        ("d/e.pdf", 3),
    ]
    ask_each(Request(sources, ("Is it?",), as_json=True, quiet=True))
    assert json.loads(capsys.readouterr().out) == events


@pytest.mark.usefixtures("asked")
def test_a_model_that_comes_to_no_answer_is_not_a_document_that_was_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is taken of what was not read; a document that was not counts first."""
    none = Answer("Is it?", NO_REPLY, found=False, complete=False)
    ended = Ended((none,), (Memory.empty(1, 64),), WHOLE, None, SIZES)
    monkeypatch.setattr(room, "answered", lambda *_: ended)
    assert ask_each(Request(("a.txt",), ("Is it?",), partial_ok=True)) is ExitStatus.MODEL
    assert ask_each(Request(("gone.txt", "a.txt"), ("Is it?",))) is ExitStatus.INCOMPLETE


@pytest.mark.usefixtures("asked")
def test_what_was_finished_before_an_error_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Of an empty directory there is nothing to ask."""
    before: Callable[..., Ended] = vars(room)["answered"]

    def stopped(request: Request, stop: Any, engine: Any) -> Ended:
        if request.sources == ("d/b.txt",):
            raise Interrupted("stopped")
        return before(request, stop, engine)

    monkeypatch.setattr(room, "answered", stopped)
    for request in (Request(("a.txt", "d"), ("Is it?",), as_json=True, quiet=True),):
        with pytest.raises(Interrupted):
            ask_each(request)
        (row,) = json.loads(capsys.readouterr().out)
        assert row["source"] == "a.txt"
        with pytest.raises(Interrupted):
            ask_each(replace(request, as_json=False, as_events=True))
        lines = capsys.readouterr().out.splitlines()
        assert [json.loads(line)["event"] for line in lines] == ["document", "failed"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no files"):
        ask_each(Request(("empty",), ("Is it?",)))


def test_what_cannot_be_asked_one_by_one_says_so(mhm: Mhm, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("yes\n")
    assert "documents that are named" in mhm("ask", "--each", "Is it?").err
    ran = mhm("ask", "--each", "--format", "full", "a.txt", "Is it?")
    assert (ran.status, "not --format full" in ran.err) == (2, True)


@pytest.mark.model
def test_with_a_model(mhm: Mhm, tiny_model: Path, tmp_path: Path) -> None:
    """Loaded once, for documents of different kinds."""
    (tmp_path / "a.txt").write_text("The keeper is Anna Roy.\n" * 30)
    (tmp_path / "b.html").write_text("<html><p>The keeper is Tom Lyle.</p></html>")
    ask = ("ask", "-m", tiny_model, "--each", "--quiet", "a.txt", "b.html", "Who is the keeper?")
    ran = mhm(*ask)
    assert [line.split(":")[0] for line in ran.out.splitlines()] == ["a.txt", "b.html"]
    assert ran.status in (0, 1)


def test_a_pipe_is_opened_once(asked: list[str], tmp_path: Path) -> None:
    """What it begins with would be gone the second time."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SourceError):
        room._open(Request(("d/e.pdf",), ("Who?",)))
    room._open(Request((str(pipe),), ("Who?",)))  # would wait for a writer
    assert not asked
