"""A run from documents to output, with an engine that is a script."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from mhmcli.answer import Answer
from mhmcli.cli.partial import Proven
from mhmcli.cli.preparing import Fitted, reading_of
from mhmcli.cli.reading import Whole
from mhmcli.cli.run import _Run
from mhmcli.engine.llama import Stop
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import ModelError
from mhmcli.format_kind import Format
from mhmcli.formats import Form
from mhmcli.prompter import Prompter
from mhmcli.receipt import Tally
from mhmcli.source import Documents, Passage
from mhmcli.source.text import TextSource
from mhmcli.view import LiveView, NoView
from tests.test_partial import job_for


class FailsAtTheThird:
    """Answers two questions, and then the model is gone."""

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """Nothing is read."""

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """'answer 1', 'answer 2'."""
        if number == 2:
            raise ModelError("the model is gone")
        return Answer(f"question {number}?", f"answer {number}", found=True)

    def passages(self) -> Iterator[Passage]:
        """None."""
        return iter(())

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("is_row", [False, True])
def test_what_was_answered_is_printed_when_the_rest_fails(
    capsys: pytest.CaptureFixture[str], *, is_row: bool
) -> None:
    """Each behind its question, also when it is the first of several alone; nothing where it would
    stand among the rows of --each, without the name of its document."""
    engine = ScriptedEngine([])
    job, _ = job_for("A text.\n", engine)
    questions = ("question 0?", "question 1?", "question 2?")
    request = replace(job.request, questions=questions, model="tiny", is_row=is_row)
    job = replace(job, request=request)
    fitted = Fitted(Path(), job.count, job.sizes)
    run = _Run(job, fitted, FailsAtTheThird(), Stop(), Form(Format.SHORT))
    with pytest.raises(ModelError, match="gone"):
        run._read_and_answer(engine)
    told = "question 0?\nanswer 0\n\nquestion 1?\nanswer 1\n"
    assert capsys.readouterr().out == ("" if is_row else told)


def test_what_was_read_whole_is_so_though_no_answer_came() -> None:
    """Or a stream would count as cut short for ever: it cannot be read again."""
    engine = ScriptedEngine([])
    job, _ = job_for("A text.\n", engine)
    job = replace(job, request=replace(job.request, questions=("0?", "1?", "2?"), model="tiny"))
    list(job.documents.passages())
    fitted = Fitted(Path(), job.count, job.sizes)
    run = _Run(job, fitted, FailsAtTheThird(), Stop(), Form(Format.SHORT))
    with pytest.raises(ModelError, match="gone"):
        run._read_and_answer(engine)
    assert job.journal.is_whole


def test_a_provisional_answer_is_for_small_files_that_can_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where there is no room for temporary files, all is read at once."""
    job, _ = job_for("", ScriptedEngine([]))
    live = LiveView(Console(), job.state)
    medium = Documents([TextSource("a.txt", io.BytesIO(b"a text"), total_bytes=1 << 22)])
    job = replace(job, documents=medium, view=live)
    assert isinstance(reading_of(job, None), Proven)
    assert isinstance(reading_of(replace(job, view=NoView()), None), Whole)
    large = Documents([TextSource("a.txt", io.BytesIO(b"a text"), total_bytes=1 << 25)])
    assert isinstance(reading_of(replace(job, documents=large), None), Whole)
    pipe = Documents([TextSource("<stdin>", io.BytesIO(b"a text"))])
    assert isinstance(reading_of(replace(job, documents=pipe), None), Whole)

    def nowhere(_: str) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("shutil.disk_usage", nowhere)
    assert isinstance(reading_of(job, None), Whole)
    small = Documents([TextSource("a.txt", io.BytesIO(b"a text"), total_bytes=6)])
    assert isinstance(reading_of(replace(job, documents=small), None), Proven), "kept in memory"
