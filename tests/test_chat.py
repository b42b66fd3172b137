"""One question after another: what goes on from the one before is put into words of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from mhmcli.answer import Answer
from mhmcli.cli import application, chatting
from mhmcli.cli import run as room
from mhmcli.cli.chatting import _questions, _Talk
from mhmcli.cli.ended import Ended
from mhmcli.cli.request import Request
from mhmcli.engine.llama import Stop
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import ExitStatus, SourceError
from mhmcli.session import Folder
from tests.conftest import Ran
from tests.test_answers import WHOLE
from tests.test_partial import SIZES

Mhm = Callable[..., Ran]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What would have been run."""
    requests: list[Request] = []

    def run_with(request: Request, _stop: Stop, _engine: ScriptedEngine) -> Ended:
        requests.append(request)
        answer = Answer(request.questions[0], "Ada Lovelace", found=True)
        return Ended((answer,), (), WHOLE, f"session {len(requests)}", SIZES)

    monkeypatch.setattr(room, "run_with", run_with)
    return requests


def talk(*replies: str) -> tuple[_Talk, ScriptedEngine]:
    engine = ScriptedEngine(replies)
    return _Talk(Request(("-",), ("",), session="session 0"), Stop(), engine), engine


@pytest.mark.parametrize(
    ("question", "reply", "wanted"),
    [
        ("And when did she die?", "When did Ada Lovelace die?", "When did Ada Lovelace die?"),
        ("And when did she die?", '"When did Ada die?"', "When did Ada die?"),
        ("And when did she die?", "I cannot tell.", "And when did she die?"),
        ("And when did she die?", "When?\nWhere?", "And when did she die?"),
        ("Who built the engine?", None, "Who built the engine?"),
        ("Is there a penalty clause?", None, "Is there a penalty clause?"),
        ("How many pages are there?", None, "How many pages are there?"),
        ("What is the one-time fee?", None, "What is the one-time fee?"),
        ("What is the rent for the island?", None, "What is the rent for the island?"),
        ("Was there a fire?", None, "Was there a fire?"),
        ("Who was there?", "Who was in London?", "Who was in London?"),
        ("Who lives there?", "Who lives in London?", "Who lives in London?"),
    ],
)
def test_a_question_that_goes_on_is_put_into_words_of_its_own(
    asked: list[Request], question: str, reply: str | None, wanted: str
) -> None:
    """If the model makes one of it; what needs no other is left alone."""
    talking, engine = talk(*([reply] if reply else []))
    talking.ask("Who wrote the notes on the engine?")
    talking.ask(question)
    assert [request.questions[0] for request in asked][1] == wanted
    assert len(engine.prompts) == (1 if reply else 0)
    if reply:
        assert "Who wrote the notes on the engine?" in engine.prompts[0]
        assert "Ada Lovelace" in engine.prompts[0]
    assert engine.open_sequences == 0


def test_what_was_read_for_one_question_is_there_for_the_next(asked: list[Request]) -> None:
    """The session of the last answer is asked."""
    talking, _ = talk()
    for _ in range(2):
        talking.ask("Who wrote the notes on the engine?")
    assert [request.session for request in asked] == ["session 0", "session 1"]


def test_a_question_that_is_too_long_is_left_to_whoever_answers_it(asked: list[Request]) -> None:
    """It is not put into other words."""
    engine = ScriptedEngine([], window_tokens=500)
    talking = _Talk(Request(("-",), ("",), session="session 0"), Stop(), engine)
    talking.ask("Who wrote the notes on the engine?")
    long = "And what of it? " + "word " * 9000
    talking.ask(long)
    assert [request.questions[0] for request in asked][1] == long
    assert engine.open_sequences == 0


def test_a_question_that_cannot_be_answered_ends_no_chat(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next one may be; each answer is as long as was said."""
    longest = []

    def ask(self: _Talk, question: str) -> ExitStatus:
        longest.append(self._request.answer_tokens)
        if question == "one":
            raise SourceError("doc.txt is gone", hint="look for it")
        return ExitStatus.ANSWERED

    monkeypatch.setattr(_Talk, "ask", ask)
    monkeypatch.setattr(chatting, "_loaded", lambda *_: ScriptedEngine([]))
    monkeypatch.setattr(chatting, "folder", lambda: Folder(Path("sessions")))
    monkeypatch.setattr(Folder, "find", lambda *_: Path("a.mhm"))
    monkeypatch.setattr("sys.stdin", io.StringIO("one\ntwo\n"))
    context = typer.Context(typer.main.get_command(application.app))
    with pytest.raises(typer.Exit) as ended:
        chatting.chat(context, answer_tokens=64)
    assert longest == [64, 64]
    assert ended.value.exit_code == ExitStatus.ANSWERED
    assert "doc.txt is gone" in capsys.readouterr().err


def test_without_an_input_there_is_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service may have none; and of one that is no text, what can be read is."""
    monkeypatch.setattr("sys.stdin", None)
    assert list(_questions(quiet=True)) == []
    odd = io.TextIOWrapper(io.BytesIO(b"What l\xe9ge?\n\nWho?\n"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", odd)
    assert list(_questions(quiet=True)) == ["What l\ufffdge?", "Who?"]


def test_without_a_session_there_is_nothing_to_talk_about(mhm: Mhm) -> None:
    """It says what there is."""
    ran = mhm("chat")
    assert ran.status == ExitStatus.SESSION
    assert "mhm sessions list" in ran.err


@pytest.mark.model
def test_a_chat_for_real(mhm: Mhm, tmp_path: Path, tiny_model: Path) -> None:
    """Two questions through a pipe, and the model is loaded once."""
    del tiny_model
    (tmp_path / "a.txt").write_text("Mr. Roy keeps the light. The lamp burns oil.\n")
    assert mhm("ask", "-m", "tiny", "a.txt", "Who keeps the light?").status == ExitStatus.ANSWERED
    ran = mhm("chat", stdin=b"Who keeps the light?\n\nWhat burns the lamp?\n")
    assert ran.status in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT), ran.err
    assert ran.err.count("nothing was read") == 2
    assert len(ran.out.splitlines()) >= 2
