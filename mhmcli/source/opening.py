"""What is in a stream of bytes: told by the first of them, not by a name, and made a source of.

Compressed text is read as it comes; what has its index at its end, as PDF and zip have, is written
out first where it comes through a pipe.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import ZipFile

from mhmcli.errors import NotTextError, SourceError
from mhmcli.source.command import CommandSource
from mhmcli.source.docx import DocxSource, is_docx
from mhmcli.source.epub import CONTAINER, EpubSource
from mhmcli.source.html import HtmlSource, charset_of
from mhmcli.source.kinds import Kind, kind_of, packing_of
from mhmcli.source.members import tarred, zipped
from mhmcli.source.pdf import PdfSource
from mhmcli.source.place import Source
from mhmcli.source.rtf import RtfSource
from mhmcli.source.streams import (
    READ_ERRORS,
    Rejoined,
    Unpacked,
    Waiting,
    patient,
    read_some,
    reason_of,
)
from mhmcli.source.text import TextSource
from mhmcli.source.unzip import ZIP_ERRORS, opened_member

_HEAD_BYTES = 4096
_DEEPEST = 3  # archives in archives in archives
_MIMETYPE = "mimetype"  # of OpenDocument and EPUB
_MIMETYPE_BYTES = 100  # of it, whatever it has
_MOST_WHOLE_BYTES = 1 << 27  # of what is held whole, as RTF is: several times over
_MOST_SPOOLED_BYTES = 1 << 32  # of what is written out: it may be packed, in packed archives
_OFFICE = {"xl/workbook.xml": "a spreadsheet", "ppt/presentation.xml": "a presentation"}


def _extent(stream: BinaryIO) -> tuple[int, int | None]:
    """Where the stream stands, and how many bytes it has from there on, None unless it is a plain
    file: of standard input, a shell may have read the first line."""
    with contextlib.suppress(OSError, AttributeError):
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size:  # /proc says 0
            start = stream.tell()
            return start, max(0, status.st_size - start)
    return 0, None


@dataclass(frozen=True, slots=True)
class Opening:
    """How documents are opened, and in how many archives they are."""

    password: str | None
    loaders: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0

    def file(self, name: str, waiting_s: Waiting | None = None) -> Source:
        """The file of that name."""
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
        if command := self.loaders.get(Path(name).suffix[1:].lower()):
            file.close()
            return CommandSource(name, command)
        try:
            return self.stream(name, patient(file, waiting_s), file)
        except BaseException:
            file.close()
            raise

    def stream(self, name: str, stream: BinaryIO, owned: BinaryIO | None) -> Source:
        """What a stream has in it; `owned` is closed when it is read."""
        start, size = _extent(stream)
        head = _head(name, stream)
        packing = packing_of(head)
        if packing:
            stream = cast(BinaryIO, Unpacked(Rejoined(head, stream), packing))
            head = _head(name, stream)
        if not head:
            raise NotTextError(f"{name} is empty", hint="nothing to read, nothing to answer from")
        kind = kind_of(name, head)
        rejoined = cast(BinaryIO, io.BufferedReader(Rejoined(head, stream)))
        total = None if packing else size
        if kind is Kind.TAR:
            close = owned.close if owned else rejoined.close
            return tarred(name, rejoined, self._inside(name).member, close)
        if kind in (Kind.PDF, Kind.ZIP):
            if total is not None and not start:
                stream.seek(0)
                return self._indexed(kind, name, stream, total)
            return self._spooled(kind, name, rejoined, owned)
        if kind is Kind.RTF:
            raw = b"".join(_blocks(name, rejoined, _MOST_WHOLE_BYTES, "save it as text or DOCX"))
            if owned:
                owned.close()
            return RtfSource(name, raw)
        text = TextSource(
            name,
            rejoined,
            kind=packing.value if packing else "text",
            total_bytes=total,
            encoding=charset_of(head) if kind is Kind.HTML else None,
            owned=owned,
        )
        return HtmlSource(text) if kind is Kind.HTML else text

    def member(self, name: str, stream: BinaryIO) -> Source:
        """What a member of an archive has in it."""
        try:
            return self.stream(name, stream, stream)
        except BaseException:
            stream.close()
            raise

    def _inside(self, name: str) -> Opening:
        if self.depth >= _DEEPEST:
            raise SourceError(
                f"{name} is an archive in {self.depth} archives", hint="unpack it first"
            )
        return replace(self, depth=self.depth + 1)

    def _indexed(self, kind: Kind, name: str, file: BinaryIO, size: int) -> Source:
        """What has its index at its end, in a file that can be sought in."""
        if kind is Kind.PDF:
            return PdfSource(name, file, total_bytes=size, password=self.password)
        try:
            archive = ZipFile(file)
            named = set(archive.namelist())
            mimetype = _mimetype(archive) if _MIMETYPE in named else b""
        except ZIP_ERRORS as error:
            raise SourceError(
                f"cannot read {name}: the archive is damaged ({error})",
                hint="check that the file is whole",
            ) from error
        if is_docx(named):
            return DocxSource(name, file, archive, size)
        if CONTAINER in named and b"opendocument" not in mimetype:
            return EpubSource(name, file, archive)
        office = next((what for part, what in _OFFICE.items() if part in named), None)
        if office or b"opendocument" in mimetype:
            raise SourceError(
                f"cannot read {name}: it is {office or 'an OpenDocument file'}",
                hint="save it as text, CSV, DOCX or PDF first",
            )
        return zipped(name, file, archive, size, self._inside(name).member)

    def _spooled(self, kind: Kind, name: str, stream: BinaryIO, owned: BinaryIO | None) -> Source:
        """What has its index at its end and comes through a pipe is written out first."""
        spool = tempfile.TemporaryFile(prefix="mhm-")  # noqa: SIM115  open as long as the source
        try:
            hint = "unpack it, and name the file itself"
            for block in _blocks(name, stream, _MOST_SPOOLED_BYTES, hint):
                spool.write(block)
            size = spool.tell()
            spool.seek(0)
            source = self._indexed(kind, name, cast(BinaryIO, spool), size)
        except BaseException as error:
            spool.close()
            if not isinstance(error, OSError):
                raise
            raise SourceError(
                f"cannot keep {name} in {tempfile.gettempdir()}: {error.strerror}",
                hint="free some space there, or set TMPDIR to a directory that has it",
            ) from error
        if owned:
            owned.close()
        return source


def _mimetype(archive: ZipFile) -> bytes:
    """What the archive says that it is."""
    with opened_member(archive, _MIMETYPE) as member:
        return member.read(_MIMETYPE_BYTES)


def _blocks(name: str, stream: BinaryIO, most_bytes: int, hint: str) -> Iterator[bytes]:
    """All that comes.

    Raises:
        SourceError: it does not come to its end, is damaged, or has more than `most_bytes`.
    """
    size = 0
    while block := _next_block(name, stream):
        size += len(block)
        if size > most_bytes:
            raise SourceError(
                f"cannot read {name}: it has more than {most_bytes >> 20} MiB", hint=hint
            )
        yield block


def _next_block(name: str, stream: BinaryIO) -> bytes:
    try:
        return read_some(stream)
    except TimeoutError:
        raise SourceError(
            f"{name} has not come to its end in time, and is read from its end",
            hint="give it longer with --budget",
        ) from None
    except READ_ERRORS as error:
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
    except READ_ERRORS as error:
        if head:
            return head  # the reading will meet the same fault, and report it with what it read
        raise SourceError(
            f"cannot read {name}: {reason_of(error)}", hint="check that the file is whole"
        ) from error
    return head
