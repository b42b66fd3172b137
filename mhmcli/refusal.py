"""Replies that say that there is no answer, and those that only sound like it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mhmcli.source import split_sentences
from mhmcli.write.ground import words

_WRITTEN = r"(?:stated|mentioned|specified|indicated)"
_SAID = rf"(?:\w+ly )?(?:{_WRITTEN}|provided|given|found|known|available)"
_SAYING = (
    r"(?!provide for\b)"
    r"(?:say|mention|contain|state|provide|specify|include|give|answer|indicate|tell|reveal|"
    r"discuss|describe|explain|refer|"
    r"have (?:(?:any|enough|sufficient|the) )?(?:\w+ )?(?:information|details?|answer))"
)
# What speaks of the notes, not of the world: "the text is not encrypted" is an answer.
_NOTES = (
    r"(?:the|these|this) (?:provided |given |long )?"
    r"(?:notes|document|text|passage|context|sentence|excerpt)s?(?: (?:above|provided|given))?"
)
_SHOWN = rf"(?:{_NOTES}|(?:the )?(?:provided |given )?information(?: (?:provided|given))?)"
_KIND = r"(?:(?:specific|explicit|direct|clear|relevant|such|further|other) )?"
_BY_NOTES = rf"(?:from|by|with|using|based on) {_SHOWN}"
_FOUND_OUT = r"(?:determined|answered|inferred|established|concluded|known|found)"
_CANNOT = r"(?:cannot|can't|can not)"
_SUBJECT = r"(?:(?:mrs?|ms|dr|st|no|\b[a-z])\.|[^.;!?\n]){1,80}?"
_OPENING = (
    r"\W*(?:(?:unfortunately|sorry|i'?m sorry|i am sorry),? (?:but )?)?"
    rf"(?:(?:based on|according to) {_SHOWN},? )?"
)
_REFUSAL = re.compile(
    rf"{_OPENING}(?:"
    rf"not {_SAID} (?:in|by) {_NOTES}\b|"
    rf"(?:it|this|that|the answer) (?:is|was) not {_SAID} (?:in|by) {_NOTES}\b|"
    rf"the answer (?:is|was) not (?:{_SAID}\W*\Z|in {_NOTES}\b)|"
    rf"{_SUBJECT} (?:is|are|was|were) not {_SAID} (?:in|by) {_NOTES}\W*\Z|"
    rf"(?:no, )?{_NOTES} (?:do(?:es)?|did) not (?:\w+ly )?{_SAYING}\b|"
    rf"none of {_NOTES} {_SAYING}s?\b|"
    rf"{_NOTES} (?:provide|contain|give|have|include)s? no {_KIND}(?:information|mention)\b|"
    rf"(?:it |this |the answer |the question )?{_CANNOT} be \w+ {_BY_NOTES}\b|"
    rf"the (?:answer|question) {_CANNOT} be {_FOUND_OUT}\W*\Z|"
    rf"{_SUBJECT} {_CANNOT} be {_FOUND_OUT} {_BY_NOTES}\W*\Z|"
    r"i do not know\W*\Z|"
    rf"(?:i|we) (?:{_CANNOT}|could not|am unable to) (?:determine|answer|find|tell)\b"
    rf"(?: (?:it|this|that|the answer|(?:the|this|your) question))?"
    rf"(?:\W*\Z|[^.;!?\n]{{0,80}}? (?:{_BY_NOTES}|in {_NOTES})\b)|"
    rf"there (?:is|was) no {_KIND}(?:information|mention)\b|"
    rf"it is (?:unclear|not clear) from {_SHOWN}\W*\Z|"
    rf"there (?:is|are) no {_SUBJECT} {_SAID} (?:in|by) {_NOTES}\b|"
    rf"no {_SUBJECT} (?:is|are|was|were) (?:{_SAID} (?:in|by) {_NOTES}|{_WRITTEN})\W*\Z|"
    rf"(?:it|this) is not possible to \w+ [^.;!?\n]{{1,80}}? {_BY_NOTES}\b|"
    rf"none (?:is |are )?{_WRITTEN}\W*\Z|"
    rf"{_NOTES} says? nothing(?:\W*\Z| (?:about|of|on|regarding)\b)|"
    r"(?:there is )?(?:not enough|not sufficient|insufficient) information\b|"
    rf"no {_KIND}(?:information|mention)"
    r"(?:\W*\Z| (?:(?:is|was) )?(?:given|provided|available|found|about|on|of)\b))",
    re.IGNORECASE,
)
# A document may say so of itself: "This document does not give any warranty."
_DENIED = re.compile(rf"{_NOTES} does not (?P<said>{_SAYING}(?: [\w'-]+){{1,2}})", re.IGNORECASE)
# And of its matter: "Known allergies: none."
_BARE = re.compile(
    rf"{_OPENING}(?:(?:(?:it|this|that) (?:is|was) )?"
    rf"(?P<said>none|unknown|n/a|not applicable|not {_SAID})|"
    rf"(?:(?:it|this|that) )?(?P<out>{_CANNOT} be {_FOUND_OUT})|"
    rf"{_SUBJECT} (?:is|are|was|were) (?P<of>not (?:\w+ly )?{_WRITTEN}))\W*\Z",
    re.IGNORECASE,
)
_ALSO_IN_LINES = re.IGNORECASE | re.MULTILINE
_NOT = re.compile(r"(?<!ca)(?<!wo)n't\b", re.IGNORECASE)
_IT_IS = re.compile(r"\b(it|there)'s(?= no)", re.IGNORECASE)
_NOBODY = re.compile(r"\b(?:nobody|no one|nothing|never)\b", re.IGNORECASE)
_NO = re.compile(r"\bno ((?:[\w'-]+ ){0,2}[\w'-]+)", re.IGNORECASE)
_LEAST_WORDS = 4  # that are a sentence: "No limit is specified."
_GOES_ON = re.compile(r";\s*\w|\b(?:but|however)\b", re.IGNORECASE)


def says_none(text: str, notes: Iterable[str] = (), question: str = "") -> bool:
    """True of a reply that says no more than that there is no answer. A bare 'unknown', or 'it was
    not found', is one where a note says so ("Cause: unknown."), and 'none' where a note denies what
    is asked for ("No side effects were seen."); so is what the document does not give, where a note
    says that in the same words, a sentence of a note, and what goes on after it ("..., but by
    custom")."""
    text, notes = _spelled_out(text), [_spelled_out(note) for note in notes]
    on_one_line = [" ".join(note.split()).casefold() for note in notes]
    if len(text.split()) >= _LEAST_WORDS and any(_bare(text) in note for note in on_one_line):
        return False
    if bare := _BARE.match(text):
        said = next(filter(None, bare.groups()))
        as_said = re.compile(rf"\b{re.escape(said)}\s*(?:[.,;|)\]]|$)", _ALSO_IN_LINES)
        return not any(as_said.search(note) or _denies(note, question, said) for note in notes)
    if denied := _DENIED.search(text):
        said_so = f"not {denied['said']}".casefold()
        if any(said_so in note for note in on_one_line):
            return False
    found = _REFUSAL.match(text)
    return found is not None and not _GOES_ON.search(text, found.end())


def _spelled_out(text: str) -> str:
    """'It isn’t lit.' -> 'It is not lit.'"""
    return _IT_IS.sub(r"\1 is", _NOT.sub(" not", text.replace("’", "'")))


def _bare(text: str) -> str:
    """'No limit is\nspecified.' -> 'no limit is specified'."""
    return " ".join(text.split()).strip(" .!\"'").casefold()


def _denies(note: str, question: str, said: str) -> bool:
    """Whether a sentence of the note denies what is asked for: 'No side effects were seen.', where
    the question is for those; 'The bell was never found.', where the reply is 'not found'."""
    asked = words(question)
    denied = (words(_denied_by(sentence, said.lower())) for sentence in split_sentences(note))
    return bool(asked) and any(2 * len(each & asked) >= len(asked) for each in denied)


def _denied_by(sentence: str, said: str) -> str:
    """The part of a sentence that tells of what there is none of, as the reply has it: all of it
    where nobody did it; empty where nothing is denied."""
    if said == "none":
        return sentence if _NOBODY.search(sentence) else " ".join(_NO.findall(sentence))
    if said.startswith("not "):
        never = rf"\b(?:not|never) {re.escape(said.removeprefix('not '))}\b"
        return sentence if re.search(never, sentence, re.IGNORECASE) else ""
    return ""
