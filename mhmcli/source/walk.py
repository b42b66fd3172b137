"""The files of a directory, in the order of their names, without what is ignored there.

Names that begin with a dot are left out, and what `.gitignore`, `.ignore` and `.mhmignore` say, in
the directory itself and in those below it. Links to directories are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

_RULES = (".gitignore", ".ignore", ".mhmignore")


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the files of one directory say of all that is below it."""

    folder: Path
    spec: GitIgnoreSpec

    def say(self, path: Path, *, is_folder: bool) -> bool | None:
        """Whether a path is ignored; None where nothing is said of it."""
        relative = path.relative_to(self.folder).as_posix() + ("/" if is_folder else "")
        return self.spec.check_file(relative).include


def files_in(folder: Path) -> Iterator[Path]:
    """The files of the directory and of all below it."""
    yield from _files(folder, [])


def _files(folder: Path, above: Sequence[_Rules]) -> Iterator[Path]:
    rules = [*above, *_rules_of(folder)]
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder  # which cannot be read, and is told of as what cannot be read is
        return
    for entry in entries:
        path = folder / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if entry.name.startswith(".") or _is_ignored(path, rules, is_folder=is_folder):
            continue
        if is_folder:
            yield from _files(path, rules)
        elif entry.is_file():
            yield path


def _rules_of(folder: Path) -> list[_Rules]:
    lines: list[str] = []
    for name in _RULES:
        try:
            lines += (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
    return [_Rules(folder, GitIgnoreSpec.from_lines(lines))] if lines else []


def _is_ignored(path: Path, rules: Sequence[_Rules], *, is_folder: bool) -> bool:
    """What is said last counts, and what is said nearest."""
    said = [one for rule in rules if (one := rule.say(path, is_folder=is_folder)) is not None]
    return bool(said) and said[-1]
