"""`mhm` as a shell sees it: real processes, their streams and exit statuses."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF

from mhmcli import models
from mhmcli.answer import CONCLUSION_TOKENS
from mhmcli.cli.signals import stopping
from mhmcli.errors import ExitStatus, Terminated
from tests.conftest import SAMPLE, Ran

Mhm = Callable[..., Ran]
SHORT = "The lamp burns paraffin oil.\n\nMr. Roy is the keeper of the light.\n"


def is_one_error(ran: Ran, says: str) -> bool:
    """One line for the error and one for the hint, no traceback, nothing on stdout."""
    lines = ran.err.strip().splitlines()
    return (
        ran.out == ""
        and says in ran.err
        and "Traceback" not in ran.err
        and lines[-2].startswith("mhm: ")
        and lines[-1].startswith("hint: ")
    )


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A document of two sentences."""
    path = tmp_path / "short.txt"
    path.write_text(SHORT)
    return path


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file: doc"),
        (b"", "doc is empty"),
        (b"\x7fELF\x02\x01\x01" + bytes(99), "doc is not text: it is a program"),
        (b"%PDF-1.4 broken", "cannot read doc: the PDF is damaged"),
        (gzip.compress(b"", mtime=0), "doc is empty"),
        (b"   \n\n \n", "there is no text in it"),
    ],
)
def test_an_unreadable_document_is_status_3(
    mhm: Mhm, tmp_path: Path, content: bytes | None, says: str
) -> None:
    """Before any model is looked for: the model named here does not exist."""
    if content is not None:
        (tmp_path / "doc").write_bytes(content)
    ran = mhm("ask", "-m", "no-such-model", "doc", "What?")
    assert is_one_error(ran, says)
    assert ran.status == ExitStatus.SOURCE


