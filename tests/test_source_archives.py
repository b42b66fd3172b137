"""Archives, directories, and the documents that are archives themselves."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.errors import SourceError
from mhmcli.source import Documents, Place, Source, files_in, open_source
from mhmcli.source import streams as streams_room
from mhmcli.source.rtf import RtfSource
from tests.conftest import SAMPLE
from tests.test_source_open import NO_STDIN, piped, text_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd.compress,
}
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
    '<item id="b" href="two%20b.xhtml"/><item id="a" href="one.xhtml"/><item id="s" href="s.css"/>'
    '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
)
WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Notice</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>Three months to the end of a quarter.</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Rent</w:t></w:r></w:p></w:tc>"
    "<w:tc><w:p><w:r><w:t>1200</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
)
STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    "</w:styles>"
)
EPUB = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/one.xhtml": "<html><body><h1>Dawn</h1><p>The lamp went out.</p></body></html>",
    "OEBPS/two b.xhtml": "<html><body><h1>Dusk</h1><p>It was lit.</p></body></html>",
    "OEBPS/s.css": "p {}",
}
DOCX = {
    "[Content_Types].xml": "<Types/>",
    "word/document.xml": WORD,
    "word/styles.xml": STYLES,
}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(99)
LOGS: dict[str, str | bytes] = {
    "b.log": "second\n",
    "a/a.log": "first\nline\n",
    "a/light.png": PICTURE,
    "empty.txt": "",
}


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return raw.getvalue()


def tarred(members: Mapping[str, str | bytes]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, text in members.items():
            data = text.encode() if isinstance(text, str) else text
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def opened(tmp_path: Path, raw: bytes) -> Source:
    path = tmp_path / "doc"
    path.write_bytes(raw)
    return open_source(str(path), NO_STDIN)


@pytest.mark.parametrize("kind", PACKERS)
def test_what_is_compressed_is_read_as_its_text(tmp_path: Path, kind: str) -> None:
    """Whatever its name, from a file and through a pipe; as far as it goes, where it is cut off."""
    text = "".join(f"{n * n} is a number\n" for n in range(120_000))
    packed = PACKERS[kind](text.encode())
    source = opened(tmp_path, packed)
    assert text_of(source) == text
    assert (source.report.kind, source.report.complete) == (kind, True)
    with piped(packed) as stream:
        assert text_of(open_source("-", stream)) == text
    cut_off = opened(tmp_path, packed[: len(packed) * 3 // 4])
    said = text_of(cut_off)
    assert text.startswith(said)
    assert cut_off.report.cut_short == "the compressed data ends too early"


def test_what_unpacks_without_end_is_a_trap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is harmless is read; then it is said why no more is."""
    monkeypatch.setattr(streams_room, "_HARMLESS_BYTES", 1 << 20)
    raw = zstd.compress(b"the same line\n" * 500_000)
    assert len(raw) < 7000
    source = opened(tmp_path, raw)
    assert 1 << 19 < len(text_of(source)) <= 1 << 20
    assert "a trap" in str(source.report.cut_short)


@pytest.mark.parametrize("pack", [zipped, tarred, lambda files: gzip.compress(tarred(files))])
@pytest.mark.parametrize("through_a_pipe", [False, True])
def test_the_members_of_an_archive_are_documents(
    tmp_path: Path, pack: Callable[..., bytes], *, through_a_pipe: bool
) -> None:
    """In their order, each with its own places; what is no text is passed over and named."""
    if through_a_pipe:
        stream = piped(pack(LOGS))
        source = open_source("-", stream)
    else:
        source = opened(tmp_path, pack(LOGS))
    name = source.report.name
    found = list(source.passages())
    assert [(p.text, p.place.source, p.place.line) for p in found] == [
        ("second\n", f"{name}/b.log", 1),
        ("first\nline\n", f"{name}/a/a.log", 1),
    ]
    report = source.report
    assert report.complete
    assert [member.name for member in report.members] == [f"{name}/b.log", f"{name}/a/a.log"]
    assert report.passed_over == (f"{name}/a/light.png",)
    assert report.bytes_read == sum(map(len, LOGS.values()))
    if through_a_pipe:
        stream.close()


