"""`mhm bench` as a person runs it: real subprocesses, the tiny model, files on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran

pytestmark = pytest.mark.model
Run = Callable[..., Ran]
SMALL = ("-m", "tiny", "--lengths", "512", "--steps", "2", "--memory-tokens", "128")


def test_a_campaign_runs_goes_on_and_is_reported(
    mhm: Run, tiny_model: Path, tmp_path: Path
) -> None:
    """Results are on disk, a second run does only what is missing, the report has all tables."""
    out = tmp_path / "mhm-bench.jsonl"
    ran = mhm("bench", *SMALL, "--memory", "append,bm25:2", "--limit", "1")
    assert ran.status == 0, ran.err
    assert "needles: accuracy, capture and retention" in ran.out
    assert "question 1 of 1" in ran.err
    before = out.read_text()
    assert [json.loads(line)["method"] for line in before.splitlines()] == ["append 4x32", "bm25 2"]

    more = mhm("bench", *SMALL, "--memory", "append,bm25:2,mhm-lru", "--limit", "1", "--quiet")
    assert more.status == 0
    assert more.err == ""
    after = out.read_text()
    assert after.startswith(before)
    assert [json.loads(line)["method"] for line in after.splitlines()[2:]] == ["mhm-lru 4x32"]

    report = mhm("bench", "report", out, "--markdown", "--figures", "figures")
    assert report.status == 0, report.err
    assert "| 512 | mhm-lru 4x32 | 1 |" in report.out
    assert "against append 4x32, on the same questions" in report.out
    assert (tmp_path / "figures" / "needles-accuracy-against-time.svg").exists()
    assert "\x1b" not in mhm("bench", "report", out).out
    wrong = mhm("bench", "report", out, "--against", "append")
    assert wrong.status == 2
    assert "there are: append 4x32, bm25 2, mhm-lru 4x32" in wrong.err


def test_own_questions_are_measured(mhm: Run, tiny_model: Path, tmp_path: Path) -> None:
    """Documents keep their lengths; the results carry the question and the reply."""
    questions = tmp_path / "own.jsonl"
    line = {
        "document": "The mast is red.\nThe sea is grey.",
        "question": "What colour is the mast?",
        "answer": "red",
        "evidence": "The mast is red.",
    }
    questions.write_text(json.dumps(line))
    ran = mhm(
        *("bench", "--task", "own", "--data", questions, "-m", "tiny", "--memory", "full"),
        *("-o", "r.jsonl"),
    )
    assert ran.status == 0, ran.err
    (result,) = map(json.loads, (tmp_path / "r.jsonl").read_text().splitlines())
    assert (result["length"], result["question"]) == (0, "What colour is the mast?")
    assert result["facts"][0]["held"] == "1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lengths", "4q"], "'4q' is no length"),
        (["report", "x.jsonl"], "--model is no option of report"),
        (["--lengths", "4k,4096"], "one of them twice"),
        (["--memory", "append,append:4x256"], "named twice"),
        (["--memory", "nonsense"], "no method 'nonsense'"),
        (["--memory", ","], "names no method"),
        (["--task", "hotpotqa"], "needs --data"),
        (["--task", "babilong", "--data", "x"], "needs --book"),
        (["--data", "x"], "needles take no --data"),
        (["--book", "x"], "needles takes no --book"),
        (["--steps", "8", "--chunk-tokens", "256"], "do not go together"),
        (["--out", "no/such/folder.jsonl"], "cannot write no/such/folder.jsonl"),
        (["--task", "own", "--data", "gone.jsonl"], "cannot read gone.jsonl"),
    ],
)
def test_bad_arguments_are_one_line_and_a_hint(arguments: list[str], said: str, mhm: Run) -> None:
    """Exit 2, before a model is looked for."""
    ran = mhm("bench", "-m", "no-such-model", *arguments)
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.count("\n") == 2
    assert "hint: " in ran.err
    assert ran.out == ""


def test_a_missing_model_is_an_error_and_no_zero(mhm: Run, tmp_path: Path) -> None:
    """Exit 4, and no results."""
    ran = mhm("bench", "-m", "gone.gguf")
    assert ran.status == 4
    assert not (tmp_path / "mhm-bench.jsonl").exists()


def test_a_report_of_nothing_is_refused(mhm: Run, tmp_path: Path) -> None:
    """A missing file, an empty one, and a method that is not in it."""
    assert mhm("bench", "report", "gone.jsonl").status == 2
    (tmp_path / "empty.jsonl").write_text("")
    ran = mhm("bench", "report", "empty.jsonl")
    assert ran.status == 2
    assert "no results" in ran.err