def test_a_directory_without_text_is_status_3(mhm: Mhm, tmp_path: Path) -> None:
    """One that has nothing to be read."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/.hidden").write_text("not seen\n")
    ran = mhm("ask", "-m", "no-such-model", "docs", "What?")
    assert is_one_error(ran, "cannot read docs: there is no text in it")
    assert ran.status == ExitStatus.SOURCE


def test_empty_stdin_is_status_3(mhm: Mhm) -> None:
    """A pipe that gives nothing is an empty document."""
    ran = mhm("ask", "What?", stdin=b"")
    assert is_one_error(ran, "<stdin> is empty")
    assert ran.status == ExitStatus.SOURCE


def test_an_encrypted_pdf_and_its_password(
    mhm: Mhm, make_pdf: Callable[..., Path], tmp_path: Path
) -> None:
    """Without a password: status 3. With it, by file or variable: the model is next."""
    path = make_pdf("secret", password="sesame")
    ran = mhm("ask", path, "What?")
    assert is_one_error(ran, "it is encrypted")
    assert ran.status == ExitStatus.SOURCE
    (tmp_path / "password").write_text("sesame\n")
    opened = mhm("ask", path, "What?", "--password-file", "password", "-m", "no-such-model")
    assert opened.status == ExitStatus.MODEL
    opened = mhm("ask", path, "?", "-m", "no-such-model", env={"MHM_PDF_PASSWORD": "sesame"})
    assert opened.status == ExitStatus.MODEL


def test_a_scanned_pdf_is_status_3(mhm: Mhm, tmp_path: Path) -> None:
    """Pictures without text: the pages are named, and the command that adds the text."""
    (tmp_path / "scan.pgm").write_bytes(b"P5\n20 20\n255\n" + bytes([200]) * 400)
    pdf = FPDF()
    for _ in range(2):
        pdf.add_page()
        pdf.image(str(tmp_path / "scan.pgm"), w=100)
    pdf.output(str(tmp_path / "scan.pdf"))
    ran = mhm("ask", "scan.pdf", "What?")
    assert is_one_error(ran, "pages 1-2 hold pictures or nothing")
    assert "ocrmypdf scan.pdf" in ran.err
    assert ran.status == ExitStatus.SOURCE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["short.txt"], "no question: the last argument, short.txt, is a document"),
        (["-q", "  ", "short.txt"], "the question is empty"),
        (["-q", "What?", "-", "-"], "standard input can be read only once"),
        (["--password-file", "nowhere", "short.txt", "What?"], "cannot read the password file"),
    ],
)
def test_arguments_that_mean_nothing_are_status_2(
    mhm: Mhm, short: Path, arguments: list[str], says: str
) -> None:
    """Each says which argument, and what to write instead."""
    ran = mhm("ask", *arguments)
    assert is_one_error(ran, says)
    assert ran.status == ExitStatus.USAGE


def test_a_long_question_is_no_file_name(mhm: Mhm, short: Path) -> None:
    """A question that no file system would take as a name is a question."""
    ran = mhm("ask", "-m", "no-such-model", short, "Why? " * 400)
    assert is_one_error(ran, "no model named no-such-model")


def test_closed_streams_are_no_bug(short: Path) -> None:
    """A service may start it without standard input, or without any stream at all."""
    for closed in ("<&-", "<&- >&- 2>&-"):
        command = f"{sys.executable} -m mhmcli ask -m no-such-model {short} 'Who?' {closed}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
        assert done.returncode == ExitStatus.MODEL


def test_a_full_stdout_is_said(mhm: Mhm) -> None:
    """An answer that cannot be written is an error, not silence."""
    command = f"{sys.executable} -m mhmcli models list > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.returncode == ExitStatus.BUG
    assert b"cannot write to stdout: No space left on device" in done.stderr


def test_unknown_options_are_status_2(mhm: Mhm) -> None:
    """A typing error gets the nearest option."""
    ran = mhm("ask", "--chunk-token", "5", "What?")
    assert ran.status == ExitStatus.USAGE
    assert "--chunk-tokens" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"hello", "is not a GGUF model"), (b"GGUF\x03\0\0\0\x01", "is cut short")],
)
def test_a_model_that_is_none_is_status_4(
    mhm: Mhm, short: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    """By its header, before llama.cpp sees it."""
    (tmp_path / "model.gguf").write_bytes(content)
    ran = mhm("ask", "-m", "model.gguf", short, "What?")
    assert is_one_error(ran, says)
    assert ran.status == ExitStatus.MODEL


@pytest.mark.model
def test_a_truncated_model_is_status_4(
    mhm: Mhm, short: Path, tiny_model: Path, tmp_path: Path
) -> None:
    """A whole header over missing weights."""
    (tmp_path / "cut.gguf").write_bytes(tiny_model.read_bytes()[:60_000_000])
    ran = mhm("ask", "-m", "cut.gguf", short, "What?")
    assert is_one_error(ran, "cannot load")
    assert ran.status == ExitStatus.MODEL


@pytest.mark.model
def test_a_model_that_does_not_fit_in_memory_is_status_4(
    mhm: Mhm, short: Path, tiny_model: Path, tmp_path: Path
) -> None:
    """With a limit on the process's memory below the file's size, it is not even tried."""
    big = tmp_path / "big.gguf"
    with big.open("wb") as file:
        file.write(tiny_model.read_bytes()[:20_000_000])
        file.truncate(40_000_000_000)  # sparse: it takes no room on the disk
    limit = ["sh", "-c", 'ulimit -v 20000000; exec "$@"', "sh"]
    ran = mhm("ask", "-m", big, short, "What?", before=limit)
    assert is_one_error(ran, "needs 37.3 GiB of memory")
    assert ran.status == ExitStatus.MODEL


def test_a_missing_model_offline_is_status_4(mhm: Mhm, short: Path, tmp_path: Path) -> None:
    """The hint is the command that fetches it; the flag and the variable say the same."""
    empty = {"MHM_MODELS_DIR": str(tmp_path / "none")}
    ran = mhm("ask", "--offline", short, "What?", env=empty)
    assert is_one_error(ran, "the network is forbidden")
    assert f"mhm models pull {models.DEFAULT}" in ran.err
    assert ran.status == ExitStatus.MODEL
    assert mhm("ask", short, "What?", env={**empty, "MHM_OFFLINE": "1"}).err == ran.err


def test_an_unwritable_cache_is_status_4(mhm: Mhm, short: Path, tmp_path: Path) -> None:
    """A cache that is a file, and one that has no room."""
    (tmp_path / "file").write_text("")
    ran = mhm("models", "pull", "tiny", env={"MHM_MODELS_DIR": str(tmp_path / "file")})
    assert is_one_error(ran, "cannot keep models in")
    assert ran.status == ExitStatus.MODEL


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_status_4(mhm: Mhm, tmp_path: Path) -> None:
    """A disk of 1 MB: refused before a byte is fetched."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        ran = mhm("models", "pull", "tiny", env={"MHM_MODELS_DIR": str(disk)})
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert is_one_error(ran, "0.0 GB is free")
    assert ran.status == ExitStatus.MODEL


