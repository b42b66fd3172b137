"""The options of `mhm ask`, and which of its arguments is the question."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mhmcli.cli import options, serving
from mhmcli.cli.arguments import (
    cache_bytes_of,
    checked_for_each,
    chosen,
    interval_of,
    memory_of,
    partly,
    password_of,
    schema_of,
    split_arguments,
)
from mhmcli.cli.configuring import Profile, loaders_of
from mhmcli.cli.limits import parse_duration, parse_share
from mhmcli.cli.output import into
from mhmcli.cli.request import Request
from mhmcli.cli.sessions import ids, sources_of
from mhmcli.errors import ExitStatus, UsageError
from mhmcli.format_kind import Format
from mhmcli.memory_kind import DEFAULT_MEMORY, MemoryKind

_READING, _MODEL, _MEMORY, _OUTPUT = options.READING_PANEL, "Model", "Memory", "Output"


def ask(  # noqa: PLR0913  one parameter is one option
    context: typer.Context,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]... QUESTION",
            help="Documents (text, PDF, HTML, EPUB, DOCX, RTF), archives and directories of them, "
            "or - for standard input; then the question. Without a file, standard input is read.",
            show_default=False,
        ),
    ] = None,
    *,
    question: Annotated[
        list[str] | None,
        typer.Option(
            "-q", "--question", help="A question; may be repeated. All arguments are then files."
        ),
    ] = None,
    profile: Profile = None,
    model: options.Model = "default",
    memory: Annotated[
        MemoryKind | None,
        typer.Option(
            envvar="MHM_MEMORY",
            help="scoring: the model weighs every passage, the best are kept verbatim; append: "
            "copied sentences are added; scribe: the same, only of what has to do with the "
            "question; mhm-lru: the paper's four heads; monolithic: one block.",
            show_default=DEFAULT_MEMORY.value,
            rich_help_panel=_MEMORY,
        ),
    ] = None,
    heads: Annotated[
        int | None, typer.Option(help="How many heads the memory has.", rich_help_panel=_MEMORY)
    ] = None,
    head_tokens: Annotated[
        int | None,
        typer.Option(help="The most tokens that one head holds.", rich_help_panel=_MEMORY),
    ] = None,
    chunk_tokens: Annotated[
        int | None, typer.Option(help="The most tokens read in one step.", rich_help_panel=_READING)
    ] = None,
    overlap_tokens: Annotated[
        int,
        typer.Option(
            help="Tokens of the last chunk shown again with the next; not with scoring.",
            rich_help_panel=_READING,
        ),
    ] = 0,
    answer_tokens: options.AnswerTokens = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="In seconds: scan everything for the words of the question, and let the model "
            "read the best passages alone.",
            rich_help_panel=_READING,
        ),
    ] = False,
    skim: options.Skim = None,
    budget: options.Budget = None,
    every: options.Every = None,
    cache_size: options.CacheSize = "0",
    session: Annotated[
        str | None,
        typer.Option(
            help="Ask of the documents of an earlier run (`last`, or a name from `mhm sessions "
            "list`): its memory is asked first, and they are read again if it does not say.",
            autocompletion=ids,
            rich_help_panel=_READING,
        ),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help="Read from the start, whatever an earlier run of the same command has read.",
            rich_help_panel=_READING,
        ),
    ] = False,
    no_history: options.NoHistory = False,
    password_file: options.PasswordFile = None,
    each: options.Each = False,
    strict: options.Strict = False,
    partial_ok: Annotated[
        bool,
        typer.Option(
            "--partial-ok",
            help="Exit 0 or 1, not 5, when some of a document cannot be read.",
            rich_help_panel=_READING,
        ),
    ] = False,
    temperature: options.Temperature = 0.0,
    top_p: options.TopP = 0.95,
    seed: Annotated[
        int,
        typer.Option(
            help="With a temperature: the same seed gives the same run.", rich_help_panel=_MODEL
        ),
    ] = 0,
    threads: options.Threads = None,
    gpu_layers: options.GpuLayers = -1,
    offline: options.Offline = False,
    server: serving.Url = None,
    server_key_file: serving.KeyFile = None,
    server_window: serving.Window = None,
    server_timeout: serving.Timeout = "10m",
    jobs: serving.Jobs = None,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="Of the answer: short; full, with the facts that it follows from; list; table "
            "(Markdown); json, one line an answer, by --schema.",
            rich_help_panel=_OUTPUT,
        ),
    ] = Format.SHORT,
    schema: Annotated[
        Path | None,
        typer.Option(
            help="A file with the JSON Schema of the answer: what is printed is always JSON of "
            "it, or null where there is no answer.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    cite: options.CiteOption = options.Cite.QUOTES,
    dry_run: options.DryRun = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object: answers, heads, receipt, settings.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    as_events: Annotated[
        bool,
        typer.Option(
            "--ndjson",
            help="Print what happens as it happens, a JSON object a line: each step, provisional "
            "answers, answers, the receipt. See `mhm schema`.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Print into this file, which is replaced when all is there.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    quiet: options.Quiet = False,
    verbose: Annotated[
        int,
        typer.Option(
            "-v",
            "--verbose",
            count=True,
            help="-v: each step; -vv: llama.cpp's log too.",
            rich_help_panel=_OUTPUT,
        ),
    ] = 0,
) -> None:
    """Answer a question about documents of any length: everything is read, chunk by chunk.

    \b
    mhm ask book.pdf "Who betrays the captain, and why?"
    journalctl -b | mhm ask "what made the machine reboot?"
    mhm ask contract.pdf -q "notice period?" -q "governing law?" --json

    The answer goes to stdout; the view, progress and the coverage receipt go to stderr.
    Exit status: 0 answered, 1 the document does not say, 2 usage, 3 unreadable document,
    4 model, 5 not everything could be read, 6 session.
    """
    del profile
    if session is not None and len(arguments or []) + len(question or []) > len(question or [1]):
        raise UsageError(
            "a session has its own documents", hint='mhm ask --session last "another question"'
        )
    sources, questions = split_arguments(arguments or [], question or [])
    as_object, as_lines = chosen(
        context, as_json="yes" if as_json else None, as_events="yes" if as_events else None
    )
    at_once, share, time = partly(context, quick=quick, skim=skim, budget=budget)
    request = Request(
        sources=sources,
        questions=questions,
        model=options.model_of(context, model, session),
        memory=memory_of(context, memory, scored=bool(share or time)),
        heads=heads,
        head_tokens=head_tokens,
        chunk_tokens=chunk_tokens,
        overlap_tokens=overlap_tokens,
        answer_tokens=answer_tokens,
        quick=bool(at_once),
        skim=None if share is None else parse_share(share),
        budget=None if time is None else parse_duration(time),
        session=session,
        fresh=fresh,
        history=not no_history,
        cache_bytes=cache_bytes_of(context, cache_size, no_history=no_history),
        password=password_of(password_file),
        loaders=loaders_of(context),
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        threads=threads,
        gpu_layers=gpu_layers,
        offline=offline,
        server=serving.server_of(
            server,
            server_key_file,
            window=server_window,
            jobs=jobs,
            timeout=server_timeout,
            offline=offline,
        ),
        strict=strict,
        partial_ok=partial_ok,
        cite=cite,
        form=form,
        schema=schema_of(schema, form),
        as_json=bool(as_object),
        as_events=bool(as_lines),
        quiet=quiet,
        verbose=verbose,
    )
    with into(output, sources_of(session) if session and output else sources):
        status = _run(
            request,
            interval_s=None if every is None else interval_of(every, request),
            dry_run=dry_run,
            each=each,
        )
    raise typer.Exit(status)


def _run(request: Request, *, interval_s: float | None, dry_run: bool, each: bool) -> ExitStatus:
    """What is heavy waits until it is needed."""
    if sum((interval_s is not None, dry_run, each)) > 1 or (dry_run and request.session):
        raise UsageError("--every, --each, --dry-run and --session exclude each other")
    if dry_run:
        from mhmcli.cli.planning import plan  # noqa: PLC0415

        return plan(request)
    if interval_s is not None:
        from mhmcli.cli.every import watch  # noqa: PLC0415

        return watch(request, interval_s)
    if each:
        from mhmcli.cli.each import ask_each  # noqa: PLC0415

        return ask_each(checked_for_each(request))
    from mhmcli.cli.run import run  # noqa: PLC0415

    return run(request)
