"""What a document is, told by its first bytes, and what of it cannot be read."""

from __future__ import annotations

import codecs
import tarfile
from enum import StrEnum

from mhmcli.errors import NotTextError, SourceError
from mhmcli.source.code import is_code

_PDF = b"%PDF-"
_PDF_OFFSET = 1024  # the header may stand behind some rubbish
_TAR, _TAR_OFFSET = b"ustar", 257
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_CONTROL = frozenset([*range(9), *range(14, 27)])  # not tab, line ends, or the escape of colours
_MOST_CONTROL = 0.1
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")
_XML = b"<?xml"
_FOREIGN = {
    b"\x7fELF": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"GGUF\x02\0": "a model; give models with -m",
    b"GGUF\x03\0": "a model; give models with -m",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"SQLite format 3": "an SQLite database",
}


class Packing(StrEnum):
    """How a stream is compressed."""

    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"


class Kind(StrEnum):
    """What is in a document."""

    TEXT = "text"
    PDF = "pdf"
    HTML = "html"
    RTF = "rtf"
    ZIP = "zip"  # DOCX and EPUB are such archives
    TAR = "tar"


_PACKED = {
    b"\x1f\x8b": Packing.GZIP,
    b"\xfd7zXZ\0": Packing.XZ,
    b"\x28\xb5\x2f\xfd": Packing.ZSTD,
}
_BZIP2 = b"BZh"  # and the size of a block
_BZIP2_BLOCK = b"1AY&SY"


def packing_of(head: bytes) -> Packing | None:
    """How what begins so is compressed; None where it is not."""
    if head.startswith(_BZIP2) and head[4:].startswith(_BZIP2_BLOCK):
        return Packing.BZIP2
    return next((how for magic, how in _PACKED.items() if head.startswith(magic)), None)


def kind_of(name: str, head: bytes) -> Kind:
    """What a document is that begins so.

    Raises:
        NotTextError: nothing that can be read.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if head[_TAR_OFFSET:].startswith(_TAR) and _has_checksum(head):
        return Kind.TAR
    if is_pdf(head):  # also behind what is no text, as the name of the first file of an archive
        return Kind.PDF
    if head.startswith(_OLD_OFFICE):
        raise SourceError(
            f"cannot read {name}: it is an old Office file",
            hint="save it as DOCX, CSV or PDF first",
        )
    if head.startswith(b"{\\rtf"):
        return Kind.RTF
    refuse_binary(name, head)
    return Kind.HTML if _is_html(name, head) else Kind.TEXT


def is_pdf(head: bytes) -> bool:
    """True where the header stands first, or behind some rubbish that is no text: a log that
    merely speaks of "%PDF-" is a log."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(_PDF):
        return True
    return _PDF in head[:_PDF_OFFSET] and _looks_binary(head)


def _is_html(name: str, head: bytes) -> bool:
    """True where it begins as a page does, or is called one and begins with a tag; Markdown and
    programs may have tags in them."""
    if is_code(name):
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    begun = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begun.startswith(b"<") and name.lower().endswith((".html", ".htm", ".xhtml")):
        return True
    while begun.startswith((_XML, b"<!--")):
        end = b"?>" if begun.startswith(_XML) else b"-->"
        begun = begun.partition(end)[2].lstrip()
    return begun.startswith(_HTML)


def _has_checksum(header: bytes) -> bool:
    """Whether it is the header of a file in a tar archive, and not a text that speaks of one."""
    try:
        tarfile.TarInfo.frombuf(header[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def _looks_binary(head: bytes) -> bool:
    control = sum(byte in _CONTROL for byte in head)
    return b"\0" in head or control > len(head) * _MOST_CONTROL


def refuse_all_but_text(name: str, head: bytes) -> None:
    """What begins so is text as it stands.

    Raises:
        SourceError: it is compressed, a PDF or an archive, or no text.
    """
    packing = packing_of(head)
    kind = None if packing else kind_of(name, head)
    if packing or kind not in (Kind.TEXT, Kind.HTML):
        what = f"compressed with {packing.value}" if packing else f"a {kind and kind.value.upper()}"
        raise SourceError(
            f"{name} is {what}, which cannot be read as it comes",
            hint="unpack it first, as zcat does",
        )


def refuse_binary(name: str, head: bytes) -> None:
    """What begins so is text.

    Raises:
        NotTextError: it is not.
    """
    kind = next((kind for magic, kind in _FOREIGN.items() if head.startswith(magic)), None)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
    if kind is None and not wide and _looks_binary(head):
        kind = "binary data"
    if kind:
        raise NotTextError(
            f"{name} is not text: it is {kind}",
            hint="mhm reads text, PDF, HTML, EPUB, DOCX, RTF and archives of these; turn it into "
            "one of them first",
        )
