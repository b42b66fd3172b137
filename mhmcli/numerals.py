"""Numbers that are written in words, as figures. English alone: other words stay as they are."""

from __future__ import annotations

import re

from text_to_num import alpha2digit

_TIMES = {"once": "1", "twice": "2", "thrice": "3", "dozen": "12"}
_IN_TIMES = re.compile(rf"\b(?:{'|'.join(_TIMES)})\b", re.IGNORECASE)
_SCALED = re.compile(r"\b(\d+(?:\.\d+)?) (1000|1000000|1000000000)\b")
_HALF = re.compile(r"\b(\d+) (?:\w+ )?and a half\b")


def in_digits(text: str) -> str:
    """'Two hundred and one casks, 2.1 million tons' -> '201 casks, 2100000 tons'; of 'three fathoms
    and a half' both, '3.5 3'."""
    text = alpha2digit(_IN_TIMES.sub(lambda said: _TIMES[said[0].lower()], text), "en", threshold=0)
    text = _SCALED.sub(lambda said: f"{float(said[1]) * int(said[2]):.0f}", text)
    return _HALF.sub(r"\1.5 \1", text)
