"""Whether a model's yes means anything: known of the named models, asked of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from mhmcli import prompts
from mhmcli.cli.verdicts import judges
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.prompter import Prompter


@pytest.mark.parametrize(
    ("name", "said"), [("default", "knows"), ("tiny", "does not"), ("qwen3-4b", "knows, asked")]
)
def test_a_model_that_somebody_measured_is_not_asked(name: str, said: str) -> None:
    """Whatever it would have said."""
    engine = ScriptedEngine([], judge=lambda prompt: 3.0 if knows(prompt) else -3.0)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    before = engine.fed_tokens
    verdict = "knows" if judges(name, prompter) else "does not"
    assert verdict + (", asked" if engine.fed_tokens > before else "") == said


def test_a_file_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"")
    for sure, verdict in ((3.0, True), (0.0, False)):
        engine = ScriptedEngine([], judge=lambda p, sure=sure: sure if knows(p) else 0.0)  # type: ignore[misc]
        prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        assert judges(str(path), prompter) is verdict


def knows(prompt: str) -> bool:
    return any(word in prompt for word in ("Mr. Roy", "4 May 1843", "12 euros"))
