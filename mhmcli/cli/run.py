"""A run of `mhm ask`: documents, model, reading, answers, output. The rooms meet here."""

from __future__ import annotations

import io
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import BinaryIO

from mhmcli import prompts, speeds
from mhmcli.answer import Answer
from mhmcli.cli.again import Remembered, documents_of, session_of
from mhmcli.cli.answers import print_answers, say_receipt
from mhmcli.cli.caching import part_cache
from mhmcli.cli.ended import Ended, print_ended, settings_of
from mhmcli.cli.limits import Deadline
from mhmcli.cli.output import say
from mhmcli.cli.preparing import Fitted, deadline_of, engine_of, fitted, reading_of, view_of
from mhmcli.cli.quoting import with_quotes
from mhmcli.cli.reading import Job, Reading, shown_while
from mhmcli.cli.recording import journal_for, say_where_to_go_on
from mhmcli.cli.request import Request
from mhmcli.cli.signals import stopping
from mhmcli.cli.telling import Started, failure_told, teller_of
from mhmcli.engine import Engine, Sampling
from mhmcli.engine.llama import Stop, grammar_of
from mhmcli.errors import ExitStatus, MhmError, UsageError
from mhmcli.format_kind import Format
from mhmcli.formats import Form, shaped
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.receipt import Receipt, Tally
from mhmcli.session import Store
from mhmcli.source import Documents, open_source
from mhmcli.verdicts import judges
from mhmcli.view import RunState

_PACE_TOKENS = 500


def run(request: Request) -> ExitStatus:
    """The whole run; its exit status. Ctrl-C and SIGTERM stop it at whatever it is."""
    stop = Stop()
    with failure_told(request), stopping(stop):
        return run_with(request, stop).status(partial_ok=request.partial_ok)


def run_with(request: Request, stop: Stop, engine: Engine | None = None) -> Ended:
    """The same with an engine that is loaded already, and can be used again."""
    ended = answered(request, stop, engine)
    print_ended(request, ended)
    return ended


def answered(request: Request, stop: Stop, engine: Engine | None = None) -> Ended:
    """The same, and nothing is printed of what came of it."""
    deadline = deadline_of(request)
    with session_of(request) as (wanted, session):
        documents = _documents(wanted, session, deadline)
        try:
            found = _prepared(wanted, documents, session, stop, deadline)
            if engine and found.job.sizes.window_tokens > engine.info.window_tokens:
                raise UsageError(
                    "the question is too long for the window that was loaded",
                    hint="ask it in fewer words, or with mhm ask --session",
                )
            found.loaded = engine
            return found.whole()
        finally:
            documents.close()


def _documents(request: Request, session: Store | None, deadline: Deadline | None) -> Documents:
    """What is to be read; streams that an earlier run has read, from its session."""
    opened = partial(
        open_source,
        stdin=_stdin(),
        password=request.password,
        loaders=request.loaders,
        waiting_s=deadline.waiting_s if deadline else None,
    )
    if session:
        return documents_of(session, request, opened)
    return Documents([opened(name) for name in request.sources])


def _stdin() -> BinaryIO:
    """Standard input; empty where the process was started without one."""
    return sys.stdin.buffer if sys.stdin else io.BytesIO()


def _prepared(
    request: Request,
    documents: Documents,
    session: Store | None,
    stop: Stop,
    deadline: Deadline | None,
) -> _Run:
    """A run with all that it needs. What is wrong with a document is known before a model is
    fetched, and what is wrong with the model or the sizes before it is loaded."""
    form = Form(request.form, request.schema, grammar_of(request.schema) if request.schema else "")
    if not session:  # whose memory may have all that is asked
        documents.open()
    fetching = time.monotonic()
    with_model = fitted(request)
    if deadline:  # a first run would spend its time on the download
        deadline.started += time.monotonic() - fetching
    sizes = with_model.sizes
    empty = Memory.empty(sizes.heads, sizes.head_tokens)
    state = RunState(
        request.questions, [empty for _ in request.questions], lambda: documents.progress
    )
    view = view_of(request, state)
    journal = journal_for(request, sizes, with_model.identity)
    job = Job(request, documents, sizes, with_model.count, state, view, journal, teller_of(request))
    reading = reading_of(job, deadline)
    if session:
        reading = Remembered(job, session, reading)
    return _Run(job, with_model, reading, stop, form)


