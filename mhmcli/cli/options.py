"""Options that several commands share: which model runs, and how."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mhmcli.cli.models import names
from mhmcli.errors import UsageError

READING_PANEL, MODEL_PANEL, OUTPUT_PANEL = "Reading", "Model", "Output"


class Cite(StrEnum):
    """What is shown beside an answer of where it is from."""

    NONE = "none"
    PLACES = "places"
    QUOTES = "quotes"


_LEAST_TOKENS = 256  # of a document

Model = Annotated[
    str,
    typer.Option(
        "-m",
        "--model",
        envvar="MHM_MODEL",
        help="A GGUF file, or a name from `mhm models list`.",
        autocompletion=names,
        rich_help_panel=MODEL_PANEL,
    ),
]
Temperature = Annotated[
    float,
    typer.Option(
        min=0.0, max=10.0, help="0 always takes the likeliest token.", rich_help_panel=MODEL_PANEL
    ),
]
TopP = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=1.0,
        help="With a temperature: sample from this share.",
        rich_help_panel=MODEL_PANEL,
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        envvar="MHM_THREADS",
        help="CPU threads; one a physical core if not given.",
        rich_help_panel=MODEL_PANEL,
    ),
]
GpuLayers = Annotated[
    int,
    typer.Option(
        envvar="MHM_GPU_LAYERS",
        help="Layers on the GPU, if llama.cpp was built for one; -1 is all.",
        rich_help_panel=MODEL_PANEL,
    ),
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        envvar="MHM_OFFLINE",
        help="Never use the network.",
        rich_help_panel=MODEL_PANEL,
    ),
]


CacheSize = Annotated[
    str,
    typer.Option(
        "--cache-size",
        envvar="MHM_CACHE_SIZE",
        help="Keep what the model computed of the documents on disk, at most so much (2G, 500M): "
        "another question on them is answered much sooner. See `mhm cache`.",
        metavar="SIZE",
        rich_help_panel=READING_PANEL,
    ),
]
NoHistory = Annotated[
    bool,
    typer.Option(
        "--no-history",
        envvar="MHM_NO_HISTORY",
        help="Leave nothing of this run on disk. Otherwise each step is kept, and a run that was "
        "stopped goes on from there. See `mhm sessions`.",
        rich_help_panel=READING_PANEL,
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        help="A file with the PDF's password (or set MHM_PDF_PASSWORD).",
        rich_help_panel=READING_PANEL,
    ),
]
AnswerTokens = Annotated[
    int | None,
    typer.Option(
        help="The most tokens of an answer, those of what the model says before it included.",
        show_default="512",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
CiteOption = Annotated[
    Cite,
    typer.Option(
        "--cite",
        help="Beside the answer, on stderr: nothing of where it is from, the places, or these and "
        "the best sentences, as they stand there.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        help="Nothing on stderr but errors, and the notice of a model being fetched.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]


Skim = Annotated[
    str | None,
    typer.Option(
        help="Scan everything, and read this share of it, the most promising passages first.",
        metavar="SHARE",
        rich_help_panel=READING_PANEL,
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        help="The same for as long as this, loading and answering included: 90s, 5m, 1h30m.",
        metavar="TIME",
        rich_help_panel=READING_PANEL,
    ),
]
Every = Annotated[
    str | None,
    typer.Option(
        help="Answer of what came through the pipe each time so long has gone by (5m, 30s), "
        "as with `tail -f`; of all that came on SIGUSR1 and at its end.",
        metavar="TIME",
        rich_help_panel=READING_PANEL,
    ),
]
Each = Annotated[
    bool,
    typer.Option(
        "--each",
        help="Ask each document by itself, and print a row for each as it is known; of a "
        "directory, each file.",
        rich_help_panel=READING_PANEL,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Answer only where the model is sure that the document says it: fewer wrong "
        "answers, and more that it does not say.",
        rich_help_panel=READING_PANEL,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Read no more than the documents: how many tokens, how long, how much memory.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]


def is_given(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line: not in the environment, not left out."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def model_of(context: typer.Context, model: str, session: str | None) -> str:
    """The model that is asked for: of a session its own, and of a server on the command line that
    server's, unless another is named for this run."""
    source = context.get_parameter_source("model")
    is_named = source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT")
    has_its_own = session is not None or is_given(context, "server")
    return "default" if has_its_own and not is_named else model


def tokens(text: str) -> int:
    """How long a document is to be: '4k' -> 4096, '1000' -> 1000.

    Raises:
        UsageError: it is no length.
    """
    match = re.fullmatch(r"(\d{1,9})(k|m)?", text.strip().lower())
    found = int(match[1]) * {"k": 1024, "m": 1024 * 1024}.get(match[2], 1) if match else 0
    if found < _LEAST_TOKENS:
        raise UsageError(
            f"{text.strip() or 'nothing'!r} is no length of a document",
            hint=f"lengths are tokens, {_LEAST_TOKENS} at least: 4k, 10k, 2000",
        )
    return found
