"""Plain text, Markdown, source code and logs: bytes in, passages with lines and byte spans out.

Reads a stream incrementally, in constant memory, whatever the length of its lines.
Encodings: a byte order mark decides; otherwise UTF-8, and bytes that are no UTF-8 are read
as cp1252 one by one, so that a stream never has to be read again from its start.
"""

from __future__ import annotations

import codecs
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from mhmcli.source.code import definition_in, is_code
from mhmcli.source.place import Break, Passage, Place, SourceReport
from mhmcli.source.split import is_full
from mhmcli.source.streams import BLOCK_BYTES, READ_ERRORS, read_some, reason_of

_LINE_BYTES = 1 << 13  # a longer line is handed on in pieces
_HEADING = re.compile(
    r"#{1,6}\s|(?:chapter|part|book|section|article|appendix)\s+[\divxlc]+\b", re.IGNORECASE
)
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})\s*$")
_TITLE = re.compile(r"[\"'“(]?\w.{,78}$")  # no item of a list, and no rule
_COLUMNS = re.compile(r"\s{2}|[\t|]")
_UTF8_BYTES = 4
_MARK_BYTES = 4
_FIRST_MULTIBYTE = 0x80
_CONTINUATION = range(0x80, 0xC0)  # the second and later bytes of a UTF-8 character
_WIDE_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class _Line:
    """One line, or one piece of a very long one."""

    __slots__ = ("end", "number", "opens", "start", "text")

    def __init__(self, text: str, number: int, start: int, end: int, opens: Break) -> None:
        self.text = text
        self.number = number
        self.start = start
        self.end = end
        self.opens = opens


class TextSource:
    """A stream of bytes that is text. `total_bytes` is None where nobody knows (a pipe); what is
    added while it is read is not read: a log might grow as fast.
    `owned` is closed when the reading ends."""

    def __init__(  # noqa: PLR0913
        self,
        name: str,
        stream: BinaryIO,
        *,
        kind: str = "text",
        total_bytes: int | None = None,
        encoding: str | None = None,
        owned: BinaryIO | None = None,
    ) -> None:
        self.report = SourceReport(name, kind, bytes_total=total_bytes, lines=0)
        self._stream = stream
        self._total_bytes = total_bytes
        self._owned = owned
        self._encoding = encoding  # where something else than a mark tells it
        self._wide = False
        self._raw_bytes = 0  # of the stream; the spans of a recoded one are those of its text

    @property
    def progress(self) -> float | None:
        """The share of the source handed out so far, 0 to 1; None where the end is unknown."""
        if not self._total_bytes:
            return None
        return min(1.0, self.report.bytes_read / self._total_bytes)

    def passages(self) -> Iterator[Passage]:
        """The source's text in order: paragraphs, or groups of lines where there are none."""
        try:
            yield from self._grouped()
            if self._raw_bytes < (self._total_bytes or 0) and not self.report.cut_short:
                shorter = "it became shorter while it was read"
                self.report = replace(self.report, cut_short=shorter)
        finally:
            self.close()

    def close(self) -> None:
        """The file is closed, if it is the source's own."""
        if self._owned:
            self._owned.close()

    def _grouped(self) -> Iterator[Passage]:
        group: list[_Line] = []
        size = 0
        has_titles = not is_code(self.report.name)
        for line in self._lines():
            if has_titles and len(group) == 1 and _is_title(group[0], line):
                group[0].opens = max(group[0].opens, Break.HEADING)
            ends_paragraph = bool(group) and not group[-1].text.strip() and line.text.strip()
            if group and (ends_paragraph or is_full(size, group[-1].text, line.text)):
                if ends_paragraph:
                    line.opens = max(line.opens, Break.PARAGRAPH)
                yield self._passage(group)
                group, size = [], 0
            group.append(line)
            size += len(line.text)
        if group:
            yield self._passage(group)

    def _passage(self, group: list[_Line]) -> Passage:
        first, last = group[0], group[-1]
        read = self._raw_bytes if self._wide else last.end
        self.report = replace(self.report, bytes_read=read, lines=last.number)
        place = Place(
            self.report.name,
            line=first.number,
            last_line=last.number,
            start_byte=None if self._wide else first.start,
            end_byte=None if self._wide else last.end,
        )
        return Passage("".join(line.text for line in group), place, first.opens)

    def _lines(self) -> Iterator[_Line]:
        opens, number, decorated = Break.DOCUMENT, 1, False
        heading = definition_in(self.report.name) or _HEADING
        for raw, start, end in _pieces(self._blocks()):
            text = self._decode(raw)
            if opens is Break.LINE and heading.match(text) and not decorated:
                opens = Break.HEADING
            decorated = text.startswith("@")  # as a class in Python is
            yield _Line(text, number, start, end, opens)
            whole = raw.endswith(b"\n")
            number += whole
            opens = Break.LINE if whole else Break.ANYWHERE

    def _decode(self, raw: bytes) -> str:
        """`raw` as text; b'na\\xefve' -> 'naïve', with one recoded byte on the report."""
        text = ""
        while raw:
            try:
                return text + raw.decode()
            except UnicodeDecodeError as error:
                bad = raw[error.start : error.end]
                read = bad.decode("cp1252", "replace")
                replaced = read.count("\ufffd")
                self.report = replace(
                    self.report,
                    recoded_bytes=self.report.recoded_bytes + len(bad) - replaced,
                    replaced_bytes=self.report.replaced_bytes + replaced,
                )
                text += raw[: error.start].decode() + read
                raw = raw[error.end :]
        return text

    def _blocks(self) -> Iterator[bytes]:
        """The stream's bytes as UTF-8 (or as they are), without a byte order mark."""
        try:
            left = self._total_bytes or sys.maxsize
            first = read_some(self._stream, min(left, BLOCK_BYTES))
            while _may_become_mark(first) and (block := read_some(self._stream, 1)):
                first += block
            mark = next((m for m in _WIDE_MARKS if first.startswith(m)), b"")
            if encoding := _WIDE_MARKS.get(mark, self._encoding):
                self._wide = True
                yield from self._recode(encoding, first)
                return
            block = first
            while block:
                self._raw_bytes += len(block)
                yield block
                left -= len(block)
                block = read_some(self._stream, min(left, BLOCK_BYTES)) if left else b""
        except READ_ERRORS as error:
            self.report = replace(self.report, cut_short=reason_of(error))

    def _recode(self, encoding: str, first: bytes) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        block = first
        while True:
            self._raw_bytes += len(block)
            text = decoder.decode(block, final=not block)
            self.report = replace(
                self.report, replaced_bytes=self.report.replaced_bytes + text.count("\ufffd")
            )
            if text:
                yield text.encode("utf-8", "replace")
            if not block:
                return
            block = read_some(self._stream)


def _is_title(line: _Line, below: _Line) -> bool:
    """Whether a line that begins a paragraph is underlined, and no heading of a table."""
    if line.opens < Break.PARAGRAPH or not _UNDERLINE.match(below.text):
        return False
    text = line.text.strip()
    return bool(_TITLE.match(text)) and not _COLUMNS.search(text)


def _may_become_mark(first: bytes) -> bool:
    """Whether more bytes are needed to know the encoding."""
    return 0 < len(first) < _MARK_BYTES and any(mark.startswith(first) for mark in _WIDE_MARKS)


def _pieces(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Lines with their newline, cut where they are longer than `_LINE_BYTES`, and their span.

    A piece never ends inside a UTF-8 character. b'ab\\ncd' -> (b'ab\\n', 0, 3), (b'cd', 3, 5)
    """
    pending = b""
    start = 0
    mark = True
    for block in blocks:
        pending += block
        if mark and len(pending) >= len(codecs.BOM_UTF8):
            mark = False
            if pending.startswith(codecs.BOM_UTF8):
                pending = pending[len(codecs.BOM_UTF8) :]
                start = len(codecs.BOM_UTF8)
        view = io.BytesIO(pending)
        while line := view.readline(_LINE_BYTES):
            if not line.endswith(b"\n"):
                if len(line) < _LINE_BYTES:
                    break
                line = line[: _character_end(line)]
                view.seek(-(_LINE_BYTES - len(line)), io.SEEK_CUR)
            yield line, start, start + len(line)
            start += len(line)
        pending = line + view.read() if line else b""
    if pending:
        yield pending, start, start + len(pending)


def _character_end(line: bytes) -> int:
    """Where to cut a long piece: after its last space if there is one, never inside UTF-8."""
    space = line.rfind(b" ", len(line) // 2)
    if space > 0:
        return space + 1
    for end in range(len(line), len(line) - _UTF8_BYTES, -1):
        if line[end - 1] not in _CONTINUATION:
            # The last character begins here; unless it is a single byte, leave it to the next.
            return end if line[end - 1] < _FIRST_MULTIBYTE else end - 1
    return len(line)
