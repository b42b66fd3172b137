"""`mhm bench`: measure memories on tasks, and report what was measured."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mhmcli.cli import options
from mhmcli.cli.bench_speed import speed
from mhmcli.errors import UsageError

app = typer.Typer(invoke_without_command=True)
app.command(no_args_is_help=True)(speed)

_TASK, _METHODS, _RUN = "Task", "Methods", "Run"


class TaskKind(StrEnum):
    """What `--task` chooses from."""

    NEEDLES = "needles"
    HOTPOTQA = "hotpotqa"
    ABSENT = "absent"
    BABILONG = "babilong"
    LOGS = "logs"
    OWN = "own"


@app.callback()
def bench(  # noqa: PLR0913  one parameter is one option
    context: typer.Context,
    *,
    task: Annotated[
        TaskKind,
        typer.Option(
            help="needles: generated, needs no data; hotpotqa: RULER-HQA-style; absent: the same, "
            "every second question without its paragraphs; babilong: bAbI in a book; logs: counts "
            "and lists of real logs; own: your JSONL of document, question, answer, evidence.",
            rich_help_panel=_TASK,
        ),
    ] = TaskKind.NEEDLES,
    data: Annotated[
        Path | None,
        typer.Option(
            help="hotpotqa, absent: its JSON file, or a folder with questions.json and "
            "paragraphs.jsonl; babilong: a folder of qa*.txt, or one of them; logs: a folder of "
            "*.log, or one of them; own: the JSONL file.",
            rich_help_panel=_TASK,
            show_default=False,
        ),
    ] = None,
    book: Annotated[
        Path | None,
        typer.Option(
            help="The text that babilong hides its facts in.",
            rich_help_panel=_TASK,
            show_default=False,
        ),
    ] = None,
    kinds: Annotated[
        str,
        typer.Option(
            help="Of needles only these, with commas: single, several, chained, chained-2, "
            "chained-4, counting, listing, wordless, latest, absent; hostile if named.",
            rich_help_panel=_TASK,
            show_default=False,
        ),
    ] = "",
    lengths: Annotated[
        str, typer.Option(help="Tokens of the documents: 4k,8k.", rich_help_panel=_TASK)
    ] = "4k",
    limit: Annotated[
        int, typer.Option(min=1, help="Questions at each length.", rich_help_panel=_TASK)
    ] = 20,
    skip: Annotated[
        int,
        typer.Option(
            min=0,
            help="Questions left out first: to keep some unseen while tuning.",
            rich_help_panel=_TASK,
        ),
    ] = 0,
    together: Annotated[
        int,
        typer.Option(
            min=1,
            help="Questions asked of one document, whose reading they share: as many are hidden "
            "in it as go together.",
            rich_help_panel=_TASK,
        ),
    ] = 1,
    answers: Annotated[
        bool,
        typer.Option(
            "--answers/--no-answers",
            help="Without, capture and retention alone; `mhm bench answer` can ask later.",
            rich_help_panel=_RUN,
        ),
    ] = True,
    memory: Annotated[
        str,
        typer.Option(
            help="Methods, with commas: scoring, append, scribe, mhm-lru, monolithic, rewrite, "
            "full, bm25, quick, skim:20, map-reduce, readagent; with parts, as rewrite:2x512, "
            "append:8x128:random, append@350 (chunk size), append:question-first, rewrite:gated, "
            "bm25:10.",
            rich_help_panel=_METHODS,
        ),
    ] = "mhm-lru,monolithic,append,scoring,bm25",
    memory_tokens: Annotated[
        int,
        typer.Option(
            min=32, help="Tokens of memory in all, for each method.", rich_help_panel=_METHODS
        ),
    ] = 1024,
    steps: Annotated[
        int,
        typer.Option(
            min=1,
            help="Chunks to a document, at least; a chunk has 64 tokens or more.",
            rich_help_panel=_METHODS,
        ),
    ] = 16,
    chunk_tokens: Annotated[
        int | None,
        typer.Option(
            min=16,
            help="Chunks of this size at every length, instead of --steps.",
            rich_help_panel=_METHODS,
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            help="The JSONL file of results; what it has is not run again.",
            rich_help_panel=_RUN,
        ),
    ] = Path("mhm-bench.jsonl"),
    model: options.Model = "default",
    seed: Annotated[
        int, typer.Option(help="Of documents and random heads.", rich_help_panel=_RUN)
    ] = 0,
    sampling_seed: Annotated[
        int,
        typer.Option(
            help="With a temperature: for several runs on the same documents.",
            rich_help_panel=_RUN,
        ),
    ] = 0,
    temperature: options.Temperature = 0.0,
    top_p: options.TopP = 0.95,
    threads: options.Threads = None,
    gpu_layers: options.GpuLayers = -1,
    offline: options.Offline = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="No progress on stderr.", rich_help_panel=_RUN),
    ] = False,
) -> None:
    """Measure how well memories capture, retain and answer, by document length.

    \b
    mhm bench --limit 8                  # generated needles: needs no data
    mhm bench --task hotpotqa --data hotpot_dev.json --lengths 4k,8k,16k
    mhm bench --memory mhm-lru,rewrite:8x128,append@350,bm25:6,full
    mhm bench report mhm-bench.jsonl --markdown --figures figures/

    Each result is in the file as soon as it is known; the same command goes on from there.
    """
    if context.invoked_subcommand:
        given = [n for n in context.params if options.is_given(context, n)]
        if given:
            raise UsageError(
                f"--{given[0].replace('_', '-')} is no option of {context.invoked_subcommand}",
                hint=f"mhm bench {context.invoked_subcommand} --help",
            )
        return
    if chunk_tokens is not None and options.is_given(context, "steps"):
        raise UsageError(
            "--steps and --chunk-tokens do not go together", hint="the one follows from the other"
        )
    from mhmcli.cli.bench_run import Request, run  # noqa: PLC0415  heavy: when it is needed

    run(
        Request(
            task=task.value,
            data=data,
            book=book,
            kinds=_names(kinds),
            lengths=(0,) if task is TaskKind.OWN else _lengths(lengths),
            limit=limit,
            skip=skip,
            together=together,
            answers=answers,
            methods=_names(memory),
            memory_tokens=memory_tokens,
            steps=steps,
            chunk_tokens=chunk_tokens,
            out=out,
            model=model,
            seed=seed,
            sampling_seed=sampling_seed,
            temperature=temperature,
            top_p=top_p,
            threads=threads,
            gpu_layers=gpu_layers,
            offline=offline,
            quiet=quiet,
        )
    )


@app.command("answer", no_args_is_help=True)
def answer_again(  # noqa: PLR0913  one parameter is one option
    files: Annotated[
        list[Path], typer.Argument(help="Files that `mhm bench` wrote.", metavar="FILE...")
    ],
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The JSONL file for the new results.")],
    model: options.Model = "default",
    threads: options.Threads = None,
    gpu_layers: options.GpuLayers = -1,
    offline: options.Offline = False,
) -> None:
    """Answer the questions again from the memories in result files, without reading again.

    So that another model, or another version of mhm, can be tried on what was kept.
    """
    from mhmcli.cli.bench_run import run_again  # noqa: PLC0415

    run_again(files, out=out, model=model, threads=threads, gpu_layers=gpu_layers, offline=offline)


@app.command(no_args_is_help=True)
def report(
    files: Annotated[
        list[Path], typer.Argument(help="Files that `mhm bench` wrote.", metavar="FILE...")
    ],
    *,
    against: Annotated[
        str | None,
        typer.Option(help="The method that the others are compared with; the first if not given."),
    ] = None,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables as Markdown.")
    ] = False,
    figures: Annotated[
        Path | None,
        typer.Option(help="Draw figures into this folder, as SVG (needs matplotlib)."),
    ] = None,
) -> None:
    """Print what was measured, as tables, and draw it."""
    from mhmcli.cli.bench_report import print_report  # noqa: PLC0415

    print_report(files, against=against, as_markdown=as_markdown, figures=figures)


def _names(text: str) -> tuple[str, ...]:
    """'append, bm25' -> ('append', 'bm25')."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _lengths(text: str) -> tuple[int, ...]:
    """'4k, 1000' -> (4096, 1000).

    Raises:
        UsageError: something in it is no length, or is there twice.
    """
    found = [options.tokens(part) for part in text.split(",")]
    if len(set(found)) < len(found):
        raise UsageError(f"--lengths {text}: one of them twice", hint="give each once")
    return tuple(found)
