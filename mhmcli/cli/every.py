"""`mhm ask --every`: a stream is read as its lines come, and answered from by the clock.

Each question has two memories, both written from one reading: of what came since the last answer,
which the clock asks for, and of all that came, which SIGUSR1 and the end of the stream ask for.
Neither grows, and no more of the stream is kept than of one interval, in a temporary file.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from mhmcli import prompts
from mhmcli.answer import Answer
from mhmcli.cli.answers import say_behind
from mhmcli.cli.output import as_json, print_line, say
from mhmcli.cli.preparing import engine_of, fitted, view_of
from mhmcli.cli.quoting import with_quotes
from mhmcli.cli.reading import Job, Whole, begin_answer, gathered, written
from mhmcli.cli.recording import journal_for
from mhmcli.cli.request import Request
from mhmcli.cli.signals import stopping
from mhmcli.engine import Sampling
from mhmcli.engine.llama import Stop
from mhmcli.errors import ExitStatus, SourceError
from mhmcli.memory import Memory
from mhmcli.printable import one_line, printable
from mhmcli.prompter import Prompter
from mhmcli.receipt import Tally, duration
from mhmcli.source import STDIN_NAME, Documents, Intervals
from mhmcli.verdicts import judges
from mhmcli.view import RunState

_LEAST_S = 1.0  # of an interval, however long the last answers took


def watch(request: Request, every_s: float) -> ExitStatus:
    """The stream on standard input is answered from until it ends, or the run is stopped."""
    stop = Stop()
    with stopping(stop), _woken() as wakes:
        with_model = fitted(request)
        sizes = with_model.sizes
        twice = replace(request, questions=request.questions * 2, history=False)
        empty = Memory.empty(sizes.heads, sizes.head_tokens)
        state = RunState(twice.questions, [empty for _ in twice.questions], lambda: None)
        journal = journal_for(twice, sizes, with_model.identity)
        job = Job(
            twice, Documents([]), sizes, with_model.count, state, view_of(twice, state), journal
        )
        engine = engine_of(request, with_model, stop)
        try:
            sampling = Sampling(request.temperature, request.top_p, request.seed)
            prompter = Prompter(engine, prompts.SYSTEM, sampling)
            prompter.verdicts = judges(request.known_model, prompter, strict=request.strict)
            return Watch(job, prompter, every_s).whole(sys.stdin.buffer, wakes)
        finally:
            engine.shut()


class Watch:
    """A stream that is answered from by the clock. The questions of the job stand in it twice: of
    the first the memories are of an interval, of the second of all."""

    def __init__(
        self,
        job: Job,
        prompter: Prompter,
        every_s: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._job = job
        self._prompter = prompter
        self._every_s = every_s
        self._now = now
        self._due = now() + every_s
        self._asked = len(job.request.questions) // 2
        self._empty = list(job.state.memories[: self._asked])
        self._tally = Tally(len(job.request.questions))
        self._found = False
        self._without_end = False  # the model came to no answer
        self._not_kept = 0  # chunks that there was no room to look at again

    def whole(self, pipe: BinaryIO, wakes: int) -> ExitStatus:
        """Until the stream has ended; whether anything was found in it, if all of it could be
        looked at."""
        stream = Intervals(pipe, lambda: self._left_s, wakes)
        intervals = 0
        if not self._job.request.quiet:
            say(f"mhm: reads what comes; kill -USR1 {os.getpid()} asks for an answer")
        self._job.view.start()
        try:
            while not stream.ended:
                intervals += self._interval(stream)
                self._due = max(self._due + self._every_s, self._now() + _LEAST_S)
            if not intervals:
                raise SourceError(f"{STDIN_NAME} is empty", hint="nothing came before it ended")
            if intervals != 1:
                self.so_far()
        finally:
            self._job.view.stop()
            if not self._job.request.quiet:
                self._say_receipt(stream)
        if self._not_kept and not self._job.request.partial_ok:
            return ExitStatus.INCOMPLETE
        if self._found:
            return ExitStatus.ANSWERED
        return ExitStatus.MODEL if self._without_end else ExitStatus.NOT_IN_DOCUMENT

    @property
    def _left_s(self) -> float:
        """Until the clock asks."""
        return self._due - self._now()

    def _interval(self, stream: Intervals) -> bool:
        """What comes until the clock asks is read and answered from; whether anything came."""
        state, before = self._job.state, self._tally.chunks
        state.memories[: self._asked] = self._empty
        whole = Whole(self._job, stream.passages, first_chunk=before)
        try:
            whole.read(self._prompter, self._tally)
            while stream.was_asked:
                self.so_far()
                whole.read(self._prompter, self._tally)
            came = self._tally.chunks > before
            for number in range(self._asked if came else 0):
                answer = whole.answer(self._prompter, number)
                if self._job.request.looks_up_quotes:
                    of_all = self._tally.all_kept
                    (answer,) = with_quotes([answer], whole.passages(), of_all=of_all)
                self._tell("since the last answer", answer)
        finally:
            whole.close()
            self._not_kept += self._tally.not_kept
        if not came and not stream.ended and not self._job.request.quiet:
            say(f"mhm: {_clock()} nothing came")
        return came

    def so_far(self) -> None:
        """Each question is answered from all that came."""
        for number in range(self._asked, 2 * self._asked):
            begin_answer(self._job, number)
            evidence = gathered(self._job, self._prompter, number)
            self._tell("of all so far", written(self._job, self._prompter, number, evidence))

    def _tell(self, of: str, answer: Answer) -> None:
        """An answer on stdout, on a line of its own."""
        self._found = self._found or answer.found
        self._without_end = self._without_end or not (answer.found or answer.complete)
        request = self._job.request
        self._job.view.stop()
        if request.as_json:
            told = {
                "at": datetime.now().astimezone().isoformat(timespec="seconds"),
                "of": of,
                "question": answer.question,
                "text": answer.text,
                "found": answer.found,
                "complete": answer.complete,
                "places": [place.as_dict() for place in answer.places],
            }
            print_line(as_json(told))
        else:
            asked = f"{one_line(answer.question)} " if self._asked > 1 else ""
            text = printable(answer.text).replace("\n", "\n    ")
            print_line(f"{_clock()} {asked}({of}) {text}")
        if not request.quiet:
            say_behind(answer, request.cite, of=1)
        self._job.view.start()

    def _say_receipt(self, stream: Intervals) -> None:
        report, tally = stream.report, self._tally
        say(
            f"read    {report.name}: {report.lines or 0:,} lines, {report.bytes_read:,} bytes; "
            f"{tally.document_tokens:,} tokens in {tally.chunks:,} chunks, "
            f"{duration(self._job.state.elapsed_s)}"
        )
        if self._not_kept:
            say(f"        NO ROOM TO LOOK AGAIN at {self._not_kept:,} chunks: not counted there")


def _clock() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


@contextlib.contextmanager
def _woken() -> Iterator[int]:
    """A descriptor that can be read from after each SIGUSR1."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def wake(_number: int, _frame: object) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(writing, b"!")

    before = signal.signal(signal.SIGUSR1, wake)
    try:
        yield reading
    finally:
        signal.signal(signal.SIGUSR1, before)
        os.close(reading)
        os.close(writing)
