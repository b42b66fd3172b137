"""`mhm doctor`: what this machine has for mhm, what is missing, and the command that mends it."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from mhmcli import __version__
from mhmcli.cli import options, serving
from mhmcli.cli.configuring import ProfileIfValid, set_in
from mhmcli.cli.output import print_line
from mhmcli.errors import ExitStatus, MhmError
from mhmcli.printable import one_line
from mhmcli.server_options import ServerOptions

_GIB = 1 << 30
_PROBE_TOKENS = 1024
_PROBE = "The keeper lit the lamp at dusk and wrote the hour into the log of the station. "
_REPLY_TOKENS = 24
_BESIDE = 0.95  # of the pace: a question is asked of each passage
_LEAST_FREE = 1 << 30
_ANEW = "pip install --force-reinstall --no-cache-dir llama-cpp-python"


@dataclass(frozen=True, slots=True)
class _Finding:
    """Something that was looked at; one with a `mend` is not as it should be."""

    about: str
    says: str
    mend: str | None = None


def doctor(  # noqa: PLR0913  one parameter is one option
    context: typer.Context,
    *,
    profile: ProfileIfValid = None,
    model: options.Model = "default",
    threads: options.Threads = None,
    gpu_layers: options.GpuLayers = -1,
    offline: options.Offline = False,
    server: serving.Url = None,
    server_key_file: serving.KeyFile = None,
    server_window: serving.Window = None,
    jobs: serving.Jobs = None,
) -> None:
    """Look at llama.cpp, memory, model, folders and settings; measure how fast it reads. With a
    server as the engine, look at what that says of itself.

    Exit status 0 where all is well, 1 where something is to be mended.
    """
    sick = False
    name = options.model_of(context, model, None)

    def engine() -> Iterator[_Finding]:
        at = serving.server_of(
            server, server_key_file, window=server_window, jobs=jobs, offline=offline
        )
        return _server(at, name) if at else _model(name, threads, gpu_layers)

    looks: tuple[Callable[[], Iterator[_Finding]], ...] = (
        *(_program, _memory, _folders),
        lambda: _settings(context, profile),
        engine,
    )
    for look in looks:
        for finding in _found(look):
            sick = sick or finding.mend is not None
            print_line(f"{finding.about:<10}{one_line(finding.says)}")
            if finding.mend:
                print_line(f"{'':<10}-> {one_line(finding.mend)}")
    raise typer.Exit(ExitStatus.NOT_IN_DOCUMENT if sick else ExitStatus.ANSWERED)


def _server(at: ServerOptions, name: str) -> Iterator[_Finding]:
    info = serving.engine_at(at, name).info
    yield _Finding(
        "server",
        f"{info.path}: {info.model}, {info.build}; {info.window_tokens:,} tokens a request, "
        f"{info.together} at once",
    )


def _found(look: Callable[[], Iterator[_Finding]]) -> Iterator[_Finding]:
    """What a look at something comes to; an error is one more finding."""
    try:
        yield from look()
    except MhmError as error:
        yield _Finding("TROUBLE", error.message, error.hint or "MHM_DEBUG=1 shows more")
    except OSError as error:
        yield _Finding("TROUBLE", str(error), "look at what that is, and who may read it")


def _program() -> Iterator[_Finding]:
    try:
        from mhmcli.engine.llama import hardware, library  # noqa: PLC0415
    except (OSError, RuntimeError, ImportError) as error:  # as llama-cpp-python has it
        yield _Finding("llama.cpp", f"it cannot be loaded: {error}", _ANEW)
        raise typer.Exit(ExitStatus.NOT_IN_DOCUMENT) from error

    from mhmcli.machine import physical_cores  # noqa: PLC0415

    python = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    yield _Finding("mhm", f"{__version__}, {library.build()}, {python}")
    yield _Finding("device", hardware.device(physical_cores(), -1))


def _memory() -> Iterator[_Finding]:
    import psutil  # noqa: PLC0415

    from mhmcli import models  # noqa: PLC0415
    from mhmcli.machine import memory_bytes  # noqa: PLC0415

    memory = memory_bytes()
    free = min(psutil.virtual_memory().available, memory)
    fitting = [each.name for each in models.CATALOG if each.memory_bytes < memory]
    small = "take a smaller model: mhm models list" if free < _LEAST_FREE else None
    yield _Finding("memory", f"{memory / _GIB:.1f} GiB, {free / _GIB:.1f} free", small)
    yield _Finding("models", f"that fit: {', '.join(fitting)}")


def _folders() -> Iterator[_Finding]:
    from mhmcli import cache, models, session  # noqa: PLC0415

    named = {
        "models": (models.directory(), "MHM_MODELS_DIR"),
        "cache": (cache.directory(), "MHM_CACHE_DIR"),
        "sessions": (session.directory(), "MHM_STATE_DIR"),
    }
    for name, (folder, variable) in named.items():
        there = next(each for each in (folder, *folder.parents) if each.exists())
        free = shutil.disk_usage(there).free
        says = f"{folder}: {free / _GIB:.1f} GiB free on its disk"
        if not os.access(there, os.W_OK):
            yield _Finding(name, f"{says}, and it cannot be written", f"{variable}=... mhm ask ...")
        else:
            full = "make room there" if free < _LEAST_FREE else None
            yield _Finding(name, says, full)


def _settings(context: typer.Context, profile: str | None) -> Iterator[_Finding]:
    from mhmcli.settings import project_file, user_file  # noqa: PLC0415

    set_in(context, profile)
    own, project = user_file(), project_file(Path.cwd())
    there = [str(file) for file in (own, project) if file and file.exists()]
    yield _Finding("settings", ", ".join(there) or f"none; they would be in {own}")


def _model(name: str, threads: int | None, gpu_layers: int) -> Iterator[_Finding]:
    from mhmcli import models  # noqa: PLC0415

    found = models.resolve(name)
    if isinstance(found, Path):
        path = found
        yield _Finding("model", f"{path}, not of the catalog")
    elif not models.is_installed(found):
        yield _Finding("model", f"{found.title} is not here", f"mhm models pull {found.name}")
        return
    else:
        path = models.path_of(found)
        right = models.sha256_of(path) == found.sha256
        mend = None if right else f"mhm models rm {found.name}; mhm models pull {found.name}"
        says = "its SHA-256 is right" if right else "ITS SHA-256 IS WRONG"
        yield _Finding("model", f"{found.title}, {path}: {says}", mend)
        if not right:
            return
    yield from _speed(path, threads, gpu_layers)


def _speed(path: Path, threads: int | None, gpu_layers: int) -> Iterator[_Finding]:
    """Tokens a second, read and written."""
    from mhmcli import speeds  # noqa: PLC0415
    from mhmcli.engine import Feed, Sampling, Want  # noqa: PLC0415
    from mhmcli.engine.llama import LlamaEngine, LlamaOptions  # noqa: PLC0415
    from mhmcli.memory_kind import DEFAULT_MEMORY  # noqa: PLC0415

    options_ = LlamaOptions(window_tokens=4096, threads=threads, gpu_layers=gpu_layers)
    started = time.monotonic()
    engine = LlamaEngine(path, options_)
    try:
        loading = time.monotonic() - started
        probe = engine.tokenize(_PROBE)
        tokens = (probe * (_PROBE_TOKENS // len(probe) + 1))[:_PROBE_TOKENS]
        sequence = engine.open()
        engine.feed([Feed(sequence, tokens[:8])])  # the first use of weights reads them from disk
        started = time.monotonic()
        engine.feed([Feed(sequence, tokens[8:], Want.LAST)])
        reading = len(tokens[8:]) / (time.monotonic() - started)
        started = time.monotonic()
        written = sum(1 for _ in engine.reply(sequence, _REPLY_TOKENS, Sampling()))
        writing = written / (time.monotonic() - started)
    finally:
        engine.shut()
    if speeds.known(path, DEFAULT_MEMORY) is None:
        speeds.keep(path, DEFAULT_MEMORY, _BESIDE * reading)
    yield _Finding(
        "speed",
        f"{reading:.0f} tokens/s read, {writing:.0f} written; loaded in {loading:.1f} s",
    )
