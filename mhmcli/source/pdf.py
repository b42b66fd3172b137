"""PDF through pypdf: the text of each page, with the page's position and its printed label. The
text is pdfium's where that is installed, which is faster.

A page that cannot be extracted, or holds a picture and no text, is reported and not passed
over in silence. No recognition of scanned text: the error names `ocrmypdf`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from mhmcli.errors import SourceError
from mhmcli.source.pdfium import Pdfium
from mhmcli.source.place import Break, Passage, Place, SourceReport
from mhmcli.source.split import is_full

# pypdf warns about every oddity of a file on stderr; what matters is in the receipt.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_INLINE_IMAGE = re.compile(rb"\bBI\s.*?\sID\s", re.DOTALL)
_DEEPEST_FORM = 8  # forms within forms that are looked into


class PdfSource:
    """A PDF file. Opening it checks the header, the password and the page tree. The file is
    closed when the reading ends.

    Raises:
        SourceError: damaged beyond repair, encrypted without the right password, or empty.
    """

    def __init__(
        self, name: str, file: IO[bytes], *, total_bytes: int, password: str | None = None
    ) -> None:
        self._file = file
        reader = _open(name, file, password)
        self._reader: PdfReader | None = reader
        try:
            pages = len(reader.pages)
        except Exception as error:  # pypdf meets damage with any exception there is
            raise _damaged(name, error) from error
        self._labels = _labels(reader, pages)
        self._fast = Pdfium.opened(file, password, pages)
        if pages == 0:
            raise SourceError(f"{name} has no pages", hint="check that the file is whole")
        self.report = SourceReport(
            name, "pdf", bytes_total=total_bytes, pages_read=0, pages_total=pages
        )

    @property
    def progress(self) -> float | None:
        """The share of the pages handed out so far, 0 to 1."""
        seen = (self.report.pages_read or 0) + len(self._unread())
        return seen / (self.report.pages_total or 1)

    def passages(self) -> Iterator[Passage]:
        """The text of the pages in order, each page in passages that name it.

        Raises:
            SourceError: not one page has any text.
        """
        try:
            yield from self._pages()
        finally:
            self.close()

    def close(self) -> None:
        """The file is closed, and what pypdf kept of its objects is free."""
        if self._fast:
            self._fast.close()
        self._file.close()
        self._reader = self._fast = None

    def _pages(self) -> Iterator[Passage]:
        if self._reader is None:
            raise SourceError(f"{self.report.name} is closed")
        found = False
        for number, label in enumerate(self._labels, start=1):
            text = self._page_text(self._reader, number)
            if text.strip():
                opens = Break.PAGE if found else Break.DOCUMENT
                found = True
                yield from self._page_passages(number, label, text, opens)
        if not found:
            raise _scanned(self.report)
        self.report = replace(self.report, bytes_read=self.report.bytes_total or 0)

    def _page_passages(self, number: int, label: str, text: str, opens: Break) -> Iterator[Passage]:
        place = Place(
            self.report.name,
            page=number,
            last_page=number,
            label=label if label != str(number) else None,
        )
        group, last = "", ""
        for line in (text.rstrip() + "\n\n").splitlines(keepends=True):
            if group and line.strip() and is_full(len(group), last, line):
                yield Passage(group, place, opens)
                group, opens = "", Break.LINE
            group, last = group + line, line
        yield Passage(group, place, opens)

    def _page_text(self, reader: PdfReader, number: int) -> str:
        """The text of one page; empty, and noted on the report, where there is none."""
        report = self.report
        try:
            page = reader.pages[number - 1]
            text = (self._fast.text(number) if self._fast else "") or page.extract_text()
        except Exception:  # noqa: BLE001  one bad page must not cost the others; it is counted as unread
            self.report = replace(report, failed_pages=(*report.failed_pages, number))
            return ""
        if text.strip():
            self.report = replace(report, pages_read=(report.pages_read or 0) + 1)
        elif _has_picture(page):
            self.report = replace(report, image_pages=(*report.image_pages, number))
        else:
            self.report = replace(
                report,
                pages_read=(report.pages_read or 0) + 1,
                blank_pages=(*report.blank_pages, number),
            )
        # A lone surrogate, from a broken font table, is no text that can be written out.
        return text.encode("utf-8", "replace").decode()

    def _unread(self) -> tuple[int, ...]:
        return self.report.image_pages + self.report.failed_pages


def _labels(reader: PdfReader, pages: int) -> list[str]:
    """The number printed on each page; its position where the PDF's own table is broken."""
    positions = [str(number) for number in range(1, pages + 1)]
    try:
        labels = list(reader.page_labels)
    except Exception:  # noqa: BLE001  a broken table of labels costs no page its text
        return positions
    return labels if len(labels) == pages else positions


def _open(name: str, file: IO[bytes], password: str | None) -> PdfReader:
    try:
        reader = PdfReader(file)
        if not reader.is_encrypted:
            return reader
        unlocked = reader.decrypt(password or "")
    except PyPdfError as error:
        raise _damaged(name, error) from error
    except Exception as error:  # pypdf meets damage with any exception there is
        raise _damaged(name, error) from error
    if unlocked is PasswordType.NOT_DECRYPTED:
        problem = "the password does not open it" if password else "it is encrypted"
        raise SourceError(
            f"cannot read {name}: {problem}",
            hint="give the password with --password-file FILE or the MHM_PDF_PASSWORD variable",
        )
    return reader


def _damaged(name: str, error: Exception) -> SourceError:
    detail = str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
    return SourceError(
        f"cannot read {name}: the PDF is damaged ({detail})",
        hint=f"try to repair it: qpdf {name} repaired.pdf",
    )


def _scanned(report: SourceReport) -> SourceError:
    if report.failed_pages and not report.image_pages:
        return SourceError(
            f"cannot read {report.name}: none of its {report.pages_total} pages can be extracted",
            hint=f"try to repair it: qpdf {report.name} repaired.pdf",
        )
    pages = "page 1" if report.pages_total == 1 else f"pages 1-{report.pages_total}"
    return SourceError(
        f"{report.name} has no text: {pages} hold pictures or nothing",
        hint=f"recognise the text first: ocrmypdf {report.name} with-text.pdf",
    )


def _has_picture(page: Any) -> bool:
    """True when the page draws an image, be it inside a form or inline; a page without text and
    pictures is just blank."""
    try:
        if _draws_image(page, _DEEPEST_FORM):
            return True
        content = page["/Contents"]
        streams = content if isinstance(content, list) else [content]
        return any(_INLINE_IMAGE.search(one.get_object().get_data()) for one in streams)
    except Exception:  # noqa: BLE001  no resources, or broken ones: nothing to be read there
        return False


def _draws_image(drawn: Any, depth: int) -> bool:
    try:
        objects = drawn["/Resources"]["/XObject"]
    except KeyError:
        return False
    kinds = [(one["/Subtype"], one) for one in (objects[name] for name in objects)]
    if any(kind == "/Image" for kind, _ in kinds):
        return True
    forms = [one for kind, one in kinds if kind == "/Form"] if depth else []
    return any(_draws_image(form, depth - 1) for form in forms)
