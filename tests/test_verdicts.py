"""Whether a model's yes means anything: known of the named models, asked of others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mhmcli import prompts
from mhmcli.answer import STRICT_LOG_ODDS
from mhmcli.cli.reading import written
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import ModelError
from mhmcli.evidence import Evidence
from mhmcli.memory import Note
from mhmcli.prompter import Prompter
from mhmcli.verdicts import judges
from tests.test_partial import job_for


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


def test_strict_goes_by_verdicts_and_needs_them() -> None:
    """Of a model whose yes says nothing, a strict answer would be no better than another."""
    prompter = Prompter(ScriptedEngine([]), prompts.SYSTEM, Sampling())
    with pytest.raises(ModelError, match="say nothing"):
        judges("tiny", prompter, strict=True)


@pytest.mark.parametrize(
    ("over", "strict", "found"), [(-0.5, False, True), (-0.5, True, False), (0.5, True, True)]
)
def test_a_strict_answer_needs_a_surer_verdict(over: float, *, strict: bool, found: bool) -> None:
    """What is given otherwise is taken for not stated, and said to be."""
    engine = ScriptedEngine(["Answer: Roy"], judge=lambda _: STRICT_LOG_ODDS + over)
    job, _ = job_for("", engine)
    job = replace(job, request=replace(job.request, strict=strict))
    evidence = Evidence((Note("The keeper is Roy."),))
    answer = written(job, Prompter(engine, prompts.SYSTEM, Sampling()), 0, evidence)
    assert answer.found is found
    assert answer.log_odds == pytest.approx(STRICT_LOG_ODDS + over)
