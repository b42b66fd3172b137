"""The manual page, made of what the commands say of themselves.

python -m tests.manual     writes completions/mhm.1 anew
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from mhmcli import __version__
from mhmcli.cli.application import app
from mhmcli.errors import ExitStatus

PAGE = Path(__file__).parent.parent / "completions" / "mhm.1"
_STATUS = {
    ExitStatus.ANSWERED: "answered",
    ExitStatus.NOT_IN_DOCUMENT: "what was read does not say",
    ExitStatus.USAGE: "arguments or settings that cannot be",
    ExitStatus.SOURCE: "a document that cannot be read",
    ExitStatus.MODEL: "a model that is missing, broken, or too small for the settings",
    ExitStatus.INCOMPLETE: "not everything could be read",
    ExitStatus.SESSION: "a session that is not there, damaged, or another version's",
    ExitStatus.BUG: "a bug in mhm",
    ExitStatus.INTERRUPTED: "stopped by Ctrl-C",
    ExitStatus.CLOSED_PIPE: "whoever read stdout has gone",
    ExitStatus.TERMINATED: "stopped by SIGTERM",
}
_FILES = {
    "~/.config/mhm/config.toml": "your settings (MHM_CONFIG); see mhm config",
    ".mhm.toml": "those of a project, in the directory or above it",
    "~/.cache/mhm/models": "models (MHM_MODELS_DIR)",
    "~/.cache/mhm/speeds.json": "how fast this machine read (MHM_SPEEDS_FILE)",
    "~/.cache/mhm/parts": "what was computed of documents, with --cache-size (MHM_CACHE_DIR)",
    "~/.local/state/mhm/sessions": "sessions (MHM_STATE_DIR)",
}


def page() -> str:
    """All of it, as groff reads it."""
    root: Any = get_command(app)
    lines = [
        f'.TH MHM 1 "" "mhm {__version__}" "User Commands"',
        ".SH NAME",
        "mhm \\- answers about documents far larger than a model's context window",
        ".SH SYNOPSIS",
        ".B mhm ask",
        "[\\fIoption\\fR]... [\\fIfile\\fR]... \\fIquestion\\fR",
        ".br",
        "\\fIcommand\\fR | \\fBmhm ask\\fR [\\fIoption\\fR]... \\fIquestion\\fR",
        ".SH DESCRIPTION",
        *_paragraphs(root.help),
        ".PP",
        "Everything is read chunk by chunk by a model on this machine, and what matters is kept in "
        "a memory of several heads. The answer goes to stdout, all else to stderr.",
        ".SH COMMANDS",
    ]
    for name, command in _commands(root, "mhm"):
        lines += [f".SS {name}", *_paragraphs(command.help or "")]
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                lines += [".TP", _named(parameter), _text(parameter.help or "Show this message.")]
    lines.append(".SH EXIT STATUS")
    for status, meaning in _STATUS.items():
        lines += [".TP", str(int(status)), _text(meaning)]
    lines.append(".SH FILES")
    for file, what in _FILES.items():
        lines += [".TP", f".I {_text(file)}", _text(what)]
    return "\n".join(lines) + "\n"


def _commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for part, command in group.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:  # it does something by itself
                yield f"{name} {part}", command
            yield from _commands(command, f"{name} {part}")
        else:
            yield f"{name} {part}", command


def _named(option: Any) -> str:
    """-m, --model NAME"""
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.opts)
    choices = getattr(option.type_descriptor, "choices", None) or ()
    value = "|".join(str(getattr(choice, "value", choice)) for choice in choices)
    takes = not (option.is_flag or option.count)
    return f"{names} \\fI{_text(option.metavar or value or 'VALUE')}\\fR" if takes else names


def _paragraphs(said: str) -> Iterator[str]:
    """Each by itself; the lines of examples stay as they are."""
    for number, part in enumerate(re.split(r"\n\s*\n", said.strip())):
        if number:
            yield ".PP"
        if part.startswith("\b"):
            yield from (".nf", *map(_text, part.removeprefix("\b").strip().splitlines()), ".fi")
        else:
            yield _text(part)


def _text(said: str) -> str:
    """In one paragraph, with nothing that groff would take for a request."""
    plain = " ".join(said.split())
    plain = plain.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
