"""`mhm ask --each`: every document is asked by itself, and answers in a row of its own."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from mhmcli.cli.ended import Ended
from mhmcli.cli.output import print_json, print_line, say, say_error
from mhmcli.cli.preparing import engine_of, fitted
from mhmcli.cli.request import Request
from mhmcli.cli.run import answered
from mhmcli.cli.signals import stopping
from mhmcli.cli.telling import Asked, failure_told, tell
from mhmcli.engine import Engine
from mhmcli.engine.llama import Stop
from mhmcli.errors import ExitStatus, MhmError, SourceError
from mhmcli.format_kind import Format
from mhmcli.printable import one_line
from mhmcli.receipt import warnings
from mhmcli.source import STDIN, Documents, files_in, open_source


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
    """The documents in their order, with a model that is loaded once. One that cannot be read is
    told of, and does not stop the others.

    Returns: 5 where something could not be read, 0 where any document answers, 1 where none does.
    """
    sources = list(_documents(request.sources))
    if not sources:
        raise SourceError(
            f"there are no files in {' '.join(request.sources)}", hint="name the documents"
        )
    rows: list[_Row] = []
    try:
        stop = Stop()
        with failure_told(request), stopping(stop):
            for row in _rows(request, sources, stop):
                rows.append(row)
                _print(request, row, is_first=len(rows) == 1)
    finally:  # what is finished is not lost
        if request.as_json:
            print_json([msgspec.to_builtins(row.told(request)) for row in rows])
    return _status([row.status(partial_ok=request.partial_ok) for row in rows])


def _rows(request: Request, sources: Sequence[str], stop: Stop) -> Iterator[_Row]:
    """Each document asked, with a model that is loaded for the first that can be read."""
    with ExitStack() as open_things:
        engine: Engine | None = None
        for source in sources:
            alone = replace(request, sources=(source,), form=Format.SHORT)  # rows are ours
            try:
                if engine is None:
                    _open(alone)  # before a model is loaded for it
                    engine = engine_of(alone, fitted(alone), stop)
                    open_things.callback(engine.shut)
                row = _Row(source, answered(alone, stop, engine))
            except SourceError as error:
                row = _Row(source, error)
            yield row


def _documents(sources: tuple[str, ...]) -> Iterator[str]:
    """Each file of a directory is a document."""
    for source in sources:
        if source != STDIN and os.path.isdir(source):  # noqa: PTH112
            yield from map(str, files_in(Path(source)))
        else:
            yield source


def _open(request: Request) -> None:
    """Whether there is any text in the document.

    Raises:
        SourceError: there is none.
    """
    if request.sources == (STDIN,):
        return
    (name,) = request.sources
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
    if request.is_for_programs and request.form is not Format.JSON:
        return
    if isinstance(row.came, MhmError):
        texts = ["(could not be read)"] * len(request.questions)
    else:
        texts = [one_line(answer.text) for answer in row.came.answers]
    if request.form is Format.TABLE:
        if is_first:
            print_line(_cells("document", *map(one_line, request.questions)))
            print_line(_cells(*["---"] * (1 + len(texts))))
        print_line(_cells(one_line(row.source), *texts))
    else:
        asked = request.questions if len(texts) > 1 else ()
        labels = [f"{one_line(question)} " for question in asked] or [""]
        for label, text in zip(labels, texts, strict=True):
            print_line(f"{one_line(row.source)}: {label}{text}")


def _cells(*texts: str) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


def _status(found: list[ExitStatus]) -> ExitStatus:
    if any(s not in (ExitStatus.ANSWERED, ExitStatus.NOT_IN_DOCUMENT) for s in found):
        return ExitStatus.INCOMPLETE
    return ExitStatus.ANSWERED if ExitStatus.ANSWERED in found else ExitStatus.NOT_IN_DOCUMENT
