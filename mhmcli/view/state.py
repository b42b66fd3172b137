"""What there is to show of a run, brought up to date by the loop's events.

Knows no terminal: the live view draws it, the plain view prints a line of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mhmcli.answer import Answer
from mhmcli.memory import Memory
from mhmcli.reader import ChunkOpened, ChunkProgress, Event, HeadSelected, ReplyPiece, Step
from mhmcli.source import Place
from mhmcli.write import Outcome

_READ_SHARE = 0.9  # of a chunk's time; the rest is writing
_LEAST_SHARE = 0.005  # from which on the time left can be told
Share = Callable[[], "float | None"]


class Doing(StrEnum):
    """What the run is at."""

    LOADING = "loading the model"
    SCANNING = "scanning"
    READING = "reading"
    WRITING = "writing"
    RENEWING = "a provisional answer"
    ANSWERING = "answering"


@dataclass(slots=True)
class RunState:
    """The state of a run as a person wants to see it. `share` tells how much of the documents
    was handed out, 0 to 1. Each question may be there once for each of several memories."""

    questions: Sequence[str]
    memories: list[Memory]
    share: Share
    now: Callable[[], float] = time.monotonic
    doing: Doing = Doing.LOADING
    question: int = 0
    head: int | None = None
    place: Place | None = None
    chunk: int = 0
    chunk_tokens: int = 0
    chunk_read: int = 0
    done_tokens: int = 0
    writing: str = ""
    outcome: Outcome | None = None
    provisional: list[Answer] = field(default_factory=list)  # one a question, before all is read
    _started: float | None = None
    _reads: bool = False
    _known_tokens: int = 0  # that an earlier run has read
    _known_share: float = 0.0
    _done_share: float | None = 0.0
    _next_share: float | None = None

    def take(self, event: Event) -> None:
        """The state after the event."""
        if isinstance(event, ChunkOpened):
            if not self._reads:  # a scan before it was another thing
                self._reads, self._started = True, self.now()
            self.doing, self.head, self.writing = Doing.READING, None, ""
            self.place, self.chunk = event.chunk.place, event.chunk.index + 1
            self.chunk_tokens, self.chunk_read = event.chunk.text_tokens, 0
            self._next_share = self.share()
        elif isinstance(event, ChunkProgress):
            self.chunk_read = min(event.tokens_read, self.chunk_tokens)
        elif isinstance(event, HeadSelected):
            self.doing, self.question, self.head = Doing.WRITING, event.lane, event.head
            self.writing = ""
        elif isinstance(event, ReplyPiece):
            self.writing += event.text
        elif isinstance(event, Step):
            self._step(event)

    def _step(self, step: Step) -> None:
        self.memories[step.lane] = step.memory
        self.outcome, self.writing = step.outcome, ""
        if step.lane == len(self.questions) - 1:
            self.done_tokens += step.chunk.text_tokens
            self.chunk_read = self.chunk_tokens = 0
            self._done_share = self._next_share

    def take_known(self, step: Step) -> None:
        """The state after a step that an earlier run has taken: it took no time."""
        self.chunk, self.place = step.chunk.index + 1, step.chunk.place
        self._next_share = self.share()
        self._step(step)
        self._known_tokens = self.done_tokens
        self._known_share = self._done_share or 0.0

    def scanning(self) -> None:
        """The documents are looked through for words, and not read."""
        self.doing, self._started = Doing.SCANNING, self.now()

    def renewing(self, question: int) -> None:
        """This question is answered from what is known so far; the reading goes on after it."""
        self.doing, self.question, self.head, self.writing = Doing.RENEWING, question, None, ""

    def answering(self, question: int) -> None:
        """The reading is over; this question is being answered."""
        self.doing, self.question, self.head, self.writing = Doing.ANSWERING, question, None, ""

    @property
    def memory(self) -> Memory:
        """The memory of the question that is being worked on."""
        return self.memories[self.question]

    @property
    def tokens_read(self) -> int:
        """Document tokens read so far, those of the current chunk included."""
        return self.done_tokens + self.chunk_read

    @property
    def new_tokens(self) -> int:
        """Document tokens of the chunks that this run has read, and none before it."""
        return self.done_tokens - self._known_tokens

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first chunk was opened."""
        return 0.0 if self._started is None else self.now() - self._started

    @property
    def tokens_per_s(self) -> float:
        """Document tokens read in a second, so far, by this run."""
        tokens = self.tokens_read - self._known_tokens
        return tokens / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def share_read(self) -> float | None:
        """The share of the documents that is read, or scanned, 0 to 1; None when unknowable."""
        if self.doing is Doing.ANSWERING:
            return 1.0
        if self.doing is Doing.SCANNING:
            return self.share()
        if self.doing is Doing.RENEWING and self.chunk == 0:
            return 0.0
        if self._done_share is None or self._next_share is None:
            return None if self._started else 0.0
        part = _READ_SHARE * self.chunk_read / self.chunk_tokens if self.chunk_tokens else 0.0
        return self._done_share + (self._next_share - self._done_share) * part

    @property
    def left_s(self) -> float | None:
        """Seconds left to read, at the pace so far; None before that can be told."""
        share = self.share_read
        done = (share or 0.0) - self._known_share
        if share is None or done < _LEAST_SHARE or self.elapsed_s < 1:
            return None
        return self.elapsed_s * (1 - share) / done
