"""What tests share: real subprocesses, real documents made on the spot, and the tiny model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import HealthCheck, settings

from mhmcli import models
from mhmcli.engine.llama import LlamaEngine, LlamaOptions

# A machine that is busy with a model makes any single example slow; that is no failure.
settings.register_profile("mhm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mhm")

# A job in the background ignores Ctrl-C, and so would every `mhm` that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

FEW = {"MHM_ANSWER_TOKENS": "48"}  # the tiny model comes to no end by itself
SAMPLE = Path(__file__).parent / "sample" / "corran-head.pdf"


@dataclass(frozen=True)
class Ran:
    """What a subprocess did."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test leaves behind is its own."""
    monkeypatch.setenv("MHM_STATE_DIR", str(tmp_path / "sessions"))
    monkeypatch.setenv("MHM_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("MHM_SPEEDS_FILE", str(tmp_path / "speeds.json"))
    for name, value in FEW.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """The file of the tiny model, fetched if it is not on this machine."""
    model = models.find("tiny")
    for _ in models.fetch(model):
        pass
    return models.path_of(model)


@pytest.fixture(scope="session")
def tiny_engine(tiny_model: Path) -> Iterator[LlamaEngine]:
    """The tiny model, loaded, with a window of 2048 tokens."""
    engine = LlamaEngine(tiny_model, LlamaOptions(window_tokens=2048, batch_tokens=128))
    yield engine
    engine.shut()


@pytest.fixture
def mhm(tmp_path: Path) -> Callable[..., Ran]:
    """`mhm` as a real subprocess, in an environment without the user's settings."""

    def run(
        *arguments: str | Path,
        stdin: bytes | None = b"",
        env: dict[str, str] | None = None,
        timeout: float = 300,
        before: Sequence[str] = (),
    ) -> Ran:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MHM_")}
        clean |= {
            "MHM_MODELS_DIR": str(models.directory()),
            "MHM_STATE_DIR": str(tmp_path / "sessions"),
            "MHM_CONFIG": str(tmp_path / "config.toml"),
            "MHM_SPEEDS_FILE": str(tmp_path / "speeds.json"),
            **FEW,
            "COLUMNS": "80",
            **(env or {}),
        }
        done = subprocess.run(
            [*before, sys.executable, "-m", "mhmcli", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=clean,
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """A PDF with the given texts as its pages."""

    def make(*pages: str, name: str = "made.pdf", password: str | None = None) -> Path:
        pdf = FPDF(format=(148, 210))
        pdf.set_font("Helvetica", size=11)
        if password:
            pdf.set_encryption(owner_password="owner", user_password=password)
        for text in pages:
            pdf.add_page()
            if text:
                pdf.multi_cell(0, 6, text)
        path = tmp_path / name
        pdf.output(str(path))
        return path

    return make
