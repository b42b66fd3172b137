"""Options that several commands share: which model runs, and how."""

from __future__ import annotations

from typing import Annotated

import typer

from mhmcli.cli.models import names

MODEL_PANEL = "Model"

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


def is_given(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line: not in the environment, not left out."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
