"""`mhm ask --dry-run`: what a run would read, and what it would take. No model is loaded."""

from __future__ import annotations

import io
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from mhmcli import models, speeds
from mhmcli.chunk import Count, cut
from mhmcli.cli.output import as_json, print_json, print_line
from mhmcli.cli.preparing import fitted, sizes_of
from mhmcli.cli.request import Request
from mhmcli.engine.llama import tokenizer_of
from mhmcli.errors import ExitStatus
from mhmcli.printable import one_line
from mhmcli.receipt import duration, warnings
from mhmcli.sizes import UNSAID_WINDOW_TOKENS
from mhmcli.source import Documents, SourceReport, open_source
from mhmcli.tokens import GgufHeader, read_header

_CHARS_A_TOKEN = 4  # of English, where the model that would count them is not here
_ANSWER_TOKENS = 2300  # read and written for an answer, in those that are read
_STEP_BYTES = 600  # of a session's file, for each chunk and question
_BUFFER_BYTES = 350 << 20  # of llama.cpp, beside weights and window
_MB, _GB = 1e6, 1e9
_NO_PACE = "this machine has not read with the model (mhm doctor)"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run comes to. Tokens are exact where the model's file is here; seconds are None where
    this machine has not read with it yet."""

    sources: tuple[SourceReport, ...]
    tokens: int
    tokens_are_exact: bool
    chunks: int
    chunk_tokens: int
    tokens_to_read: int
    tokens_per_s: float | None
    reading_seconds: float | None
    answer_seconds: float | None
    memory_bytes: int
    disk_bytes: int
    fetch_bytes: int


def plan(request: Request) -> ExitStatus:
    """The documents are gone through and counted; the plan is printed."""
    model = _served(request) if request.server else _model(request.model)
    opened = partial(
        open_source,
        stdin=sys.stdin.buffer if sys.stdin else io.BytesIO(),
        password=request.password,
        loaders=request.loaders,
    )
    documents = Documents([opened(name) for name in request.sources])
    try:
        documents.open()
        made = _plan(request, documents, model)
    finally:
        documents.close()
    if request.as_events:
        print_line(as_json(asdict(made)))
    elif request.as_json:
        print_json(asdict(made))
    else:
        for line in _lines(made, request):
            print_line(line)
    whole = request.partial_ok or all(source.complete for source in made.sources)
    return ExitStatus.ANSWERED if whole else ExitStatus.INCOMPLETE


@dataclass(frozen=True, slots=True)
class _Model:
    """The model that would be loaded; no header where its file is not here."""

    path: Path
    size_bytes: int
    header: GgufHeader | None
    count: Count
    window_tokens: int = UNSAID_WINDOW_TOKENS


def _served(request: Request) -> _Model:
    """The model of a server, which takes no memory here."""
    with_model = fitted(request)
    assert with_model.server
    window = with_model.server.info.window_tokens
    return _Model(Path(with_model.server.info.model), 0, None, with_model.count, window)


def _model(name: str) -> _Model:
    found = models.resolve(name)
    if isinstance(found, Path):
        path, size, is_here = found, found.stat().st_size, True
    else:
        path, size, is_here = models.path_of(found), found.size_bytes, models.is_installed(found)
    header = read_header(path) if is_here else None
    return _Model(path, size, header, tokenizer_of(header).count if header else _roughly)


def _roughly(text: str) -> int:
    return -(-len(text) // _CHARS_A_TOKEN)


def _plan(request: Request, documents: Documents, model: _Model) -> Plan:
    header, count = model.header, model.count
    window = (header.window_tokens if header else 0) or model.window_tokens
    sizes = sizes_of(request, count, window)
    tokens = chunks = 0
    passages, overlap = documents.passages(), sizes.overlap_tokens
    for chunk in cut(passages, sizes.chunk_tokens, count, overlap_tokens=overlap):
        tokens += chunk.text_tokens
        chunks += 1
    asked = len(request.questions)
    share = 0.0 if request.quick else request.skim or 1.0
    pace = None if request.server else speeds.known(model.path, request.memory)
    reading = None
    if pace:
        reading = share * tokens * (1 + speeds.QUESTION_SHARE * (asked - 1)) / pace
        answering = _ANSWER_TOKENS * asked / pace
        reading = min(reading, max(0.0, request.budget - answering)) if request.budget else reading
    a_token = header.cell_bytes if header else 0
    kept = min(request.cache_bytes, tokens * a_token)
    return Plan(
        sources=documents.reports,
        tokens=tokens,
        tokens_are_exact=header is not None,
        chunks=chunks,
        chunk_tokens=sizes.chunk_tokens,
        tokens_to_read=round(share * tokens),
        tokens_per_s=pace,
        reading_seconds=reading,
        answer_seconds=_ANSWER_TOKENS * asked / pace if pace else None,
        memory_bytes=(
            model.size_bytes + sizes.window_tokens * a_token + _BUFFER_BYTES
            if model.size_bytes
            else 0
        ),
        disk_bytes=kept + (_STEP_BYTES * chunks * asked if request.history else 0),
        fetch_bytes=0 if header else model.size_bytes,
    )


def _lines(made: Plan, request: Request) -> list[str]:
    """The plan for a person."""
    about = "" if made.tokens_are_exact else "about "
    lines = [_source(source) for source in made.sources]
    lines += [warning for source in made.sources for warning in warnings(source)]
    lines.append(
        f"to read  {about}{made.tokens:,} tokens in {made.chunks:,} chunks of at most "
        f"{made.chunk_tokens}{_less(made, request)}"
    )
    if made.reading_seconds is None or made.answer_seconds is None:
        whose = "the server's speed is not kept" if request.server else _NO_PACE
        lines.append(f"time     unknown: {whose}")
    else:
        lines.append(
            f"time     about {duration(made.reading_seconds)} at {made.tokens_per_s:.0f} tokens/s, "
            f"and {duration(made.answer_seconds)} to answer"
        )
    if made.memory_bytes:
        lines.append(f"memory   about {made.memory_bytes / _GB:.1f} GB")
    lines.append(f"disk     at most {made.disk_bytes / _MB:,.1f} MB")
    if made.fetch_bytes:
        lines.append(f"fetch    the model, {made.fetch_bytes / _GB:.2f} GB, once")
    return lines


def _less(made: Plan, request: Request) -> str:
    if request.quick:
        return ", of which the best passages alone are read"
    if request.budget:
        return f", as many as {duration(request.budget)} is enough for"
    return f", of which {made.tokens_to_read:,} are read" if request.skim else ""


def _source(source: SourceReport) -> str:
    pages = f", {source.pages_total} pages" if source.pages_total is not None else ""
    lines = f", {source.lines:,} lines" if source.lines is not None else ""
    members = f", {len(source.members):,} documents" if source.members else ""
    return f"document {one_line(source.name)}: {source.kind}{members}{pages}{lines}"
