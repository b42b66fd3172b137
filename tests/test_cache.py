"""What was computed of a document is found again; what is not there, or not whole, is computed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mhmcli import prompts
from mhmcli.cache import PartCache, directory
from mhmcli.cli.caching import parse_size
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import UsageError
from mhmcli.prompter import Prompter, run
from mhmcli.prompts import part, weigh
from tests.conftest import Ran

TEXTS = ["The road was as bad as ever.", "Mr. Roy keeps the light.", "Tea was served at four."]
STATE = bytes(1000)


def read(cache: PartCache, texts: list[str]) -> tuple[list[str], list[list[float]], int]:
    """What the sequences hold, the likelihoods, and how many tokens of the parts were computed."""
    engine = ScriptedEngine([])
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    prompter.cache = cache
    held, likelihoods = [], []
    for text in texts:
        sequence, likely = run(prompter.read_and_weigh(part(text), [weigh("Who keeps it?")]))
        held.append(engine.text(sequence))
        likelihoods.append(likely)
        prompter.forget(sequence)
    assert engine.open_sequences == 1
    return held, likelihoods, prompter.spent.chunk_tokens


def test_a_document_that_was_read_is_not_computed_again(tmp_path: Path) -> None:
    first = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=0)
    held, likelihoods, computed = read(first, TEXTS)
    assert computed > 0
    assert (first.found, first.kept) == (0, computed)
    again = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=0)
    assert read(again, TEXTS) == (held, likelihoods, 0)
    assert (again.found, again.kept) == (computed, 0)
    assert (
        read(PartCache(tmp_path, 1 << 20, "another model", reserve_bytes=0), TEXTS)[2] == computed
    )


def test_what_stands_beside_the_document_is_not_kept(tmp_path: Path) -> None:
    """The notes that an answer is written from, say."""
    prompter = Prompter(ScriptedEngine([]), prompts.SYSTEM, Sampling())
    prompter.cache = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=0)
    run(prompter.read(part(TEXTS[0]), of_document=False))
    assert list(tmp_path.iterdir()) == []


def test_of_what_does_not_fit_the_first_parts_are_kept(tmp_path: Path) -> None:
    """They are found by the next run, which would find none if the last had made room of them."""
    cache = PartCache(tmp_path, 2500, "model", reserve_bytes=0)
    for n in range(4):
        cache._write([n], STATE)
    again = PartCache(tmp_path, 2500, "model", reserve_bytes=0)
    assert [again._read([n]) is not None for n in range(4)] == [True, True, False, False]
    again._write([2], STATE)
    assert again._read([2]) is None, "the others were used in this run"


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    old = PartCache(tmp_path, 3500, "model", reserve_bytes=0)
    for n in range(3):
        old._write([n], STATE)
        os.utime((tmp_path / old._name([n])), (n, n))
    cache = PartCache(tmp_path, 3500, "model", reserve_bytes=0)
    assert cache._read([0]) is not None
    cache._write([7], STATE)
    assert [cache._read([n]) is not None for n in (0, 1, 2, 7)] == [True, False, True, True]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_smaller_limit_holds_at_once(tmp_path: Path) -> None:
    cache = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=0)
    for n in range(9):
        cache._write([n], STATE)
    PartCache(tmp_path, 2500, "model", reserve_bytes=0)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"abc", bytes(1004)[:-1] + b"x", bytes(500)])
def test_what_is_damaged_is_computed(tmp_path: Path, damage: bytes) -> None:
    """And kept anew."""
    cache = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=0)
    cache._write([1], STATE)
    (tmp_path / cache._name([1])).write_bytes(damage)
    assert cache._read([1]) is None
    cache._write([1], STATE)
    assert cache._read([1]) == STATE


def test_what_others_have_in_the_folder_stays(tmp_path: Path) -> None:
    """Whatever it is called; what a run that was killed has left counts, and makes room."""
    for name in ("part-00000.parquet", "part-one.tex", "notes.txt"):
        (tmp_path / name).write_bytes(STATE)
    (tmp_path / f"part-{'0' * 16}-{'0' * 32}").mkdir()
    (tmp_path / "part-abcd_123.tmp").write_bytes(STATE)
    PartCache(tmp_path, 1, "model", reserve_bytes=0)
    assert sorted(path.name[:10] for path in tmp_path.iterdir()) == [
        "notes.txt",
        "part-00000",
        "part-00000",
        "part-one.t",
    ]


def test_several_runs_keep_to_the_limit(tmp_path: Path) -> None:
    """Each looks now and then at what the others have kept."""
    runs = [PartCache(tmp_path, 20_000, "model", reserve_bytes=0) for _ in range(3)]
    for n in range(60):
        runs[n % 3]._write([n], STATE)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20_000 + 2 * len(STATE) * 3


def test_the_disk_is_not_filled(tmp_path: Path) -> None:
    """What is left free is for the run itself, and all else."""
    cache = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=1 << 60)
    assert read(cache, TEXTS)[2] > 0
    assert cache.kept == 0
    assert cache.trouble == "the disk is nearly full"


def test_what_was_cleared_meanwhile_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    cache = PartCache(folder, 1 << 20, "model", reserve_bytes=0)
    cache._write([1], STATE)
    for path in folder.iterdir():
        path.unlink()
    assert cache._read([1]) is None
    cache._write([2], STATE)
    assert cache._read([2]) == STATE
    assert cache.trouble is None


def test_what_a_run_finds_of_its_own_was_not_there_before(tmp_path: Path) -> None:
    """A page that stands twice in a document."""
    cache = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=0)
    read(cache, [TEXTS[0], TEXTS[0]])
    assert cache.found == 0
    assert cache.kept > 0


def test_what_the_engine_cannot_use_is_computed(tmp_path: Path) -> None:
    """Of another version of it, say."""
    cache = PartCache(tmp_path, 1 << 20, "model", reserve_bytes=0)
    engine = ScriptedEngine([])
    tokens = engine.tokenize(part(TEXTS[0]))
    cache._write(tokens, b"no state")
    assert read(cache, TEXTS[:1])[2] == len(tokens)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    cache = PartCache(folder, 1 << 20, "model", reserve_bytes=0)
    cache._write([1], STATE)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_where_nothing_can_be_written_the_run_goes_on(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    cache = PartCache(blocked, 1 << 20, "model", reserve_bytes=0)
    assert read(cache, TEXTS)[2] > 0
    assert cache.kept == 0
    assert cache.trouble == "File exists"


def test_it_can_be_put_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHM_CACHE_DIR", str(tmp_path))
    assert directory() == tmp_path


@pytest.mark.parametrize(
    ("text", "size"), [("2G", 2 << 30), ("1.5 MiB", 3 << 19), ("500m", 500 << 20), ("0", 0)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1G", "2 GHz", "1,5G", "2", "900k"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is (no size|too small)"):
        parse_size(text)


@pytest.mark.model
def test_another_question_finds_what_the_first_computed(
    mhm: Callable[..., Ran], tiny_model: Path, tmp_path: Path
) -> None:
    """And the same question fills the heads alike."""
    path = tmp_path / "light.txt"
    path.write_text("".join(f"Mr. Roy keeps light {n}, and trims it.\n" for n in range(30)))
    env = {"MHM_CACHE_DIR": str(tmp_path / "parts")}
    env |= {"MHM_NO_HISTORY": "1"}  # which would have all steps, and no part would be read
    keep = ("--cache-size", "100M")

    def ask(question: str) -> dict[str, Any]:
        ran = mhm("ask", "-m", tiny_model, *keep, "--json", path, question, env=env)
        assert ran.status in {0, 1}
        told: dict[str, Any] = json.loads(ran.out)
        return told

    first, again, other = (ask(f"Who keeps light {n}?") for n in (7, 7, 8))
    held, held_again = (
        [head["text"] for head in told["answers"][0]["heads"]] for told in (first, again)
    )
    assert held == held_again
    kept = first["receipt"]["tokens_kept_in_cache"]
    for told in (again, other):
        receipt = told["receipt"]
        assert receipt["tokens_found_in_cache"] == kept > 0
        assert receipt["computed_tokens"]["chunk_tokens"] == 0
    assert int(mhm("cache", "size", env=env).out) > 1 << 20
    assert mhm("cache", "path", env=env).out.strip() == env["MHM_CACHE_DIR"]
    assert "freed" in mhm("cache", "clear", env=env).out
    assert mhm("cache", "size", env=env).out.strip() == "0"
