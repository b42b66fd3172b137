"""What a user keeps in a file, that nobody else may see on a command line."""

from __future__ import annotations

from pathlib import Path

from mhmcli.errors import UsageError


def secret_in(file: Path, what: str) -> str:
    """The text of a file.

    Raises:
        UsageError: it is no text, or cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UsageError(
            f"cannot read the {what} file {file}: {reason}", hint="check its path"
        ) from error
