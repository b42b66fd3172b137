"""A server as the engine: its options, and its key."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mhmcli.cli.limits import parse_duration
from mhmcli.cli.secret import secret_in
from mhmcli.errors import UsageError
from mhmcli.server_options import ServerOptions

if TYPE_CHECKING:  # they are heavy, and the options need none
    from mhmcli.engine.server import ServerEngine

_PANEL = "Server"
_KEY_VARIABLE = "MHM_SERVER_KEY"
_TIMEOUT = "10m"

Url = Annotated[
    str | None,
    typer.Option(
        "--server",
        help="Let a server be the engine: llama-server, vLLM, or another that speaks as OpenAI's "
        "does. What is read is sent to it. -m names one of its models.",
        metavar="URL",
        rich_help_panel=_PANEL,
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--server-key-file",
        help=f"A file with the server's key (or set {_KEY_VARIABLE}).",
        rich_help_panel=_PANEL,
    ),
]
Window = Annotated[
    int | None,
    typer.Option(
        "--server-window",
        min=512,
        help="Tokens that one request may have, where the server does not say (4096).",
        rich_help_panel=_PANEL,
    ),
]
Timeout = Annotated[
    str,
    typer.Option(
        "--server-timeout",
        help="The longest that one request may take; it is asked once more.",
        metavar="TIME",
        rich_help_panel=_PANEL,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "-j",
        "--jobs",
        min=1,
        max=64,
        help="Requests in flight at once; as many as the server has slots for, if it says.",
        rich_help_panel=_PANEL,
    ),
]


def server_of(  # noqa: PLR0913  one parameter is one option
    url: str | None,
    key_file: Path | None,
    *,
    window: int | None = None,
    jobs: int | None = None,
    timeout: str = _TIMEOUT,
    offline: bool = False,
) -> ServerOptions | None:
    """The server that is asked for; None where there is none.

    Raises:
        UsageError: its key cannot be read, or it is elsewhere and the network is forbidden.
    """
    if not url:
        return None
    if offline and not ServerOptions(url).is_here:
        raise UsageError(
            "--offline, and the server is another machine", hint="leave one of the two out"
        )
    key = (
        os.environ.get(_KEY_VARIABLE, "").strip()
        if key_file is None
        else secret_in(key_file, "key").strip()
    )
    return ServerOptions(
        url,
        key.strip() or None,
        window_tokens=window,
        together=jobs,
        timeout_s=parse_duration(timeout),
    )


def engine_at(at: ServerOptions, model: str) -> ServerEngine:
    """The server, asked what it has.

    Raises:
        MhmError: it is not there, or has no such model.
    """
    from mhmcli.engine.server import ServerEngine  # noqa: PLC0415

    return ServerEngine(replace(at, model=None if model == "default" else model))
