"""Make text from a document or a model safe to show on a terminal.

Escape sequences and control characters become visible stand-ins; invisible direction marks
and characters that show as nothing are left out. So nothing that was read can move the
cursor, colour the screen, or hide what is printed.
"""

from __future__ import annotations

import re

_KEPT = "\n\t"
_CONTROLS = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in _KEPT}
_CONTROLS |= {0x7F: "\u2421"}
_CONTROLS |= dict.fromkeys(range(0x80, 0xA0), "\ufffd")
# Direction overrides and isolates (as in "Trojan Source"), and what shows as nothing at all.
_HIDDEN = [
    *range(0xE0000, 0xE01F0),
    *range(0xFE00, 0xFE10),
    *range(0x2061, 0x2065),
    *range(0x206A, 0x2070),
    0x00AD,
    0x034F,
    0x061C,
    0x115F,
    0x180E,
    0x3164,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0x200B,
    0x200E,
    0x200F,
    0x2060,
    0xFEFF,
]
_CONTROLS |= dict.fromkeys(_HIDDEN, "")
_CONTROLS |= dict.fromkeys([0x2028, 0x2029, 0x85], "\n")
_SURROGATES = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with nothing in it that a terminal obeys: '\\x1b[31mred' -> '␛[31mred'."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\ufffd", plain.translate(_CONTROLS))


def one_line(text: str) -> str:
    """The text on one line, safe to show: 'a\\n  b' -> 'a b'."""
    return " ".join(printable(text).split())