@pytest.mark.model
def test_sizes_that_exceed_the_window_are_status_4(mhm: Mhm, short: Path) -> None:
    """The numbers, and the flag to change."""
    ran = mhm("ask", "-m", "tiny", "--chunk-tokens", "9000", short, "What?")
    assert is_one_error(ran, "the model has 8192")
    assert "--chunk-tokens" in ran.err
    assert ran.status == ExitStatus.MODEL


@pytest.mark.model
def test_an_answer_is_status_0(tiny_model: Path, short: Path) -> None:
    """The answer alone on stdout, its place on stderr. (The tiny model knows no answers: a
    scripted engine replies in its stead, in the same process and through the same wiring.)"""
    done = scripted(
        "ScriptedEngine(['Mr. Roy\\x1b[31m'])",
        *("-m", str(tiny_model), str(short), "Who keeps it?"),
    )
    assert done.stdout.decode() == "Mr. Roy␛[31m\n"
    assert f"from    {short} line 3\n" in done.stderr.decode()
    assert done.returncode == ExitStatus.ANSWERED


@pytest.mark.model
def test_a_count_is_the_programs(tiny_model: Path, tmp_path: Path) -> None:
    """The model says of each sort of line whether it is meant; lines are counted with places."""
    path = tmp_path / "auth.log"
    lines = [
        f"Dec 10 07:0{n}:00 host sshd[{n}]: {'Failed password' if n % 3 else 'Session'} for ann"
        for n in range(9)
    ]
    path.write_text("\n".join(lines) + "\n")
    done = scripted(
        "ScriptedEngine([], judge=lambda p: 9.0 if 'Failed' in p.split('Question')[0] else -9.0)",
        *("-m", str(tiny_model), str(path), "How many log-ins failed?"),
    )
    assert done.stdout.decode() == "6\n"
    assert (
        f"from    {path} line 2, line 3, line 5, line 6, line 8, line 9\n" in done.stderr.decode()
    )
    assert "counted 6 x Dec # # host sshd[#]: Failed password for ann\n" in done.stderr.decode()
    assert "not counted" not in done.stderr.decode()
    assert done.returncode == ExitStatus.ANSWERED
    done = scripted(
        "ScriptedEngine(['Six'], judge=lambda _: -0.2)",
        *("-m", str(tiny_model), str(path), "How many log-ins failed?"),
    )
    assert done.stdout.decode() == "Six\n"
    assert "not counted" in done.stderr.decode()


@pytest.mark.model
def test_a_quick_answer_is_from_the_passages_that_share_the_most_words(
    tiny_model: Path, tmp_path: Path
) -> None:
    """Everything is scanned, the model is shown the best alone, and the receipt says so."""
    path = tmp_path / "light.txt"
    dull = "".join(
        f"In the year {n} the sea was grey and nothing came of it.\n\n" for n in range(99)
    )
    path.write_text(f"{dull}The keeper of the lantern is Mr. Roy.\n\n{dull}")
    arguments = ("-m", str(tiny_model), "--quick", str(path))
    done = scripted(
        "ScriptedEngine(lambda p: 'Mr. Roy' if p.count('the sea was grey') < 99 else 'all of it')",
        *arguments,
        "Who is the keeper of the lantern?",
    )
    assert done.stdout.decode() == "Mr. Roy\n"
    err = done.stderr.decode()
    assert f"from    {path} line 199\n" in err
    assert f"scanned {path}: 398 lines" in err
    assert re.search(r"of 199: \d+\.\d% of the document; THE REST WAS ONLY SCANNED;", err)
    assert done.returncode == ExitStatus.ANSWERED
    none = scripted("ScriptedEngine([])", *arguments, "Xylophones?")
    assert none.stdout.decode() == "The passages that were read do not say.\n"
    assert none.returncode == ExitStatus.NOT_IN_DOCUMENT


