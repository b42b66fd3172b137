"""Nothing that was read can make a terminal obey."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.printable import one_line, printable


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    """Whatever the text, only newlines and tabs are left of the control characters."""
    shown = printable(text)
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in shown)
    assert not set(shown) & set("\u202a\u202e\u2066\u2069\u200b\ufeff")
    assert "\n" not in one_line(text)


@pytest.mark.parametrize("hidden", "\u00ad\u034f\u115f\u180e\u2063\u206a\u3164\ufe0f\U000e0101")
def test_what_shows_as_nothing_is_left_out(hidden: str) -> None:
    assert printable(f"pay{hidden}ment") == "payment"


def test_escapes_stay_visible() -> None:
    """A person sees that something was there."""
    assert printable("\x1b[31mred\x1b[0m \x07\x9b2J") == "␛[31mred␛[0m ␇\ufffd2J"
    assert printable("a\r\nb\rc") == "a\nb\nc"
    assert one_line(" a\n\tb ") == "a b"
