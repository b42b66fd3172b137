"""What a run needs, by what was asked for: its sizes, a view, the time that there is, a reading."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from rich.console import Console

from mhmcli.chunk import Count
from mhmcli.cli.limits import Deadline, Share
from mhmcli.cli.models import model_file
from mhmcli.cli.partial import Proven, Quick, Skim
from mhmcli.cli.reading import Job, Reading, Whole
from mhmcli.cli.request import Request
from mhmcli.cli.serving import engine_at
from mhmcli.engine import Engine
from mhmcli.engine.llama import LlamaEngine, LlamaOptions, Stop, tokenizer_of
from mhmcli.engine.server import ServerEngine
from mhmcli.format_kind import Format
from mhmcli.memory_kind import MemoryKind
from mhmcli.presets import preset
from mhmcli.sizes import UNSAID_WINDOW_TOKENS, Sizes, Wanted, fit
from mhmcli.source import Documents
from mhmcli.spool import has_room
from mhmcli.tokens import GgufHeader, read_header
from mhmcli.view import LiveView, NoView, PlainView, RunState, View, is_drawable

_SMALL_BYTES = 1 << 24  # some four million tokens
_IN_FORM_TOKENS = 1500  # to put an answer into form: decoding is slower than reading
_KEPT = 16  # times their size, at most: passages and chunks of a few words, with their places


def deadline_of(request: Request) -> Deadline | None:
    """The end of the time that there is, if there is one."""
    if request.budget is None:
        return None
    in_form = request.form in {Format.LIST, Format.TABLE, Format.JSON}
    asked = len(request.questions)
    return Deadline(request.budget, asked, time.monotonic(), _IN_FORM_TOKENS if in_form else 0)


def reading_of(job: Job, deadline: Deadline | None) -> Reading:
    """All is read, unless less was asked for."""
    request = job.request
    if request.quick:
        return Quick(job)
    if request.skim is not None:
        return Skim(job, Share(request.skim))
    if deadline:
        return Skim(job, deadline)
    scored = request.memory is MemoryKind.SCORING
    is_watched = isinstance(job.view, LiveView) or (request.as_events and sys.stderr.isatty())
    if scored and is_watched and _are_small_files(job.documents):
        return Proven(job)
    return Whole(job)


def _are_small_files(documents: Documents) -> bool:
    """True where the documents can be looked through in seconds, and kept, before they are read."""
    sizes = [report.bytes_total for report in documents.reports]
    total = sum(size or 0 for size in sizes)
    return None not in sizes and total <= _SMALL_BYTES and has_room(_KEPT * total)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model's file, or the server that has it, what it makes of texts, and the sizes for it."""

    file: Path | None
    count: Count
    sizes: Sizes
    server: ServerEngine | None = None

    @property
    def identity(self) -> tuple[str | int, ...]:
        """What tells it from every other model."""
        if self.server:
            return self.server.identity
        assert self.file
        found = self.file.stat()
        return (str(self.file.resolve()), found.st_size, found.st_mtime_ns)


def fitted(request: Request) -> Fitted:
    """The model that is asked for, fetched if it is not here, and sizes that go together with it.

    Raises:
        UsageError: those that were asked for do not go together.
        ModelError: there is no such model, or it has no window for them.
    """
    if request.server:
        server = engine_at(request.server, request.model)
        counted = partial(_tokens, server)
        sizes = sizes_of(request, counted, server.info.window_tokens)
        return Fitted(None, counted, sizes, server)
    path = model_file(request.model, offline=request.offline, quiet=request.quiet)
    file = path.stat()
    header, count = _known(path, file.st_size, file.st_mtime_ns)
    window = header.window_tokens or UNSAID_WINDOW_TOKENS
    return Fitted(path, count, sizes_of(request, count, window))


@lru_cache(maxsize=1)
def _known(path: Path, _size: int, _changed_ns: int) -> tuple[GgufHeader, Count]:
    """What the file says of itself, and its tokenizer: once for all documents and questions."""
    header = read_header(path)
    return header, tokenizer_of(header).count


def _tokens(engine: Engine, text: str) -> int:
    return len(engine.tokenize(text))


def sizes_of(request: Request, count: Count, window_tokens: int) -> Sizes:
    """Sizes that go together with each other, the questions, and a model's window.

    Raises:
        UsageError: those that were asked for do not go together.
        ModelError: the window has no room for them.
    """
    chosen = preset(request.memory)
    wanted = Wanted(
        heads=chosen.heads if request.heads is None else request.heads,
        default_head_tokens=chosen.head_tokens,
        default_chunk_tokens=chosen.chunk_tokens,
        chunk_tokens=request.chunk_tokens,
        head_tokens=request.head_tokens,
        overlap_tokens=request.overlap_tokens,
        answer_tokens=request.answer_tokens,
    )
    longest = max(map(count, request.questions)) + count(request.schema)
    return fit(wanted, chosen.writer, longest, window_tokens)


def view_of(request: Request, state: RunState) -> View:
    """The live view on a terminal, plain lines elsewhere, nothing when told to be quiet. Steps
    that are printed as lines, by -v or on the same terminal, a live view would tear."""
    if request.quiet:
        return NoView()
    console = Console(stderr=True)
    are_lines = request.verbose or (request.as_events and sys.stdout.isatty())
    if are_lines or not is_drawable(console):
        return PlainView(sys.stderr, state)
    return LiveView(console, state)


def engine_of(request: Request, fitted: Fitted, stop: Stop) -> Engine:
    """The model, loaded, or the server that has it.

    Raises:
        ModelError: it cannot be.
    """
    if fitted.server:
        return fitted.server
    assert fitted.file
    options = LlamaOptions(
        window_tokens=fitted.sizes.window_tokens,
        threads=request.threads,
        gpu_layers=request.gpu_layers,
        verbose=request.verbose > 1,
    )
    return LlamaEngine(fitted.file, options, stop)
