"""The files of a directory, in the order of their names, without what is ignored there.

Names that begin with a dot are left out, and what `.gitignore`, `.ignore` and `.mhmignore` say, in
the directory itself, in those below it, and in those above it up to the one that has `.git` in it.
Links to directories are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern

_RULES = (".gitignore", ".ignore", ".mhmignore")


@dataclass(frozen=True, slots=True)
class _Rule:
    """A line of such a file. pathspec's expressions match what stands below a directory that is
    named as well; here a path is matched itself, as git does, for directories are gone through."""

    line: str
    pattern: GitIgnoreBasicPattern

    def is_about(self, relative: str) -> bool:
        """Whether a path, of a directory with a slash at its end, is matched."""
        regex, size = self.pattern.regex, len(relative)
        if regex is None or (self.line.endswith("/") and not relative.endswith("/")):
            return False
        ends = {found.end() for found in regex.finditer(relative)}
        if self.line.endswith("/**"):
            return any(end < size for end in ends)
        return size in ends or (bool(ends) and not self.line.strip("!*"))


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the files of one directory say of all that is below it. `before` is the path from there
    to `folder`, where that is another: 'src/'."""

    folder: Path
    rules: tuple[_Rule, ...]
    before: str = ""

    def say(self, path: Path, *, is_folder: bool) -> bool | None:
        """Whether a path is ignored; None where nothing is said of it. What is said last counts."""
        below = path.relative_to(self.folder).as_posix()
        relative = f"{self.before}{below}{'/' if is_folder else ''}"
        said = (rule.pattern.include for rule in reversed(self.rules) if rule.is_about(relative))
        return next(said, None)


def files_in(folder: Path) -> Iterator[Path]:
    """The files of the directory and of all below it; what cannot be looked at is among them."""
    left: list[tuple[Path, bool, tuple[_Rules, ...]]] = [(folder, True, _rules_above(folder))]
    while left:
        path, is_folder, above = left.pop()
        if not is_folder:
            yield path
            continue
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name, reverse=True)
        except OSError:
            yield path  # which cannot be read, and is told of as what cannot be read is
            continue
        rules = (*above, *_rules_of(path))
        for entry in entries:
            below = path / entry.name
            is_one = entry.is_dir(follow_symlinks=False)
            if entry.name.startswith(".") or _is_ignored(below, rules, is_folder=is_one):
                continue
            if is_one or _is_file(entry):
                left.append((below, is_one, rules))


def _is_file(entry: os.DirEntry[str]) -> bool:
    """A file, or what cannot be looked at, as a link to itself."""
    try:
        return entry.is_file()
    except OSError:
        return True


def _rules_above(folder: Path) -> tuple[_Rules, ...]:
    """What is said above a directory, the furthest first; nothing unless one above has `.git`."""
    real = Path(os.path.realpath(folder))  # Path.resolve raises at a link to itself
    above = (real, *real.parents)
    has_git = (n for n, parent in enumerate(above) if os.path.exists(parent / ".git"))  # noqa: PTH110
    outward = above[1 : next(has_git, 0) + 1]
    return tuple(
        replace(rules, folder=folder, before=f"{real.relative_to(parent).as_posix()}/")
        for parent in reversed(outward)
        for rules in _rules_of(parent)
    )


def _rules_of(folder: Path) -> list[_Rules]:
    lines: list[str] = []
    for name in _RULES:
        file = folder / name
        try:
            if file.is_file():
                lines += file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        except OSError:
            continue
    rules = tuple(rule for line in lines if (rule := _rule(line.rstrip())) is not None)
    return [_Rules(folder, rules)] if rules else []


def _rule(line: str) -> _Rule | None:
    """What a line says; None of one that says nothing, as git takes it."""
    try:
        pattern = GitIgnoreBasicPattern(line)
    except ValueError:
        return None
    return None if pattern.include is None else _Rule(line, pattern)


def _is_ignored(path: Path, rules: Sequence[_Rules], *, is_folder: bool) -> bool:
    """What is said nearest counts."""
    said = [one for rule in rules if (one := rule.say(path, is_folder=is_folder)) is not None]
    return bool(said) and said[-1]
