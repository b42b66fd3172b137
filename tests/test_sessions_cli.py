"""`mhm sessions`, and runs that are stopped and go on, as a person has them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mhmcli import models
from mhmcli.answer import Answer
from mhmcli.cli.recording import _about, stamp_of
from mhmcli.cli.request import Request
from mhmcli.cli.tracing import _as_named
from mhmcli.errors import ExitStatus
from mhmcli.session import Folder, Journal
from tests.conftest import Ran
from tests.test_partial import SIZES
from tests.test_session import about

Mhm = Callable[..., Ran]
QUESTION = "Who keeps the light?"
TEXT = "".join(
    f"In the year {1800 + n} the keeper of the light was Mr. Roy, and the lamp burned well.\n\n"
    for n in range(12)
)
SMALL = ("--chunk-tokens", "64", "-m", "tiny")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.txt"
    path.write_text(TEXT)
    return path


def heads(ran: Ran) -> list[str]:
    assert ran.status == ExitStatus.ANSWERED, ran.err
    return [head["text"] for head in json.loads(ran.out)["answers"][0]["heads"]]


def test_an_answer_does_not_take_the_place_of_the_document(
    mhm: Mhm, book: Path, tmp_path: Path
) -> None:
    """Of a session no less than of a run that names it."""
    journal = Journal(Folder(tmp_path / "sessions"), replace(about(), sources=(str(book),)))
    journal.answered([Answer(QUESTION, "Mr. Roy", found=True)])
    journal.end("answered")
    ran = mhm("ask", "--session", "last", "-o", "book.txt", QUESTION)
    assert ran.status == ExitStatus.USAGE
    assert "book.txt is a document that is read" in ran.err
    assert book.read_text() == TEXT


def receipt(ran: Ran) -> dict[str, object]:
    found: dict[str, object] = json.loads(ran.out)["receipt"]
    return found


def stopped(
    by: signal.Signals, book: Path, *, stdin: bytes | None = None, after: int = 3
) -> tuple[int, int, str]:
    """A reading that is stopped after some steps: its status, how many were told, and stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mhmcli", "ask", "-v", *SMALL, str(book), QUESTION],
        env={**os.environ, "MHM_MODELS_DIR": str(models.directory())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if sum(each.startswith("chunk ") for each in said) == after:
            process.send_signal(by)
            break
    said += process.stderr.readlines()
    process.stderr.close()
    told = sum(each.startswith("chunk ") for each in said)
    return process.wait(), told, "".join(said)


@pytest.mark.model
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_was_stopped_goes_on(mhm: Mhm, book: Path, by: signal.Signals) -> None:
    """With the steps that it had finished, to the same heads and the same answer."""
    status, told, err = stopped(by, book)
    assert status == (-9 if by is signal.SIGKILL else ExitStatus.TERMINATED)
    if by is signal.SIGTERM:
        assert f"the same command goes on after {told} chunks" in err
    ran = mhm("ask", *SMALL, "--json", book, QUESTION)
    assert "goes on after" in ran.err
    known = receipt(ran)["known_chunks"]
    assert isinstance(known, int)
    assert known >= told >= 3
    whole = mhm("ask", *SMALL, "--json", "--no-history", book, QUESTION)
    assert heads(ran) == heads(whole)
    assert json.loads(ran.out)["answers"][0]["text"] == json.loads(whole.out)["answers"][0]["text"]
    listed = json.loads(mhm("sessions", "list", "--json").out)
    assert [one["state"] for one in listed] == ["answered"]
    assert [run["how"] for run in listed[0]["runs"]][-1] == "answered"


@pytest.mark.model
def test_a_log_that_has_grown_is_read_from_where_it_ended(mhm: Mhm, book: Path) -> None:
    """The receipt tells what is new."""
    first = mhm("ask", *SMALL, "--json", book, QUESTION)
    again = mhm("ask", *SMALL, "--json", book, QUESTION)
    assert "an earlier run has read the same" in again.err
    assert receipt(again)["known_tokens"] == receipt(first)["document_tokens"]
    book.write_text(TEXT + "In the year 1840 a Mrs. Bain kept the light.\n\n" * 4)
    grown = mhm("ask", *SMALL, "--json", book, QUESTION)
    assert "goes on after" in grown.err or "the first" in grown.err
    assert 0 < int(str(receipt(grown)["known_chunks"])) < int(str(receipt(grown)["chunks"]))
    fresh = mhm("ask", *SMALL, "--json", "--fresh", book, QUESTION)
    assert receipt(fresh)["known_chunks"] == 0
    assert heads(grown) == heads(fresh)


@pytest.mark.model
def test_a_pipe_goes_on_too_and_is_kept(mhm: Mhm, tmp_path: Path) -> None:
    """If the same comes through it again."""
    for known in (False, True):
        ran = mhm("ask", *SMALL, "--json", QUESTION, stdin=TEXT.encode())
        assert bool(receipt(ran)["known_chunks"]) == known
    (path,) = (tmp_path / "sessions").glob("*.db")
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM chunks WHERE text IS NULL").fetchone() == (0,)
    database.close()


@pytest.mark.model
def test_no_history_leaves_nothing(mhm: Mhm, tmp_path: Path) -> None:
    """By the option, and by the environment; neither do keys and values, unless they are asked for
    in the same breath."""
    kept = tmp_path / "kept"
    env = {"MHM_CACHE_SIZE": "1G", "MHM_CACHE_DIR": str(kept)}
    text = TEXT[:200].encode()
    mhm("ask", *SMALL, "--no-history", QUESTION, stdin=text, env=env)
    mhm("ask", *SMALL, QUESTION, stdin=text, env={**env, "MHM_NO_HISTORY": "1"})
    assert not (tmp_path / "sessions").exists()
    assert not kept.exists()
    mhm("ask", *SMALL, "--no-history", "--cache-size", "1G", QUESTION, stdin=text, env=env)
    assert kept.exists()


@pytest.mark.model
def test_a_full_disk_costs_no_answer(mhm: Mhm, book: Path, tmp_path: Path) -> None:
    """What cannot be kept is said."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        ran = mhm("ask", *SMALL, "--json", book, QUESTION, env={"MHM_STATE_DIR": str(disk)})
        again = mhm("ask", *SMALL, "--json", book, QUESTION, env={"MHM_STATE_DIR": str(disk)})
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert "full" in str(receipt(ran)["journal_trouble"])
    assert "NOT ALL OF IT IS KEPT" in ran.err
    assert heads(again) == heads(ran)


@pytest.fixture
def session(mhm: Mhm, book: Path, tmp_path: Path, tiny_model: Path) -> Path:
    """One that was answered."""
    del tiny_model
    assert mhm("ask", *SMALL, "--quiet", book, QUESTION).status == ExitStatus.ANSWERED
    (path,) = (tmp_path / "sessions").glob("*.db")
    return path


@pytest.mark.model
def test_a_session_is_listed_shown_and_removed(mhm: Mhm, session: Path, book: Path) -> None:
    """By its name, by a part of it, or as the last one."""
    listed = mhm("sessions", "list")
    assert session.stem in listed.out
    assert "book.txt" in listed.out
    for name in ("last", session.stem, session.stem[-4:]):
        shown = mhm("sessions", "show", name)
        assert QUESTION in shown.out
        assert str(book) in shown.out
        assert "Mr. Roy" in shown.out
    known = json.loads(mhm("sessions", "show", "--json").out)
    assert known["state"] == "answered"
    assert known["tokens"] > 0
    assert mhm("sessions", "rm", "last").status == ExitStatus.ANSWERED
    assert not session.exists()
    gone = mhm("sessions", "show")
    assert gone.status == ExitStatus.SESSION
    assert "there is no session last" in gone.err


@pytest.mark.model
def test_old_sessions_are_pruned(mhm: Mhm, session: Path) -> None:
    """Not new ones, and not the newest that are to stay."""
    mhm("sessions", "prune")
    assert session.exists()
    for file in session.parent.iterdir():
        os.utime(file, (0, 0))
    mhm("sessions", "prune", "--keep", "1")
    assert session.exists()
    ran = mhm("sessions", "prune", "--older-than", "1d")
    assert "removed 1 session" in ran.err
    assert not session.exists()


@pytest.mark.model
def test_a_session_goes_to_another_machine(mhm: Mhm, session: Path, tmp_path: Path) -> None:
    """Private there as here."""
    file = tmp_path / "moved.mhm"
    assert mhm("sessions", "export", "last", file).status == ExitStatus.ANSWERED
    assert mhm("sessions", "export", "last", file).status == ExitStatus.USAGE
    there = {"MHM_STATE_DIR": str(tmp_path / "there")}
    ran = mhm("sessions", "import", file, env=there)
    assert ran.out.strip() == session.stem
    shown = mhm("sessions", "show", "--json", env=there)
    here = mhm("sessions", "show", "--json")
    assert json.loads(shown.out)["heads"] == json.loads(here.out)["heads"]
    (path,) = (tmp_path / "there").glob("*.db")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    wrong = tmp_path / "wrong.mhm"
    wrong.write_text("no session")
    ran = mhm("sessions", "import", wrong, env=there)
    assert ran.status == ExitStatus.SESSION
    assert "mhm sessions export" in ran.err
    assert "mhm sessions rm" not in ran.err


@pytest.mark.model
def test_a_session_is_replayed_and_asked_why(mhm: Mhm, session: Path, tmp_path: Path) -> None:
    """Without a model: with no room for one in the environment."""
    shown = json.loads(mhm("sessions", "show", "--json").out)
    nothing = {"MHM_MODELS_DIR": str(tmp_path / "none")}
    ran = mhm("replay", "--speed", "0", env=nothing)
    assert ran.status == ExitStatus.ANSWERED
    assert ran.out.strip() == shown["answers"]["0"]["text"].strip()
    assert "reading" in ran.err
    cast, picture = tmp_path / "run.cast", tmp_path / "run.svg"
    assert mhm("replay", session.stem, "--cast", cast, "--svg", picture).status == 0
    head, *frames = [json.loads(line) for line in cast.read_text().splitlines()]
    assert head["version"] == 2
    assert [frame[0] for frame in frames] == sorted(frame[0] for frame in frames)
    assert "head 1" in frames[0][2]
    assert QUESTION in frames[-1][2]
    assert picture.read_text().startswith("<svg")
    sentence = "In the year 1800 the keeper of the light was Mr. Roy"
    ran = mhm("why", "last", sentence, env=nothing)
    assert "book.txt:1-" in ran.out
    assert "entered head" in ran.out
    told = json.loads(mhm("why", "--json", "last", sentence).out)
    assert told["in_memory"] == (ran.status == ExitStatus.ANSWERED)
    ran = mhm("why", "last", "A sentence that nobody wrote.")
    assert ran.status == ExitStatus.NOT_IN_DOCUMENT
    assert "in no part of the documents" in ran.out
    assert mhm("why", "last", " ").status == ExitStatus.USAGE
    other = "Nobody has kept the light since then, they say."
    (tmp_path / "book.txt").write_text(TEXT + other)
    ran = mhm("why", "last", other)
    assert "book.txt has changed since then" in ran.err
    assert "chunk" not in ran.out, "none of them had it"
    assert mhm("replay", "--svg", tmp_path / "no" / "x.svg").status == ExitStatus.USAGE


@pytest.mark.model
def test_a_session_is_asked_again(mhm: Mhm, session: Path, book: Path) -> None:
    """The tiny model takes whatever memory has for an answer."""
    ran = mhm("ask", "--session", "last", "--json", "Who?")
    told = json.loads(ran.out)
    assert told["receipt"]["remembered_by"] == session.stem
    assert told["receipt"]["chunks"] == 0
    assert told["model"]["path"].endswith(".gguf")
    assert "nothing was read" in ran.err
    counted = mhm("ask", "--session", "last", *SMALL, "--json", "How many lamps are there?")
    assert "counted or listed" in counted.err
    assert receipt(counted)["chunks"]
    wrong = mhm("ask", "--session", "last", book, "Who?")
    assert wrong.status == ExitStatus.USAGE
    assert mhm("ask", "--session", "nope", "Who?").status == ExitStatus.SESSION


def test_a_longer_answer_is_of_the_same_reading(book: Path) -> None:
    """So nothing is read again for it; smaller passages are another one."""
    request, sizes = Request((str(book),), (QUESTION,)), SIZES
    key = _about(request, sizes, ("tiny", 1)).key
    longer = replace(sizes, answer_tokens=900, window_tokens=8000)
    assert _about(request, longer, ("tiny", 1)).key == key
    smaller = replace(sizes, chunk_tokens=30)
    assert _about(request, smaller, ("tiny", 1)).key != key


def test_a_directory_is_known_by_the_files_that_can_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    known = stamp_of(str(tmp_path))
    assert known
    (tmp_path / "loop").symlink_to("loop")
    assert (again := stamp_of(str(tmp_path)))
    assert again[0] == known[0]


@pytest.mark.parametrize(
    ("name", "member", "cited"),
    [
        ("docs/", "/a.txt", "docs/a.txt"),
        ("./docs", "/x.tar/./a.txt", "docs/x.tar/./a.txt"),
        (".", "/a.txt", "a.txt"),
    ],
)
def test_files_of_a_directory_are_told_as_they_were_cited(
    tmp_path: Path, name: str, member: str, cited: str
) -> None:
    """However the directory was called."""
    assert _as_named(f"{tmp_path}{member}", str(tmp_path), name) == cited
    assert _as_named("/b.zip/a.txt", "/b.zip", "./b.zip") == "./b.zip/a.txt"


def test_without_sessions_the_list_is_empty(mhm: Mhm) -> None:
    """And says where they would be."""
    ran = mhm("sessions", "list")
    assert (ran.status, ran.out) == (ExitStatus.ANSWERED, "")
    assert "no sessions in" in ran.err
    assert json.loads(mhm("sessions", "list", "--json").out) == []


def test_a_damaged_session_is_told_and_costs_no_other(mhm: Mhm, tmp_path: Path) -> None:
    """The list goes on."""
    (tmp_path / "sessions").mkdir()
    path = tmp_path / "sessions" / "20260101-000000-0123abcd.db"
    path.write_bytes(b"broken" * 1000)
    ran = mhm("sessions", "list")
    assert ran.status == ExitStatus.ANSWERED
    assert "20260101-000000-0123abcd cannot be read" in ran.err
    ran = mhm("sessions", "show", "last")
    assert ran.status == ExitStatus.SESSION
    assert "mhm sessions rm 20260101-000000-0123abcd" in ran.err
    assert mhm("sessions", "rm", "last").status == ExitStatus.ANSWERED
    assert not path.exists()
