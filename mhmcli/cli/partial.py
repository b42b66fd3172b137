"""From documents to answers when not all is read, or not at once: scanned first, best first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import takewhile

from mhmcli.answer import Answer
from mhmcli.candidates import Weighed, likelihood_of
from mhmcli.chunk import Chunk, cut_apart, cut_down, uncut
from mhmcli.cli.limits import Limit, Share
from mhmcli.cli.reading import (
    Job,
    Whole,
    begin_answer,
    census_of,
    follow_up,
    gathered,
    read_chunks,
    written,
)
from mhmcli.cli.telling import Provisional
from mhmcli.errors import SourceError
from mhmcli.evidence import SO_FAR_TOKENS, Evidence, of_passages, so_far
from mhmcli.prompter import Prompter
from mhmcli.receipt import Tally
from mhmcli.scan import Scan
from mhmcli.source import NO_TIME, Passage
from mhmcli.spool import Spool

_SCANNING = 0.5  # of the time that there is then
_LOOKING_UP = 0.1
_PACE_TOKENS = 150  # computed, after which the pace is known
_ASKING_TOKENS = 25  # beside a passage, for each question
# Read before a provisional answer is renewed, and twice as many each time after: some 6 s of each
# 70 at first, and less and less.
_RENEW_TOKENS = 10_000
_NEARLY_READ = 0.7  # of the documents, from where on the answer itself is near


class Scanned:
    """All passages, looked at for the words of the questions, and kept."""

    def __init__(self, job: Job, limit: Limit) -> None:
        self._job = job
        self._limit = limit
        self._spool = Spool[Passage]()
        self._scan = Scan(job.request.questions)
        self._chars = 0
        self._said_chars = 0
        self._cut_short = False

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """Costs no tokens."""
        del prompter
        job = self._job
        job.state.scanning()
        tally.share_read = 0.0
        started = job.state.now()
        small = cut_down(job.documents.passages(), job.sizes.chunk_tokens, job.count)
        passages = self._spool.through(self._in_time(small))
        for passage in self._scan.through(passages, lambda: not self._spool.missed):
            tally.scanned += 1
            self._chars += len(passage.text)
            self._said_chars += len(passage.text.strip())
            job.view.update()
        self._cut_short = any(report.cut_short == NO_TIME for report in job.documents.reports)
        tally.not_kept = self._spool.missed
        tally.all_kept = not self._spool.missed and not self._cut_short
        tally.scanning_s = job.state.now() - started

    def _in_time(self, passages: Iterator[Passage]) -> Iterator[Passage]:
        """Those for which there is time."""
        has_time = self._limit.looking(_SCANNING)
        for passage in passages:
            yield passage
            if not has_time() and self._job.documents.progress != 1:
                self._job.documents.leave(NO_TIME)
                return

    def kept(self) -> Iterator[Passage]:
        """The passages once more, and how far they are handed out as the state's share."""
        handed_out = 0
        self._job.state.share = lambda: handed_out / max(1, self._chars)
        for passage in self._spool.kept():
            handed_out += len(passage.text)
            yield passage

    def passages(self) -> Iterator[Passage]:
        """All that were scanned."""
        return self._spool.kept()

    def _ranked(self, number: int) -> list[int]:
        """The numbers of the passages that were kept, the best for the question first."""
        return [n for n in self._scan.ranked(number) if n < len(self._spool)]

    def close(self) -> None:
        """The spool is gone."""
        self._spool.close()


class Quick(Scanned):
    """The model reads the best passages alone, and answers from them."""

    def __init__(self, job: Job, most_tokens: int | None = None) -> None:
        super().__init__(job, Share(1.0))
        self._most_tokens = most_tokens or job.sizes.memory_tokens
        self._evidence: list[Evidence] = []

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """All is scanned, and the best taken as it is."""
        super().read(prompter, tally)
        count = self._job.count
        for number in range(len(self._job.request.questions)):
            best = (self._spool[n] for n in self._ranked(number))
            self._evidence.append(of_passages(best, count, self._most_tokens))
        shown = {note for evidence in self._evidence for note in evidence.notes}
        said = sum(len(note.text) for note in shown)
        tally.share_read = min(1.0, said / max(1, self._said_chars))

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """From the best passages."""
        begin_answer(self._job, number)
        return self.proposed(prompter, number)

    def proposed(self, prompter: Prompter, number: int) -> Answer:
        """The same, while the run goes on to something else."""
        return written(self._job, prompter, number, self._evidence[number], self._spool.whole())