@pytest.mark.model
@pytest.mark.parametrize(
    ("partly", "least", "most"), [("--skim=10%", 0.1, 0.13), ("--budget=60s", 1.0, 1.0)]
)
def test_a_part_is_read_most_promising_first(  # noqa: PLR0913, PLR0917
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    partly: str,
    least: float,
    most: float,
) -> None:
    """What shares words with the question comes first, wherever it stands, and the receipt says how
    much was read. (A scripted engine reads all in no time.) The environment's memory is for whole
    readings."""
    monkeypatch.setenv("MHM_MEMORY", "append")
    path = tmp_path / "light.txt"
    dull = "".join(f"In the year {n} the sea was grey and all was well.\n\n" for n in range(50))
    path.write_text(f"{dull}The keeper of the lantern is Mr. Roy. He has a lamp. He has a boat.\n")
    done = scripted(
        "ScriptedEngine(lambda p: 'Mr. Roy' if 'The keeper of' in p else 'nobody')",
        *("-m", str(tiny_model), partly, "--json", str(path), "Who keeps the lantern, keeper?"),
    )
    made, err = json.loads(done.stdout), done.stderr.decode()
    assert made["answers"][0]["text"] == "Mr. Roy"
    assert made["answers"][0]["places"][0]["line"] == 101
    assert least <= made["receipt"]["share_read"] <= most
    assert made["receipt"]["scanned_passages"] == 51
    in_part = most < 1
    assert (f"{made['receipt']['share_read']:.0%} of the document;" in err) == in_part
    assert ("; THE REST WAS ONLY SCANNED" in err) == in_part
    assert f"{'scanned' if in_part else 'read   '} {path}: 101 lines" in err
    assert done.returncode == ExitStatus.ANSWERED


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--quick", "--skim", "5%"], "exclude each other"),
        (["--skim", "0%"], "is no share"),
        (["--budget", "soon"], "is no length of time"),
        (["--budget", "5m", "--memory", "append"], "out of order"),
    ],
)
def test_parts_that_cannot_be_are_status_2(
    mhm: Mhm, short: Path, arguments: list[str], why: str
) -> None:
    ran = mhm("ask", *arguments, short, "What?")
    assert is_one_error(ran, why)
    assert ran.status == ExitStatus.USAGE


