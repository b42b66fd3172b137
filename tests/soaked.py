"""Let a stream run through `mhm ask --every` with a fast engine, and look whether memory grows.

python -m tests.soaked 5000000     so many tokens; prints what was found as JSON
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import sys
import threading
from dataclasses import replace

import psutil

from mhmcli import prompts
from mhmcli.cli.every import Watch
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.prompter import Prompter
from mhmcli.sizes import Sizes
from tests.test_partial import job_for

_SIZES = Sizes(220, 4, 512, 0, 64, 4096)
_LINE = "12:{:02}:{:02} node {} says that lamp {} burns well and nothing else is to be told\n"
_LINE_TOKENS = 16
_INTERVALS = 50
_QUESTION = "Which lamp broke?"


def _send(descriptor: int, lines: int) -> None:
    """What comes through the pipe; now and then a lamp breaks."""
    with os.fdopen(descriptor, "w") as pipe:
        for number in range(lines):
            line = _LINE.format(number // 60 % 60, number % 60, number % 97, number % 89)
            pipe.write(line.replace("burns well", "broke") if number % 9973 == 0 else line)


def main(tokens: int) -> dict[str, object]:
    """The peak of the process's memory after each tenth of the stream, in MiB."""
    lines = tokens // _LINE_TOKENS

    def answer(prompt: str) -> str:
        return "Answer: a lamp" if "broke" in prompt else "Answer: none"

    engine = ScriptedEngine(answer, likely=lambda p: float("broke" in p.rpartition("<part>")[2]))
    job, _ = job_for("", engine)
    job = replace(job, sizes=_SIZES, request=replace(job.request, questions=(_QUESTION,) * 2))
    job.state.questions = job.request.questions
    job.state.memories = job.state.memories * 2
    clock = itertools.count()
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    every = max(8, lines * 80 // 4096 // _INTERVALS)  # parts of the stream, by which time goes
    watch = Watch(job, prompter, float(every), now=lambda: float(next(clock)))
    reading, writing = os.pipe()
    wakes, wake = os.pipe()
    sender = threading.Thread(target=_send, args=(writing, lines))
    sender.start()
    process, peaks = psutil.Process(), list[float]()
    told = io.StringIO()
    tell = watch._tell

    def measured(of: str, said: object) -> None:
        tell(of, said)  # type: ignore[arg-type]
        engine.prompts.clear()  # which a real one does not keep
        peaks.append(process.memory_info().rss / (1 << 20))

    watch._tell = measured  # type: ignore[method-assign, assignment]
    with os.fdopen(reading, "rb", buffering=0) as pipe, contextlib.redirect_stdout(told):
        status = watch.whole(pipe, wakes)
    sender.join()
    os.close(wakes)
    os.close(wake)
    return {
        "tokens": watch._tally.document_tokens,
        "answers": len(told.getvalue().splitlines()),
        "status": int(status),
        "mib": [round(peak, 1) for peak in peaks[:: max(1, len(peaks) // 10)]],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))) + "\n")
