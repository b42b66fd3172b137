"""The view: everything a person wants to see, at any size, and nothing that was smuggled in."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from mhmcli.answer import Answer
from mhmcli.chunk import Chunk
from mhmcli.memory import Memory, Note
from mhmcli.reader import ChunkOpened, ChunkProgress, HeadSelected, ReplyPiece, Step
from mhmcli.score import Signals
from mhmcli.source import Passage, Place
from mhmcli.view import LiveView, PlainView, RunState, is_drawable
from mhmcli.write import Outcome

HOSTILE = "\x1b[2J\x1b[31mred\x07 [bold]markup[/bold] [/] \u202eevil"


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.s


def chunk(index: int, text: str = "text") -> Chunk:
    place = Place("book.pdf", page=12 + index, last_page=13 + index)
    return Chunk(index, (Passage(text, place),), 1000)


def running(
    heads: int = 4, *, text: str = "A note.", signals: Signals | None = None, last_page: int = 13
) -> tuple[RunState, Clock, list[float | None]]:
    """A run in its second chunk, half read, with head 1 written from the first."""
    clock = Clock()
    share: list[float | None] = [0.25]
    memory = Memory.empty(heads, 512)
    state = RunState(["Who betrays the captain?"], [memory], lambda: share[0], clock)
    state.take(ChunkOpened(chunk(0)))
    clock.s += 5
    state.take(ChunkProgress(chunk(0), 1000))
    state.take(HeadSelected(chunk(0), 0, 0))
    state.take(ReplyPiece(0, 0, text))
    note = Note(text, (replace(chunk(0).place, last_page=last_page),), signals)
    written = memory.write(0, (note,), 128, 0)
    state.take(Step(chunk(0), 0, 0, written, Outcome.WROTE, text))
    clock.s += 5
    share[0] = 0.5
    state.take(ChunkOpened(chunk(1)))
    state.take(ChunkProgress(chunk(1), 500))
    return state, clock, share


def drawn(state: RunState, width: int, height: int) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=True, color_system=None)
    view = LiveView(console, state)
    console.print(view, end="")
    return out.getvalue()


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (200, 50), (40, 10), (120, 24)])
@pytest.mark.parametrize("heads", [1, 2, 4, 8, 16])
def test_it_fits_the_screen(size: tuple[int, int], heads: int) -> None:
    """At every size: no line too long, no line too many, and the question and progress shown."""
    width, height = size
    provisional = Answer("Who betrays the captain?", "The cook. " * 40, found=True)
    for answering, shown in (
        *((False, []), (True, [])),
        *((False, [provisional]), (True, [provisional])),
    ):
        state, _, _ = running(heads, text="word " * 400)
        state.provisional = shown
        if answering:
            state.answering(0)
        lines = drawn(state, width, height).splitlines()
        assert max(map(len, lines)) <= width
        assert len(lines) < height
        assert "Who betrays the captain?" in lines[0]
        assert "%" in lines[-1]


def test_80_by_24_shows_all_that_matters() -> None:
    """What is read, how far, how fast, how long still; each head's text, place, age, fill."""
    state, _, _ = running()
    shown = drawn(state, 80, 24)
    for text in (
        "chunk 2: book.pdf pp. 13-14",
        "1,500 tokens",
        "150/s",
        "left",
        "A note.",
        "pp. 12-13 · 1 chunk ago · 25% full",
        "head 4",
    ):
        assert text in shown


def test_prose_flows_and_a_log_has_its_lines() -> None:
    """Whatever line ends a page gave it; and a place that takes much room is whole."""
    state, _, _ = running(text="The mate\nbetrays\nhim. He", signals=Signals(0.0, (), 3))
    assert "│ The mate betrays him. He " in drawn(state, 80, 24)
    for text in ("07:01 lit\n07:02 burnt\n07:03 out", "07:01 lit\n07:02 burnt"):
        state, _, _ = running(text=text, signals=Signals(0.0, (), 3))
        assert "│ 07:02 burnt " in drawn(state, 80, 24)
    state, _, _ = running(text="- The mate betrays\n- Who?")
    assert "│ - Who? " in drawn(state, 80, 24), "a model's own lines"


@pytest.mark.parametrize(
    ("ago", "last", "facts"),
    [
        (1, 13, "pp. 12-13 · 1 chunk ago · 25% full "),
        (101, 13, "pp. 12-13 · 101 chunks ago · 25% "),
        (1001, 123456, "pp. 12-123456 · 25% "),
    ],
)
def test_facts_that_take_much_room_are_fewer(ago: int, last: int, facts: str) -> None:
    """And none is cut: 2 is not 25%."""
    state, _, _ = running(last_page=last)
    state.chunk += ago - 1
    assert facts in drawn(state, 80, 24)


def test_a_provisional_answer_stands_above_the_heads() -> None:
    """With how much was read so far; what is in it goes through the same filter."""
    state, _, _ = running()
    state.provisional = [Answer("Who?", f"The mate.\n{HOSTILE}", found=True)]
    lines = drawn(state, 80, 24).splitlines()
    assert lines[1].startswith("provisional, 36% read: The mate.")
    assert "\x1b[31m" not in lines[1]


