"""A stream that does not end takes no more memory the longer it lasts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_memory_does_not_grow_with_the_stream() -> None:
    """In a process of its own; `python -m tests.soaked 5000000` does the same longer."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.soaked", "60000"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["tokens"] > 50_000
    assert found["answers"] > 5
    assert found["mib"][-1] < 1.1 * found["mib"][0]
