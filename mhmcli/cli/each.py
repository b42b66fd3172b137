"""`mhm ask --each`: every document is asked by itself, and answers in a row of its own."""

from __future__ import annotations

import io
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mhmcli.beside import Beside
from mhmcli.cli.answers import say_behind
from mhmcli.cli.ended import Ended
from mhmcli.cli.output import print_json, print_line, say, say_error
from mhmcli.cli.preparing import engine_of, fitted
from mhmcli.cli.request import Request
from mhmcli.cli.run import answered
from mhmcli.cli.serving import engine_at
from mhmcli.cli.signals import stopping
from mhmcli.cli.telling import Asked, failure_told, tell
from mhmcli.engine import Engine
from mhmcli.engine.llama import Stop
from mhmcli.errors import ExitStatus, MhmError, NotTextError, SourceError
from mhmcli.format_kind import Format
from mhmcli.printable import one_line
from mhmcli.receipt import warnings
from mhmcli.server_options import ServerOptions
from mhmcli.source import STDIN, Documents, files_in, is_pipe, open_source


@dataclass(frozen=True, slots=True)
class _Row:
    """A document, and what came of asking it, or why it could not be asked."""

    source: str
    came: Ended | SourceError

    def status(self, *, partial_ok: bool) -> ExitStatus:
        """As if it had been the only one."""
        came = self.came
        return came.status(partial_ok=partial_ok) if isinstance(came, Ended) else came.status

    def told(self, request: Request) -> Asked:
        """For programs."""
        came = self.came
        status = self.status(partial_ok=request.partial_ok)
        if isinstance(came, Ended):
            return Asked(source=self.source, status=status, run=came.told(request), error=None)
        return Asked(source=self.source, status=status, run=None, error=came.message)


def ask_each(request: Request) -> ExitStatus:
    """The documents in their order, with a model that is loaded once, or several at once where a
    server is the engine. One that cannot be read is told of, and does not stop the others; what is
    no text is passed over where it was not named, but found in a directory.

    Returns: 5 where something could not be read, unless that is taken and another could, 4 where
    the model came to no answer, 0 where any document answers, 1 where none does.
    """
    named = list(_documents(request.sources))
    sources, found = [name for name, _ in named], [is_found for _, is_found in named]
    if not sources:
        raise SourceError(
            f"there are no files in {' '.join(request.sources)}", hint="name the documents"
        )
    rows: list[_Row] = []
    try:
        stop = Stop()
        with failure_told(request), stopping(stop):
            for row, is_found in zip(_rows(request, sources, stop), found, strict=True):
                if is_found and isinstance(row.came, NotTextError):
                    if not request.quiet:
                        say(f"mhm: no text, passed over: {one_line(row.source)}")
                    continue
                rows.append(row)
                _print(request, row, is_first=len(rows) == 1)
            if not rows:
                raise SourceError(
                    f"there is no text in {' '.join(request.sources)}", hint="nothing was asked"
                )
    finally:  # what is finished is not lost
        if request.as_json:
            print_json([msgspec.to_builtins(row.told(request)) for row in rows])
    if request.partial_ok:
        rows = [row for row in rows if isinstance(row.came, Ended)] or rows
    return _status([row.status(partial_ok=request.partial_ok) for row in rows])


def _rows(request: Request, sources: Sequence[str], stop: Stop) -> Iterator[_Row]:
    """Each document asked."""
    if request.server and len(sources) > 1:
        yield from _at_once(request, request.server, sources, stop)
        return
    with ExitStack() as open_things:
        engine: Engine | None = None
        for source in sources:
            alone = _alone(request, source)
            try:
                if engine is None:
                    _open(alone)  # before a model is loaded for it
                    engine = engine_of(alone, fitted(alone), stop)
                    open_things.callback(engine.shut)
            except SourceError as error:
                yield _Row(source, error)
            else:
                yield _asked(alone, stop, engine)


