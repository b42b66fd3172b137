"""A run of `mhm ask`: documents, model, reading, answers, output. The rooms meet here."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from rich.console import Console

from mhmcli import prompts
from mhmcli.answer import Answer, answer
from mhmcli.census import Asked, as_answer, asked, census
from mhmcli.chunk import cut
from mhmcli.cli.ask import Request
from mhmcli.cli.models import model_file
from mhmcli.cli.output import as_json, print_answers, print_json, say, say_receipt
from mhmcli.cli.signals import stopping
from mhmcli.engine import Engine, Sampling
from mhmcli.engine.llama import LlamaEngine, LlamaOptions, Stop, tokenizer_of
from mhmcli.errors import ExitStatus, MhmError
from mhmcli.evidence import gather
from mhmcli.follow import follow
from mhmcli.memory import Memory
from mhmcli.presets import MemoryKind, Preset, preset
from mhmcli.printable import one_line
from mhmcli.prompter import Prompter
from mhmcli.reader import Lane, Step, read
from mhmcli.receipt import Receipt, Tally
from mhmcli.score import Signals
from mhmcli.sizes import UNSAID_WINDOW_TOKENS, Sizes, Wanted, fit
from mhmcli.source import Documents, open_source
from mhmcli.spool import Spool
from mhmcli.tokens import GgufHeader, Tokenizer, read_header
from mhmcli.view import LiveView, NoView, PlainView, RunState, View

T = TypeVar("T")


def run(request: Request) -> ExitStatus:
    """The whole run; its exit status. Ctrl-C and SIGTERM stop it at whatever it is."""
    stop = Stop()
    with stopping(stop):
        documents = Documents(
            [open_source(name, _stdin(), password=request.password) for name in request.sources]
        )
        try:
            return _prepared(request, documents, stop).whole()
        finally:
            documents.close()


def _stdin() -> BinaryIO:
    """Standard input; empty where the process was started without one."""
    return sys.stdin.buffer if sys.stdin else io.BytesIO()


def _prepared(request: Request, documents: Documents, stop: Stop) -> _Run:
    """A run with all that it needs. What is wrong with a document is known before a model is
    fetched, and what is wrong with the model or the sizes before it is loaded."""
    documents.open()
    path = model_file(request.model, offline=request.offline, quiet=request.quiet)
    header = read_header(path)
    tokenizer = tokenizer_of(header)
    chosen = preset(request.memory)
    sizes = _sizes(request, chosen, tokenizer, header)
    empty = Memory.empty(sizes.heads, sizes.head_tokens)
    state = RunState(
        request.questions, [empty for _ in request.questions], lambda: documents.progress
    )
    view = _view(request, state)
    signals: list[list[Signals | None]] = [[] for _ in request.questions]
    return _Run(request, documents, path, chosen, sizes, tokenizer, state, view, stop, signals)


@dataclass(slots=True)
class _Run:
    """One run, with all that it was given."""

    request: Request
    documents: Documents
    path: Path
    chosen: Preset
    sizes: Sizes
    tokenizer: Tokenizer
    state: RunState
    view: View
    stop: Stop
    signals: list[list[Signals | None]]  # of each question, one a chunk

    @property
    def _scores(self) -> bool:
        """True where passages are judged, and looked up again."""
        return self.request.memory is MemoryKind.SCORING

    def whole(self) -> ExitStatus:
        """Load, read, answer, print."""
        self.view.start()
        try:
            engine = self._engine()
            try:
                answers, receipt = self._read_and_answer(engine)
            finally:
                engine.shut()
        finally:
            self.view.stop()
        return self._print(answers, receipt)

    def _engine(self) -> LlamaEngine:
        options = LlamaOptions(
            window_tokens=self.sizes.window_tokens,
            threads=self.request.threads,
            gpu_layers=self.request.gpu_layers,
            verbose=self.request.verbose > 1,
        )
        return LlamaEngine(self.path, options, self.stop)

    def _read_and_answer(self, engine: Engine) -> tuple[list[Answer], Receipt]:
        """The answers and the receipt. What stops the run leaves a receipt of what was read."""
        request = self.request
        sampling = Sampling(request.temperature, request.top_p, request.seed)
        tally = Tally(len(request.questions))
        started = time.monotonic()
        prompter = Prompter(engine, prompts.SYSTEM, sampling)
        receipt = Receipt((), 0, 0, {}, prompter.spent, 0.0, 0.0, engine.info, finished=False)

        def so_far() -> Receipt:
            return replace(
                receipt,
                sources=self.documents.reports,
                document_tokens=tally.document_tokens,
                chunks=tally.chunks,
                outcomes={outcome.value: n for outcome, n in tally.outcomes.items()},
                seconds=time.monotonic() - started,
            )

        try:
            with closing(Spool()) as spool:
                self._read(prompter, tally, spool)
                if self._scores:
                    self._follow(prompter, spool)
                receipt = replace(so_far(), finished=True)
                answers = [
                    self._counted(prompter, number, spool) or self._answer(prompter, number)
                    for number in range(len(request.questions))
                ]
        except (MhmError, KeyboardInterrupt):
            self.view.stop()
            if not request.quiet:
                say_receipt(receipt if receipt.finished else so_far(), [])
            raise
        answering_s = time.monotonic() - started - receipt.seconds
        return answers, replace(receipt, answer_seconds=answering_s)

    def _read(self, prompter: Prompter, tally: Tally, spool: Spool) -> None:
        chunks = cut(
            self.documents.passages(),
            self.sizes.chunk_tokens,
            self.tokenizer.count,
            overlap_tokens=self.sizes.overlap_tokens,
        )
        for event in read(
            spool.through(chunks) if self._scores else chunks,
            [
                Lane(question, memory, self.chosen.selector, self.chosen.writer)
                for question, memory in zip(
                    self.request.questions, self.state.memories, strict=True
                )
            ],
            prompter=prompter,
        ):
            tally.take(event)
            self.state.take(event)
            if isinstance(event, Step):
                self.signals[event.lane].append(event.signals)
            self.view.update()
            if self.request.verbose and not self.request.quiet and isinstance(event, Step):
                _say_step(event)

    def _follow(self, prompter: Prompter, spool: Spool) -> None:
        """What the best notes point to joins them."""
        for number, question in enumerate(self.request.questions):
            for memory in follow(prompter, question, self.state.memories[number], spool.chunks):
                self.state.memories[number] = memory
                self.view.update()

    def _counted(self, prompter: Prompter, number: int, spool: Spool) -> Answer | None:
        """The answer of a census, where the question is for one and the passages were judged."""
        question = self.request.questions[number]
        if not self._scores or asked(question) is Asked.ONE:
            return None
        self.state.answering(number)
        self.view.update()
        seen = self.state.memories[number].seen
        judging = census(prompter, question, spool.chunks, self.signals[number], seen)
        items = self._watched(judging, "Is this one of them? ")
        return as_answer(question, items) if items else None

    def _answer(self, prompter: Prompter, number: int) -> Answer:
        self.state.answering(number)
        self.view.update()
        question, memory = self.request.questions[number], self.state.memories[number]
        evidence = self._watched(gather(prompter, question, memory), "Does this help? ")
        answering = answer(prompter, question, evidence, max_tokens=self.sizes.answer_tokens)
        while True:
            try:
                self.state.writing += next(answering)
                self.view.update()
            except StopIteration as stop:
                answered: Answer = stop.value
                return answered

    def _watched(self, judging: Generator[str, None, T], asking: str) -> T:
        """What comes of judging texts one by one; each is shown while it is judged."""
        while True:
            try:
                self.state.writing = f"{asking}{next(judging)}"
                self.view.update()
            except StopIteration as stop:
                self.state.writing = ""
                value: T = stop.value
                return value

    def _print(self, answers: list[Answer], receipt: Receipt) -> ExitStatus:
        request = self.request
        if request.as_json:
            settings = {
                "memory": request.memory.value,
                "temperature": request.temperature,
                "top_p": request.top_p,
                "seed": request.seed,
            }
            memories = self.state.memories
            print_json(as_json(answers, memories, receipt, {**self.sizes.as_dict(), **settings}))
        else:
            print_answers(answers)
        if not request.quiet:
            say_receipt(receipt, answers)
        return _status(answers, receipt, partial_ok=request.partial_ok)


def _status(answers: list[Answer], receipt: Receipt, *, partial_ok: bool) -> ExitStatus:
    """Incomplete reading outranks the rest: a "no" from half a document is no answer."""
    if not receipt.complete and not partial_ok:
        return ExitStatus.INCOMPLETE
    if not all(answer.found for answer in answers):
        return ExitStatus.NOT_IN_DOCUMENT
    return ExitStatus.ANSWERED


def _sizes(request: Request, chosen: Preset, tokenizer: Tokenizer, header: GgufHeader) -> Sizes:
    wanted = Wanted(
        heads=chosen.heads if request.heads is None else request.heads,
        default_head_tokens=chosen.head_tokens,
        default_chunk_tokens=chosen.chunk_tokens,
        chunk_tokens=request.chunk_tokens,
        head_tokens=request.head_tokens,
        overlap_tokens=request.overlap_tokens,
    )
    longest = max(tokenizer.count(question) for question in request.questions)
    return fit(wanted, chosen.writer, longest, header.window_tokens or UNSAID_WINDOW_TOKENS)


def _view(request: Request, state: RunState) -> View:
    """The live view on a terminal, plain lines elsewhere, nothing when told to be quiet. With
    -v, steps are printed as lines, which a live view would tear."""
    if request.quiet:
        return NoView()
    console = Console(stderr=True)
    if request.verbose or not sys.stderr.isatty() or console.is_dumb_terminal:
        return PlainView(sys.stderr, state)
    return LiveView(console, state)


def _say_step(step: Step) -> None:
    chunk = step.chunk
    say(
        f"chunk {chunk.index + 1} ({one_line(str(chunk.place))}, {chunk.tokens} tokens) -> "
        f"question {step.lane + 1}, head {step.head + 1}: {step.outcome.value}: "
        f"{one_line(step.said)}"
    )
