"""A stream that an earlier run has read, as a source that can be read again."""

from __future__ import annotations

from collections.abc import Iterator

from mhmcli.session.store import Store
from mhmcli.source import Passage, SourceReport


class KeptSource:
    """The passages of one of the streams that a session has read."""

    def __init__(self, store: Store, stream: str) -> None:
        self._store = store
        self._stream = stream
        self._of = max(1, store.chunks)
        self._is_whole = store.is_whole  # before a run that may write to it is in it
        self._chunks = self._bytes = self._lines = 0

    @property
    def report(self) -> SourceReport:
        """What was handed out so far."""
        cut_short = None if self._is_whole else "the run that read it was stopped"
        return SourceReport(
            self._stream, "kept", self._bytes, lines=self._lines, cut_short=cut_short
        )

    @property
    def progress(self) -> float | None:
        """The share handed out so far, 0 to 1."""
        return self._chunks / self._of

    def passages(self) -> Iterator[Passage]:
        """Those of the chunks.

        Raises:
            SessionError: the session is damaged.
        """
        for chunk in self._store.texts():
            self._chunks += 1
            if not chunk.place.is_of(self._stream):
                continue
            for passage in chunk.passages:
                self._bytes += len(passage.text.encode(errors="surrogatepass"))
                self._lines += passage.text.count("\n")
                yield passage

    def close(self) -> None:
        """The session is its opener's."""