def test_an_archive_whose_first_file_is_a_pdf_is_no_pdf(tmp_path: Path) -> None:
    """Though it begins with a header of one, behind a few bytes that are no text."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.write(SAMPLE, "a.pdf")
    for raw in (stored.getvalue(), tarred({"a.pdf": SAMPLE.read_bytes()})):
        source = opened(tmp_path, raw)
        assert "Corran Head" in text_of(source)
        assert [member.kind for member in source.report.members] == ["pdf"]


def test_archives_in_archives_are_read_and_not_for_ever(tmp_path: Path) -> None:
    """PDF, pages and books in them too."""
    page = "<html><h1>Oil</h1><p>Twelve barrels.</p></html>"
    inner = zipped(
        {"a.html": page, "sample.pdf": Path(SAMPLE).read_bytes(), "b.epub": zipped(EPUB)}
    )
    source = opened(tmp_path, tarred({"inner.zip": inner}))
    places = {str(passage.place) for passage in source.passages()}
    name = f"{source.report.name}/inner.zip"
    assert {f"{name}/a.html § Oil", f"{name}/b.epub § Dusk"} <= places
    assert any(place.startswith(f"{name}/sample.pdf p. 12 (10)") for place in places)
    assert source.report.complete
    (inside,) = source.report.members
    assert inside.bytes_read == inside.bytes_total, "as packed there, whatever it unpacks to"
    deep = zipped({"a.txt": "text\n"})
    for _ in range(4):
        deep = zipped({"b.txt": "more\n", "in.zip": deep})
    source = opened(tmp_path, deep)
    assert text_of(source) == "more\n" * 3
    assert not source.report.complete


def test_what_is_damaged_in_an_archive_is_named(tmp_path: Path) -> None:
    """And then not everything was read; what stands beside it is."""
    members: dict[str, str | bytes] = {"a.txt": "one\n" * 50, "b.txt": "two\n" * 50}
    raw = bytearray(zipped({**members, "c.pdf": b"%PDF-1.4 broken"}))
    at = raw.index(b"a.txt") + len("a.txt") + 2
    raw[at] ^= 0xFF
    source = opened(tmp_path, bytes(raw))
    assert text_of(source).count("two") == 50
    assert not source.report.complete
    assert any("c.pdf" in failed for failed in source.report.failed_parts)
    with pytest.raises(SourceError, match="the archive is damaged"):
        opened(tmp_path, bytes(raw[:-30]))
    with pytest.raises(SourceError, match="there is no text in it"):
        text_of(opened(tmp_path, zipped({"light.png": PICTURE})))


def test_a_directory_is_whole_though_archives_in_it_have_no_text(tmp_path: Path) -> None:
    """They are passed over as the pictures in them would be, and so is what is packed and empty;
    one whose files cannot be read is another matter."""
    (tmp_path / "a.txt").write_text("a lamp\n")
    (tmp_path / "b.zip").write_bytes(zipped({"light.png": PICTURE}))
    (tmp_path / "c.log.3.gz").write_bytes(gzip.compress(b""))
    source = open_source(str(tmp_path), NO_STDIN)
    assert text_of(source) == "a lamp\n"
    assert [name.rpartition("/")[2] for name in source.report.passed_over] == [
        "b.zip",
        "c.log.3.gz",
    ]
    assert source.report.complete
    (tmp_path / "d.zip").write_bytes(zipped({"c.pdf": b"%PDF-1.4 broken"}))
    source = open_source(str(tmp_path), NO_STDIN)
    assert text_of(source) == "a lamp\n"
    assert not source.report.complete


def test_an_epub_is_read_chapter_by_chapter(tmp_path: Path) -> None:
    """In the order of its spine, which is not that of the archive."""
    source = opened(tmp_path, zipped(EPUB))
    found = list(source.passages())
    assert [p.text.strip() for p in found] == ["Dawn", "The lamp went out.", "Dusk", "It was lit."]
    assert [p.place.section for p in found] == ["Dawn", "Dawn", "Dusk", "Dusk"]
    assert str(found[3].place) == f"{source.report.name} § Dusk"
    assert (source.report.kind, source.report.complete, source.progress) == ("epub", True, 1.0)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"OEBPS/book.opf": "<package"}, "the EPUB is damaged"),
        ({"META-INF/container.xml": "<container/>"}, "the EPUB is damaged"),
        ({"OEBPS/book.opf": "<package><spine/></package>"}, "has no chapters"),
        (
            {"META-INF/encryption.xml": '<e><EncryptionMethod Algorithm="aes128-cbc"/></e>'},
            "protected",
        ),
    ],
)
def test_a_book_that_cannot_be_read_says_why(
    tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    with pytest.raises(SourceError, match=why):
        text_of(opened(tmp_path, zipped({**EPUB, **changed})))


@pytest.mark.parametrize(
    ("href", "member"),
    [
        ("one.xhtml#start", "OEBPS/one.xhtml"),
        ("ONE.xhtml", "OEBPS/one.xhtml"),
        ("o%20e.xhtml", "OEBPS/o%20e.xhtml"),
        ("/OEBPS/one.xhtml", "OEBPS/one.xhtml"),
    ],
)
def test_a_chapter_is_found_however_it_is_named(tmp_path: Path, href: str, member: str) -> None:
    text = EPUB["OEBPS/one.xhtml"]
    package = PACKAGE.replace('href="one.xhtml"', f'href="{href}"').replace('<item id="s"', "<item")
    book = {**EPUB, "OEBPS/book.opf": f"\n{package}"}
    del book["OEBPS/one.xhtml"]
    source = opened(tmp_path, zipped({**book, member: text}))
    assert "The lamp went out." in text_of(source)
    assert source.report.complete


def test_a_chapter_that_is_not_there_is_said(tmp_path: Path) -> None:
    book = {name: text for name, text in EPUB.items() if name != "OEBPS/one.xhtml"}
    source = opened(tmp_path, zipped(book))
    assert text_of(source).split()[0] == "Dusk"
    assert source.report.failed_parts == (f"{source.report.name}: one.xhtml is not in the book",)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8"])
def test_a_chapter_is_in_the_encoding_that_it_says(tmp_path: Path, encoding: str) -> None:
    """A title is no heading: a chapter may go on in the next file."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><html><head><title>Book</title></head>'
    raw = f"{text}<body><p>Café “quoted”</p></body></html>".encode(encoding)
    source = opened(tmp_path, zipped({**EPUB, "OEBPS/two b.xhtml": raw}))
    last = list(source.passages())[-1]
    assert (last.text.strip(), last.place.section) == ("Café “quoted”", "Dawn")
    assert source.report.replaced_bytes == 0


