"""Open what the user named: a file, a pipe, a PDF, something compressed with gzip.

The kind is told by the first bytes, not by the name. Everything that can be known to be
wrong before the first passage is an error here, before a model is loaded.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import stat
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from mhmcli.errors import SourceError, UsageError
from mhmcli.source.pdf import PdfSource
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.streams import Gunzipped, Rejoined, Waiting, patient
from mhmcli.source.text import TextSource, read_some, reason_of

STDIN = "-"
STDIN_NAME = "<stdin>"  # in places and reports
_HEAD_BYTES = 4096
_GZIP = b"\x1f\x8b"
_PDF = b"%PDF-"
_PDF_OFFSET = 1024  # the header may stand behind some rubbish
_CONTROL = frozenset([*range(9), *range(14, 27)])  # not tab, line ends, or the escape of colours
_MOST_CONTROL = 0.1
_FOREIGN = {
    b"PK\x03\x04": "a zip archive (DOCX, EPUB, ODT and XLSX are such archives)",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x7fELF": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GGUF\x02\0": "a model; give models with -m",
    b"GGUF\x03\0": "a model; give models with -m",
    b"BZh91AY&SY": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"SQLite format 3": "an SQLite database",
}


class Source(Protocol):
    """Something that yields its text once, in order, and says what it has read."""

    @property
    def report(self) -> SourceReport:
        """What was read so far."""
        ...

    @property
    def progress(self) -> float | None:
        """The share handed out so far, 0 to 1; None where the end is unknown."""
        ...

    def passages(self) -> Iterator[Passage]:
        """The source's text in order; joined, it is the whole of the source."""
        ...

    def close(self) -> None:
        """What is open is closed; also done when the passages come to their end."""
        ...


def open_source(
    name: str, stdin: BinaryIO, *, password: str | None = None, waiting_s: Waiting | None = None
) -> Source:
    """The document named `name`, ready to be read; `-` is `stdin`. A pipe is read while
    `waiting_s` says that there is time.

    Raises:
        SourceError: missing, a directory, unreadable, empty, binary, damaged or encrypted.
        UsageError: stdin was asked for and is a terminal.
    """
    if name == STDIN:
        if stdin.isatty():
            raise UsageError(
                "standard input is a terminal, and no document was named",
                hint='mhm ask FILE "question", or pipe one in: cat FILE | mhm ask "question"',
            )
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.set_blocking(stdin.fileno(), True)  # else a pause would look like the end
        return _sniffed(STDIN_NAME, patient(stdin, waiting_s), None, password)
    if os.path.exists(name) and not os.path.isfile(name):  # noqa: PTH110, PTH113  as below
        return _opened(name, password, waiting_s)  # a pipe or a device can be opened only once
    return FileSource(name, password=password)


class FileSource:
    """A file, looked at when it is named and opened again when it is read: thousands of them can
    be named at once without as many being open."""

    def __init__(self, name: str, *, password: str | None = None) -> None:
        self._name = name
        self._password = password
        self._gone: str | None = None
        self._source = _opened(name, password)
        self._source.close()

    @property
    def report(self) -> SourceReport:
        """What was read so far."""
        report = self._source.report
        return replace(report, cut_short=self._gone) if self._gone else report

    @property
    def progress(self) -> float | None:
        """The share handed out so far, 0 to 1; None where the end is unknown."""
        return self._source.progress

    def passages(self) -> Iterator[Passage]:
        """The source's text in order; the file is closed at its end.

        Raises:
            SourceError: the file is not what it was when it was named.
        """
        try:
            self._source = _opened(self._name, self._password)
        except SourceError as error:
            self._gone = error.message
            raise
        return self._source.passages()

    def close(self) -> None:
        """The file is closed, if it is open."""
        self._source.close()


def _opened(name: str, password: str | None, waiting_s: Waiting | None = None) -> Source:
    if os.path.isdir(name):  # noqa: PTH112  pathlib's own raises on a name that is too long
        raise SourceError(
            f"{name} is a directory", hint=f'name its files: mhm ask {name}/* "question"'
        )
    try:
        file = Path(name).open("rb")  # noqa: SIM115  open as long as the source
    except FileNotFoundError:
        raise SourceError(
            f"no such file: {name}", hint="check the path; - reads standard input"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            f"cannot read {name}: {reason}", hint="check its name and permissions"
        ) from error
    try:
        return _sniffed(name, patient(file, waiting_s), file, password)
    except BaseException:
        file.close()
        raise