@dataclass(slots=True)
class _Run:
    """One run, with all that it was given."""

    job: Job
    model: Fitted
    reading: Reading
    stop: Stop
    form: Form
    loaded: Engine | None = None

    def whole(self) -> Ended:
        """Load, read, answer."""
        self.job.view.start()
        try:
            if self.loaded:
                answers, receipt = self._read_and_answer(self.loaded)
            else:
                engine = engine_of(self.job.request, self.model, self.stop)
                try:
                    answers, receipt = self._read_and_answer(engine)
                finally:
                    engine.shut()
        except BaseException:
            self.job.journal.end("stopped")
            raise
        finally:
            self.job.view.stop()
        if not receipt.remembered:
            self.job.journal.answered(answers)
        session = receipt.remembered or self.job.journal.id
        self.job.journal.end("answered")
        file = self.model.file
        if file and self.job.request.history and _tells_the_pace(receipt):
            speeds.keep(file, self.job.request.memory, receipt.tokens_per_s, len(answers))
        memories = tuple(self.job.state.memories)
        return Ended(tuple(answers), memories, receipt, session, self.job.sizes)

    def _read_and_answer(self, engine: Engine) -> tuple[list[Answer], Receipt]:
        """The answers and the receipt. What stops the run leaves a receipt of what was read."""
        request = self.job.request
        sampling = Sampling(request.temperature, request.top_p, request.seed)
        tally = Tally(len(request.questions))
        started = time.monotonic()
        prompter = Prompter(engine, prompts.SYSTEM, sampling)
        prompter.verdicts = judges(request.known_model, prompter, strict=request.strict)
        prompter.cache = cache = part_cache(
            request.cache_bytes, engine, engine.frame(prompts.SYSTEM).opening
        )
        receipt = Receipt((), 0, 0, {}, prompter.spent, 0.0, 0.0, engine.info, finished=False)
        receipt = replace(receipt, judges=prompter.verdicts)
        self.job.tell(
            Started(
                sources=list(request.sources),
                questions=list(request.questions),
                model=asdict(engine.info),
                settings=settings_of(request, self.job.sizes),
            )
        )

        def so_far() -> Receipt:
            return replace(
                receipt,
                sources=self.job.documents.reports,
                document_tokens=tally.document_tokens,
                chunks=tally.chunks,
                scanned=tally.scanned,
                share_read=tally.share_read,
                not_kept=tally.not_kept,
                known_chunks=tally.known_chunks,
                known_tokens=tally.known_tokens,
                remembered=tally.remembered,
                session=self.job.journal.id,
                journal_trouble=self.job.journal.trouble,
                tokens_found=cache.found if cache else 0,
                tokens_kept=cache.kept if cache else 0,
                cache_trouble=cache.trouble if cache else None,
                outcomes={outcome.value: n for outcome, n in tally.outcomes.items()},
                scanning_seconds=tally.scanning_s,
                seconds=time.monotonic() - started - tally.scanning_s - tally.proposing_s,
            )

        answers: list[Answer] = []
        try:
            with closing(self.reading) as reading:
                reading.read(prompter, tally)
                receipt = replace(so_far(), finished=True)
                self.job.journal.is_whole = receipt.complete and receipt.read_all
                for number in range(len(request.questions)):
                    answers.append(reading.answer(prompter, number))  # noqa: PERF401  one by one
                answers = [self._shaped(prompter, n, one) for n, one in enumerate(answers)]
                if request.looks_up_quotes:
                    again = reading.passages()
                    answers = with_quotes(answers, again, of_all=tally.all_kept)
        except (MhmError, KeyboardInterrupt):
            self.job.view.stop()
            known = [*answers, *self.job.state.provisional[len(answers) :]]
            if known and not (request.is_row or request.is_for_programs):
                what = "the answers so far" if answers else "a provisional answer"
                say(f"mhm: stopped; {what}:")
                print_answers(known, of=len(request.questions))
            if not request.quiet:
                shown = receipt if receipt.finished else so_far()
                say_receipt(shown, known, request.cite)
                say_where_to_go_on(self.job.journal, request.sources)
            raise
        finally:
            engine.close(prompter.base)
        answering_s = time.monotonic() - started - receipt.scanning_seconds - receipt.seconds
        return answers, replace(receipt, answer_seconds=answering_s)

    def _shaped(self, prompter: Prompter, number: int, answer: Answer) -> Answer:
        """The answer in the form that was asked for."""
        if self.form.kind is Format.SHORT:
            return answer
        shaping = shaped(prompter, answer, self.form, self.job.sizes.answer_tokens)
        return shown_while(self.job, number, shaping)


def _tells_the_pace(receipt: Receipt) -> bool:
    """True of a reading that was long enough, and computed what it read."""
    computed = receipt.document_tokens - receipt.known_tokens - receipt.tokens_found
    return computed >= _PACE_TOKENS and not receipt.tokens_found
