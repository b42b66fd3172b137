"""DOCX through mammoth: headings, paragraphs, lists, tables and notes, by way of HTML."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

import mammoth

from mhmcli.errors import SourceError
from mhmcli.source.markup import Markup
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.unzip import whole_member

_DOCUMENT = re.compile(r"word/document\d*\.xml")
_PARTS = (".xml", ".rels")
_MOST_BYTES = 1 << 28  # of all parts together: Word itself opens no more than 32 MB of text
_LEFT_OUT = "unrecognised element was ignored"  # as a formula is: it may have had text in it


def is_docx(members: Iterable[str]) -> bool:
    """By the names of what is in the archive."""
    return any(_DOCUMENT.fullmatch(member) for member in members)


class DocxSource:
    """A document of a word processor; the file is closed when it is read."""

    def __init__(self, name: str, file: BinaryIO, archive: ZipFile, total_bytes: int) -> None:
        self._file = file
        self._archive = archive
        self.report = SourceReport(name, "docx", bytes_total=total_bytes)

    @property
    def progress(self) -> float | None:
        """All or nothing: it is read whole."""
        return 1.0 if self.report.bytes_read else 0.0

    def passages(self) -> Iterator[Passage]:
        """Those of the document, each with the heading that it stands under.

        Raises:
            SourceError: it is damaged or too large.
        """
        markup = Markup(self.report.name)
        try:
            html = self._html()
            self.report = replace(self.report, bytes_read=self.report.bytes_total or 0)
            yield from markup.fed(html)
            yield from markup.ended()
        finally:
            self.close()

    def _html(self) -> str:
        """Pictures are left out: there is no text in them."""
        no_picture: Any = mammoth.images.img_element(lambda _: {})
        try:
            made = mammoth.convert_to_html(self._parts(), convert_image=no_picture)
        except Exception as error:  # mammoth meets damage with any exception there is
            reason = str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
            raise SourceError(
                f"cannot read {self.report.name}: the DOCX is damaged ({reason})",
                hint="open it in a word processor and save it anew",
            ) from error
        left_out = sorted({one.message for one in made.messages if _LEFT_OUT in one.message})
        failed = tuple(f"{self.report.name}: {message}" for message in left_out)
        self.report = replace(self.report, failed_parts=failed)
        return str(made.value)

    def _parts(self) -> io.BytesIO:
        """An archive of what may have text in it, unpacked within limits, and of nothing else:
        relationships may name a picture as a part, and mammoth would unpack it whole.

        Raises:
            BadZipFile, OSError, ...: `ZIP_ERRORS`; one is damaged, or there is too much of them.
        """
        kept = io.BytesIO()
        with ZipFile(kept, "w") as parts:
            for member in dict.fromkeys(self._archive.namelist()):
                if member.lower().endswith(_PARTS):
                    parts.writestr(ZipInfo(member), whole_member(self._archive, member))
                if kept.tell() > _MOST_BYTES:
                    raise BadZipFile(f"its parts have more than {_MOST_BYTES >> 20} MiB")
        return kept

    def close(self) -> None:
        """The file is closed."""
        self._archive.close()
        self._file.close()
