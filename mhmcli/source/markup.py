"""The text of HTML: paragraphs, list items and rows of tables, under the headings they stand under.

Scripts, styles and drawings are left out, and nothing else. Tags that are not closed, or closed
twice, cost nothing: a page is read as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from mhmcli.source.place import Break, Passage, Place
from mhmcli.source.split import is_full

_UNSEEN = frozenset({"script", "style", "svg"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title"})
_ROWS = frozenset({"li", "dt", "dd", "option", "caption", "figcaption", "tr"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "button", "center", "details", "dialog"}
    | {"div", "dl", "fieldset", "figure", "footer", "form", "header", "hr", "html", "head", "main"}
    | {"legend", "nav", "noscript", "ol", "p", "pre", "section", "select", "summary", "table", "ul"}
    | {"tbody", "template", "tfoot", "thead"}
)
_ENDS_HEADING = frozenset({"p", "ul", "ol", "table", "pre", "section", "article"})
_CELLS = frozenset({"td", "th"})
_CELL, _LINE, _PARAGRAPH = " | ", "\n", "\n\n"  # between cells; the end of a row, of other blocks
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_SHORT_CELL = 300  # characters; what is longer is the layout of a page, not a table
_LONGEST_CHARS = 1 << 14  # of a block: a longer one is handed on in pieces
_LONGEST_SECTION = 80
_FED_CHARS = 1 << 16  # at once: what is not closed is looked through again each time
_CDATA = "CDATA["


class Markup(HTMLParser):
    """Fed piece by piece; what is finished comes out as passages of one source. Their byte spans
    are those of the text that comes out, as UTF-8, and `section` is the last heading; a page's
    title is one if it `has_titles`."""

    def __init__(self, source: str, *, has_titles: bool = True) -> None:
        super().__init__(convert_charrefs=True)
        self.section: str | None = None
        self.ended_inside = False  # a script or a drawing: what may be text was left out
        self._source = source
        self._unseen_tags = _UNSEEN if has_titles else _UNSEEN | {"title"}
        self._bytes = 0
        self._opens = Break.DOCUMENT
        self._waiting = ""
        self._group = self._last = ""
        self._done: list[Passage] = []
        self._begin()

    def _begin(self) -> None:
        """A document begins."""
        self._unseen = self._kept_lines = 0  # how deep in scripts, and in pre
        self._in_row = self._in_cell = self._in_heading = self._after_link = False
        self._cells = 0
        self._text: list[str] = []
        self._chars = 0
        self._has_text = False

    def fed(self, text: str) -> Iterator[Passage]:
        """The passages that are finished when so much more has come."""
        self._waiting += text
        if len(self._waiting) >= _FED_CHARS:
            waiting, self._waiting = self._waiting, ""
            self.feed(waiting)
        yield from self._taken()

    def ended(self) -> Iterator[Passage]:
        """The rest; what comes then is another document's, and opens a page."""
        self.feed(self._waiting)
        self._waiting = ""
        self.close()
        self._end_block(_PARAGRAPH)
        self._flush()
        self.ended_inside = self.ended_inside or self._unseen > 0
        yield from self._taken()
        self.reset()
        self._begin()
        self._opens = max(self._opens, Break.PAGE)

    def _taken(self) -> list[Passage]:
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A block begins, and what stood before it has ended."""
        del attrs
        self._separate_links(tag)
        if tag in self._unseen_tags:
            self._unseen += 1
        elif not self._is_of_drawing(tag):
            self._begun(tag)

    def _is_of_drawing(self, tag: str) -> bool:
        return self._unseen > 0 and tag == "title"

    def _begun(self, tag: str) -> None:
        if self._unseen and (tag in _BLOCKS or tag in _HEADINGS):
            self._unseen = 0  # no drawing goes on over a paragraph
        if tag == "br":
            self._add("\n")
        elif tag == "sup" and self._has_text:
            self._add("^")
        elif tag in _CELLS:
            self._in_cell = True
            self._cells += 1
            if self._cells > 1:
                self._text.append(_CELL)
        elif tag in _ROWS:
            self._end_block(_LINE)
            self._in_row = True
        elif tag in _HEADINGS:
            self._between(tag)
            self._in_heading = True
        elif tag in _BLOCKS:
            self._between(tag)
            self._kept_lines += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """`<br/>`, and in XHTML `<script/>`, which has nothing in it."""
        if tag not in self._unseen_tags and tag != "pre":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """A block ends."""
        if tag in self._unseen_tags:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _HEADINGS and not self._is_of_drawing(tag):
            self._heading()
        elif tag in _ROWS:
            self._in_row = self._in_cell = False
            self._end_block(_LINE)
        elif tag in _BLOCKS:
            self._between(tag)
            if tag == "pre":
                self._kept_lines = max(0, self._kept_lines - 1)
        self._after_link = tag == "a"

    def _separate_links(self, tag: str) -> None:
        """Two links that touch each other are two words."""
        if tag == "a" and self._after_link:
            self._text.append(" ")
        self._after_link = False

    def _between(self, tag: str) -> None:
        """The end of a paragraph; in a heading, and in a short cell of a table, that of a word."""
        if self._in_heading:
            if tag in _ENDS_HEADING:
                self._heading()
            else:
                self._text.append(" ")
            return
        in_short_cell = self._in_cell and self._chars < _SHORT_CELL
        if in_short_cell and tag not in _HEADINGS and tag not in ("table", "pre"):
            self._text.append(" ")
            return
        self._in_cell = False
        self._end_block(_LINE if self._in_row else _PARAGRAPH)
        self._flush()

    def handle_data(self, data: str) -> None:
        """Some text; white space is what separates words, if it is not to be kept."""
        if self._unseen:
            return
        if data.strip():
            self._after_link = False
        self._add(data if self._kept_lines else _SPACES.sub(" ", data))
        while self._chars > _LONGEST_CHARS:
            self._cut()

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002
        """`<![endif]>` and whatever else begins so is a comment up to the next `>`, as browsers
        have it: the parser's own looks for another end, or knows none."""
        if self.rawdata.startswith(f"<![{_CDATA}", i):
            return super().parse_marked_section(i, report)
        return self.parse_bogus_comment(i, report)

    def unknown_decl(self, data: str) -> None:
        """`<![CDATA[...]]>` of XHTML is text."""
        if data.startswith(_CDATA):
            self.handle_data(data.removeprefix(_CDATA))

    def _add(self, text: str) -> None:
        self._text.append(text)
        self._chars += len(text)
        self._has_text = self._has_text or bool(text.strip())

    def _cut(self) -> None:
        """The first part of a block that is too long, as far as its last word."""
        whole = "".join(self._text)
        spaces = (whole.rfind(mark, _LONGEST_CHARS // 2, _LONGEST_CHARS) for mark in " \n")
        end = max(spaces) + 1 or _LONGEST_CHARS
        last = whole[end - 1]
        self._text = [whole[:end]]
        self._end_block(last if last.isspace() else "", is_row=False)
        self._flush()
        self._opens = Break.ANYWHERE
        self._add(whole[end:])

    def _said(self, *, is_row: bool) -> str:
        """The text of the block, and the next one begins."""
        whole = "".join(self._text)
        self._text, self._chars, self._has_text = [], 0, False
        cells, self._cells = self._cells, 0
        if self._kept_lines:
            return whole.strip("\n")
        lines = [_SPACES.sub(" ", line).strip() for line in whole.split("\n")]
        said = "\n".join(line for line in lines if line)
        if is_row and cells > 1:
            there = [cell for cell in said.split(_CELL.strip()) if cell.strip()]
            return said if len(there) > 1 else "".join(there).strip()
        return said

    def _end_block(self, end: str, *, is_row: bool = True) -> None:
        """What came since the last block is one; items and rows go together with those before."""
        said = self._said(is_row=is_row)
        if not said.strip():
            return
        if self._group and (end == _PARAGRAPH or is_full(len(self._group), self._last, said)):
            self._flush()
        self._group += said + end
        self._last = said

    def _heading(self) -> None:
        self._in_heading = False
        said = " ".join(self._said(is_row=False).split())
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
