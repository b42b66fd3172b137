"""A table of a report, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under column heads, with a title and what must be known to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def length_label(tokens: int) -> str:
    """4096 -> '4k'; documents with lengths of their own have none."""
    if not tokens:
        return ""
    return f"{tokens // 1024}k" if tokens % 1024 == 0 else str(tokens)