def test_protected_fonts_are_no_protected_book(tmp_path: Path) -> None:
    said = '<e><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></e>'
    source = opened(tmp_path, zipped({**EPUB, "META-INF/encryption.xml": said}))
    assert "It was lit." in text_of(source)


def test_members_of_one_name_are_each_read(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("a.txt", "first\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "second\n")
    assert text_of(opened(tmp_path, raw.getvalue())) == "first\nsecond\n"


@pytest.mark.parametrize("damage", ["header", "inside a header", "before a header", "zero block"])
def test_a_tar_archive_that_breaks_off_says_so(tmp_path: Path, damage: str) -> None:
    """tarfile takes what it cannot read for the end."""
    raw = bytearray(tarred({"a.txt": "one\n", "b.txt": "two\n", "c.txt": "three\n"}))
    second = 2 * tarfile.BLOCKSIZE
    if damage == "header":
        raw[second] ^= 0xFF
    elif damage == "zero block":
        raw[second:second] = bytes(tarfile.BLOCKSIZE)
    else:
        del raw[second + (99 if damage == "inside a header" else 0) :]
    source = opened(tmp_path, bytes(raw))
    assert text_of(source) == "one\n"
    assert source.report.cut_short == "the archive breaks off"


def test_a_text_that_speaks_of_tar_is_a_text(tmp_path: Path) -> None:
    text = f"{'x' * 257}ustar is a magic word\n"
    assert text_of(opened(tmp_path, text.encode() + b"more\n" * 200)).startswith("xxx")


def test_rtf_that_ends_within_a_group_is_cut_short(tmp_path: Path) -> None:
    source = opened(tmp_path, rb"{\rtf1\ansi It was {\b cut")
    assert "It was" in text_of(source)
    assert source.report.cut_short == "it ends within a group"


@given(st.lists(st.sampled_from([r"\\", r"\{", r"\}", r"\'e9", "x", " ", r"{\b y}"])))
def test_what_is_escaped_in_rtf_is_no_group(parts: list[str]) -> None:
    """A backslash before a brace may be the end of an escaped backslash."""
    begun = rb"{\rtf1 " + "".join(parts).encode()
    for raw, cut_short in ((begun + b"}", None), (begun, "it ends within a group")):
        source = RtfSource("a.rtf", raw)
        text_of(source)
        assert source.report.cut_short == cut_short


def test_what_word_has_and_nobody_reads_is_said(tmp_path: Path) -> None:
    """A formula, as others that mammoth does not know."""
    formula = '<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/>'
    word = WORD.replace("<w:tbl>", f"{formula}</w:p><w:tbl>")
    source = opened(tmp_path, zipped({**DOCX, "word/document.xml": word}))
    assert "Three months" in text_of(source)
    assert not source.report.complete
    assert "oMath" in source.report.failed_parts[0]


def test_a_docx_has_headings_paragraphs_and_tables(tmp_path: Path) -> None:
    source = opened(tmp_path, zipped(DOCX))
    found = [(passage.text.strip(), passage.place.section) for passage in source.passages()]
    assert found == [
        ("Notice", "Notice"),
        ("Three months to the end of a quarter.", "Notice"),
        ("Rent | 1200", "Notice"),
    ]
    assert (source.report.kind, source.report.complete) == ("docx", True)
    with pytest.raises(SourceError, match="the DOCX is damaged"):
        text_of(opened(tmp_path, zipped({**DOCX, "word/document.xml": "<w:document"})))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "ppt/presentation.xml"])
