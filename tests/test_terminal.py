"""`mhm` on a real terminal: the live view, Ctrl-C, and a document that nobody named."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest

from mhmcli import models
from mhmcli.errors import ExitStatus
from tests.conftest import SAMPLE

pytestmark = pytest.mark.model
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


def terminal(*arguments: str, rows: int = 24, columns: int = 80, **env: str) -> pexpect.spawn:
    """`mhm` on a pseudo-terminal of its own."""
    plain = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLUMNS", "LINES"}}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mhmcli", *arguments],
        env={**plain, "TERM": "xterm", "MHM_MODELS_DIR": str(models.directory()), **env},
        dimensions=(rows, columns),
        encoding="utf-8",
        timeout=120,
    )
    child.delaybeforesend = None
    return child


@pytest.fixture
def short(tmp_path: Path, tiny_model: Path) -> str:
    """A document of a few sentences, with an escape sequence in it."""
    path = tmp_path / "short.txt"
    path.write_text("Mr. Roy is the keeper of the light.\x1b[31m\x1b]0;owned\x07 The lamp burns.\n")
    return str(path)


def test_the_live_view_comes_and_goes(short: str) -> None:
    """Heads are drawn while it reads; at the end the view is gone and the answer stands."""
    child = terminal("ask", "-m", "tiny", short, "Who is the keeper?")
    child.expect(r"head 4")
    child.expect(r"answer")
    child.expect(r"read    .*short\.txt")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT)


def test_no_escape_of_a_document_reaches_the_terminal(short: str) -> None:
    """Not the colour, and not the title of the window."""
    child = terminal("ask", "-m", "tiny", "--memory", "mhm-lru", short, "Who is the keeper?")
    seen = child.read()
    assert "\x1b]0;owned" not in seen
    assert "\x1b[31m" not in seen


def test_ctrl_c_stops_a_prefill_and_restores_the_cursor(tiny_model: Path) -> None:
    """130, the cursor back, a receipt of what was read, and no traceback."""
    child = terminal("ask", "-m", "tiny", "--chunk-tokens", "4000", str(SAMPLE), "What?")
    child.expect(r"reading +chunk 1")
    child.sendintr()
    rest = child.read()
    child.close()
    assert child.exitstatus == ExitStatus.INTERRUPTED
    assert SHOW in rest
    assert "STOPPED BEFORE THE END" in rest
    assert "Traceback" not in rest


def test_ctrl_c_leaves_the_provisional_answer(tiny_model: Path) -> None:
    """What a scan found is shown while all is read, and is not lost when that is cut short."""
    question = "How deep is the water over the Corran reef?"
    child = terminal("ask", "-m", "tiny", "--memory", "scoring", str(SAMPLE), question)
    child.expect(r"provisional, \d+% read: ")
    child.expect(r"reading +chunk 2")
    child.sendintr()
    rest = child.read()
    child.close()
    assert child.exitstatus == ExitStatus.INTERRUPTED
    assert "stopped; a provisional answer:" in rest
    assert "STOPPED BEFORE THE END" in rest


def test_ctrl_c_while_the_model_loads(short: str) -> None:
    """Stopped before anything is read: 130, and no traceback from inside llama.cpp."""
    child = terminal("ask", "-m", "tiny", short, "Who?")
    child.expect("loading")
    child.sendintr()
    rest = child.read()
    child.close()
    assert child.exitstatus == ExitStatus.INTERRUPTED
    assert "Traceback" not in rest


def test_no_color_means_no_color(short: str) -> None:
    """NO_COLOR leaves the view and takes the colours."""
    child = terminal("ask", "-m", "tiny", short, "Who?", NO_COLOR="1")
    colours = [c for c in re.findall(r"\x1b\[([\d;]*)m", child.read()) if c not in ("", "0", "1")]
    assert not [c for c in colours if re.search(r"\b[349]\d\b", c)]


def test_a_dumb_terminal_gets_plain_lines(short: str) -> None:
    """TERM=dumb understands no escapes, and gets none."""
    child = terminal("ask", "-m", "tiny", short, "Who?", TERM="dumb")
    seen = child.read()
    assert "mhm: reading" in seen
    assert "\x1b" not in seen


def test_a_terminal_is_no_document() -> None:
    """Without a file and without a pipe, nobody waits for a document to be typed."""
    child = terminal("ask", "What?")
    seen = child.read()
    child.close()
    assert "standard input is a terminal" in seen
    assert child.exitstatus == ExitStatus.USAGE


def test_a_second_ctrl_c_ends_it_at_once(tiny_model: Path) -> None:
    """Whatever it is at, the process is gone and the cursor is back."""
    child = terminal("ask", "-m", "tiny", str(SAMPLE), "What?")
    child.expect(r"reading +chunk 1")
    os.kill(child.pid, signal.SIGINT)
    time.sleep(0.4)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGINT)
    child.read()
    child.close()
    assert child.exitstatus == ExitStatus.INTERRUPTED
