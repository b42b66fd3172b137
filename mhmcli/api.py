"""mhm in Python: read documents for a question, step by step or all at once, and answer it.

    answer = mhmcli.ask("book.pdf", "Who is the keeper?")       answer.text, answer.places

    with mhmcli.read("book.pdf", "Who is the keeper?", memory="mhm-lru") as reading:
        for step in reading:                                     step.chunk, step.head, step.memory
            ...
        answer = reading.answer()

Nothing is printed, and nothing is kept on disk but a model that had to be fetched. Sessions, the
cache of what was read, and reading less than all are `mhm ask`'s.
"""

from __future__ import annotations

import io
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from mhmcli import models, prompts
from mhmcli.answer import Answer, answer
from mhmcli.candidates import Weighed, likelihood_of
from mhmcli.chunk import Chunk, cut
from mhmcli.counting import counted
from mhmcli.engine import Engine, Sampling
from mhmcli.engine.llama import LlamaEngine, LlamaOptions, tokenizer_of
from mhmcli.engine.server import ServerEngine, ServerOptions
from mhmcli.errors import SourceError, UsageError
from mhmcli.evidence import gather
from mhmcli.follow import follow
from mhmcli.memory import Memory
from mhmcli.memory_kind import DEFAULT_MEMORY, MemoryKind
from mhmcli.presets import preset
from mhmcli.prompter import Prompter, run
from mhmcli.reader import Lane, Step
from mhmcli.reader import read as read_chunks
from mhmcli.receipt import warnings
from mhmcli.settings import is_off
from mhmcli.sizes import UNSAID_WINDOW_TOKENS, Sizes, Wanted, fit
from mhmcli.source import Documents, SourceReport, open_source
from mhmcli.spool import Spool
from mhmcli.tokens import read_header
from mhmcli.verdicts import judges

Sources = str | Path | Sequence[str | Path]
_MODEL = "default"


def ask(  # noqa: PLR0913  one parameter is one option
    sources: Sources,
    question: str,
    *,
    memory: MemoryKind | str = DEFAULT_MEMORY,
    model: str | Path | ServerOptions = _MODEL,
    threads: int | None = None,
    gpu_layers: int = -1,
    offline: bool = False,
    password: str | None = None,
    partial_ok: bool = False,
) -> Answer:
    """The answer to a question about documents, all of which are read; `password` is that of PDFs.

    Raises:
        SourceError: not everything could be read, unless that is `partial_ok`.
        MhmError: a document, a model or a setting that cannot be; see `mhmcli.errors`.
    """
    with read(
        sources,
        question,
        memory=memory,
        model=model,
        threads=threads,
        gpu_layers=gpu_layers,
        offline=offline,
        password=password,
    ) as reading:
        found = reading.answer()
        if not (partial_ok or reading.is_complete):
            raise SourceError(
                f"not everything could be read: {'; '.join(reading.not_read())}",
                hint="partial_ok=True takes the answer as it is",
            )
        return found


def read(  # noqa: PLR0913
    sources: Sources,
    question: str,
    *,
    memory: MemoryKind | str = DEFAULT_MEMORY,
    model: str | Path | ServerOptions = _MODEL,
    threads: int | None = None,
    gpu_layers: int = -1,
    offline: bool = False,
    password: str | None = None,
) -> Reading:
    """Documents that are ready to be read for a question, and the model that reads them: a name, a
    GGUF file, or a server, `ServerOptions("http://127.0.0.1:8080")`; `password` is that of PDFs.

    Raises:
        MhmError: a document, a model or a setting that cannot be; see `mhmcli.errors`.
    """
    offline = offline or not is_off(os.environ.get("MHM_OFFLINE", ""))
    if offline and isinstance(model, ServerOptions) and not model.is_here:
        raise UsageError("offline, and the server is another machine")
    try:
        kind = MemoryKind(memory)
    except ValueError:
        names = ", ".join(each.value for each in MemoryKind)
        raise UsageError(f"no memory {memory!r}", hint=f"there are: {names}") from None
    named = [sources] if isinstance(sources, str | Path) else list(sources)
    if not named or not question.strip():
        raise UsageError("there is no document, or no question", hint='ask("book.pdf", "Who?")')
    password = password or os.environ.get("MHM_PDF_PASSWORD") or None
    opened = [open_source(str(name), io.BytesIO(), password=password) for name in named]
    documents = Documents(opened)
    try:
        documents.open()
        engine: Engine
        if isinstance(model, ServerOptions):
            engine = ServerEngine(model)
            asked = len(engine.tokenize(question))
            sizes = _sizes(kind, asked, engine.info.window_tokens)
        else:
            path = _file_of(str(model), offline=offline)
            header = read_header(path)
            asked = tokenizer_of(header).count(question)
            sizes = _sizes(kind, asked, header.window_tokens or UNSAID_WINDOW_TOKENS)
            options = LlamaOptions(sizes.window_tokens, threads=threads, gpu_layers=gpu_layers)
            engine = LlamaEngine(path, options)
        name = None if isinstance(model, ServerOptions) else str(model)
        try:
            return Reading(documents, question, kind, sizes=sizes, engine=engine, model=name)
        except BaseException:
            engine.shut()
            raise
    except BaseException:
        documents.close()
        raise