def _at_once(
    request: Request, at: ServerOptions, sources: Sequence[str], stop: Stop
) -> Iterator[_Row]:
    """As many documents as the server has slots for; where they are fewer, each has several."""
    slots = engine_at(at, request.model).info.together
    number = min(slots, len(sources))
    each = replace(request, server=replace(at, together=slots // number))
    if number > 1:  # steps of several documents would be told one between the other
        each = replace(each, quiet=True, as_json=request.looks_up_quotes, as_events=False)
    free = threading.BoundedSemaphore(number)
    begun: deque[Beside[_Row]] = deque()
    for source in sources:
        if len(begun) == 2 * number:  # rows come in order, and the first of them may take longest
            yield begun.popleft().result()
        begun.append(Beside(partial(_asked, _alone(each, source), stop), free))
    yield from (one.result() for one in begun)


def _alone(request: Request, source: str) -> Request:
    """One document is asked; the form of rows is ours."""
    return replace(request, sources=(source,), form=Format.SHORT, is_row=True)


def _asked(alone: Request, stop: Stop, engine: Engine | None = None) -> _Row:
    (source,) = alone.sources
    try:
        return _Row(source, answered(alone, stop, engine))
    except SourceError as error:
        return _Row(source, error)


def _documents(sources: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Each file of a directory is a document, but for those that are empty; and whether it was
    found in one."""
    for source in sources:
        if source != STDIN and os.path.isdir(source):  # noqa: PTH112
            files = (file for file in files_in(Path(source)) if not _is_empty(file))
            yield from ((str(file), True) for file in files)
        else:
            yield source, False


def _is_empty(file: Path) -> bool:
    """False of what cannot be looked at, which is told of when it is opened."""
    try:
        return file.stat().st_size == 0
    except OSError:
        return False


def _open(request: Request) -> None:
    """Whether there is any text in the document; of a pipe nobody knows before it is read.

    Raises:
        SourceError: there is none.
    """
    (name,) = request.sources
    if name == STDIN or is_pipe(name):
        return
    opening: dict[str, Any] = {"password": request.password, "loaders": request.loaders}
    documents = Documents([open_source(name, io.BytesIO(), **opening)])
    try:
        documents.open()
    finally:
        documents.close()


def _print(request: Request, row: _Row, *, is_first: bool) -> None:
    """A row as soon as it is known; an object of all rows is for the end."""
    if request.as_events:
        tell(row.told(request))
    if isinstance(row.came, MhmError) and not request.quiet:
        say_error(row.came)
    elif isinstance(row.came, Ended) and not request.quiet:
        for line in (line for s in row.came.receipt.sources for line in warnings(s)):
            say(line)
    if not request.is_for_programs or request.form is Format.JSON:
        _print_row(request, row, is_first=is_first)
    if isinstance(row.came, Ended) and not request.quiet:
        for answer in row.came.answers:
            say_behind(answer, request.cite, of=len(row.came.answers))


def _print_row(request: Request, row: _Row, *, is_first: bool) -> None:
    if isinstance(row.came, MhmError):
        texts = ["(could not be read)"] * len(request.questions)
    else:
        texts = [one_line(answer.text) for answer in row.came.answers]
    if request.form is Format.TABLE:
        if is_first:
            print_line(_cells("document", *map(one_line, request.questions)))
            print_line(_cells(*["---"] * (1 + len(texts))))
        print_line(_cells(one_line(row.source), *texts))
        return
    asked = request.questions if len(texts) > 1 else ()
    labels = [f"{one_line(question)} " for question in asked] or [""]
    for label, text in zip(labels, texts, strict=True):
        print_line(f"{one_line(row.source)}: {label}{text}")


def _cells(*texts: str) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


def _status(found: list[ExitStatus]) -> ExitStatus:
    if ExitStatus.SOURCE in found or ExitStatus.INCOMPLETE in found:
        return ExitStatus.INCOMPLETE
    if ExitStatus.MODEL in found:
        return ExitStatus.MODEL
    return ExitStatus.ANSWERED if ExitStatus.ANSWERED in found else ExitStatus.NOT_IN_DOCUMENT
