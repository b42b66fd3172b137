"""What a run would take is known before it, and what is missing is said with what mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mhmcli import models, speeds
from mhmcli.memory_kind import MemoryKind
from mhmcli.tokens import read_header
from tests.conftest import SAMPLE, Ran

Mhm = Callable[..., Ran]
SCORING, APPEND = MemoryKind.SCORING, MemoryKind.APPEND


def test_what_was_measured_last_counts_half(tmp_path: Path) -> None:
    """For each model and memory by itself; a file of another size is another model."""
    model = tmp_path / "a.gguf"
    model.write_bytes(b"one")
    assert speeds.known(model, SCORING) is None
    speeds.keep(model, SCORING, 80.0)
    speeds.keep(model, SCORING, 100.0)
    speeds.keep(model, APPEND, 70.0)
    assert (speeds.known(model, SCORING), speeds.known(model, APPEND)) == (90.0, 70.0)
    model.write_bytes(b"another")
    assert speeds.known(model, SCORING) is None


@pytest.mark.parametrize("text", ["", "[1]", '{"a": "fast"}', "{"])
def test_what_cannot_be_known_is_not(tmp_path: Path, text: str) -> None:
    speeds.file().write_text(text)
    assert speeds.known(tmp_path / "a.gguf", SCORING) is None


def test_without_the_model_the_plan_says_what_is_fetched(mhm: Mhm, tmp_path: Path) -> None:
    """And tokens are about as many."""
    env = {"MHM_MODELS_DIR": str(tmp_path / "models")}
    ran = mhm("ask", "--dry-run", SAMPLE, "How deep?", env=env)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == f"document {SAMPLE}: pdf, 26 pages"
    assert lines[1] == "to read  about 9,919 tokens in 54 chunks of at most 220"
    assert lines[2] == "time     unknown: this machine has not read with the model (mhm doctor)"
    assert lines[-1] == "fetch    the model, 1.12 GB, once"
    assert not (tmp_path / "models").exists(), "nothing is fetched for it"
    append = ("ask", "--dry-run", "--memory", "append", "--json", SAMPLE, "How deep?")
    plain, overlapping = (
        json.loads(mhm(*append, *more, env=env).out)["chunks"]
        for more in ((), ("--overlap-tokens", "300"))
    )
    assert overlapping > 1.3 * plain


def test_a_plan_of_what_cannot_all_be_read_says_so(mhm: Mhm, tmp_path: Path) -> None:
    (tmp_path / "cut.txt.gz").write_bytes(b"")
    assert mhm("ask", "--dry-run", "cut.txt.gz", "Who?").status == 3
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_text("A lamp.\n")
    (tmp_path / "docs/b.pdf").write_bytes(b"%PDF-1.4 broken")
    ran = mhm("ask", "--dry-run", "--json", "docs", "Who?")
    assert ran.status == 5
    assert json.loads(ran.out)["chunks"] == 1
    (line,) = mhm("ask", "--dry-run", "--ndjson", "docs", "Who?").out.splitlines()
    assert json.loads(line) == json.loads(ran.out)


@pytest.mark.model
def test_the_plan_is_what_the_run_does(mhm: Mhm, tiny_model: Path, tmp_path: Path) -> None:
    """As many tokens and chunks; the second time, as long as the first took."""
    (tmp_path / "doc.txt").write_text("The keeper lit the lamp at dusk.\n\n" * 150)
    ask = ("ask", "-m", tiny_model, "doc.txt", "Who lit it?", "--json")
    planned = json.loads(mhm(*ask, "--dry-run").out)
    assert planned["tokens_per_s"] is None
    ran = json.loads(mhm(*ask).out)["receipt"]
    assert (planned["tokens"], planned["chunks"]) == (ran["document_tokens"], ran["chunks"])
    again = json.loads(mhm(*ask, "--dry-run").out)
    assert again["tokens_per_s"] == pytest.approx(ran["tokens_per_s"], abs=0.1)
    assert again["reading_seconds"] == pytest.approx(ran["seconds"], rel=0.05)
    half = json.loads(mhm(*ask, "--dry-run", "--skim", "50%").out)
    assert half["tokens_to_read"] == pytest.approx(planned["tokens"] / 2, abs=1)


@pytest.mark.model
def test_the_window_takes_what_the_header_says(tiny_model: Path) -> None:
    """30 layers, 3 heads of keys and of values, 64 numbers each, of two bytes."""
    assert read_header(tiny_model).cell_bytes == 2 * 30 * 3 * (64 + 64)


@pytest.mark.model
def test_the_doctor_finds_nothing_where_nothing_is_missing(
    mhm: Mhm, tiny_model: Path, tmp_path: Path
) -> None:
    ran = mhm("doctor", "-m", "tiny")
    assert ran.status == 0, ran.out
    said = {line.split(maxsplit=1)[0]: line for line in ran.out.splitlines()}
    assert "its SHA-256 is right" in said["model"]
    assert "tokens/s read" in said["speed"]
    assert speeds.known(models.path_of(models.find("tiny")), SCORING)
    (tmp_path / "config.toml").write_text("memroy = 'append'\n")
    ran = mhm("doctor", "-m", "tiny")
    assert ran.status == 1
    assert "-> did you mean memory?" in ran.out


def test_the_doctor_looks_at_what_would_be_asked(mhm: Mhm, tmp_path: Path) -> None:
    """By the profile, and not over the network where that is forbidden."""
    (tmp_path / "config.toml").write_text(
        '[profiles.far]\nserver = "http://10.0.0.9:1"\noffline = true\n'
    )
    env = {"MHM_PROFILE": "far"}
    for ran in (mhm("doctor", "--profile", "far"), mhm("doctor", env=env)):
        assert (ran.status, "another machine" in ran.out) == (1, True)
    env = {"MHM_OFFLINE": "1", "MHM_SERVER": "http://10.0.0.9:1"}
    assert "another machine" in mhm("doctor", env=env).out


def test_the_doctor_says_what_mends_it(mhm: Mhm, tmp_path: Path) -> None:
    """A model that is not here, and one that is not what it was."""
    env = {"MHM_MODELS_DIR": str(tmp_path / "models")}
    ran = mhm("doctor", env=env)
    assert ran.status == 1
    assert "-> mhm models pull" in ran.out
    tiny = models.find("tiny")
    (tmp_path / "models").mkdir()
    broken = tmp_path / "llama_cpp.py"
    broken.write_text("raise RuntimeError('no libcudart.so.12')")
    ran = mhm("doctor", env={**env, "PYTHONPATH": str(tmp_path)})
    assert (ran.status, "no libcudart.so.12" in ran.out) == (1, True)
    assert "-> pip install --force-reinstall" in ran.out
    broken.unlink()
    with (tmp_path / "models" / tiny.file).open("wb") as file:
        file.truncate(tiny.size_bytes)
    ran = mhm("doctor", "-m", "tiny", env=env)
    assert (ran.status, "ITS SHA-256 IS WRONG" in ran.out) == (1, True)
    assert f"-> mhm models rm {tiny.name}; mhm models pull {tiny.name}" in ran.out
