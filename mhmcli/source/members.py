"""What has documents in it: directories, zip and tar archives, read member by member.

Each member is a document of its own, named `archive.zip/notes/a.txt`. What is no text is passed
over, as in a directory of a program and its pictures, and counted; what is damaged, encrypted or
nothing but pictures is named, and then not everything was read.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import ZipFile, ZipInfo

from mhmcli.errors import NotTextError, SourceError
from mhmcli.source.place import Passage, Source, SourceReport
from mhmcli.source.streams import Limited, Measured
from mhmcli.source.unzip import ZIP_ERRORS, opened_member
from mhmcli.source.walk import files_in

Sniffed = Callable[[str, BinaryIO], Source]  # a document of that name, told by its first bytes


@dataclass(frozen=True, slots=True)
class Member:
    """A file among others; `open` makes a source of it."""

    name: str
    size: int
    open: Callable[[], Source]


class MembersSource:
    """The members one after the other. `total_bytes` are those of all of them, as far as known."""

    def __init__(
        self,
        name: str,
        kind: str,
        members: Iterator[Member],
        close: Callable[[], None],
        total_bytes: int | None = None,
    ) -> None:
        self._members = members
        self._close = close
        self._total = SourceReport(name, kind, bytes_total=total_bytes)
        self._current: Source | None = None
        self._size = 0  # of the current one, which may be packed

    @property
    def report(self) -> SourceReport:
        """What was read so far, and of which members."""
        report, current = self._total, self._current
        return _joined(report, current.report, self._size) if current else report

    @property
    def progress(self) -> float | None:
        """The share handed out so far, 0 to 1; None where the size of all is unknown."""
        total = self._total.bytes_total
        return min(1.0, self.report.bytes_read / total) if total else None

    def passages(self) -> Iterator[Passage]:
        """Those of the members.

        Raises:
            SourceError: there is no text in any of them.
        """
        found = False
        try:
            for member in self._members:
                for passage in self._read(member):
                    found = True
                    yield passage
        except (*ZIP_ERRORS, tarfile.TarError) as error:  # the archive breaks off
            self._total = replace(self._total, cut_short=str(error) or type(error).__name__)
        finally:
            self.close()
        if not found:
            raise self._has_no_text()

    def _read(self, member: Member) -> Iterator[Passage]:
        try:
            self._size = max(0, member.size)
            self._current = member.open()
            yield from self._current.passages()
        except NotTextError:
            self._current = None
            passed_over = (*self._total.passed_over, member.name)
            done = self._total.bytes_read + member.size
            self._total = replace(self._total, passed_over=passed_over, bytes_read=done)
        except (SourceError, *ZIP_ERRORS) as error:
            failed = error.message if isinstance(error, SourceError) else f"{member.name}: {error}"
            failed_parts = (*self._total.failed_parts, failed)
            self._total = replace(self._total, failed_parts=failed_parts)
        self._total, self._current = self.report, None

    def _has_no_text(self) -> SourceError:
        report = self._total
        reason = report.cut_short or next(iter(report.failed_parts), None)
        kind = SourceError if reason else NotTextError  # as a picture is, and so are many
        return kind(
            f"cannot read {report.name}: {reason or 'there is no text in it'}",
            hint="name the files themselves",
        )

    def close(self) -> None:
        """What is open is closed."""
        if self._current:
            self._current.close()
        self._close()


def _joined(whole: SourceReport, member: SourceReport, size: int) -> SourceReport:
    """The report with a member's in it, as the share of its size that was read of it."""
    total = member.bytes_total
    read = size * member.bytes_read // total if total else min(size, member.bytes_read)
    return replace(whole, bytes_read=whole.bytes_read + read, members=(*whole.members, member))


def directory(name: str, opened: Callable[[str], Source]) -> MembersSource:
    """The files of a directory, without what is ignored there."""
    paths = list(files_in(Path(name)))
    sizes = [_size(path) for path in paths]
    members = (
        Member(str(path), size, partial(opened, str(path)))
        for path, size in zip(paths, sizes, strict=True)
        if size != 0
    )
    known = sum(size for size in sizes if size > 0)
    return MembersSource(name.rstrip(os.sep), "directory", members, lambda: None, known)


def _size(path: Path) -> int:
    """In bytes; -1 of what cannot be looked at."""
    try:
        found = path.stat()
    except OSError:
        return -1
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def zipped(
    name: str, file: BinaryIO, archive: ZipFile, packed_bytes: int, sniffed: Sniffed
) -> MembersSource:
    """The files of a zip archive, which has so many bytes."""
    named = (info for info in archive.infolist() if not info.filename.endswith("/"))
    infos = [info for info in named if info.filename and info.file_size]
    measured = Measured(lambda: packed_bytes)

    def opened(path: str, info: ZipInfo) -> Source:
        member = cast(BinaryIO, opened_member(archive, info))
        return sniffed(path, cast(BinaryIO, Limited(member, measured)))

    members = (
        Member(path, info.file_size, partial(opened, path, info))
        for info in infos
        for path in [f"{name}/{info.filename}"]
    )

    def close() -> None:
        archive.close()
        file.close()

    return MembersSource(name, "zip", members, close, sum(info.file_size for info in infos))


def tarred(
    name: str, stream: BinaryIO, sniffed: Sniffed, close: Callable[[], None]
) -> MembersSource:
    """The files of a tar archive, as they come."""
    return MembersSource(name, "tar", _of_tar(name, stream, sniffed), close)


def _of_tar(name: str, stream: BinaryIO, sniffed: Sniffed) -> Iterator[Member]:
    """tarfile takes a header that it cannot read for the end, so the end is looked at.

    Raises:
        TarError: the archive breaks off.
    """
    watched = _Watched(stream)
    measured = Measured(lambda: watched.bytes_read)
    with tarfile.open(fileobj=cast(BinaryIO, watched), mode="r|") as archive:
        for info in archive:
            if not info.isfile() or not info.size:
                continue
            file = cast(BinaryIO, archive.extractfile(info))
            limited = cast(BinaryIO, Limited(file, measured))  # a hole takes nothing of the archive
            path = f"{name}/{info.name}"
            yield Member(path, info.size, partial(sniffed, path, limited))
        end = archive.offset
    watched.read(2 * tarfile.BLOCKSIZE)
    if not watched.is_empty(end):
        raise tarfile.ReadError("the archive breaks off")


class _Watched:
    """A stream, how much was read of it, and what was last."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._tail = b""
        self.bytes_read = 0

    def read(self, size: int) -> bytes:
        """So many bytes, or all that there are."""
        found = self._stream.read(size)
        self.bytes_read += len(found)
        self._tail = (self._tail + found)[-4 * tarfile.RECORDSIZE :]
        return found

    def is_empty(self, start: int) -> bool:
        """Whether the first block from there on is there, and it and the next have nothing in
        them."""
        at = start - (self.bytes_read - len(self._tail))
        blocks = self._tail[at : at + 2 * tarfile.BLOCKSIZE]
        return at >= 0 and len(blocks) >= tarfile.BLOCKSIZE and not any(blocks)
