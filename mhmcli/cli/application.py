"""The application, and the one place where every error becomes a line and an exit status."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from mhmcli import __version__
from mhmcli.cli import bench as bench_command
from mhmcli.cli import models as models_command
from mhmcli.cli import sessions as sessions_command
from mhmcli.cli.ask import ask
from mhmcli.cli.caching import app as cache_app
from mhmcli.cli.chatting import chat
from mhmcli.cli.configuring import app as config_app
from mhmcli.cli.doctor import doctor
from mhmcli.cli.output import print_json, print_line, say_error
from mhmcli.cli.replaying import replay
from mhmcli.cli.tracing import why
from mhmcli.errors import ExitStatus, Interrupted, MhmError

app = typer.Typer(
    name="mhm",
    help="Answers about documents far larger than a model's context window, on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ask", no_args_is_help=True)(ask)
app.command("chat")(chat)
app.command("replay")(replay)
app.command("doctor")(doctor)
app.command("why", no_args_is_help=True)(why)
app.add_typer(bench_command.app, name="bench")
app.add_typer(models_command.app, name="models")
app.add_typer(sessions_command.app, name="sessions")
app.add_typer(cache_app, name="cache", no_args_is_help=True)
app.add_typer(config_app, name="config")


def _version(wanted: bool) -> None:  # noqa: FBT001  Typer calls it so
    if wanted:
        from mhmcli.engine.llama import library  # noqa: PLC0415

        print_line(f"mhm {__version__}, {library.build()}")
        raise typer.Exit


@app.command()
def schema() -> None:
    """Print the JSON Schema of what `mhm ask` prints with --json and --ndjson."""
    from mhmcli.cli.telling import schema as of_told  # noqa: PLC0415

    print_json(of_told())


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Versions of mhm and llama.cpp."
        ),
    ] = False,
) -> None:
    """Answers about documents far larger than a model's context window, on this machine."""
    del version


def main() -> None:
    """Run the command line; the process ends with an `ExitStatus`.

    Usage errors are Typer's own, with status 2; it turns Ctrl-C outside a reading into 130.
    """
    # A service may be started with its streams closed: what is written then goes nowhere.
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
    try:
        app()
    except MhmError as error:
        if isinstance(error, Interrupted):  # another Ctrl-C would take the status away
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        if error.status is not ExitStatus.CLOSED_PIPE:
            say_error(error)
        sys.exit(error.status)
    except Exception as error:
        if os.environ.get("MHM_DEBUG"):
            raise
        say_error(
            MhmError(
                f"internal error: {type(error).__name__}: {error}",
                hint="this is a bug in mhm; MHM_DEBUG=1 shows where it is",
            )
        )
        sys.exit(ExitStatus.BUG)
