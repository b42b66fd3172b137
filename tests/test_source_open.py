"""What is opened is told by its first bytes; what cannot be read is an error with a hint."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import random
import resource
import select
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.errors import SourceError, UsageError
from mhmcli.source import Documents, Passage, Place, Source, open_source, parts
from tests.conftest import SAMPLE

NO_STDIN = io.BytesIO()


def text_of(source: Source) -> str:
    return "".join(passage.text for passage in source.passages())


def piped(raw: bytes) -> io.BufferedReader:
    """A stream that, like a pipe, cannot be sought in and gives a few bytes at a time."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as out:
            for start in range(0, len(raw), 1000):
                out.write(raw[start : start + 1000])
                out.flush()
        os._exit(0)
    os.close(writing)
    return os.fdopen(reading, "rb")


def test_gzip_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    """A compressed text is read as its text, whatever its name."""
    path = tmp_path / "log.txt"
    path.write_bytes(gzip.compress(b"line\n" * 5000))
    source = open_source(str(path), NO_STDIN)
    assert text_of(source) == "line\n" * 5000
    assert source.report.kind == "gzip"
    assert source.report.complete


def test_a_pipe_is_read_incrementally() -> None:
    """Standard input that is a pipe gives its text, and its size is not known beforehand."""
    stream = piped(b"a line of text\n" * 1000)
    source = open_source("-", stream)
    assert source.report.bytes_total is None
    assert text_of(source) == "a line of text\n" * 1000
    stream.close()
    os.wait()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("lines", [1, 500, 100_000])
def test_a_pipe_is_waited_for_while_there_is_time(
    pack: Callable[[bytes], bytes], lines: int
) -> None:
    """What came until then is read, and the report says why there is no more."""
    ends, text = os.pipe(), "a line of text\n" * lines
    with os.fdopen(ends[0], "rb") as stream, os.fdopen(ends[1], "wb", 0) as other:
        writing = threading.Thread(target=other.write, args=(pack(text.encode()),))
        writing.start()
        select.select([stream], [], [])
        source = open_source("-", stream, waiting_s=lambda: 0.3)
        assert text_of(source) == text
        writing.join()
        assert source.report.cut_short == "no time to look at the rest"
        assert not source.report.complete
        with pytest.raises(SourceError, match="nothing came from <stdin> in time"):
            open_source("-", stream, waiting_s=lambda: -1.0)


def test_what_is_there_is_read_though_time_is_over() -> None:
    """Another pipe may have taken it; but what comes without an end is not read for ever."""
    with subprocess.Popen(["yes", "a line of text"], stdout=subprocess.PIPE) as endless:
        pipe = cast(BinaryIO, endless.stdout)
        select.select([pipe], [], [])
        text = text_of(open_source("-", pipe, waiting_s=lambda: -1.0))
        endless.terminate()
    assert 1000 < len(text) < 1 << 22


def test_what_has_an_end_is_not_timed(tmp_path: Path) -> None:
    """A file is read as it is, also as standard input."""
    path = tmp_path / "a.txt"
    path.write_text("text")
    with path.open("rb") as file:
        assert text_of(open_source("-", file, waiting_s=lambda: 0.0)) == "text"
    assert text_of(open_source(str(path), NO_STDIN, waiting_s=lambda: 0.0)) == "text"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_piped_pdf_is_spooled(pack: Callable[[bytes], bytes]) -> None:
    """A PDF through a pipe, compressed or not, is read page by page like a file."""
    stream = piped(pack(SAMPLE.read_bytes()))
    source = open_source("-", stream)
    assert "Corran Head" in text_of(source)
    assert source.report.pages_read == 26
    stream.close()
    os.wait()


