"""RTF through striprtf: its text, without the places that its control words stand at."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

from striprtf.striprtf import rtf_to_text

from mhmcli.errors import SourceError
from mhmcli.source.place import Passage, SourceReport
from mhmcli.source.text import TextSource

_BRACE = re.compile(rb"\\[\\{}]|([{}])")  # what is escaped is none: \\} is a backslash and a brace


class RtfSource:
    """A document that is read whole. Byte spans are those of its text; it has no lines of its own.

    Raises:
        SourceError: it is damaged.
    """

    def __init__(self, name: str, raw: bytes) -> None:
        try:
            text = rtf_to_text(raw.decode("cp1252", "replace"), errors="replace")
        except Exception as error:  # striprtf meets damage with any exception there is
            raise SourceError(
                f"cannot read {name}: the RTF is damaged ({error})",
                hint="open it in a word processor and save it anew",
            ) from error
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # pairs are one
        self._raw_bytes = len(raw)
        braces = _BRACE.findall(raw)
        is_open = braces.count(b"{") > braces.count(b"}")
        self._cut_short = "it ends within a group" if is_open else None
        self._text = TextSource(name, io.BytesIO(text.encode("utf-8", "replace")))

    @property
    def report(self) -> SourceReport:
        """What was read so far: of the text, the share that its bytes are."""
        text = self._text.report
        return replace(
            text,
            kind="rtf",
            bytes_total=self._raw_bytes,
            lines=None,
            cut_short=text.cut_short or self._cut_short,
        )

    @property
    def progress(self) -> float | None:
        """Nobody asks: it is small."""
        return None

    def passages(self) -> Iterator[Passage]:
        """Its paragraphs."""
        for passage in self._text.passages():
            place = replace(passage.place, line=None, last_line=None)
            yield replace(passage, place=place)

    def close(self) -> None:
        """Nothing is open."""
