"""Where a text stands in its document: pages, lines and bytes, as a person would cite them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum
from typing import Any, Protocol


class Break(IntEnum):
    """How strong the natural break before a passage is; a chunk is best cut at the strongest."""

    ANYWHERE = 0
    SENTENCE = 1
    LINE = 2
    PARAGRAPH = 3
    HEADING = 4
    PAGE = 5
    DOCUMENT = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one source. Pages and lines count from 1, bytes from 0, ends inclusive for
    pages and lines and exclusive for bytes. What a format does not have is None.

    `label` is the number printed on the first page, where it is not the page's position; `section`
    the heading or chapter that a text without pages and lines stands under; `chunk`, the number,
    from 0, of the chunk in which the model is shown it.
    Byte offsets are those of the text as read: after decompression, before decoding; of what is no
    plain text (HTML, EPUB, DOCX, RTF), of the text that is taken from it. `order` is
    for sorting alone, where a run knows it: the number of the passage among all that it reads, and
    of the piece in the passage.
    """

    source: str
    page: int | None = None
    last_page: int | None = None
    label: str | None = None
    line: int | None = None
    last_line: int | None = None
    start_byte: int | None = None
    end_byte: int | None = None
    section: str | None = None
    chunk: int | None = field(default=None, compare=False)
    order: tuple[int, ...] = field(default=(), compare=False, repr=False)

    @property
    def position(self) -> tuple[tuple[int, ...], str, int, int, int]:
        """What places are in reading order by."""
        where = (self.page or 0, self.line or 0, self.start_byte or 0)
        return (self.order, self.source, *where)

    def as_dict(self) -> dict[str, Any]:
        """The place by name, for a report."""
        found = asdict(self)
        del found["order"]
        return found

    def to(self, last: Place) -> Place:
        """The stretch from the start of this place to the end of `last`, of the same source."""
        return replace(
            self, last_page=last.last_page, last_line=last.last_line, end_byte=last.end_byte
        )

    def is_of(self, document: str) -> bool:
        """Whether it is in the document of that name, or in a member of it."""
        return self.source == document or self.source.startswith(f"{document}/")

    def begins_in(self, other: Place) -> bool:
        """Whether this place begins in the other, as far as both are known."""
        if self.source != other.source:
            return False
        if self.start_byte is not None and other.start_byte is not None:
            return other.start_byte <= self.start_byte < (other.end_byte or 0)
        if self.page is not None and other.page is not None:
            return other.page <= self.page <= (other.last_page or other.page)
        if self.line is not None and other.line is not None:
            return other.line <= self.line <= (other.last_line or other.line)
        return False

    def __str__(self) -> str:
        """As cited: `book.pdf p. 12 (viii)`, `a.pdf pp. 2-4`, `app.log:18-40`, `a.epub § Birds`."""
        if self.page is not None:
            return f"{self.source} {self.in_source()}"
        if self.line is not None:
            return f"{self.source}:{_span('', '', self.line, self.last_line)}"
        return f"{self.source} {self.in_source()}" if self.section else self.source

    def in_source(self) -> str:
        """The place without its source's name: `p. 12 (viii)`, `lines 18-40`."""
        if self.page is not None:
            pages = _span("p. ", "pp. ", self.page, self.last_page)
            return pages + (f" ({self.label})" if self.label else "")
        if self.line is not None:
            return _span("line ", "lines ", self.line, self.last_line)
        return f"§ {self.section}" if self.section else self.source


def _span(one: str, many: str, first: int, last: int | None) -> str:
    return f"{one}{first}" if last is None or last == first else f"{many}{first}-{last}"


@dataclass(frozen=True, slots=True)
class Passage:
    """Some text of a source in reading order, and its place.

    The texts of all passages of a source, joined, are the text of that source exactly.
    """

    text: str
    place: Place
    opens: Break = Break.PARAGRAPH


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What was read of one source so far, for the coverage receipt.

    `bytes_total` is None for a pipe. `recoded_bytes` were no UTF-8 and were read as cp1252;
    `replaced_bytes` are in neither and became U+FFFD. `image_pages` hold pictures but no text;
    `failed_pages` could not be extracted. `cut_short` says why reading ended early.
    """

    name: str
    kind: str
    bytes_read: int = 0
    bytes_total: int | None = None
    lines: int | None = None
    pages_read: int | None = None
    pages_total: int | None = None
    blank_pages: tuple[int, ...] = ()
    image_pages: tuple[int, ...] = ()
    failed_pages: tuple[int, ...] = ()
    recoded_bytes: int = 0
    replaced_bytes: int = 0
    cut_short: str | None = None
    members: tuple[SourceReport, ...] = ()
    passed_over: tuple[str, ...] = ()
    failed_parts: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True when nothing that the source holds was left unread."""
        left = self.image_pages or self.failed_pages or self.failed_parts or self.cut_short
        return not left and all(member.complete for member in self.members)


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