def test_truncated_gzip_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """What could be decompressed is read, and the report says that the rest was not."""
    rng = random.Random(1)
    text = "".join(f"{rng.random()}\n" for _ in range(20_000)).encode()
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(text)[:100_000])
    source = open_source(str(path), NO_STDIN)
    assert text.decode().startswith(text_of(source))
    assert source.report.bytes_read > 100_000
    assert source.report.cut_short == "the compressed data ends too early"
    assert not source.report.complete


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "the archive is damaged"),
        (b"\x7fELF" + bytes(100), "a program"),
        (bytes(range(256)), "binary data"),
        (b"GGUF\x03\0\0\0", "give models with -m"),
        (gzip.compress(SAMPLE.read_bytes(), mtime=0)[:9000], "cannot read .*: the compressed data"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"\x1f\x8bnot gzip at all", "compressed data is damaged"),
        (b"%PDF-1.7\nnot a PDF at all", "damaged"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """Each is one line with a hint, before any model is touched."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=says) as caught:
        open_source(str(path), NO_STDIN)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["invalid header, expected %PDF-1.4\n", "GGUF is a format.\n"])
def test_a_text_that_speaks_of_a_format_is_text(tmp_path: Path, text: str) -> None:
    """Magic words in prose are no magic."""
    path = tmp_path / "file"
    path.write_text(text)
    assert text_of(open_source(str(path), NO_STDIN)) == text


def test_a_named_pipe_is_opened_once(tmp_path: Path) -> None:
    """What goes through a pipe by a name, as with <(command), is read whole."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    if os.fork() == 0:
        path.write_text("line\n" * 3000)
        os._exit(0)
    assert text_of(open_source(str(path), NO_STDIN)) == "line\n" * 3000
    os.wait()


def test_thousands_of_files_can_be_named(tmp_path: Path) -> None:
    """Each is open only while it is read."""
    for n in range(1500):
        (tmp_path / f"{n:04}.txt").write_text(f"{n}\n")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limit[1]))
    try:
        names = sorted(str(path) for path in tmp_path.iterdir())
        documents = Documents([open_source(name, NO_STDIN) for name in names])
        documents.open()
        assert len(list(documents.passages())) == 1500
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


@pytest.mark.parametrize("order", [("a.txt", "scan.pdf"), ("scan.pdf", "a.txt")])
def test_a_scanned_pdf_beside_others_costs_them_nothing(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    """What the others give stays; its report says that it was not read."""
    (tmp_path / "a.txt").write_text("text\n")
    pdf = FPDF()
    pdf.add_page()
    (tmp_path / "scan.pgm").write_bytes(b"P5\n20 20\n255\n" + bytes([200]) * 400)
    pdf.image(str(tmp_path / "scan.pgm"), w=100)
    pdf.output(str(tmp_path / "scan.pdf"))
    documents = Documents([open_source(str(tmp_path / name), NO_STDIN) for name in order])
    documents.open()
    assert [p.text for p in documents.passages()] == ["text\n"]
    assert {r.name.rpartition("/")[2]: r.complete for r in documents.reports} == {
        "a.txt": True,
        "scan.pdf": False,
    }


def test_a_file_that_is_gone_when_its_turn_comes_is_said(tmp_path: Path) -> None:
    """Logs are rotated while others are read."""
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(f"text of {name}\n")
    sources = [open_source(str(tmp_path / name), NO_STDIN) for name in ("a.log", "b.log")]
    (tmp_path / "b.log").unlink()
    documents = Documents(sources)
    assert [p.text for p in documents.passages()] == ["text of a.log\n"]
    assert [report.complete for report in documents.reports] == [True, False]
    assert "no such file" in (documents.reports[1].cut_short or "")


def test_a_file_that_becomes_shorter_while_it_is_read_is_said(tmp_path: Path) -> None:
    """And one with a byte order mark, or without a last line end, is not taken for one."""
    path = tmp_path / "a.log"
    path.write_text("A line of a log.\n" * 50_000)
    source = open_source(str(path), NO_STDIN)
    passages = source.passages()
    next(passages)
    os.truncate(path, 1000)
    list(passages)
    assert source.report.cut_short == "it became shorter while it was read"
    assert not source.report.complete
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE)  # without a word of text after it
    texts = (b"\xef\xbb\xbftext\nmore", "text\n".encode("utf-16"), b"na\xefve\r\n\r\n")
    for whole in (*marks, *texts):
        path.write_bytes(whole)
        source = open_source(str(path), NO_STDIN)
        list(source.passages())
        assert source.report.complete