def _sizes(kind: MemoryKind, question_tokens: int, window_tokens: int) -> Sizes:
    """Those of the memory, fitted to the window."""
    chosen = preset(kind)
    wanted = Wanted(chosen.heads, chosen.head_tokens, chosen.chunk_tokens)
    return fit(wanted, chosen.writer, question_tokens, window_tokens)


def _file_of(name: str, *, offline: bool) -> Path:
    """The model's file, fetched if it is not here."""
    found = models.resolve(name)
    if isinstance(found, Path):
        return found
    if not models.is_installed(found):
        if offline:
            raise models.not_here(found)
        for _ in models.fetch(found):
            pass
    return models.path_of(found)


class Reading:
    """Documents that are being read for a question. Iterate over it for the steps; `answer` reads
    first what is left. It holds a model: close it, or use it in a `with`."""

    def __init__(  # noqa: PLR0913
        self,
        documents: Documents,
        question: str,
        kind: MemoryKind,
        *,
        sizes: Sizes,
        engine: Engine,
        model: str | None = _MODEL,
    ) -> None:
        self.question = question
        self.memory = Memory.empty(sizes.heads, sizes.head_tokens)
        self._documents = documents
        self._preset = preset(kind)
        self._sizes = sizes
        self._engine = engine
        self._prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        self._prompter.verdicts = judges(model, self._prompter)
        self._spool = Spool[Chunk]()
        self._likelihoods: list[float] = []
        self._is_read = self._is_closed = False
        self._steps = self._read()

    def __iter__(self) -> Iterator[Step]:
        """The steps that are left: each chunk is read, and at most one head written."""
        return self._steps

    def _read(self) -> Generator[Step, None, None]:
        sizes, chosen, count = self._sizes, self._preset, self._prompter.count
        cut_anew = cut(self._documents.passages(), sizes.chunk_tokens, count)
        chunks = (chunk.numbered(chunk.index) for chunk in cut_anew)
        kept = self._spool.through(chunks) if chosen.writer.keeps_whole else chunks
        lane = Lane(self.question, self.memory, chosen.selector, chosen.writer)
        ahead = self._prompter.together - 1
        for event in read_chunks(kept, [lane], prompter=self._prompter, ahead=ahead):
            if isinstance(event, Step):
                self.memory = event.memory
                self._likelihoods.append(likelihood_of(event.signals))
                yield event
        if chosen.writer.keeps_whole:
            for memory in follow(self._prompter, self.question, self.memory, self._spool.kept):
                self.memory = memory
        self._is_read = True

    @property
    def reports(self) -> tuple[SourceReport, ...]:
        """What was read of each document so far."""
        return self._documents.reports

    @property
    def is_complete(self) -> bool:
        """True when everything was read: no page was a picture, nothing was damaged; and could be
        looked at again, where that is done."""
        were_read = all(report.complete for report in self.reports)
        return self._is_read and were_read and not self._spool.missed

    def not_read(self) -> list[str]:
        """Why it is not complete, a reason for each document that is not; none where it is."""
        partly = (report for report in self.reports if not report.complete)
        reasons = [line.strip() for report in partly for line in warnings(report)]
        if self._spool.missed:
            reasons.append(f"no room to look again at {self._spool.missed:,} chunks")
        return reasons

    def answer(self) -> Answer:
        """The answer by all that the documents have; `found` is False where they do not say.

        Raises:
            UsageError: the reading was closed, or broken off by an error.
        """
        for _ in self._steps:
            pass
        if self._is_closed or not self._is_read:
            raise UsageError("the reading was closed, or broken off", hint="read again")
        prompter, question = self._prompter, self.question
        if self._preset.writer.keeps_whole:
            document = Weighed(self._spool.kept, self._likelihoods, self.memory.seen)
            if by_census := run(counted(prompter, question, document)):
                return by_census
        evidence = run(gather(prompter, question, self.memory))
        most = self._sizes.answer_tokens
        texts = (chunk.text for chunk in self._spool.whole())
        return run(answer(prompter, question, evidence, max_tokens=most, document=texts))

    def close(self) -> None:
        """The model is unloaded and the documents are closed; a second time does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._steps.close()
        self._documents.close()
        self._spool.close()
        self._engine.shut()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