def test_what_is_no_document_is_refused_with_a_hint(tmp_path: Path, part: str) -> None:
    with pytest.raises(SourceError, match=r"a spreadsheet|a presentation") as error:
        opened(tmp_path, zipped({part: "<x/>"}))
    source = opened(tmp_path, zipped({"a.txt": "text\n", "b.xlsx": zipped({part: "<x/>"})}))
    assert text_of(source) == "text\n"
    assert not source.report.complete, "it was meant to be read"
    assert "CSV" in str(error.value.hint)


def test_rtf_has_its_text_and_no_lines(tmp_path: Path) -> None:
    raw = (
        rb"{\rtf1\ansi\deff0 {\fonttbl {\f0 Times;}}\f0 The keeper is \b Roy\b0 .\par Caf\'e9.\par}"
    )
    source = opened(tmp_path, raw)
    found = list(source.passages())
    assert "".join(p.text for p in found).split() == ["The", "keeper", "is", "Roy.", "Café."]
    assert str(found[0].place) == source.report.name
    assert source.report.kind == "rtf"
    assert (
        text_of(opened(tmp_path, rb"{\rtf1\ansi Yes \u-10179\'3f\u-8704\'3f\par}"))
        == "Yes \U0001f600\n"
    )


def test_a_directory_is_read_without_what_is_ignored(tmp_path: Path) -> None:
    """In the order of names; rules further down overrule those above."""
    files = {
        "b.txt": "b\n",
        "a/a.txt": "a\n",
        "a/deep/note.log": "kept\n",
        "a/deep/.gitignore": "!note.log\n",
        "x.log": "ignored\n",
        ".hidden": "hidden\n",
        "node_modules/m.js": "ignored\n",
        ".gitignore": "*.log\nnode_modules/\n",
        ".mhmignore": "draft.*\n",
        "draft.md": "ignored\n",
        "empty": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "light.png").write_bytes(PICTURE)
    (tmp_path / "a/up").symlink_to(tmp_path)
    source = open_source(f"{tmp_path}/", NO_STDIN)
    found = list(source.passages())
    assert [passage.text for passage in found] == ["a\n", "kept\n", "b\n"]
    assert found[1].place == Place(f"{tmp_path}/a/deep/note.log", None, None, None, 1, 1, 0, 5)
    assert source.report.passed_over == (f"{tmp_path}/light.png",)
    assert (source.report.kind, source.report.complete, source.progress) == ("directory", True, 1.0)


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("*\n!*/\n!*.txt\n", ["a.txt", "d/b.txt"]),
        ("*\n!d/\n!d/**\n", ["d/b.txt", "d/c.md"]),
        ("/d\n!\nfoo\\\n", ["a.txt", "e.md"]),
        ("\ufeffd/\n", ["a.txt", "e.md"]),
        ("**/b.*\n", ["a.txt", "d/c.md", "e.md"]),
        ("d/**\n!d/c.md\n", ["a.txt", "d/c.md", "e.md"]),
        ("d\n!d/\n", ["a.txt", "d/b.txt", "d/c.md", "e.md"]),
    ],
)
def test_rules_are_those_of_git(tmp_path: Path, rules: str, kept: list[str]) -> None:
    """The last that matches counts; what is no rule says nothing."""
    (tmp_path / "d").mkdir()
    for name in ("a.txt", "d/b.txt", "d/c.md", "e.md"):
        (tmp_path / name).write_text("text\n")
    (tmp_path / ".gitignore").write_text(rules)
    assert [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)] == kept


