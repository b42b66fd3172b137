"""Pages of HTML, as a browser saves them or `curl` fetches them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace

from mhmcli.source.markup import Markup
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.text import TextSource

_DECLARED = re.compile(
    rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([\w.:-]+)|"
    rb"\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']\s*([\w.:-]+)",
    re.IGNORECASE,
)
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_AS_IT_IS = frozenset({"utf-8", "ascii", "cp1252", "iso8859-1"})  # which text is read as anyway
# That no page is in: a page whose bytes say so themselves is not what it says of itself in them.
_NEVER = re.compile(r"utf-?(?:7|16|32)|idna|punycode|.*escape|undefined|mbcs|oem")
_INSIDE = "the page ends inside a script or a drawing, and what may be text in it is left out"


class HtmlSource:
    """The text of a page, read from its bytes as they come."""

    def __init__(self, text: TextSource) -> None:
        self._text = text
        self._failed: tuple[str, ...] = ()

    @property
    def report(self) -> SourceReport:
        """What was read so far; lines are those of the page's source."""
        return replace(self._text.report, kind="html", failed_parts=self._failed)

    @property
    def progress(self) -> float | None:
        """The share of the bytes that was handed out, 0 to 1."""
        return self._text.progress

    def passages(self) -> Iterator[Passage]:
        """Paragraphs, lists and tables, each with the heading that it stands under."""
        markup = Markup(self._text.report.name)
        for passage in self._text.passages():
            yield from markup.fed(passage.text)
        yield from markup.ended()
        self._failed = (_INSIDE,) if markup.ended_inside else ()

    def close(self) -> None:
        """The file is closed, if it is the source's own."""
        self._text.close()


def charset_of(head: bytes) -> str | None:
    """The encoding that a page says it is in; None where it is read as text is, or there is none
    of that name."""
    name = _declared(head)
    return None if name in _AS_IT_IS or head.startswith(tuple(_MARKS)) else name


def decoded(raw: bytes) -> str:
    """A page that is there whole, by its mark, by what it says, or as UTF-8; what is in no encoding
    is U+FFFD."""
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    return raw.decode(marked or _declared(raw[:2048]) or "utf-8", "replace")


def _declared(head: bytes) -> str | None:
    found = _DECLARED.search(head)
    if not found:
        return None
    try:
        name = codecs.lookup((found[1] or found[2]).decode()).name
        "".encode(name)  # not of what is no encoding of text
    except (LookupError, UnicodeError):
        return None
    return None if _NEVER.fullmatch(name) else name
