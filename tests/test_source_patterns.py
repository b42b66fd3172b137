"""Names with wildcards, and what is ignored above a directory."""

from __future__ import annotations

import glob
from itertools import product
from pathlib import Path

import pytest

from mhmcli.cli.arguments import split_arguments
from mhmcli.errors import SourceError
from mhmcli.source import files_in, files_matching

FILES = {
    ".git/HEAD": "ref\n",
    ".gitignore": "*.log\n/d/made/\n",
    ".hidden.md": "hidden\n",
    "a.md": "a\n",
    "b.txt": "b\n",
    "d/b.md": "d/b\n",
    "d/e/c.md": "d/e/c\n",
    "d/e/x.log": "x\n",
    "d/made/m.md": "m\n",
}

TOP = ("a.md", "b.txt", "d/b.md", "d/e/c.md")  # what * is of


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that is worked in."""
    for name, text in FILES.items():
        (tmp_path / "repo" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repo" / name).write_text(text)
    monkeypatch.chdir(tmp_path / "repo")
    return tmp_path / "repo"


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("*.md", ["a.md"]),
        ("[ab].*", ["a.md", "b.txt"]),
        ("d/e/*", ["d/e/c.md", "d/e/x.log"]),
        ("d*", ["d/b.md", "d/e/c.md"]),
        ("**/*.md", ["a.md", "d/b.md", "d/e/c.md"]),
        ("./d/**", ["d/b.md", "d/e/c.md"]),
        ("d/**/?.md", ["d/b.md", "d/e/c.md"]),
        ("*/**/c.md", ["d/e/c.md"]),
    ],
)
def test_a_pattern_is_of_files(pattern: str, files: list[str]) -> None:
    """As a shell takes it, but for what is ignored: in a directory that it matches, and with **."""
    assert list(map(str, files_matching(pattern))) == files
    named, _ = split_arguments([pattern, "Who keeps it?"], [])
    assert named == tuple(files)


def test_two_stars_are_any_number_of_directories(tmp_path: Path) -> None:
    """As they are to Python's own glob, for all patterns of three parts; there, a file with a slash
    at its end is one of no directories."""
    for name in ("a", "b/a", "b/b", "b/c/a", "b/c/d/a", "c/a/b", "c/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text\n")
    for parts in product(("**", "*", "a", "?", "[bc]"), repeat=3):
        if "**" not in parts:
            continue
        pattern = str(tmp_path.joinpath(*parts))
        matched = glob.glob(pattern, recursive=True)  # noqa: PTH207  another than that of the room
        wanted = {name for name in matched if not name.endswith("/") and Path(name).is_file()}
        try:
            found = list(map(str, files_matching(pattern)))
        except SourceError:
            found = []
        assert set(found) == wanted
        assert len(found) == len(wanted)


def test_a_file_whose_name_has_a_wildcard_is_that_file(tree: Path) -> None:
    (tree / "[b].txt").write_text("itself\n")
    assert split_arguments(["[b].txt", "*"], ["Who?"])[0] == ("[b].txt", "[b].txt", *TOP)


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("pattern", ["*.pdf", "**/*.log", "none/**/*.md", "Who keeps it?"])
def test_a_pattern_of_nothing_is_no_file(pattern: str) -> None:
    with pytest.raises(SourceError, match=r"no such file: .* that it is a pattern of") as error:
        split_arguments([pattern], ["Who?"])
    assert error.value.hint


@pytest.mark.parametrize("named", ["repo/d", ".", "link"])
def test_what_a_repository_ignores_is_ignored_in_each_part_of_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    """However it is named; what is said nearest counts, and what is said above it does not."""
    (tree.parent / ".gitignore").write_text("*\n")
    (tree / "d/e/.gitignore").write_text("!x.log\n")
    (tree.parent / "link").symlink_to(tree / "d")
    monkeypatch.chdir(tree / "d" if named == "." else tree.parent)
    found = [path.relative_to(named).as_posix() for path in files_in(Path(named))]
    assert found == ["b.md", "e/c.md", "e/x.log"]


def test_what_stands_above_a_directory_that_is_in_no_repository_says_nothing(tree: Path) -> None:
    (tree / ".git").rename(tree / "d/.git")
    assert [path.name for path in files_in(tree / "d")] == ["b.md", "c.md", "x.log", "m.md"]
    assert [path.name for path in files_in(tree / "d/e")] == ["c.md", "x.log"]
