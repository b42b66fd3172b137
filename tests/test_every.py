"""Streams that are answered from by the clock, when they are asked, and at their end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from mhmcli import models, prompts
from mhmcli.cli.every import Watch
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import ExitStatus, SourceError
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.source import Intervals, Passage
from tests.conftest import Ran
from tests.test_partial import job_for


class Pipe:
    """Its two ends, and one to be woken by."""

    def __init__(self) -> None:
        reading, self.writing = os.pipe()
        self.stream: BinaryIO = os.fdopen(reading, "rb", buffering=0)
        self.wakes, self.wake = os.pipe()

    def send(self, text: str) -> None:
        """This comes through it."""
        os.write(self.writing, text.encode())

    def end(self) -> None:
        """No more comes."""
        os.close(self.writing)

    def close(self) -> None:
        """What is left of it is gone."""
        self.stream.close()
        os.close(self.wakes)
        os.close(self.wake)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    found = Pipe()
    yield found
    found.close()


class Clock:
    """Tells that so many parts may still come in this interval."""

    def __init__(self) -> None:
        self.parts = 0

    def left_s(self) -> float:
        """Time goes by when somebody asks."""
        self.parts -= 1
        return float(self.parts >= 0)


def has_ended(intervals: Intervals) -> bool:
    return intervals.ended


def text(passages: list[Passage]) -> str:
    return "".join(passage.text for passage in passages)


def test_intervals_end_between_lines(pipe: Pipe) -> None:
    """What has no end yet belongs to the next one, and places go on."""
    clock = Clock()
    intervals = Intervals(pipe.stream, clock.left_s, pipe.wakes)
    pipe.send("one\ntwo\nthr")
    clock.parts = 1
    assert text(list(intervals.passages())) == "one\ntwo\n"
    assert has_ended(intervals) is False
    pipe.send("ee\nfour")
    pipe.end()
    clock.parts = 2
    (found,) = intervals.passages()
    assert found.text == "three\nfour"
    assert (found.place.line, found.place.last_line) == (3, 4)
    assert (found.place.start_byte, found.place.end_byte) == (8, 18)
    assert has_ended(intervals) is True
    assert (intervals.report.bytes_read, intervals.report.lines) == (18, 3)


def test_an_interval_in_which_nothing_comes_is_empty(pipe: Pipe) -> None:
    """It is waited for, and no longer."""
    intervals = Intervals(pipe.stream, iter([0.01, 0.0]).__next__, pipe.wakes)
    assert list(intervals.passages()) == []
    assert not intervals.ended


def test_who_asks_breaks_an_interval_off(pipe: Pipe) -> None:
    """After what was there, and once, however often it was asked meanwhile."""
    clock = Clock()
    intervals = Intervals(pipe.stream, clock.left_s, pipe.wakes)
    os.write(pipe.wake, b"!!")
    pipe.send("one\n")
    clock.parts = 9
    assert text(list(intervals.passages())) == "one\n"
    assert intervals.was_asked
    assert clock.parts > 0, "there was time"
    clock.parts = 0
    assert not list(intervals.passages())
    assert not intervals.was_asked


def test_who_asks_in_silence_or_in_a_flood_is_heard(pipe: Pipe) -> None:
    """The interval is broken off at once, or after what was taken."""
    asked: list[float] = []

    def left_s() -> float:
        asked.append(1.0)
        assert len(asked) < 5, "it waits"
        return 1000.0

    intervals = Intervals(pipe.stream, left_s, pipe.wakes)
    os.write(pipe.wake, b"!")
    assert list(intervals.passages()) == []
    assert intervals.was_asked
    asked.clear()
    os.write(pipe.wake, b"!")
    pipe.send("a line\n" * 2000)
    assert 0 < len(text(list(intervals.passages()))) < 7 * 2000
    assert intervals.was_asked


@pytest.mark.parametrize(
    "head", [b"\x1f\x8b\x08", b"%PDF-1.4\n", b"\0\1\2\3" * 9, b"GGUF\x03\0\0\0"]
)
def test_what_is_no_text_is_refused(pipe: Pipe, head: bytes) -> None:
    """Before the model has to make sense of it."""
    os.write(pipe.writing, head)
    pipe.end()
    with pytest.raises(SourceError):
        list(Intervals(pipe.stream, lambda: 1.0, pipe.wakes).passages())


def test_what_cannot_be_read_is_an_error(tmp_path: Path, pipe: Pipe) -> None:
    """It is not waited for."""
    with (tmp_path / "out").open("wb", buffering=0) as stream:
        intervals = Intervals(cast(BinaryIO, stream), lambda: 1.0, pipe.wakes)
        with pytest.raises(SourceError, match="cannot read"):
            list(intervals.passages())


@contextmanager
def watched(lamps: int) -> Iterator[tuple[Watch, ScriptedEngine, list[Memory]]]:
    """Somebody who watches for broken lamps: each answer names those that it was shown."""

    def answer(prompt: str) -> str:
        seen = [f"lamp {n}" for n in range(lamps) if f"lamp {n} broke" in prompt]
        return f"Answer: {', '.join(seen) or 'none'}"

    def telling(prompt: str) -> float:
        return 3.0 if "broke" in prompt.rpartition("<part>")[2] else -3.0

    engine = ScriptedEngine(answer, judge=telling, likely=telling)
    job, _ = job_for("", engine)
    twice = ("Which lamp broke?",) * 2
    state = job.state
    state.questions, state.memories = twice, state.memories * 2
    job = replace(job, request=replace(job.request, questions=twice, as_json=True, quiet=False))
    times = iter(range(0, 10_000, 10))
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    yield Watch(job, prompter, 1e9, now=lambda: float(next(times))), engine, state.memories


def test_the_clock_is_told_what_is_new_and_the_end_all(
    pipe: Pipe, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two intervals of one lamp each, and both of them at the end."""
    sent = iter(["It rained.\nAt noon lamp 1 broke.\n", "It snowed.\nAt dusk lamp 2 broke.\n"])
    with watched(3) as (watch, engine, _):

        def left_s() -> float:
            """A part for each interval, then its end."""
            if clock.parts == 0:
                clock.parts = 2
                part = next(sent, None)
                if part is None:
                    return 1.0
                pipe.send(part)
                if part.startswith("It snowed"):
                    pipe.end()
            clock.parts -= 1
            return float(clock.parts > 0)

        clock = Clock()
        monkeypatch.setattr(Watch, "_left_s", property(lambda _: left_s()))
        assert watch.whole(pipe.stream, pipe.wakes) is ExitStatus.ANSWERED
        assert engine.open_sequences == 1
    out, err = capsys.readouterr()
    assert ':2: "At noon lamp 1 broke."' in err, "its sentence, at its place"
    told = [json.loads(line) for line in out.splitlines()]
    assert [(one["of"], one["text"]) for one in told] == [
        ("since the last answer", "lamp 1"),
        ("since the last answer", "lamp 2"),
        ("of all so far", "lamp 1, lamp 2"),
    ]
    assert [one["places"][-1]["last_line"] for one in told] == [2, 4, 4]
    assert all(one["complete"] for one in told)


