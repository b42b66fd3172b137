"""The text of PDF pages through pypdfium2, where that is installed: `pip install 'mhmcli[pdf]'`.

It takes a twelfth to an eighteenth of pypdf's time and gives the same words (measured on eight
manuals, `mhmcli/bench/RESULTS.md`). Page labels, passwords and pictures stay pypdf's.
"""

from __future__ import annotations

from threading import RLock
from typing import IO, Any

try:
    import pypdfium2
except ImportError:  # an extra
    pypdfium2 = None

_ALONE = RLock()  # the library may be called by one thread at a time, whatever it is called for
_HYPHEN = "\x02"  # what it puts for one at the end of a line, and the end of the line


class Pdfium:
    """The pages of a PDF file that is open; it shares the file with whoever has opened it."""

    def __init__(self, document: Any) -> None:
        self._document = document

    @classmethod
    def opened(cls, file: IO[bytes], password: str | None, pages: int) -> Pdfium | None:
        """The file; None where this library is not here, or sees another file in it than pypdf."""
        if pypdfium2 is None:
            return None
        with _ALONE:
            try:
                document = pypdfium2.PdfDocument(file, password=password)
            except pypdfium2.PdfiumError:
                return None
            if len(document) != pages:
                document.close()
                return None
            return cls(document)

    def text(self, number: int) -> str:
        """The text of a page, counted from 1; empty where there is none, or it cannot be had."""
        with _ALONE:
            text = self._text(number)
        return text.replace("\r\n", "\n").replace(_HYPHEN, "-\n")

    def _text(self, number: int) -> str:
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError:
            return ""
        try:
            found = page.get_textpage()
            try:
                text: str = found.get_text_bounded()
            finally:
                found.close()
        except pypdfium2.PdfiumError:
            return ""
        finally:
            page.close()
        return text

    def close(self) -> None:
        """What it holds is free; the file stays open."""
        with _ALONE:
            self._document.close()