def scripted(engine: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`mhm ask` in a process of its own, with a fake engine."""
    code = (
        "import mhmcli.cli.preparing as preparing\n"
        "import mhmcli.cli.run as run\n"
        "from mhmcli.cli import main\n"
        "from mhmcli.engine.scripted import ScriptedEngine\n"
        f"preparing.LlamaEngine = lambda *_: {engine}\n"
        "run.judges = lambda *_, **__: True\n"
        "main()"
    )
    command = [sys.executable, "-c", code, "ask", *arguments]
    return subprocess.run(command, capture_output=True, check=False)


# --- runs with the tiny model ----------------------------------------------------------------


@pytest.mark.model
@pytest.mark.parametrize("memory", ["scoring", "append", "scribe", "mhm-lru", "monolithic"])
def test_a_run_gives_an_answer_and_a_receipt(mhm: Mhm, short: Path, memory: str) -> None:
    """stdout has the answer alone, stderr the receipt, whatever the memory."""
    small = ("--memory", memory, "--head-tokens", "64")
    ran = mhm("ask", "-m", "tiny", *small, short, "Who is the keeper of the light?")
    assert ran.status in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT)
    assert ran.out.strip()
    assert "\x1b" not in ran.out + ran.err
    assert f"read    {short}: 3 lines, {len(SHORT)} of {len(SHORT)} bytes" in ran.err
    assert "1 chunk; 1 step" in ran.err
    assert "Smollm2 135M" in ran.err


@pytest.mark.model
def test_a_model_that_cannot_judge_is_not_asked_to(mhm: Mhm, short: Path) -> None:
    """The tiny model's yes is as likely after any text; passages are ranked without it, and that is
    said."""
    ran = mhm("ask", "-m", "tiny", "--memory", "scoring", "-v", short, "Who is the keeper?")
    assert "this model's yes and no say nothing" in ran.err
    assert "question -" in ran.err
    assert "yes +" not in ran.err
    assert "yes -" not in ran.err
    assert ran.status in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT)


@pytest.mark.model
def test_json_has_everything_and_stdout_nothing_else(mhm: Mhm, short: Path) -> None:
    """One object: answers with heads, receipt, model, settings, a schema version."""
    ran = mhm("ask", "-m", "tiny", "-q", "Who?", "-q", "What burns?", "--json", short)
    made = json.loads(ran.out)
    assert made["schema_version"] == 1
    assert [answer["question"] for answer in made["answers"]] == ["Who?", "What burns?"]
    assert made["settings"]["memory"] == "scoring"
    assert len(made["answers"][0]["heads"]) == made["settings"]["heads"] == 4
    receipt = made["receipt"]
    assert receipt["complete"]
    assert receipt["finished"]
    assert receipt["steps"] == 2 * receipt["chunks"] == 2
    assert receipt["sources"][0]["bytes_read"] == len(SHORT)
    assert made["model"]["device"].startswith("CPU")


@pytest.mark.model
def test_an_answer_has_no_more_tokens_than_it_may(mhm: Mhm, short: Path) -> None:
    """But for the line that an answer is brought to; the setting stands in what programs get."""
    ran = mhm("ask", "-m", "tiny", "--answer-tokens", "16", "--json", short, "Who burns what?")
    made = json.loads(ran.out)
    assert made["settings"]["answer_tokens"] == 16
    assert made["receipt"]["computed_tokens"]["reply_tokens"] <= 16 + CONCLUSION_TOKENS


@pytest.mark.model
def test_stdin_is_read_by_a_pipe_and_by_a_dash(mhm: Mhm, short: Path) -> None:
    """Both ways of naming it, and beside a file."""
    for arguments in (["What?"], ["-", "What?"], [str(short), "-", "What?"]):
        ran = mhm("ask", "-m", "tiny", *arguments, stdin=SHORT.encode())
        assert f"<stdin>: 3 lines, {len(SHORT)} bytes" in ran.err
    assert "2 chunks" in ran.err


@pytest.mark.model
def test_no_answer_is_status_1(mhm: Mhm, tmp_path: Path) -> None:
    """A document without a word about it: said on stdout, and by the status."""
    (tmp_path / "doc").write_text("1 2 3\n")
    ran = mhm("ask", "-m", "tiny", "--memory", "append", "doc", "Zebra?", "--quiet")
    assert ran.status == ExitStatus.NOT_IN_DOCUMENT
    assert ran.out == "The document does not say.\n"
    assert ran.err == ""


@pytest.mark.model
def test_what_cannot_be_read_is_status_5(mhm: Mhm, tmp_path: Path) -> None:
    """A truncated gzip is read as far as it goes; --partial-ok takes the answer as it is."""
    raw = gzip.compress("".join(f"{n * n} is a number\n" for n in range(400)).encode())
    (tmp_path / "cut.gz").write_bytes(raw[: len(raw) // 2])
    ran = mhm("ask", "-m", "tiny", "cut.gz", "What?")
    assert ran.status == ExitStatus.INCOMPLETE
    assert "READ IN PART" in ran.err
    assert "the compressed data ends too early" in ran.err
    ran = mhm("ask", "-m", "tiny", "cut.gz", "What?", "--partial-ok")
    assert ran.status in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT)


@pytest.mark.model
def test_a_seed_repeats_a_run(mhm: Mhm, short: Path) -> None:
    """Greedy, or sampled with a seed: the same command gives the same bytes."""
    command = [
        "ask",
        "-m",
        "tiny",
        short,
        "Who is the keeper?",
        "--temperature",
        "1",
        "--seed",
        "7",
    ]
    assert mhm(*command).out == mhm(*command).out


@pytest.mark.model
def test_verbose_shows_steps_and_then_llama_cpp(mhm: Mhm, short: Path) -> None:
    """-v: a line a step; -vv: llama.cpp's log too."""
    once = mhm("ask", "-m", "tiny", "-v", short, "Who?")
    assert "-> question 1, head 1: " in once.err
    assert "llama_model_load" not in once.err
    assert "llama_model_load" in mhm("ask", "-m", "tiny", "-vv", short, "Who?").err


# --- being stopped ---------------------------------------------------------------------------


def started(*arguments: str) -> subprocess.Popen[bytes]:
    """`mhm ask` on the sample with the tiny model, waiting until it reads."""
    env = {**os.environ, "MHM_MODELS_DIR": str(models.directory())}
    process = subprocess.Popen(
        [sys.executable, "-m", "mhmcli", "ask", "-m", "tiny", str(SAMPLE), "What?", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
    )
    assert process.stderr is not None
    assert b"reading" in process.stderr.readline()
    return process


@pytest.mark.model
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, ExitStatus.INTERRUPTED), (signal.SIGTERM, ExitStatus.TERMINATED)],
)
def test_a_signal_stops_the_run_with_a_receipt(
    tiny_model: Path, number: signal.Signals, status: ExitStatus
) -> None:
    """Even inside a prefill: what was read until then is said, and no traceback."""
    process = started("--chunk-tokens", "4000")
    time.sleep(0.3)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert out == b""
    assert b"STOPPED BEFORE THE END" in err
    assert b"Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_error_that_cannot_be_written_keeps_its_status(tmp_path: Path) -> None:
    """A log on a full disk is no reason to say that the document does not say."""
    command = [sys.executable, "-m", "mhmcli", "ask", str(tmp_path / "gone.txt"), "Who?"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stderr=full, check=False)
    assert done.returncode == ExitStatus.SOURCE


