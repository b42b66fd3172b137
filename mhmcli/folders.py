"""Where things are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from mhmcli.errors import MhmError


def in_cache(name: str, variable: str, *, what: str, error: type[MhmError]) -> Path:
    """The folder that the environment's `variable` names, or one of that `name` in the user's cache
    directory: where `what` is kept.

    Raises:
        MhmError: of the kind `error`: the user has no home.
    """
    named = os.environ.get(variable)
    try:
        return Path(named) if named else Path(platformdirs.user_cache_dir("mhm", False)) / name
    except RuntimeError as reason:
        raise error(
            f"there is no place to keep {what}: {reason}", hint=f"name one with {variable}"
        ) from reason
