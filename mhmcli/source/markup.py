"""The text of HTML: paragraphs, list items and rows of tables, under the headings they stand under.

Scripts, styles and drawings are left out, and nothing else. Tags that are not
closed, or closed twice, cost nothing: a page is read as it comes, in constant memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from mhmcli.source.place import Break, Passage, Place
from mhmcli.source.split import is_full

_UNSEEN = frozenset({"script", "style", "template", "svg"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title"})
_ROWS = frozenset({"li", "dt", "dd", "option", "caption", "figcaption", "tr"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "details", "div", "dl"}
    | {"fieldset", "figure", "footer", "form", "header", "hr", "html", "head", "main", "nav", "ol"}
    | {"p", "pre", "section", "select", "summary", "table", "tbody", "tfoot", "thead", "ul"}
)
_CELLS = frozenset({"td", "th"})
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_LINE, _PARAGRAPH = "\n", "\n\n"  # the end of a row, and of any other block
_SHORT_CELL = 300  # characters; what is longer is the layout of a page, not a table
_LONGEST_CHARS = 1 << 14  # of a block: a longer one is handed on in pieces
_LONGEST_SECTION = 80


class Markup(HTMLParser):
    """Fed piece by piece; what is finished comes out as passages of one source. Their byte spans
    are those of the text that comes out, as UTF-8, and `section` is the last heading."""

    def __init__(self, source: str, section: str | None = None) -> None:
        super().__init__(convert_charrefs=True)
        self.section = section
        self._source = source
        self._bytes = 0
        self._opens = Break.DOCUMENT
        self._unseen = self._kept_lines = 0  # how deep in script and style, and in pre
        self._text: list[str] = []
        self._chars = 0
        self._in_row = self._in_cell = False
        self._group = ""
        self._last = ""
        self._done: list[Passage] = []

    def fed(self, text: str) -> Iterator[Passage]:
        """The passages that are finished when so much more has come."""
        self.feed(text)
        yield from self._taken()

    def ended(self) -> Iterator[Passage]:
        """The rest; what comes then is another document's, and opens a page."""
        self.close()
        self._block(_PARAGRAPH)
        self._flush()
        yield from self._taken()
        self.reset()
        self._unseen = self._kept_lines = 0
        self._opens = max(self._opens, Break.PAGE)

    def _taken(self) -> list[Passage]:
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A block begins, and what stood before it has ended."""
        del attrs
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._text.append("\n")
        elif tag in _CELLS:
            self._in_cell = True
            if self._has_text:
                self._text.append(" | ")
        elif tag in _ROWS:
            self._block(_LINE)
            self._in_row = True
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._between(tag)
            self._kept_lines += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """`<br/>`, and in XHTML `<script/>`, which has nothing in it."""
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """A block ends."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _HEADINGS:
            self._heading()
        elif tag in _ROWS:
            self._in_row = self._in_cell = False
            self._block(_LINE)
        elif tag in _BLOCKS:
            self._between(tag)
            if tag == "pre":
                self._kept_lines = max(0, self._kept_lines - 1)

    def _between(self, tag: str) -> None:
        """The end of a paragraph; in a short cell of a table, that of a word."""
        if self._in_cell and self._chars < _SHORT_CELL and tag not in _HEADINGS and tag != "table":
            self._text.append(" ")
            return
        self._in_cell = False
        self._block(_LINE if self._in_row else _PARAGRAPH)
        self._flush()

    def handle_data(self, data: str) -> None:
        """Some text; white space is what separates words, if it is not to be kept."""
        if self._unseen:
            return
        self._text.append(data if self._kept_lines else _SPACES.sub(" ", data))
        self._chars += len(data)
        if self._chars > _LONGEST_CHARS:
            self._cut()

    def _cut(self) -> None:
        """A block that is too long is handed on as far as its last word."""
        whole = "".join(self._text)
        end = whole.rfind(" ", len(whole) // 2) + 1
        self._text = [whole[:end] or whole]
        self._block(" " if end else "")
        self._flush()
        self._opens = Break.ANYWHERE
        self._text = [whole[end:]] if end else []
        self._chars = len(whole) - end if end else 0

    @property
    def _has_text(self) -> bool:
        return any(part.strip() for part in self._text)

    def _said(self) -> str:
        """The text of the block, and the next one begins."""
        whole = "".join(self._text)
        self._text, self._chars = [], 0
        if self._kept_lines:
            return whole.strip("\n")
        lines = (_SPACES.sub(" ", line).strip(" |") for line in whole.split("\n"))
        return "\n".join(line for line in lines if line)

    def _block(self, end: str) -> None:
        """What came since the last block is one; items and rows go together with those before."""
        said = self._said()
        if not said.strip():
            return
        if self._group and (end == _PARAGRAPH or is_full(len(self._group), self._last, said)):
            self._flush()
        self._group += said + end
        self._last = said

    def _heading(self) -> None:
        said = " ".join(self._said().split())
        if not said:
            return
        self._flush()
        self.section = said[:_LONGEST_SECTION]
        self._opens = max(self._opens, Break.HEADING)
        self._group = f"{said}\n\n"
        self._flush()

    def _flush(self) -> None:
        """The group is a passage."""
        if not self._group:
            return
        if self._group.endswith(_LINE) and not self._group.endswith(_PARAGRAPH):
            self._group += _LINE
        text = self._group.encode("utf-8", "replace").decode()  # no lone surrogates
        size = len(text.encode())
        place = Place(
            self._source,
            section=self.section,
            start_byte=self._bytes,
            end_byte=self._bytes + size,
        )
        self._bytes += size
        self._done.append(Passage(text, place, self._opens))
        self._group, self._last, self._opens = "", "", Break.PARAGRAPH
