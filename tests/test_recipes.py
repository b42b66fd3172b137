"""The recipes of the README, run as they stand there, with the tiny model."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text()
RECIPES = README.split("## Recipes")[1].split("\n## ")[0]
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", RECIPES, re.DOTALL)
    for line in block.splitlines()
]
REPORT = "The report of the keeper. It was signed by Anna Roy on the ninth of May.\n" * 9
# What the recipes read from, where there is no such machine or network.
STANDINS = {
    "journalctl": "echo 'Nov 22 10:00:01 host kernel: watchdog: BUG: soft lockup, rebooting'",
    "curl": "echo '<html><h1>Terms</h1><p>Cancel by letter, a month before the end.</p></html>'",
}


@pytest.fixture
def place(tmp_path: Path, tiny_model: Path) -> Path:
    """A folder with documents, a repository, and programs that stand in for others."""
    programs = tmp_path / "bin"
    programs.mkdir()
    scripts = {**STANDINS, "mhm": f'exec "{sys.executable}" -m mhmcli "$@"'}
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    (tmp_path / "reports").mkdir()
    for name in ("a", "b"):
        (tmp_path / f"reports/{name}.txt").write_text(REPORT)
    (tmp_path / "auth.log").write_text("Failed password for root from 10.0.0.9 port 22 ssh2\n" * 9)
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in (("init", "-q"), ("add", "reports"), (*who, "commit", "-qm", "Change settings")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def run(place: Path, tiny_model: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "MHM_MODEL": str(tiny_model),
    }
    return subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)


@pytest.mark.model
@pytest.mark.parametrize("command", COMMANDS)
def test_a_recipe_does_what_it_says(place: Path, tiny_model: Path, command: str) -> None:
    """It answers, or says that there is no answer; anything else would be a fault of the recipe."""
    wanted = next((name for name in ("jq", "xargs", "git") if name in command), "sh")
    if shutil.which(wanted) is None:
        pytest.skip(f"no {wanted} here")
    done = run(place, tiny_model, "bash", "-o", "pipefail", "-c", command)
    assert done.returncode in (0, 1, 123), done.stderr  # 123: of xargs, where mhm said 1
    assert "bug in mhm" not in done.stderr
    if "--quiet" in command:
        assert done.stderr == ""
    if "@tsv" in command:
        assert [row.split("\t")[0] for row in done.stdout.splitlines()] == [
            "reports/a.txt",
            "reports/b.txt",
        ]


@pytest.mark.model
def test_the_rule_of_a_makefile_makes_an_answer(place: Path, tiny_model: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("no make here")
    (rule,) = re.findall(r"```make\n(.*?)```", RECIPES, re.DOTALL)
    (place / "Makefile").write_text(rule)
    done = run(place, tiny_model, "make", "reports/a.answer")
    assert done.returncode in (0, 2), done.stderr  # 2: of make, where mhm said 1
    assert (place / "reports/a.answer").read_text().strip()


def test_there_is_a_recipe_for_what_people_use() -> None:
    """The block of a Makefile is beside these."""
    text = "\n".join(COMMANDS)
    for name in ("git log", "journalctl", "curl", "find", "xargs", "jq"):
        assert name in text
