"""Several sources read one after the other, as one stream of passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, chain

from mhmcli.errors import SourceError
from mhmcli.source.place import Passage, Source, SourceReport

_MOST_BLANK = 1000  # passages looked at for a first text


class Documents:
    """What the user named, in that order."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        sizes = [source.report.bytes_total for source in sources]
        self._has_unknown_end = None in sizes
        self._before = [0, *accumulate(size or 0 for size in sizes)]
        self._current = 0
        self._left: str | None = None
        self._failed: dict[int, SourceError] = {}  # of the sources that could not be read
        self._begun: list[Passage] = []
        self._rest = self._all()

    def open(self) -> None:
        """The first text is read, so that a document without any is known before a model is
        fetched or loaded for it.

        Raises:
            SourceError: there is no text in the sources, or none that can be read.
        """
        for passage in self._rest:
            self._begun.append(passage)
            if passage.text.strip() or len(self._begun) == _MOST_BLANK:
                return
        report = self._sources[0].report
        raise SourceError(
            f"cannot read {report.name}: {report.cut_short or 'there is no text in it'}",
            hint="check that it is the right file, and whole",
        )

    def passages(self) -> Iterator[Passage]:
        """The passages of all sources in order; each source's first opens with a document break."""
        return chain(self._begun, self._rest)

    def _all(self) -> Iterator[Passage]:
        passages = 0
        for number, source in enumerate(self._sources):
            self._current = number
            try:
                for passage in source.passages():
                    passages += 1
                    yield replace(passage, place=replace(passage.place, order=(passages,)))
            except SourceError as error:  # what others have is not thrown away
                self._failed[number] = error
        self._current = len(self._sources)
        if self._failed and not passages:
            raise next(iter(self._failed.values()))

    def leave(self, reason: str) -> None:
        """No more is read: what has not come to its end is cut short."""
        self._left = reason

    def close(self) -> None:
        """Every source that is still open is closed."""
        for source in self._sources:
            source.close()

    @property
    def progress(self) -> float | None:
        """The share handed out so far, 0 to 1, each source by its size; None when one has none."""
        if self._has_unknown_end:
            return None
        if self._current == len(self._sources):
            return 1.0
        begin, end = self._before[self._current : self._current + 2]
        done_here = self._sources[self._current].progress or 0.0
        return (begin + (end - begin) * done_here) / (self._before[-1] or 1)

    @property
    def reports(self) -> tuple[SourceReport, ...]:
        """What was read of each source so far."""
        return tuple(self._report(number) for number in range(len(self._sources)))

    def _report(self, number: int) -> SourceReport:
        report = self._sources[number].report
        if self._left and number >= self._current:
            return replace(report, cut_short=self._left)
        if report.complete and number in self._failed:
            return replace(report, cut_short=self._failed[number].message)
        return report
