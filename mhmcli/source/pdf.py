"""PDF through pypdf: the text of each page, with the page's position and its printed label.

A page that cannot be extracted, or holds a picture and no text, is reported and not passed
over in silence. No recognition of scanned text: the error names `ocrmypdf`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError

from mhmcli.errors import SourceError
from mhmcli.source.place import Break, Passage, Place, SourceReport
from mhmcli.source.split import is_full

# pypdf warns about every oddity of a file on stderr; what matters is in the receipt.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


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
        self._reader = _open(name, file, password)
        try:
            pages = len(self._reader.pages)
        except Exception as error:  # pypdf meets damage with any exception there is
            raise _damaged(name, error) from error
        self._labels = _labels(self._reader, pages)
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
        """The file is closed."""
        self._file.close()

    def _pages(self) -> Iterator[Passage]:
        found = False
        for number, label in enumerate(self._labels, start=1):
            text = self._page_text(number)
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

    def _page_text(self, number: int) -> str:
        """The text of one page; empty, and noted on the report, where there is none."""
        report = self.report
        try:
            page = self._reader.pages[number - 1]
            text = page.extract_text()
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
    """True when the page draws an image; a page without text and pictures is just blank."""
    try:
        objects = page["/Resources"]["/XObject"].get_object()
        return any(objects[key].get_object().get("/Subtype") == "/Image" for key in objects)
    except Exception:  # noqa: BLE001  no resources, or broken ones: nothing to be read there
        return False
