"""What unpacks to more than anybody has room for is refused, whatever it is in."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.errors import SourceError
from mhmcli.source import docx as docx_room
from mhmcli.source import opening as opening_room
from mhmcli.source import streams as streams_room
from mhmcli.source import unzip as unzip_room
from mhmcli.source.streams import Limited, Measured
from tests.test_source_archives import DOCX, EPUB, opened, tarred, zipped
from tests.test_source_open import text_of

MIB = 1 << 20
STYLES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
PICTURE_AS_STYLES = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{STYLES}" Target="media/a.png"/></Relationships>'
)


def packed_otherwise(how: int) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("a.txt", "one\n", compress_type=how)
        archive.writestr("b.txt", "two\n")
    return raw.getvalue()


def with_a_hole(text: bytes, size: int) -> bytes:
    """A sparse file in a tar archive, as GNU tar writes it."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.log")
        info.size = len(text)
        info.pax_headers = {"GNU.sparse.map": f"0,{len(text)}", "GNU.sparse.size": str(size)}
        archive.addfile(info, io.BytesIO(text))
    return raw.getvalue()


@pytest.fixture
def _low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of what comes out of an archive, such that a small one meets them."""
    monkeypatch.setattr(streams_room, "_HARMLESS_BYTES", MIB // 4)
    monkeypatch.setattr(streams_room, "_MOST_TIMES", 100)


@given(st.binary(max_size=3000), st.integers(1, 700))
def test_a_limited_member_is_that_member(raw: bytes, most: int) -> None:
    """However much of it is read at once."""
    limited = cast(BinaryIO, Limited(io.BytesIO(raw), Measured(lambda: 0)))
    assert b"".join(iter(lambda: limited.read(most), b"")) == raw


@pytest.mark.usefixtures("_low_limits")
def test_a_member_that_unpacks_without_end_is_a_trap(tmp_path: Path) -> None:
    """What is harmless is read of it, and no more of what stands behind it."""
    lines = "the same line\n" * 100_000
    source = opened(tmp_path, zipped({"a.log": "first\n", "b.log": lines, "c.log": "last\n"}))
    text = text_of(source)
    assert text.startswith("first\nthe same line\n")
    assert MIB // 8 < len(text) < MIB
    assert "a trap" in str(source.report.members[1].cut_short)
    assert "a trap" in source.report.failed_parts[0]


@pytest.mark.usefixtures("_low_limits")
def test_members_that_share_their_bytes_are_counted_together(tmp_path: Path) -> None:
    """Each by itself would be harmless."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.log", "the same line\n" * 10_000)
        archive.filelist += archive.filelist * 99
    source = opened(tmp_path, raw.getvalue())
    assert len(text_of(source)) < MIB
    assert not source.report.complete


@pytest.mark.usefixtures("_low_limits")
def test_a_hole_in_a_tar_archive_is_a_trap(tmp_path: Path) -> None:
    source = opened(tmp_path, with_a_hole(b"a line\n" * 1000, 1 << 40))
    text = text_of(source)
    assert text.startswith("a line\n" * 1000)
    assert len(text) < 4 * MIB
    assert "a trap" in str(source.report.members[0].cut_short)


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda raw: zipped({"a": raw}), lambda raw: tarred({"a": raw})]
)
@pytest.mark.parametrize("begins", [b"%PDF-1.4\n", b"PK\x03\x04", rb"{\rtf1 "])
def test_what_is_read_as_a_whole_has_a_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    begins: bytes,
    pack: Callable[[bytes], bytes],
) -> None:
    """In memory, or written out."""
    monkeypatch.setattr(opening_room, "_MOST_WHOLE_BYTES", MIB)
    monkeypatch.setattr(opening_room, "_MOST_SPOOLED_BYTES", MIB)
    with pytest.raises(SourceError, match="it has more than 1 MiB") as error:
        text_of(opened(tmp_path, pack(begins + bytes(2 * MIB))))
    assert error.value.hint


def test_no_more_is_unpacked_than_is_looked_at(tmp_path: Path) -> None:
    """Of what an archive says that it is, some bytes."""
    raw = zipped({"mimetype": bytes(50 * MIB), "a.txt": "text\n"})
    tracemalloc.start()
    source = opened(tmp_path, raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * MIB
    assert text_of(source) == "text\n"


def test_each_part_of_a_docx_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what says how they belong together."""
    monkeypatch.setattr(unzip_room, "_MOST_BYTES", MIB)
    with pytest.raises(SourceError, match="it has more than 1 MiB"):
        text_of(opened(tmp_path, zipped({**DOCX, "_rels/.rels": " " * (2 * MIB)})))


def test_the_parts_of_a_docx_have_a_limit_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docx_room, "_MOST_BYTES", MIB)
    parts = {f"word/{n}.xml": " " * (MIB // 2) for n in range(3)}
    with pytest.raises(SourceError, match="its parts have more than 1 MiB"):
        text_of(opened(tmp_path, zipped({**DOCX, **parts})))


def test_a_picture_is_no_part_of_a_docx(tmp_path: Path) -> None:
    """Whatever is said to be one is unpacked whole; its pictures may be large."""
    named = {"word/_rels/document.xml.rels": PICTURE_AS_STYLES, "word/media/a.png": "<no styles"}
    source = opened(tmp_path, zipped({**DOCX, **named}))
    assert next(iter(source.passages())).place.section == "Notice"


@pytest.mark.parametrize(
    ("how", "named"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")]
)
def test_what_cannot_be_unpacked_within_limits_is_said(
    tmp_path: Path, how: int, named: str
) -> None:
    """And what stands beside it is read."""
    source = opened(tmp_path, packed_otherwise(how))
    assert text_of(source) == "two\n"
    name = source.report.name
    said = f"{name}/a.txt: it is packed with {named}; unpack it first"
    assert source.report.failed_parts == (said,)


@pytest.mark.parametrize("members", [DOCX, EPUB])
def test_a_document_that_is_packed_otherwise_says_so(
    tmp_path: Path, members: dict[str, str]
) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_BZIP2) as archive:
        for name, text in members.items():
            if name != "mimetype":
                archive.writestr(name, text)
    with pytest.raises(SourceError, match="it is packed with bzip2; unpack it first"):
        text_of(opened(tmp_path, raw.getvalue()))
