"""Names with wildcards, as the files that they are of: `notes/*.md`, `src/**/*.py`.

A shell leaves them as they are where they stand in quotes, and so does a program that calls this
one.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path

from mhmcli.errors import SourceError
from mhmcli.source.walk import files_in

_WILD = frozenset("*?[")
_ANY_DEPTH = "**"  # any number of directories, or none


def files_matching(pattern: str) -> list[Path]:
    """The files that a pattern is of, in the order of their names. They are those that a shell
    finds, and what is in the directories among them; where there is a `**`, those that are found
    in a directory (see `files_in`), without what is ignored there.

    Raises:
        SourceError: there are none.
    """
    parts = Path(pattern).parts
    found = _below(parts) if _ANY_DEPTH in parts else _beside(pattern)
    if not found:
        raise SourceError(
            f"no such file: {pattern}, and none that it is a pattern of",
            hint="check the path; ** stands for directories, without what is ignored there",
        )
    return found


def _beside(pattern: str) -> list[Path]:
    found: list[Path] = []
    for name in sorted(glob.glob(pattern)):  # noqa: PTH207  pathlib's finds hidden files as well
        if os.path.isdir(name):  # noqa: PTH112
            found += files_in(Path(name))
        elif os.path.isfile(name) or not os.path.exists(name):  # noqa: PTH110, PTH113  no pipe
            found.append(Path(name))
    return found


def _below(parts: Sequence[str]) -> list[Path]:
    named = tuple(takewhile(_WILD.isdisjoint, parts))
    folder, rest = Path(*named), parts[len(named) :]
    return [path for path in files_in(folder) if _fits(path.relative_to(folder).parts, rest)]


def _fits(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """('a', 'b', 'c.md') fits ('a', '**', '*.md') and ('a', '**'), and so does ('a', 'c.md')."""
    if not (names and pattern):
        return not names and not pattern
    first, *rest = pattern
    if first == _ANY_DEPTH:
        return not rest or _fits(names, rest) or _fits(names[1:], pattern)
    return fnmatchcase(names[0], first) and _fits(names[1:], rest)
