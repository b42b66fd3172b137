"""`mhm config`, and the settings of `mhm ask` and `mhm chat` that are not on the command line."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mhmcli.cli.output import print_json, print_line, say
from mhmcli.errors import UsageError

if TYPE_CHECKING:  # nothing else needs it
    from mhmcli.settings import Setting, Settings

_COMMANDS = ("ask", "chat")
# What a single question is, and what cannot be set for all of them.
_NOT_SET = frozenset(
    {"question", "session", "fresh", "profile", "schema", "output", "dry-run", "help"}
    | {"each", "every"}
)
_LOADERS = "mhm.loaders"  # under which a context has them
_EDITORS = ("VISUAL", "EDITOR")

app = typer.Typer(help="Settings: what is set, and where.", no_args_is_help=True)


def applied(context: typer.Context, profile: str | None) -> str | None:
    """The options of the command have what is set as their defaults.

    Raises:
        UsageError: something is set that cannot be.
    """
    if context.resilient_parsing:
        return profile
    found = set_in(context, profile)
    names = {option: parameter.name for option, parameter in _parameters(context.command)}
    context.default_map = {
        names[option]: setting.value
        for option, setting in found.values.items()
        if names.get(option)
    }
    context.meta[_LOADERS] = found.loaders
    return profile


def applied_if_valid(context: typer.Context, profile: str | None) -> str | None:
    """The same for who tells of what cannot be set, instead of ending there."""
    with contextlib.suppress(UsageError):
        applied(context, profile)
    return profile


def profiles(incomplete: str) -> Iterator[str]:
    """The names of profiles, for completion."""
    from mhmcli.settings import settings  # noqa: PLC0415

    try:
        found = settings(_Any()).profiles
    except UsageError:
        return
    yield from (name for name in found if name.startswith(incomplete))


class _Any(frozenset[str]):
    """Whatever name is looked for."""

    def __contains__(self, name: object) -> bool:
        return True


def _profile(callback: Callable[[typer.Context, str | None], str | None]) -> Any:
    return typer.Option(
        envvar="MHM_PROFILE",
        is_eager=True,
        callback=callback,
        help="Take the settings of this name from your file, or the project's. See `mhm config`.",
        autocompletion=profiles,
    )


Profile = Annotated[str | None, _profile(applied)]
ProfileIfValid = Annotated[str | None, _profile(applied_if_valid)]


def loaders_of(context: typer.Context) -> Mapping[str, str]:
    """The commands that turn files into text, by suffix."""
    found: Mapping[str, str] = context.meta.get(_LOADERS, {})
    return found


def set_in(context: typer.Context, profile: str | None = None) -> Settings:
    """All that is set for the commands that have settings.

    Raises:
        UsageError: something is set that cannot be.
    """
    from mhmcli.settings import settings  # noqa: PLC0415  nothing else needs it

    options = _options(context)
    found = settings(options, profile)
    for name, setting in found.values.items():
        _refuse_what_it_cannot_be(context, options[name], name, setting)
    return found


def _refuse_what_it_cannot_be(
    context: typer.Context, parameter: Any, name: str, setting: Setting
) -> None:
    """The value must be one that could stand on the command line.

    Raises:
        UsageError: it is another.
    """
    value = setting.value
    wrong = None
    if isinstance(value, bool) and not parameter.is_flag:
        wrong = "it is no switch"
    try:
        parameter.process_value(context, value if isinstance(value, bool) else str(value))
    except typer.BadParameter as error:
        wrong = error.message
    if wrong:
        raise UsageError(f"{setting.origin}: {name} = {_shown(value)}: {wrong}", hint="mend it")


def _parameters(command: Any) -> Iterator[tuple[str, Any]]:
    """The options of a command that may be set, by the names that they have there."""
    for parameter in command.params:
        for name in parameter.opts:
            if name.startswith("--") and name[2:] not in _NOT_SET:
                yield name[2:], parameter


def _options(context: typer.Context) -> dict[str, Any]:
    """Those of the commands that settings are for."""
    commands = context.find_root().command.commands  # type: ignore[attr-defined]
    return dict(pair for name in _COMMANDS for pair in _parameters(commands[name]))


@app.command()
def show(
    context: typer.Context,
    *,
    profile: Annotated[
        str | None, typer.Option(help="With this profile.", autocompletion=profiles)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Each setting, its value, and where it comes from."""
    from mhmcli.settings import Setting  # noqa: PLC0415

    options = _options(context)
    found = set_in(context, profile or os.environ.get("MHM_PROFILE"))
    rows = {
        name: found.values.get(name, Setting(_default(parameter), "default"))
        for name, parameter in sorted(options.items())
    }
    if as_json:
        values = {n: {"value": one.value, "origin": one.origin} for n, one in rows.items()}
        print_json({"settings": values, "loaders": dict(found.loaders)})
        return
    width = max(map(len, rows))
    shown = {name: _shown(setting.value) for name, setting in rows.items()}
    wide = max(map(len, shown.values()))
    for name, setting in rows.items():
        print_line(f"{name:<{width}}  {shown[name]:<{wide}}  {setting.origin}")
    for suffix, command in found.loaders.items():
        print_line(f"loader of {suffix}: {command}")


def _default(parameter: Any) -> object:
    """As it is without any setting; some are told by the memory that is chosen."""
    value = parameter.default
    return getattr(value, "value", None if callable(value) else value)


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


@app.command()
def path() -> None:
    """Where your settings are, or would be."""
    from mhmcli.settings import user_file  # noqa: PLC0415

    print_line(str(user_file()))


@app.command()
def init(context: typer.Context) -> None:
    """Write a file with every setting in it as a comment, if there is none."""
    from mhmcli.settings import user_file  # noqa: PLC0415

    file = user_file()
    if file.exists():
        raise UsageError(f"{file} is there already", hint="mhm config edit")
    _write_first(file, _options(context))
    print_line(str(file))


@app.command()
def edit(context: typer.Context) -> None:
    """Open your settings in $VISUAL or $EDITOR; a first file is written where there is none."""
    from mhmcli.settings import user_file  # noqa: PLC0415

    editor = next((os.environ[name] for name in _EDITORS if os.environ.get(name)), None)
    if editor is None:
        raise UsageError("no editor is named", hint="EDITOR=nano mhm config edit")
    file = user_file()
    if not file.exists():
        _write_first(file, _options(context))
    try:
        done = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603
    except OSError as error:
        raise UsageError(f"cannot run {editor}: {error.strerror}", hint="set EDITOR") from error
    if done.returncode:
        raise UsageError(f"{editor} ended with status {done.returncode}", hint=f"edit {file}")
    set_in(context)
    say(f"mhm: {file} is in order")


def _write_first(file: Path, options: Mapping[str, Any]) -> None:
    lines = ["# Settings of mhm; those of its options are below.", ""]
    for name, parameter in sorted(options.items()):
        lines += [f"# {parameter.help}", f"# {name} = {_as_toml(_default(parameter))}", ""]
    lines += [
        "# [profiles.fast]    mhm ask --profile fast",
        "# quick = true",
        "",
        "# [loaders]          what other programs turn into text",
        '# odt = "pandoc -t plain {}"',
        "",
    ]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write("\n".join(lines))
    except OSError as error:
        raise UsageError(
            f"cannot write {file}: {error.strerror}", hint="name another file with MHM_CONFIG"
        ) from error


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else f'"{value or ""}"'
