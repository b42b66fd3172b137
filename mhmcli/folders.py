"""Where things are kept on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from mhmcli.errors import MhmError


def in_cache(name: str, variable: str, *, what: str, error: type[MhmError]) -> Path:
    """The folder that the environment's `variable` names, or one of that `name` in the user's cache
    directory: where `what` is kept.

    Raises:
        MhmError: of the kind `error`: the user has no home.
    """
    return _in(platformdirs.user_cache_dir, name, variable, what=what, error=error)


def in_state(name: str, variable: str, *, what: str, error: type[MhmError]) -> Path:
    """The same in the user's state directory, which is for what cannot be made again.

    Raises:
        MhmError: of the kind `error`: the user has no home.
    """
    return _in(platformdirs.user_state_dir, name, variable, what=what, error=error)


def _in(
    place: Callable[..., str], name: str, variable: str, *, what: str, error: type[MhmError]
) -> Path:
    named = os.environ.get(variable)
    try:
        return Path(named) if named else Path(place("mhm", False)) / name
    except RuntimeError as reason:
        raise error(
            f"there is no place to keep {what}: {reason}", hint=f"name one with {variable}"
        ) from reason
