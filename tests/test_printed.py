"""The comparison of cited and printed page numbers tells right from wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.printed import main


def test_pages_with_their_numbers_are_told_from_others(make_pdf: Callable[..., Path]) -> None:
    """In the first or the last lines, alone or beside a title."""
    path = make_pdf("1\nA start.", "A middle.\nOf a book 2", "Page four, not three.\nAn end.")
    assert main([str(path)]) == {
        "made.pdf": {"pages": 3, "as_printed": 2, "labelled": 0, "others": [3]}
    }
