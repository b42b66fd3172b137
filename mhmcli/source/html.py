"""Pages of HTML, as a browser saves them or `curl` fetches them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace

from mhmcli.source.markup import Markup
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.text import TextSource

_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_AS_IT_IS = frozenset({"utf-8", "ascii", "cp1252", "iso8859-1"})  # which text is read as anyway


class HtmlSource:
    """The text of a page, read from its bytes as they come."""

    def __init__(self, text: TextSource) -> None:
        self._text = text

    @property
    def report(self) -> SourceReport:
        """What was read so far; lines are those of the page's source."""
        return replace(self._text.report, kind="html")

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

    def close(self) -> None:
        """The file is closed, if it is the source's own."""
        self._text.close()


def charset_of(head: bytes) -> str | None:
    """The encoding that a page says it is in; None where it is read as text is, or there is none
    of that name."""
    found = _CHARSET.search(head)
    if not found:
        return None
    try:
        name = codecs.lookup(found[1].decode()).name
        "".encode(name)  # not of what is no encoding of text
    except (LookupError, UnicodeError):
        return None
    return None if name in _AS_IT_IS else name
