"""EPUB: the chapters of the book in reading order, each passage with the heading it stands under.

The order is that of the spine of the package document (EPUB 3.3, section 5.7); what the spine does
not name, as a cover's style, is not part of the text.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from mhmcli.errors import SourceError
from mhmcli.source.html import decoded
from mhmcli.source.markup import Markup
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.unzip import ZIP_ERRORS, whole_member

CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Of fonts alone, which is no protection of the text: EPUB's own, and Adobe's.
_OF_FONTS = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})


class EpubSource:
    """A book; the file is closed when it is read.

    Raises:
        SourceError: it is damaged, protected, or has no chapters.
    """

    def __init__(self, name: str, file: BinaryIO, archive: ZipFile) -> None:
        self._file = file
        self._archive = archive
        try:
            if _is_protected(archive):
                raise SourceError(
                    f"cannot read {name}: the book is protected (DRM)",
                    hint="only its reader's program can open it",
                )
            self._chapters, missing = _spine(archive)
        except (*ZIP_ERRORS, ET.ParseError) as error:
            raise SourceError(
                f"cannot read {name}: the EPUB is damaged ({error})",
                hint="fetch it anew, or turn it into text with another program",
            ) from error
        if not self._chapters and not missing:
            raise SourceError(f"{name} has no chapters", hint="check that it is the right file")
        total = sum(archive.getinfo(chapter).file_size for chapter in self._chapters)
        failed = tuple(f"{name}: {chapter} is not in the book" for chapter in missing)
        self.report = SourceReport(name, "epub", bytes_total=total, failed_parts=failed)

    @property
    def progress(self) -> float | None:
        """The share of the chapters' bytes that was handed out, 0 to 1."""
        return min(1.0, self.report.bytes_read / (self.report.bytes_total or 1))

    def passages(self) -> Iterator[Passage]:
        """Those of the chapters in order."""
        markup = Markup(self.report.name, has_titles=False)
        try:
            for chapter in self._chapters:
                yield from self._chapter(chapter, markup)
        finally:
            self.close()

    def _chapter(self, chapter: str, markup: Markup) -> Iterator[Passage]:
        try:
            raw = whole_member(self._archive, chapter)
        except ZIP_ERRORS as error:
            failed = f"{chapter}: {error}"
            self.report = replace(self.report, failed_parts=(*self.report.failed_parts, failed))
            return
        text = decoded(raw)
        report = self.report
        self.report = replace(
            report,
            bytes_read=report.bytes_read + len(raw),
            replaced_bytes=report.replaced_bytes + text.count("\ufffd"),
        )
        yield from markup.fed(text)
        yield from markup.ended()

    def close(self) -> None:
        """The file is closed."""
        self._archive.close()
        self._file.close()


def _spine(archive: ZipFile) -> tuple[list[str], list[str]]:
    """The members that are the book, in order, and what is named as one and is not there."""
    container = _parsed(archive, CONTAINER)
    path = _only(node.attrib["full-path"] for node in container.iter() if _is(node, "rootfile"))
    package = _parsed(archive, path)
    base = posixpath.dirname(path)
    hrefs = {node.get("id"): node.get("href", "") for node in package.iter() if _is(node, "item")}
    by_name = {name.casefold(): name for name in reversed(archive.namelist())}
    there: list[str] = []
    missing: list[str] = []
    for ref in (node.get("idref") for node in package.iter() if _is(node, "itemref")):
        href = hrefs.get(ref) or ""
        spellings = (href, href.partition("#")[0], unquote(href.partition("#")[0]))
        paths = (posixpath.normpath(posixpath.join(base, s)).lstrip("/") for s in spellings if s)
        found = next((by_name[p.casefold()] for p in paths if p.casefold() in by_name), None)
        if found:
            there.append(found)
        else:
            missing.append(href or str(ref))
    return there, missing


def _parsed(archive: ZipFile, name: str) -> ET.Element:
    return ET.fromstring(whole_member(archive, name).lstrip())  # noqa: S314  expat has its limits


def _only(paths: Iterator[str]) -> str:
    path = next(paths, None)
    if path is None:
        raise KeyError("no package document is named")
    return path


def _is(node: ET.Element, tag: str) -> bool:
    """Whatever the namespace."""
    return node.tag.rpartition("}")[2] == tag


def _is_protected(archive: ZipFile) -> bool:
    if _ENCRYPTION not in archive.namelist():
        return False
    found = _parsed(archive, _ENCRYPTION)
    methods = [node.get("Algorithm", "") for node in found.iter() if _is(node, "EncryptionMethod")]
    return any(method not in _OF_FONTS for method in methods)