def test_questions_are_numbered_once() -> None:
    """A stream has a memory of what is new and one of all for each of them."""
    state, _, _ = running()
    assert drawn(state, 80, 24).startswith("Who betrays")
    state.questions, state.memories = [*state.questions] * 2, state.memories * 2
    state.answering(1)
    assert drawn(state, 80, 24).startswith("Who betrays")
    state.questions, state.memories = ["Who?", "When?"] * 2, state.memories * 2
    state.answering(3)
    assert drawn(state, 80, 24).startswith("[2/2] When?")


@pytest.mark.parametrize(("encoding", "can"), [("utf-8", True), ("iso-8859-1", False)])
def test_a_terminal_without_the_characters_has_plain_lines(encoding: str, *, can: bool) -> None:
    """What it does not have would be written in more columns than are counted."""
    controller, terminal = os.openpty()
    with os.fdopen(controller), os.fdopen(terminal, "w", encoding=encoding) as file:
        assert is_drawable(Console(file=file)) is can
    assert not is_drawable(Console(file=io.StringIO(), force_terminal=True))


def test_the_head_being_written_is_marked_and_streams() -> None:
    """Pieces show as they come, before the step is done."""
    state, _, _ = running()
    state.take(HeadSelected(chunk(1), 0, 1))
    for piece in ("The mate", " betrays", " him."):
        state.take(ReplyPiece(0, 1, piece))
    shown = drawn(state, 80, 24)
    assert "▶ head 2 writing" in shown
    assert "The mate betrays him." in shown


def test_nothing_from_a_document_or_model_reaches_the_terminal() -> None:
    """Escapes and direction marks are made visible or dropped; markup is just text."""
    state, _, _ = running(text=HOSTILE)
    state.questions = [HOSTILE]
    state.place = Place(HOSTILE, line=1)
    state.take(HeadSelected(chunk(1), 0, 1))
    state.take(ReplyPiece(0, 1, HOSTILE))
    for size in ((80, 24), (200, 50), (40, 10)):
        shown = drawn(state, *size)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "[bold]markup[/bold]" in drawn(state, 200, 50)


def test_progress_counts_what_is_done_not_what_was_handed_out() -> None:
    """Half of the second quarter read and not yet written: less than half of it."""
    state, _, share = running()
    assert state.share_read == pytest.approx(0.25 + 0.25 * 0.9 / 2)
    state.take(Step(chunk(1), 0, 0, state.memories[0], Outcome.NOTHING_NEW, "NONE"))
    assert state.share_read == pytest.approx(0.5)
    share[0] = None
    state.take(ChunkOpened(chunk(2)))
    assert state.share_read is None
    assert state.left_s is None


def test_plain_lines_come_now_and_then() -> None:
    """A line at once, then one each ten seconds, without a single escape."""
    state, clock, _ = running(text=HOSTILE)
    out = io.StringIO()
    view = PlainView(out, state)
    view.start()
    for _ in range(25):
        view.update()
        clock.s += 1
    view.stop()
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("mhm: reading book.pdf pp. 13-14: 36%, 1,500 tokens, 150 tokens/s")
    assert "\x1b" not in out.getvalue()


def test_a_view_that_starts_again_erases_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was printed between is no part of it; what is written to stderr stands above it."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    console = Console(stderr=True, width=80, height=24, force_terminal=True, color_system=None)
    view = LiveView(console, running()[0])
    view.stop()
    view.start()
    view.stop()
    at = len(out.getvalue())
    view.start()
    begun = out.getvalue()[at:]
    sys.stderr.write("mhm: a notice\n")
    view.stop()
    assert "\x1b[1A" not in begun.split("Who betrays")[0]
    assert "mhm: a notice\n" in out.getvalue()
    assert sys.stderr is out


SUSPENDED = """
import hashlib
from rich.console import Console
from mhmcli.cli.signals import stopping
from mhmcli.view import LiveView
from tests.test_view import running

with stopping():
    view = LiveView(Console(stderr=True, force_terminal=True), running()[0])
    view.start()
    print("on", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 3_000_000)  # as llama.cpp computes: no handler runs
    view.stop()
"""


def cursor(drawn: bytes) -> list[bytes]:
    """Whether it is shown (h) or hidden (l), each time that it is said."""
    return re.findall(rb"\x1b\[\?25([lh])", drawn)


def test_ctrl_z_leaves_the_terminal_as_it_was() -> None:
    """The view is gone and the cursor back before the process stops, and both are as before when it
    goes on."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", SUSPENDED], stdout=pipe, stderr=pipe, process_group=0
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"on\n"
    process.send_signal(signal.SIGTSTP)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    os.set_blocking(process.stderr.fileno(), False)
    before = os.read(process.stderr.fileno(), 1 << 20)
    assert cursor(before) == [b"l", b"h"]
    os.set_blocking(process.stderr.fileno(), True)
    process.send_signal(signal.SIGCONT)
    _, after = process.communicate(timeout=60)
    assert process.returncode == 0
    assert cursor(after) == [b"l", b"h"]
