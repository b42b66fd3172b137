"""What the arguments of `mhm ask` mean together."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from mhmcli.cli import options
from mhmcli.cli.caching import parse_size
from mhmcli.cli.limits import parse_duration
from mhmcli.cli.request import Request
from mhmcli.cli.secret import secret_in
from mhmcli.errors import UsageError
from mhmcli.format_kind import Format
from mhmcli.memory_kind import DEFAULT_MEMORY, MemoryKind
from mhmcli.settings import is_off

_AS_OPTIONS = {"as_json": "json", "as_events": "ndjson"}
_WILD = frozenset("*?[")
STDIN = "-"  # as a document; `mhmcli.source` has the same, and is heavy


def split_arguments(
    arguments: Sequence[str], questions: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which arguments are documents, those among them that a pattern is of, and which is the
    question.

    Raises:
        UsageError: there is no question, or two that cannot be told apart.
        SourceError: a pattern is of no file.
    """
    sources = list(arguments)
    asked = list(questions)
    if not asked:
        if not sources:
            raise UsageError("no question", hint='mhm ask FILE "question"')
        asked = [sources.pop()]
        if os.path.exists(asked[0]):  # noqa: PTH110  pathlib's raises on a long question
            swapped = sources and sources[0] != "-" and not os.path.exists(sources[0])  # noqa: PTH110
            raise UsageError(
                f"no question: the last argument, {asked[0]}, is a document",
                hint="put the question last" if swapped else f'mhm ask {asked[0]} "question"',
            )
    if any(not question.strip() for question in asked):
        raise UsageError("the question is empty", hint='mhm ask FILE "question"')
    if sources.count(STDIN) > 1:
        raise UsageError("standard input can be read only once", hint="give - once")
    named = [name for source in sources for name in _expanded(source)]
    return tuple(named) or (STDIN,), tuple(question.strip() for question in asked)


def _expanded(source: str) -> list[str]:
    """As a shell does it where a pattern is not in quotes; a name that is there is no pattern."""
    if _WILD.isdisjoint(source) or os.path.exists(source):  # noqa: PTH110  pathlib's raises on a long name
        return [source]
    from mhmcli.source import files_matching  # noqa: PLC0415  heavy, and seldom needed

    return list(map(str, files_matching(source)))


def chosen(context: typer.Context, **ways: str | None) -> list[str | None]:
    """Ways that exclude each other, as they were given: one on the command line stands for itself,
    whatever is set elsewhere, where they may be switched off.

    Raises:
        UsageError: there is more than one.
    """
    given = [name for name in ways if options.is_given(context, name)]
    wanted = {
        name: value for name, value in ways.items() if name in given or not (given or is_off(value))
    }
    if sum(bool(value) for value in wanted.values()) > 1:
        names = [f"--{_AS_OPTIONS.get(name, name)}" for name in ways]
        together = f"{', '.join(names[:-1])} and {names[-1]}"
        raise UsageError(f"{together} exclude each other", hint="give one")
    return [wanted.get(name) for name in ways]


def partly(
    context: typer.Context, *, quick: bool, skim: str | None, budget: str | None
) -> list[str | None]:
    """How a part of the documents is to be read, as `chosen` has it. What reads all of them, on the
    command line, counts for more than what is set elsewhere."""
    ways = {"quick": "yes" if quick else None, "skim": skim, "budget": budget}
    if not any(options.is_given(context, way) for way in ways):
        memory = context.params.get("memory") if options.is_given(context, "memory") else None
        if options.is_given(context, "every") or memory not in (None, MemoryKind.SCORING):
            return [None] * len(ways)
    return chosen(context, **ways)


def cache_bytes_of(context: typer.Context, size: str, *, no_history: bool) -> int:
    """What may be kept on disk of what is computed: of a run that is to leave nothing there, what
    the command line says."""
    if no_history and not options.is_given(context, "cache_size"):
        return 0
    return parse_size(size)


def memory_of(context: typer.Context, wanted: MemoryKind | None, *, scored: bool) -> MemoryKind:
    """The memory wanted; one that judges passages where they are not read in their order, whatever
    the environment says.

    Raises:
        UsageError: another one was asked for.
    """
    if not scored:
        return wanted or DEFAULT_MEMORY
    if options.is_given(context, "memory") and wanted is not MemoryKind.SCORING:
        raise UsageError(
            "--skim and --budget read passages out of order",
            hint="they go with --memory scoring alone",
        )
    return MemoryKind.SCORING


def password_of(file: Path | None) -> str | None:
    """The password in the file, or in the environment; None where there is neither.

    Raises:
        UsageError: it is no text, or the file cannot be read.
    """
    if file is None:
        password = os.environ.get("MHM_PDF_PASSWORD", "")
        try:
            password.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                "MHM_PDF_PASSWORD is not text", hint="it must be encoded in UTF-8"
            ) from error
        return password or None
    return secret_in(file, "password").rstrip("\r\n")


def schema_of(file: Path | None, form: Format) -> str:
    """The JSON Schema in the file, on one line; empty where the form needs none.

    Raises:
        UsageError: it goes with another form, is missing, or is no JSON object.
    """
    if form is not Format.JSON:
        if file:
            raise UsageError("--schema goes with --format json", hint="give both, or neither")
        return ""
    if file is None:
        raise UsageError(
            "--format json needs a schema",
            hint="--schema FILE; or --json, for everything that is known of the answer",
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"cannot read the schema {file}: {error.strerror}", hint="check its path"
        ) from error
    except ValueError as error:
        raise UsageError(f"the schema {file} is no JSON: {error}", hint="mend it") from error
    if not isinstance(found, dict):
        raise UsageError(f"the schema {file} is no JSON object", hint='{"type": "object", ...}')
    return json.dumps(found, ensure_ascii=False)


def interval_of(every: str, request: Request) -> float:
    """Seconds between two answers.

    Raises:
        UsageError: what is asked for besides does not go with it.
    """
    if request.sources != (STDIN,) or sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "--every is for what comes through a pipe",
            hint='tail -f FILE | mhm ask --every 5m "question"',
        )
    wrong = {
        "--quick": request.quick,
        "--skim": request.skim is not None,
        "--budget": request.budget is not None,
        "--session": request.session is not None,
        "--format": request.form is not Format.SHORT,
        "--ndjson": request.as_events,
    }
    for option, given in wrong.items():
        if given:
            raise UsageError(f"--every and {option} exclude each other", hint="give one")
    return parse_duration(every)


def checked_for_each(request: Request) -> Request:
    """The request, where its documents can be asked one by one.

    Raises:
        UsageError: they cannot.
    """
    if request.session is not None or STDIN in request.sources:
        raise UsageError(
            "--each is for documents that are named", hint='mhm ask --each FILE... "question"'
        )
    if request.form not in (Format.SHORT, Format.TABLE):
        raise UsageError(
            f"--each prints rows, not --format {request.form.value}",
            hint="--format table, --json, or --ndjson",
        )
    return request
