"""The manual page in the repository is that of this version."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from mhmcli.errors import ExitStatus
from tests.manual import _STATUS, PAGE, page


def test_the_manual_is_current() -> None:
    """`python -m tests.manual` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()
    assert set(_STATUS) == set(ExitStatus)


def test_the_manual_has_every_command_and_option() -> None:
    text = page()
    for said in (
        ".SS mhm ask",
        ".SS mhm sessions prune",
        ".SS mhm bench\n",
        "\\-\\-lengths",
        "\\-\\-ndjson",
        "\\-\\-quick",
        ".TP\n130",
    ):
        assert said in text


def test_groff_finds_nothing_wrong() -> None:
    if shutil.which("groff") is None:
        pytest.skip("no groff here")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", str(PAGE)], capture_output=True, check=True
    )
    assert done.stderr == b""