@pytest.mark.model
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_answer_is_not_lost_with_its_receipt(tiny_model: Path, short: Path) -> None:
    command = [sys.executable, "-m", "mhmcli", "ask", "-m", "tiny", str(short), "Who?"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.returncode in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT)
    assert done.stdout.strip()


def test_a_signal_unwinds_what_computes_nothing() -> None:
    """A download is left as on Ctrl-C: its bar goes, and the cursor comes back."""
    unwound = []

    def download() -> None:
        with stopping():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(10)
            finally:
                unwound.append("cursor")

    with pytest.raises(Terminated):
        download()
    assert unwound == ["cursor"]


def test_a_password_that_is_not_text_is_refused(mhm: Mhm) -> None:
    """One line, not a failure inside the PDF library."""
    ran = mhm("ask", str(SAMPLE), "Who?", env={"MHM_PDF_PASSWORD": os.fsdecode(b"\xff\xfe")})
    assert ran.status == ExitStatus.USAGE
    assert is_one_error(ran, "MHM_PDF_PASSWORD is not text")


@pytest.mark.model
def test_a_signal_that_is_sent_twice_at_once_is_one(tiny_model: Path) -> None:
    """`timeout` sends two: to the process, and to its group."""
    process = started("--chunk-tokens", "4000")
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == ExitStatus.TERMINATED
    assert b"STOPPED BEFORE THE END" in err


@pytest.mark.model
def test_a_closed_pipe_is_quiet(tiny_model: Path, short: Path) -> None:
    """`mhm ask ... | true` ends with 141 and without a word about it."""
    command = f"{sys.executable} -m mhmcli ask -m tiny --quiet {short} 'Who?' | true"
    shell = ["bash", "-c", command + '; exit "${PIPESTATUS[0]}"']
    done = subprocess.run(shell, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (ExitStatus.CLOSED_PIPE, b"")


# --- the rest of the command line ------------------------------------------------------------


@pytest.mark.model
def test_the_models_commands(mhm: Mhm, tiny_model: Path, tmp_path: Path) -> None:
    """list, path, info and rm say what is here; --json for scripts."""
    listed = json.loads(mhm("models", "list", "--json").out)
    assert {m["name"]: m["installed"] for m in listed}["smollm2-135m"]
    assert mhm("models", "path", "tiny").out.strip() == str(tiny_model)
    info = mhm("models", "info", "tiny", "--verify")
    assert "8,192 tokens" in info.out
    assert info.out.count(models.find("tiny").sha256) == 2
    assert mhm("models", "pull", "tiny").out.strip() == str(tiny_model)
    elsewhere = {"MHM_MODELS_DIR": str(tmp_path)}
    assert is_one_error(mhm("models", "rm", "tiny", env=elsewhere), "is not on this machine")
    copy = tmp_path / tiny_model.name
    copy.write_bytes(tiny_model.read_bytes())
    assert mhm("models", "rm", "tiny", env=elsewhere).status == 0
    assert not copy.exists()


def test_help_and_version(mhm: Mhm) -> None:
    """Both begin with what a person wants to know."""
    shown = mhm("ask", "-h")
    assert shown.status == 0
    assert shown.out.index("mhm ask book.pdf") < shown.out.index("--chunk-tokens")
    assert mhm("--version").out.startswith("mhm 0.")


def test_a_bug_is_status_70_and_says_so(mhm: Mhm) -> None:
    """What nobody foresaw is one line too, and a traceback only on request."""
    code = "import mhmcli.cli.application as a; a.app = lambda: 1 / 0; a.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == ExitStatus.BUG
    assert done.stderr.startswith(b"mhm: internal error: ZeroDivisionError")
    assert b"Traceback" not in done.stderr
    debug = {**os.environ, "MHM_DEBUG": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=debug)
    assert b"Traceback" in done.stderr
