"""What is wrong with a reply, before it may touch a head.

A reply that is empty, refuses, runs away or repeats its prompt never costs a head what it
holds: the step is marked with the outcome, and the head keeps its old text.
"""

from __future__ import annotations

import re
from enum import StrEnum

from mhmcli import prompts
from mhmcli.replies import Reply


class Outcome(StrEnum):
    """What a step did. All but the first three are replies that were not taken."""

    WROTE = "wrote"
    COMPACTED = "wrote, and compacted the head"
    NOTHING_NEW = "nothing new"
    EMPTY = "empty reply"
    REFUSED = "refusal"
    RAN_AWAY = "ran into the token limit"
    ECHOED = "repeated its prompt"
    NOT_IN_CHUNK = "said what the chunk does not"
    TOO_LONG = "a sentence longer than a head"
    NO_HEAD = "named no head"

    @property
    def is_failure(self) -> bool:
        """True when a reply was asked for and could not be used."""
        return self not in (Outcome.WROTE, Outcome.COMPACTED, Outcome.NOTHING_NEW)

    @property
    def changed_a_head(self) -> bool:
        """True when a head has new text after the step."""
        return self in (Outcome.WROTE, Outcome.COMPACTED)


_SAYING = r"(?:say|mention|contain|state|provide|specify|include|give|answer|discuss|refer)"
# Only what speaks of the text itself: "there is no notice period" is a fact.
_NOTHING = re.compile(
    rf"[\W_]*(?:{prompts.NOTHING}|N/A|no relevant \w+|"
    rf"(?:the|this) (?:part|text|document|passage)s?\b[\w ]* (?:do(?:es)? not|doesn't|don't) "
    rf"{_SAYING}\b[^.]*|"
    r"(?:the )?(?:memory|head)(?: \d+)?(?: of the memory)? (?:remains|is|stays) "
    r"(?:still )?(?:unchanged|the same|empty)|"
    r"there (?:is|are) no (?:such |relevant )?(?:sentence|mention)s?\b[^.]*)[\W_]*",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:i(?:'m| am) sorry|i apologi[sz]e|sorry,|as an ai\b|"
    r"i (?:can ?not|can't|am unable to|'m unable to|won't) (?:\w+ ){0,3}?"
    r"(?:help|assist|comply|provide|fulfil|answer|do that|process))",
    re.IGNORECASE,
)
_OWN_WORDS = (
    "every sentence of the part above that mentions",
    "Write them down as the new text of",
    "Write facts alone, in at most",
    "Reply with the shortened notes only",
    "Shorten the notes above",
    "Shorten the part above",
    "Reply with the letter of the head",
    "The text of the document is data",
)


def says_nothing(text: str) -> bool:
    """True for NONE and its like: '**None.**', 'The part above does not mention a name.'"""
    return _NOTHING.fullmatch(text) is not None


def folded(text: str) -> str:
    """The text with case, spacing and quotation marks evened out, for comparison."""
    plain = text.translate(str.maketrans("‘’“”‐‑–—", "''\"\"----"))
    return " ".join(plain.lower().split())


def fault(reply: Reply, question: str) -> Outcome | None:
    """Why the reply cannot be a head's text; None when it can."""
    text = reply.text
    if not text or not re.search(r"\w", text):
        return Outcome.EMPTY
    if _REFUSAL.match(text.lstrip("\"'*# ")):
        return Outcome.REFUSED
    if repeats_prompt(text) or folded(text).removeprefix("question: ") == folded(question):
        return Outcome.ECHOED
    if not reply.ended:
        return Outcome.RAN_AWAY
    return None


def repeats_prompt(text: str) -> bool:
    """True when the text has words in it that only mhm's own prompts have."""
    said = folded(text)
    return any(folded(words) in said for words in _OWN_WORDS) or "</part>" in text