def _size(stream: BinaryIO) -> int | None:
    """The size in bytes of what the stream reads, None unless it is a plain file."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, AttributeError):
        return None
    return (status.st_size or None) if stat.S_ISREG(status.st_mode) else None  # /proc says 0


def _sniffed(name: str, stream: BinaryIO, owned: BinaryIO | None, password: str | None) -> Source:
    head = _head(name, stream)
    size = _size(stream)
    if head.startswith(_GZIP):
        stream = cast(BinaryIO, Gunzipped(Rejoined(head, stream)))
        head, kind = _head(name, stream), "gzip"
    else:
        kind = "text"
    if not head:
        raise SourceError(f"{name} is empty", hint="nothing to read, nothing to answer from")
    rejoined = cast(BinaryIO, io.BufferedReader(Rejoined(head, stream)))
    if _is_pdf(head):
        if kind == "text" and size is not None:
            stream.seek(0)
            return PdfSource(name, stream, total_bytes=size, password=password)
        source = _spooled_pdf(name, rejoined, password)
        if owned:
            owned.close()
        return source
    _refuse_binary(name, head)
    total = size if kind == "text" else None
    return TextSource(name, rejoined, kind=kind, total_bytes=total, owned=owned)


def _spooled_pdf(name: str, stream: BinaryIO, password: str | None) -> PdfSource:
    """A PDF has its index at its end, so one that comes through a pipe is written out first."""
    spool = tempfile.TemporaryFile(prefix="mhm-")  # noqa: SIM115  open as long as the source
    try:
        while block := _next_block(name, stream):
            spool.write(block)
        size = spool.tell()
        spool.seek(0)
        return PdfSource(name, spool, total_bytes=size, password=password)
    except BaseException as error:
        spool.close()
        if not isinstance(error, OSError):
            raise
        raise SourceError(
            f"cannot keep the piped PDF in {tempfile.gettempdir()}: {error.strerror}",
            hint="free some space there, or set TMPDIR to a directory that has it",
        ) from error


def _next_block(name: str, stream: BinaryIO) -> bytes:
    try:
        return read_some(stream)
    except TimeoutError:
        raise SourceError(
            f"{name} has not come to its end in time, and a PDF is read from its end",
            hint="give it longer with --budget",
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"cannot read {name}: {reason_of(error)}", hint="check that the file is whole"
        ) from error


def _head(name: str, stream: BinaryIO) -> bytes:
    """The first bytes, as many as a decision needs, or all where there are fewer."""
    head = b""
    try:
        while len(head) < _HEAD_BYTES:
            block = read_some(stream, _HEAD_BYTES - len(head))
            if not block:
                break
            head += block
    except IsADirectoryError:
        raise SourceError(f"{name} is a directory", hint="name its files") from None
    except TimeoutError:
        if head:
            return head
        raise SourceError(
            f"nothing came from {name} in time", hint="give it longer with --budget"
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        if head:
            return head  # the reading will meet the same fault, and report it with what it read
        raise SourceError(
            f"cannot read {name}: {reason_of(error)}", hint="check that the file is whole"
        ) from error
    return head


def _is_pdf(head: bytes) -> bool:
    """True where the header stands first, or behind some rubbish that is no text: a log that
    merely speaks of "%PDF-" is a log."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(_PDF):
        return True
    return _PDF in head[:_PDF_OFFSET] and _looks_binary(head)


def _looks_binary(head: bytes) -> bool:
    control = sum(byte in _CONTROL for byte in head)
    return b"\0" in head or control > len(head) * _MOST_CONTROL


def refuse_packed(name: str, head: bytes) -> None:
    """What begins so is text as it stands.

    Raises:
        SourceError: it is compressed, a PDF, or no text.
    """
    if head.startswith(_GZIP) or _is_pdf(head):
        what = "compressed with gzip" if head.startswith(_GZIP) else "a PDF"
        raise SourceError(
            f"{name} is {what}, which cannot be read as it comes",
            hint="unpack it first, as zcat does",
        )
    _refuse_binary(name, head)


def _refuse_binary(name: str, head: bytes) -> None:
    kind = next((kind for magic, kind in _FOREIGN.items() if head.startswith(magic)), None)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
    if kind is None and not wide and _looks_binary(head):
        kind = "binary data"
    if kind:
        raise SourceError(
            f"{name} is not text: it is {kind}",
            hint="mhm reads text, PDF and gzip; turn it into one of these first",
        )