class Proven:
    """An answer in seconds, shown as provisional, that the whole reading proves or overturns; while
    it reads, it is given again from what memory holds so far, ever more seldom."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._quick = Quick(job, SO_FAR_TOKENS)
        self._whole = Whole(job, self._passages, lambda: job.state.share_read or 0.0)
        self._renews: tuple[Prompter, Tally] | None = None  # while it reads
        self._shown: list[Evidence | None] = [None] * len(job.request.questions)
        self._due_tokens = _RENEW_TOKENS

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """All is scanned and answered from, and then all is read.

        Raises:
            SourceError: the documents could not be kept for the reading.
        """
        self._quick.read(prompter, tally)
        if tally.not_kept:
            raise SourceError(
                "cannot keep the documents for a second look: there is no room for so much",
                hint="make room for temporary files, or read without a view: --quiet",
            )
        with self._proposing(tally):
            for number in range(len(self._job.request.questions)):
                self._job.state.renewing(number)
                proposed = self._quick.proposed(prompter, number)
                self._job.state.provisional.append(proposed)
                self._job.tell(Provisional.of(number, proposed))
        tally.share_read = 0.0
        self._renews = prompter, tally
        self._whole.read(prompter, tally)

    def _passages(self) -> Iterator[Passage]:
        """Those of the documents. Between two of them the window is free for an answer."""
        for passage in self._quick.kept():
            if self._renews and self._job.state.new_tokens >= self._due_tokens:
                self._due_tokens *= 2
                if (self._job.state.share_read or 0.0) < _NEARLY_READ:
                    self._renew(*self._renews)
            yield passage

    def _renew(self, prompter: Prompter, tally: Tally) -> None:
        """New provisional answers where memory has other passages than the last was made from."""
        state = self._job.state
        with self._proposing(tally):
            for number, memory in enumerate(state.memories):
                evidence = so_far(memory, self._job.count)
                if evidence != self._shown[number]:
                    self._shown[number] = evidence
                    state.renewing(number)
                    answer = written(self._job, prompter, number, evidence)
                    state.provisional[number] = answer
                    self._job.tell(Provisional.of(number, answer))

    @contextmanager
    def _proposing(self, tally: Tally) -> Iterator[None]:
        """The time that this takes is none of the reading's."""
        started = self._job.state.now()
        yield
        tally.proposing_s += self._job.state.now() - started

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """That of the whole reading."""
        return self._whole.answer(prompter, number)

    def passages(self) -> Iterator[Passage]:
        """Those of the reading, which know their chunks."""
        return self._whole.passages()

    def close(self) -> None:
        """Both spools are gone."""
        self._quick.close()
        self._whole.close()


class Skim(Scanned):
    """The model reads the most promising passages first, until it is enough."""

    def __init__(self, job: Job, limit: Limit) -> None:
        super().__init__(job, limit)
        self._read_chars = 0
        self._pace_read = 0.0  # at the end of the reading
        self._computed: Callable[[], int] = lambda: 0  # tokens, since the run began
        self._computed_before = 0
        self._reading_number = 0  # the passage's: chunks are cut from one when they are read
        self._likelihoods: list[dict[int, float]] = [{} for _ in job.request.questions]

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """All is scanned, then some read; what the best of it points to is found anywhere."""
        super().read(prompter, tally)
        job = self._job
        self._computed = lambda: prompter.spent.chunk_tokens + prompter.spent.tail_tokens
        self._computed_before = self._computed()
        job.state.share = self._progress
        chunks = cut_apart(self._promising(), job.sizes.chunk_tokens, job.count)
        for step in read_chunks(job, chunks, prompter, tally):
            found, likelihood = self._likelihoods[step.lane], likelihood_of(step.signals)
            found[self._reading_number] = max(
                found.get(self._reading_number, likelihood), likelihood
            )
            tally.share_read = self._share
        tally.share_read = self._share
        self._pace_read = self._pace
        has_time = self._limit.looking(_LOOKING_UP)
        follow_up(job, prompter, lambda: takewhile(lambda _: has_time(), self._document()))

    @property
    def _share(self) -> float | None:
        """Of the documents; None where nobody knows how long they are."""
        of_seen = self._read_chars / max(1, self._chars)
        if not self._cut_short:
            return of_seen
        scanned = self._job.documents.progress
        return None if scanned is None else of_seen * scanned

    @property
    def _pace(self) -> float:
        """In tokens a second, 0 where it is not known yet. What a cache has is read in no time, and
        says nothing of how long it takes to judge and to answer."""
        seconds, tokens = self._job.state.elapsed_s, self._computed() - self._computed_before
        return tokens / seconds if tokens >= _PACE_TOKENS and seconds > 0 else 0.0

    def _progress(self) -> float:
        return min(1.0, self._limit.progress(self._share or 0.0, self._pace))

    def _promising(self) -> Iterator[Passage]:
        """The passages, the most promising first, until it is enough, or there is no time for one
        more; one for each question at least."""
        job, questions = self._job, len(self._job.request.questions)
        for read, number in enumerate(self._scan.promising(len(self._spool))):
            passage, self._reading_number = self._spool[number], number
            tokens = job.count(passage.text) + _ASKING_TOKENS * questions
            has_time = not self._pace or self._limit.affords(tokens, self._pace, questions)
            if read >= questions and (self._progress() >= 1 or not has_time):
                return
            yield passage
            self._read_chars += len(passage.text)

    def _document(self) -> Iterator[Chunk]:
        """All of it, whether the model has read it or not."""
        return uncut(self._spool.kept())

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """From the sentences of memory that tell; nothing is counted that may not be all."""
        job = self._job
        begin_answer(job, number)
        of_all = (self._share or 0.0) >= 1
        if of_all:
            likelihoods = self._likelihoods[number]
            of_each = [likelihoods.get(n, -math.inf) for n in range(len(self._spool))]
            document = Weighed(self._document, of_each, job.state.memories[number].seen)
            affords = partial(self._affords, number)
            if answered := census_of(job, prompter, number, document, affords):
                return answered
        evidence = replace(gathered(job, prompter, number), of_all=of_all)
        return written(job, prompter, number, evidence, self._spool.whole())

    def _affords(self, number: int, tokens: int) -> bool:
        """Whether there is time to judge so many tokens for the question of that number."""
        unanswered = len(self._job.request.questions) - number - 1
        return self._limit.affords(tokens, self._pace_read, unanswered)