def test_what_cannot_be_looked_at_is_among_the_files(tmp_path: Path) -> None:
    """A link to itself, below a thousand directories; a pipe has no rules."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / ".gitignore")
    assert list(files_in(tmp_path)) == [tmp_path / "loop"]
    (tmp_path / "a.txt").write_text("text\n")
    source = open_source(str(tmp_path), NO_STDIN)
    assert text_of(source) == "text\n"
    assert not source.report.complete


def test_a_directory_without_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no text in it"):
        text_of(open_source(str(tmp_path), NO_STDIN))


@pytest.mark.parametrize(
    ("code", "text", "why"),
    [
        ("print(open(sys.argv[1]).read().upper())", "A LAMP\n\n", None),
        ("print('half'); sys.exit('no more')", "half\n", "ended with status 1: no more"),
        ("sys.exit(3)", None, "ended with status 3: no word why"),
        ("pass", None, "wrote no text"),
    ],
)
def test_other_programs_turn_files_into_text(
    tmp_path: Path, code: str, text: str | None, why: str | None
) -> None:
    """Whatever the file is, by its suffix; what fails is said, and what came until then read."""
    script = tmp_path / "loader.py"
    script.write_text(f"import sys\n{code}\n")
    (tmp_path / "a b.ODT").write_text("a lamp\n")
    loaders = {"odt": f"{sys.executable} {script} {{}}"}
    source = open_source(str(tmp_path / "a b.ODT"), NO_STDIN, loaders=loaders)
    if text is None:
        with pytest.raises(SourceError, match=str(why)):
            text_of(source)
        return
    assert text_of(source) == text
    assert (why or "") in (source.report.cut_short or "")
    assert source.report.complete is (why is None)


def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.odt").write_text("a lamp\n")
    source = open_source(str(tmp_path / "a.odt"), NO_STDIN, loaders={"odt": "no-such-program {}"})
    with pytest.raises(SourceError, match="cannot run no-such-program"):
        text_of(source)


@pytest.mark.parametrize("broken", ["a.odt", "a.docx"])
def test_what_fails_beside_others_is_said(tmp_path: Path, broken: str) -> None:
    """However it fails: what the others have is read, and not everything was."""
    damaged = zipped({**DOCX, "word/document.xml": "<w:document"})
    (tmp_path / broken).write_bytes(damaged if broken.endswith("docx") else b"a lamp\n")
    (tmp_path / "b.txt").write_text("a lamp\n")
    loaders = {"odt": "no-such-program {}"}
    paths = [str(tmp_path / name) for name in (broken, "b.txt")]
    documents = Documents([open_source(path, NO_STDIN, loaders=loaders) for path in paths])
    assert "".join(p.text for p in documents.passages()) == "a lamp\n"
    failed, read = documents.reports
    assert (failed.complete, read.complete) == (False, True)
    assert f"cannot read {paths[0]}" in (failed.cut_short or "")
