"""A reading that is killed at random moments loses no finished step."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_no_finished_step_is_lost() -> None:
    """In a process of its own, for it forks; `python -m tests.killed 200` does the same longer."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", "12"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["kills"] == 12
    assert found["steps_told"] > 12
    assert (found["steps_lost"], found["memories_differ"]) == (0, 0)
