"""The coverage receipt: what was read, of how much, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from mhmcli.engine import EngineInfo, Spent
from mhmcli.printable import one_line
from mhmcli.reader import Event, Step
from mhmcli.source import SourceReport
from mhmcli.write import Outcome

_NOT_KEPT = (
    "        NO ROOM TO KEEP THE LAST {:,} PASSAGES for a second look: none of them was chosen, "
    "looked up or counted"
)
_KNOWN = "session {0.session}: {0.known_tokens:,} of these tokens were read by an earlier run"
_CACHE = "cache   {0.tokens_found:,} tokens were computed by an earlier run, {0.tokens_kept:,} kept"
_LEAST_SAID_S = 1.0
_MOST_NAMED = 3
_NO_JUDGE = "        this model's yes and no say nothing, and were not asked for"


@dataclass(slots=True)
class Tally:
    """Counts what a reading's events say. A chunk counts as read once all lanes had it."""

    lanes: int
    chunks: int = 0
    document_tokens: int = 0
    known_chunks: int = 0  # of these, what an earlier run has read
    known_tokens: int = 0
    remembered: str | None = None  # the session whose memory had the answers: nothing was read
    scanned: int = 0  # passages that were looked at for their words
    scanning_s: float = 0.0  # seconds, those included in which a pipe was waited for
    proposing_s: float = 0.0  # of answers before the reading was done
    # Of the documents, by the model, where it read less than all; None where that is not known.
    share_read: float | None = 1.0
    not_kept: int = 0  # passages or chunks that there was no room to keep for a second look
    all_kept: bool = True  # whether they were looked at again or not
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    def take(self, event: Event) -> None:
        """The counts with this event in them."""
        if isinstance(event, Step):
            self.outcomes[event.outcome] += 1
            if event.lane == self.lanes - 1:
                self.chunks += 1
                self.document_tokens += event.chunk.text_tokens

    def take_known(self, step: Step) -> None:
        """The same with a step that an earlier run has taken."""
        self.take(step)
        if step.lane == self.lanes - 1:
            self.known_chunks += 1
            self.known_tokens += step.chunk.text_tokens


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a run read and what it cost. `seconds` are those of reading; scanning and answering are
    apart. Where passages were `scanned` for their words, the model read a share of them (None where
    nobody knows how many there are), or none but those that it answered from; those `not_kept`
    could not be chosen, looked up or counted."""

    sources: tuple[SourceReport, ...]
    document_tokens: int
    chunks: int
    outcomes: dict[str, int]
    spent: Spent
    seconds: float
    answer_seconds: float
    engine: EngineInfo
    finished: bool
    scanned: int = 0
    share_read: float | None = 1.0
    scanning_seconds: float = 0.0
    not_kept: int = 0
    known_chunks: int = 0  # of all, that an earlier run has read
    known_tokens: int = 0
    remembered: str | None = None  # the session whose memory had the answers: nothing was read
    session: str | None = None  # that has its steps
    journal_trouble: str | None = None  # why it has not all of them
    tokens_found: int = 0  # of the documents, that an earlier run had computed
    tokens_kept: int = 0  # for another run
    cache_trouble: str | None = None  # why no more could be
    judges: bool = True  # the model knows yes from no

    @property
    def read_all(self) -> bool:
        """True when the model read all that there is, as far as that is known."""
        return self.share_read is not None and self.share_read >= 1

    @property
    def complete(self) -> bool:
        """True when every part of every source was read by the model, or scanned where that was
        all that was asked for, and could be looked at again; of a memory that had it all, the
        documents may have gone since."""
        had_all = self.remembered is not None or all(source.complete for source in self.sources)
        return self.finished and not self.not_kept and had_all

    @property
    def steps(self) -> int:
        """Updates asked for: chunks times questions."""
        return sum(self.outcomes.values())

    @property
    def steps_kept(self) -> int:
        """Steps that kept every head as it was, because there was nothing new in the chunk."""
        return self.outcomes.get(Outcome.NOTHING_NEW.value, 0)

    @property
    def steps_failed(self) -> int:
        """Steps whose reply could not be taken; the heads kept what they held."""
        return sum(n for outcome, n in self.outcomes.items() if Outcome(outcome).is_failure)

    @property
    def tokens_per_s(self) -> float:
        """Document tokens read in a second, by this run."""
        tokens = self.document_tokens - self.known_tokens
        return tokens / self.seconds if self.seconds > 0 else 0.0

    def lines(self) -> list[str]:
        """The receipt for a person: one line a source, one for the reading, one for the model."""
        if self.remembered:
            return [self._remembered_line(), self._model_line()]
        return [
            *(self._source_line(source) for source in self.sources),
            *(warning for source in self.sources for warning in warnings(source)),
            self._reading_line(),
            *([_NOT_KEPT.format(self.not_kept)] if self.not_kept else []),
            *([_KNOWN.format(self)] if self.known_chunks else []),
            *(
                [f"        NOT ALL OF IT IS KEPT: {self.journal_trouble}"]
                if self.journal_trouble
                else []
            ),
            *([_CACHE.format(self)] if self.tokens_found or self.tokens_kept else []),
            *([f"        NO MORE KEPT: {self.cache_trouble}"] if self.cache_trouble else []),
            self._model_line(),
            *([] if self.judges else [_NO_JUDGE]),
        ]

    def _remembered_line(self) -> str:
        seconds = duration(self.seconds + self.answer_seconds)
        return f"memory  of session {self.remembered}; nothing was read; {seconds} answering"

    def _model_line(self) -> str:
        return f"model   {one_line(self.engine.model)}, {self.engine.device}, {self.engine.build}"

    def _source_line(self, source: SourceReport) -> str:
        parts = [_count(len(source.members), "document")] if source.members else []
        if source.pages_total is not None:
            parts.append(f"{source.pages_read} of {_count(source.pages_total, 'page')}")
        if source.lines is not None:
            parts.append(_count(source.lines, "line"))
        if source.pages_total is None:
            total = f" of {source.bytes_total:,}" if source.bytes_total is not None else ""
            parts.append(f"{source.bytes_read:,}{total} bytes")
        done = "read" if self.read_all else "scanned"
        gone_through = self.finished or bool(self.scanned and self.chunks)
        mark = done if source.complete and gone_through else f"{done.upper()} IN PART"
        return f"{mark:<7} {one_line(source.name)}: {', '.join(parts)}"

    def _reading_line(self) -> str:
        if self.scanned and not self.chunks:
            return self._scanning_line()
        unchanged = self.steps_kept + self.steps_failed
        took = self.scanning_seconds
        scanning = f"{duration(took)} scanning + " if took >= _LEAST_SAID_S else ""
        pace = f" ({self.tokens_per_s:.0f} tokens/s)" if self.tokens_per_s else ""
        parts = [
            f"{self.document_tokens:,} tokens in {_count(self.chunks, 'chunk')}{self._share()}",
            f"{_count(self.steps, 'step')}, {unchanged} kept the heads unchanged",
            f"{scanning}{duration(self.seconds)} reading{pace}"
            f" + {duration(self.answer_seconds)} answering",
        ]
        if self.steps_failed:
            failed = [f"{o}: {n}" for o, n in self.outcomes.items() if Outcome(o).is_failure]
            parts.insert(2, f"{self.steps_failed} replies not taken ({', '.join(failed)})")
        if not self.read_all:
            parts.append("THE REST WAS ONLY SCANNED")
        if not self.finished:
            parts.append("STOPPED BEFORE THE END")
        return "model read  " + "; ".join(parts)

    def _share(self) -> str:
        """Less than all is no 100%, and of what nobody knows the end of, no share is known."""
        if self.share_read is None:
            return ", of a document without a known end"
        return "" if self.read_all else f", {min(self.share_read, 0.99):.0%} of the document"

    def _scanning_line(self) -> str:
        share = self.share_read or 0.0
        best = (
            f"the passages that share the most words with the question, of {self.scanned:,}: "
            f"{share:.1%} of the document"
        )
        parts = [
            best if share else f"nothing of {_count(self.scanned, 'passage')}",
            *(["THE REST WAS ONLY SCANNED"] if 0 < share < 1 else []),
            f"{duration(self.scanning_seconds + self.seconds)} scanning"
            f" + {duration(self.answer_seconds)} answering",
        ]
        if not self.finished:
            parts.append("STOPPED BEFORE THE END")
        return "model read  " + "; ".join(parts)


def warnings(source: SourceReport) -> list[str]:
    """What a reader of the answer has to know about one source."""
    found = []
    if source.passed_over:
        found.append(f"no text, passed over: {_named(source.passed_over)}")
    found += source.failed_parts[:_MOST_NAMED]
    if len(source.failed_parts) > _MOST_NAMED:
        found.append(f"and {len(source.failed_parts) - _MOST_NAMED} more that could not be read")
    if source.image_pages:
        pages = page_list(source.image_pages)
        found.append(f"pictures without text, not read: {pages} (ocrmypdf would add the text)")
    if source.failed_pages:
        found.append(f"could not be extracted: {page_list(source.failed_pages)}")
    if source.blank_pages:
        found.append(f"blank: {page_list(source.blank_pages)}")
    if source.cut_short:
        found.append(f"cut short: {source.cut_short}")
    if source.recoded_bytes:
        found.append(f"{_count(source.recoded_bytes, 'byte')} not UTF-8, read as cp1252")
    if source.replaced_bytes:
        found.append(f"{_count(source.replaced_bytes, 'byte')} in no encoding, replaced")
    of_members = (warning for member in source.members for warning in warnings(member))
    return [*(f"        {one_line(source.name)}: {one_line(text)}" for text in found), *of_members]


def _named(names: Sequence[str]) -> str:
    """('a.png', 'b.png', 'c.png', 'd.png') -> 'a.png, b.png, c.png and 1 more'."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def page_list(pages: Sequence[int]) -> str:
    """(1, 2, 3, 7) -> 'pages 1-3, 7'."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    texts = [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return ("page " if len(pages) == 1 else "pages ") + ", ".join(texts)


def duration(seconds: float) -> str:
    """3.2 -> '3.2 s', 75 -> '1:15', 3700 -> '1:01:40'."""
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
