"""What the user has set: in the environment, in a profile, in a project's file, in their own.

    flags, over MHM_*, over --profile, over .mhm.toml (here or above), over the user's config.toml,
    over what mhm does by itself

A setting has the name of its option: `memory = "append"`, `cache-size = "2G"`. A project's file may
come with a download, so it cannot name loaders, which are commands that are run, nor change what
keeps a user's data where it is.
"""

from __future__ import annotations

import difflib
import os
import shlex
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from mhmcli.errors import UsageError

PROJECT_FILE = ".mhm.toml"
_USER_FILE = "config.toml"
_VARIABLE = "MHM_CONFIG"
_PROFILES, _LOADERS = "profiles", "loaders"
_END_OF_PROJECT = ".git"
_EXCLUSIVE = (("quick", "skim", "budget"), ("json", "ndjson"))
_OFF = frozenset({"", "0", "false", "f", "no", "n", "off"})  # as the command line has it
_GUARDED = frozenset(
    {"offline", "no-history", "cache-size", "password-file", "server", "server-key-file"}
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, and where it was set: a variable's name, or a file and a profile in it."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is set, by the names of options. `loaders` are commands by suffixes: 'odt'."""

    values: Mapping[str, Setting] = field(default_factory=dict)
    loaders: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()


def user_file() -> Path:
    """Where the user's own settings are, or would be."""
    named = os.environ.get(_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_config_dir("mhm", False)) / _USER_FILE


def project_file(folder: Path) -> Path | None:
    """The file of the project that a directory is in; None where there is none."""
    for place in (folder, *folder.parents):
        file = place / PROJECT_FILE
        if os.path.isfile(file):  # noqa: PTH113  pathlib's raises where nobody may look
            return file if _is_ours(file) else None
        if os.path.exists(place / _END_OF_PROJECT):  # noqa: PTH110
            return None
    return None


def _is_ours(file: Path) -> bool:
    """False of a file that somebody else has put where all may write, or that is gone."""
    try:
        return not hasattr(os, "getuid") or file.stat().st_uid in (os.getuid(), 0)
    except OSError:
        return False


def settings(
    options: Collection[str],
    profile: str | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """What is set of these options, each from where it counts most.

    Raises:
        UsageError: a file that is no TOML, a name that is no option's, no such profile.
    """
    files = [user_file(), project_file(folder or _here())]
    values: dict[str, Setting] = {}
    of_profile: dict[str, Setting] = {}
    loaders: Mapping[str, str] = {}
    profiles: dict[str, None] = {}
    for number, file in enumerate(files):
        if file is None or (found := _read(file)) is None:
            continue
        named = _table(file, found.pop(_PROFILES, {}), _PROFILES)
        profiles |= dict.fromkeys(named)
        for name, table in named.items():
            _checked(file, _table(file, table, name), options, file.name)
        if _LOADERS in found:
            loaders = _loaders(file, found.pop(_LOADERS), is_project=number > 0)
        if number > 0:
            _refuse_guarded(file, [found, *(named[name] for name in named)])
        values = _over(_checked(file, found, options, str(file)), values)
        if profile in named:
            chosen = _table(file, named[profile], profile)
            origin = f"{file} [{_PROFILES}.{profile}]"
            of_profile = _over(_checked(file, chosen, options, origin), of_profile)
    if profile is not None and profile not in profiles:
        raise _unknown(f"no profile {profile!r}", profile, profiles)
    of_environment = {
        option: Setting(value, variable)
        for option in options
        if (value := environment.get(variable := variable_of(option)))
    }
    nearest = _over(of_environment, _over(of_profile, values))
    return Settings(nearest, loaders, tuple(profiles))


def _here() -> Path:
    """The current directory; the root, where it is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def _over(nearer: Mapping[str, Setting], farther: Mapping[str, Setting]) -> dict[str, Setting]:
    """Both, the nearer before the farther; of ways that exclude each other, the nearer alone."""
    beaten = {
        other
        for ways in _EXCLUSIVE
        for way in ways
        if way in nearer and not is_off(nearer[way].value)
        for other in ways
    }
    return {**{n: s for n, s in farther.items() if n not in beaten}, **nearer}


def is_off(value: object) -> bool:
    """Whether a value switches something off."""
    return str(value).lower() in _OFF


def _refuse_guarded(file: Path, tables: Sequence[object]) -> None:
    """What keeps a user's data where it is, a project cannot change."""
    dicts = [table for table in tables if isinstance(table, dict)]
    named = {name.replace("_", "-") for table in dicts for name in table}
    if wrong := sorted(named & _GUARDED):
        raise UsageError(
            f"{file} sets {wrong[0]}, which is for you to set",
            hint=f"it belongs into {user_file()}",
        )


def variable_of(option: str) -> str:
    """'cache-size' -> 'MHM_CACHE_SIZE'"""
    return "MHM_" + option.upper().replace("-", "_")


def _read(file: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"cannot read {file}: {reason}", hint="check its permissions") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise UsageError(
            f"{file} is no TOML: {error}", hint="mhm config edit opens your own"
        ) from error


def _table(file: Path, value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(
            f"{file}: {name} is no table", hint=f"[{_PROFILES}.fast], and what it sets"
        )
    return dict(value)


def _loaders(file: Path, value: object, *, is_project: bool) -> dict[str, str]:
    if is_project:
        raise UsageError(
            f"{file} names loaders, which are commands", hint=f"they belong into {user_file()}"
        )
    found = _table(file, value, _LOADERS)
    wrong = next((suffix for suffix, command in found.items() if not _is_command(command)), None)
    if wrong is not None:
        raise UsageError(
            f"{file}: the loader of {wrong} has no {{}}, which stands for the file, as a word",
            hint='odt = "pandoc -t plain {}"',
        )
    return {suffix.lstrip(".").lower(): command for suffix, command in found.items()}


def _is_command(command: object) -> bool:
    """A program, and {} as a word of its own: in a larger one, a shell would read the name of a
    file as commands."""
    try:
        words = shlex.split(command) if isinstance(command, str) else []
    except ValueError:
        return False
    return "{}" in words[1:] and not any("{}" in word for word in words if word != "{}")


def _checked(
    file: Path, found: Mapping[str, Any], options: Collection[str], origin: str
) -> dict[str, Setting]:
    values = {name.replace("_", "-"): value for name, value in found.items()}
    for name, value in values.items():
        if name not in options:
            known = [*options, _PROFILES, _LOADERS]
            raise _unknown(f"{file}: no setting {name!r}", name, known)
        if isinstance(value, (dict, list)):
            raise UsageError(f"{file}: {name} is one value", hint=f"as in {name} = ...")
    return {name: Setting(value, origin) for name, value in values.items()}


def _unknown(message: str, name: str, known: Collection[str]) -> UsageError:
    near = difflib.get_close_matches(name, known, n=1)
    hint = (
        f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
    )
    return UsageError(message, hint=hint)
