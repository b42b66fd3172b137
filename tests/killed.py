"""Kill a reading at random moments, again and again, and look whether a finished step was lost.

python -m tests.killed 200     so many kills; prints what was found as JSON
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from mhmcli.errors import SessionError
from mhmcli.session import Folder, Store
from tests.test_session import Run, document

_TEXT = document(120)
_LONGEST_S = 0.15


def _read(folder: Folder, told: int) -> None:
    """In the child: each step is told as soon as it is on disk."""
    run = Run(folder)
    take = run.journal.take

    def tell(step: object) -> None:
        take(step)  # type: ignore[arg-type]
        os.write(told, b".")

    run.journal.take = tell  # type: ignore[method-assign]
    run.read(_TEXT).ended()


def _steps(folder: Folder) -> int:
    """How many are on disk, in the newest session."""
    for path in folder.sessions():
        # One may have been killed before there was anything in it.
        with contextlib.suppress(SessionError), closing(Store.open(path)) as store:
            store.check()
            return sum(len(known.steps) for known in store.known())
    return 0


def killed(folder: Folder, draw: random.Random) -> tuple[bool, int]:
    """One run that is killed at some moment, or comes to its end before; how many steps it told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _read(folder, writing)
        finally:
            os._exit(0)
    os.close(writing)
    time.sleep(draw.uniform(0.0, _LONGEST_S))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    told = 0
    while part := os.read(reading, 1 << 16):
        told += len(part)
    os.close(reading)
    return os.WIFSIGNALED(status), told


def main(kills: int, seed: int = 1) -> dict[str, int]:
    """Kills until there were enough; a session that has come to its end is compared with a run that
    was never killed, and followed by a new one."""
    draw = random.Random(seed)
    whole = Run(None).read(_TEXT)
    found = {"kills": 0, "sessions": 0, "steps_told": 0, "steps_lost": 0, "memories_differ": 0}
    while found["kills"] < kills:
        with tempfile.TemporaryDirectory() as place:
            folder = Folder(Path(place) / "sessions")
            told = 0
            while found["kills"] < kills:
                was_killed, more = killed(folder, draw)
                told += more
                found["kills"] += was_killed
                found["steps_told"] += more
                found["steps_lost"] += max(0, told - _steps(folder))
                told = _steps(folder)
                if told == whole.new:
                    break
            if told == whole.new:
                found["sessions"] += 1
                with closing(Store.open(folder.sessions()[0])) as store:
                    found["memories_differ"] += store.memories() != whole.memories
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))) + "\n")
