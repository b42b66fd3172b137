"""The README's commands are those that run."""

from __future__ import annotations

import io
from pathlib import Path

from mhmcli.source import open_source
from tests.sample import make_sample

ROOT = Path(__file__).parent.parent


def test_ci_runs_the_readmes_test_command() -> None:
    """One command passes the tests, and `.ci/run` calls that very one."""
    script = (ROOT / ".ci" / "run").read_text()
    command = next(line for line in script.splitlines() if line.endswith("pytest"))
    assert command in (ROOT / "README.md").read_text()


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    """The PDF in the repository can be made again from its text."""
    made = tmp_path / "made.pdf"
    make_sample.make(made)
    texts = [
        "".join(p.text for p in open_source(str(path), io.BytesIO()).passages())
        for path in (made, ROOT / "tests" / "sample" / "corran-head.pdf")
    ]
    assert texts[0] == texts[1]
