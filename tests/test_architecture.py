"""The arrows between rooms point one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import mhmcli

ROOT = Path(mhmcli.__file__).parent
# From the source of the data to its end: a room may use those above it, never one below.
LAYERS = [
    ["errors", "printable", "memory_kind", "format_kind", "server_options"],
    ["source", "score", "numerals", "folders", "settings", "beside", "machine"],
    ["tokens", "chunk"],
    ["spool", "scan", "events", "asked", "stretches", "speeds"],
    ["memory"],
    ["engine", "models"],
    ["prompts", "support", "replies", "weights", "cache"],
    ["asker"],
    ["prompter"],
    ["select", "write", "judge"],
    ["reader", "presets", "follow", "lookup", "evidence"],
    ["quotes", "refusal"],
    ["answer", "candidates"],
    ["sorts"],
    ["census"],
    ["counting", "formats"],
    ["sizes", "receipt", "session"],
    ["verdicts"],
    ["bench", "api"],
    ["view"],
    ["cli"],
    ["__main__"],
]
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
FOREIGN = {
    "matplotlib": {"bench"},
    "llama_cpp": {"engine"},
    "urllib3": {"engine"},
    "rich": {"view", "cli"},
    "typer": {"cli"},
    "pypdf": {"source"},
    "mammoth": {"source"},
    "pypdfium2": {"source"},
    "striprtf": {"source"},
    "pathspec": {"source"},
    "text_to_num": {"numerals"},
    "sqlite3": {"session"},
    "msgspec": {"session", "cli"},
}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "mhmcli":
                names |= {f"mhmcli.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def test_every_room_has_its_level() -> None:
    """One that is not in the list would be free of the law."""
    assert {room_of(path) for path in ROOT.rglob("*.py")} == {*LEVEL, "__init__"}


def test_nothing_imports_upward() -> None:
    """Sources know no chunks, the loop knows no view, and nobody knows the command line."""
    wrong = []
    for path in ROOT.rglob("*.py"):
        room = room_of(path)
        for name in imports(path):
            parts = name.split(".")
            used = parts[1] if parts[0] == "mhmcli" and len(parts) > 1 else None
            if used in LEVEL and room in LEVEL and LEVEL[used] > LEVEL[room]:
                wrong.append(f"{path.relative_to(ROOT)} uses {used}")
    assert wrong == []


def test_each_foreign_library_has_its_room() -> None:
    """Only the engine knows llama.cpp, only the view and the command line a terminal."""
    wrong = []
    for path in ROOT.rglob("*.py"):
        for name in imports(path):
            rooms = FOREIGN.get(name.split(".")[0])
            if rooms and room_of(path) not in rooms:
                wrong.append(f"{path.relative_to(ROOT)} uses {name}")
    assert wrong == []


def test_the_core_does_not_print() -> None:
    """What the loop and its rooms do is told by events; only the command line prints."""
    for path in ROOT.rglob("*.py"):
        if room_of(path) in {"cli", "view", "__main__"}:
            continue
        source = path.read_text()
        assert "print(" not in source.replace("printable(", ""), path
        assert "sys.exit" not in source, path


def test_files_are_short() -> None:
    """A file that has grown past its one job is to be split."""
    long = {p.name: n for p in ROOT.rglob("*.py") if (n := len(p.read_text().splitlines())) > 300}
    assert long == {}


def test_help_and_completion_load_nothing_heavy() -> None:
    """They are asked for at every press of a key."""
    heavy = "{'numpy', 'pypdf', 'llama_cpp', 'tiktoken', 'jinja2', 'matplotlib'}"
    code = f"import sys, mhmcli.cli; print(*{heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == []
