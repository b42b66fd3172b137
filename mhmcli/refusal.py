"""Replies that say that there is no answer, and those that only sound like it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SAID = r"(?:\w+ly )?(?:stated|mentioned|specified|provided|given|indicated|found|known|available)"
_SAYING = (
    r"(?!provide for\b)"
    r"(?:say|mention|contain|state|provide|specify|include|give|answer|indicate|tell|reveal)"
)
# What speaks of the notes, not of the world: "the text is not encrypted" is an answer.
_NOTES = (
    r"(?:the|these|this) (?:provided |given )?(?:notes|document|text|passage)s?"
    r"(?: (?:above|provided|given))?"
)
_KIND = r"(?:(?:specific|explicit|direct|clear|relevant|such|further|other) )?"
_BY_NOTES = rf"(?:from|by|with|using|based on) {_NOTES}"
_FOUND_OUT = r"(?:determined|answered|inferred|established|concluded|known|found)"
_REFUSAL = re.compile(
    rf"\W*(?:(?:based on|according to) {_NOTES},? )?(?:"
    rf"not {_SAID} (?:in|by) {_NOTES}\b|"
    rf"(?:it|this|that|the answer) (?:is|was) not {_SAID}(?:\W*\Z| (?:in|by) {_NOTES}\b)|"
    rf"[^.;!?\n]{{1,80}}? (?:is|are|was|were) not {_SAID} (?:in|by) {_NOTES}\W*\Z|"
    rf"{_NOTES} (?:do(?:es)? not|don't|doesn't) (?:\w+ly )?{_SAYING}\b|"
    rf"{_NOTES} (?:provide|contain|give|have|include)s? no {_KIND}(?:information|mention)\b|"
    rf"(?:it |this |the answer |the question )?(?:cannot|can't|can not) be "
    rf"(?:\w+ {_BY_NOTES}\b|{_FOUND_OUT}\W*\Z)|"
    rf"[^.;!?\n]{{1,80}}? (?:cannot|can't|can not) be {_FOUND_OUT} {_BY_NOTES}\W*\Z|"
    r"i (?:do not|don't) know\W*\Z|"
    rf"there is no {_KIND}(?:information|mention)\b|"
    rf"there (?:is|are) no [^.;!?\n]{{1,80}}? {_SAID} (?:in|by) {_NOTES}\b|"
    r"(?:not enough|insufficient) information\b|"
    rf"no {_KIND}(?:information|mention)"
    r"(?:\W*\Z| (?:(?:is|was) )?(?:given|provided|available|about|on|of)\b))",
    re.IGNORECASE,
)
# A document may say so of itself: "This document does not give any warranty."
_DENIED = re.compile(
    rf"{_NOTES} (?:does not|doesn't) (?P<said>{_SAYING}(?: [\w'-]+){{2}})", re.IGNORECASE
)
# And of its matter: "Known allergies: none."
_BARE = re.compile(rf"\W*(?P<said>none|unknown|n/a|not applicable|not {_SAID})\W*\Z", re.IGNORECASE)
_ALSO_IN_LINES = re.IGNORECASE | re.MULTILINE
_GOES_ON = re.compile(r";\s*\w|\b(?:but|however)\b", re.IGNORECASE)


def says_none(text: str, notes: Iterable[str] = ()) -> bool:
    """True of a reply that says no more than that there is no answer. A bare 'unknown' is one where
    a note says so ("Cause: unknown."), and what the document does not give where a note says that
    in the same words; what goes on after it ("..., but by custom") is one too."""
    if bare := _BARE.match(text):
        said = re.compile(rf"\b{re.escape(bare['said'])}\s*(?:[.,;|)\]]|$)", _ALSO_IN_LINES)
        return not any(said.search(note) for note in notes)
    if denied := _DENIED.search(text):
        said_so = f"not {denied['said']}".casefold()
        if any(said_so in " ".join(note.split()).casefold() for note in notes):
            return False
    found = _REFUSAL.match(text)
    return found is not None and not _GOES_ON.search(text, found.end())