def test_standard_input_is_read_from_where_it_stands(tmp_path: Path) -> None:
    """A shell may have read the first line of it; then it is no shorter for that."""
    path = tmp_path / "a.csv"
    path.write_text("name,age\n" + "Roy,61\n" * 1000)
    with path.open("rb") as file:
        file.seek(9)
        source = open_source("-", file)
        assert text_of(source) == "Roy,61\n" * 1000
    assert (source.report.bytes_total, source.progress, source.report.complete) == (7000, 1.0, True)
    path.write_bytes(b"a line before it\n" + SAMPLE.read_bytes())
    with path.open("rb") as file:
        file.readline()
        source = open_source("-", file)
        assert "Corran Head" in text_of(source)
        assert source.report.complete


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        open_source(str(tmp_path / "none"), NO_STDIN)


def test_stdin_that_is_a_terminal_is_no_document() -> None:
    """Nobody waits for a document to be typed."""

    class Terminal(io.BytesIO):
        def isatty(self) -> bool:
            return True

    with pytest.raises(UsageError, match="is a terminal"):
        open_source("-", Terminal())


@given(st.binary(max_size=600))
def test_no_bytes_crash_the_opening(raw: bytes) -> None:
    """Whatever comes through standard input is read or refused, never a crash."""
    try:
        text_of(open_source("-", io.BytesIO(raw)))
    except SourceError as error:
        assert error.hint


@given(st.integers(0, 29_000), st.binary(min_size=1, max_size=40))
def test_no_damage_to_a_pdf_crashes_the_reading(at: int, junk: bytes) -> None:
    """A PDF with bytes overwritten anywhere is read, in part or whole, or refused."""
    raw = SAMPLE.read_bytes()
    raw = raw[:at] + junk + raw[at + len(junk) :]
    try:
        source = open_source("-", io.BytesIO(raw))
        text_of(source)
    except SourceError as error:
        assert error.hint


def test_what_is_added_while_a_log_is_read_is_not_read(tmp_path: Path) -> None:
    """It might grow as fast as it is read."""
    path = tmp_path / "a.log"
    path.write_text("A line of a log.\n" * 50_000)
    source = open_source(str(path), NO_STDIN)
    passages = source.passages()
    read = len(next(passages).text)
    with path.open("a") as log:
        log.write("One line more.\n" * 9000)
    read += sum(len(passage.text) for passage in passages)
    assert read == source.report.bytes_read == source.report.bytes_total == 850_000
    assert source.report.complete


def test_a_pause_of_a_pipe_that_does_not_block_is_no_end() -> None:
    """As node and some shells leave it."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)

    def write() -> None:
        for part in (b"one\n" * 3000, b"two\n" * 3000):
            os.write(writing, part)
            time.sleep(0.1)
        os.close(writing)

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reading, "rb") as pipe:
        text = "".join(p.text for p in open_source("-", pipe).passages())
    thread.join()
    assert text == "one\n" * 3000 + "two\n" * 3000


def test_places_know_the_order_in_which_they_are_read(tmp_path: Path) -> None:
    """That in which the documents were named, and of pieces of one page; it is no part of what a
    place is."""
    for name in ("z.txt", "a.txt"):
        (tmp_path / name).write_text("One is here.\n\nTwo is here. Three is here.\n")
    documents = Documents([open_source(str(tmp_path / n), NO_STDIN) for n in ("z.txt", "a.txt")])
    passages = list(documents.passages())
    positions = [passage.place.position for passage in passages]
    assert positions == sorted(positions)
    assert len(set(positions)) == 4
    page = Passage("One. Two. Three.", Place("a.pdf", page=7, order=(3,)))
    pieces = [piece.place for piece in parts(page)]
    assert [place.order for place in pieces] == [(3, 0), (3, 1), (3, 2)]
    assert set(pieces) == {page.place}
    assert "order" not in page.place.as_dict()


def test_documents_are_read_in_order_with_one_progress(tmp_path: Path) -> None:
    """Progress runs from 0 to 1 over all sources, each by its size."""
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    paths[0].write_text("alpha\n\n" * 300)
    paths[1].write_text("beta\n\n" * 900)
    documents = Documents([open_source(str(path), NO_STDIN) for path in paths])
    documents.open()
    seen = [(passage.text.split()[0], documents.progress) for passage in documents.passages()]
    shares = [share for _, share in seen if share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [name for name, _ in seen] == ["alpha"] * 300 + ["beta"] * 900
    assert [report.bytes_read for report in documents.reports] == [2100, 5400]