def test_what_there_was_no_room_to_look_at_again_is_told(
    pipe: Pipe, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the intervals after it had room, and a count may have missed it."""
    monkeypatch.setattr("mhmcli.spool.Spool.__init__.__defaults__", (600, 0))
    monkeypatch.setattr(Watch, "_left_s", 1.0)
    with watched(1) as (watch, _, _memories):
        pipe.send("At noon lamp 0 broke.\n" + "It rained all day.\n" * 300)
        pipe.end()
        assert watch.whole(pipe.stream, pipe.wakes) is ExitStatus.INCOMPLETE
    assert "NO ROOM TO LOOK AGAIN" in capsys.readouterr().err


def test_a_stream_that_ends_before_anything_came_is_empty(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is without a clock: of nothing, nobody can say that it does not say."""
    monkeypatch.setattr(Watch, "_left_s", 1.0)
    with watched(1) as (watch, _, _memories):
        pipe.end()
        with pytest.raises(SourceError, match="is empty"):
            watch.whole(pipe.stream, pipe.wakes)


def test_it_is_for_pipes_and_goes_with_no_other_way_of_reading(tmp_path: Path) -> None:
    """Files have an end."""
    (tmp_path / "a.txt").write_text("text")
    for wrong in (["a.txt"], ["--quick"], ["--budget", "5m"], ["--format", "list"]):
        ran = subprocess.run(
            [sys.executable, "-m", "mhmcli", "ask", "--every", "5s", *wrong, "What?"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=tmp_path,
            check=False,
        )
        assert ran.returncode == ExitStatus.USAGE, wrong
        assert b"hint:" in ran.stderr


@pytest.mark.model
def test_a_log_is_watched_for_real(tiny_model: Path, tmp_path: Path) -> None:
    """It answers when it is asked by a signal, and at the end of the stream; nothing is kept."""
    del tiny_model
    process = subprocess.Popen(
        [sys.executable, "-m", "mhmcli", "ask", "-m", "tiny", "--every", "1h", "Who failed?"],
        env={**os.environ, "MHM_MODELS_DIR": str(models.directory())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write("12:00:01 sshd: failed password for root\n" * 12)
    assert f"kill -USR1 {process.pid}" in process.stderr.readline()
    process.send_signal(signal.SIGUSR1)
    assert "(of all so far)" in process.stdout.readline()
    process.stdin.write("12:07:09 sshd: failed password for admin\n" * 3)
    process.stdin.close()
    ran = Ran(process.wait(), process.stdout.read(), process.stderr.read())
    process.stdout.close()
    process.stderr.close()
    assert ran.status in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT), ran.err
    assert "(since the last answer)" in ran.out
    assert "15 lines" in ran.err
    assert not (tmp_path / "sessions").exists()
