"""What a question asks for: one thing, how many there are of something, or all of them.

By its wording, in English; any other question asks for one thing.
"""

from __future__ import annotations

import re
from enum import Enum

# Of many: "which clauses mention it", "which old ships called", not "which ship carries coal".
_MANY = (
    r"(?!(?:was|has|does|news|physics|mathematics|politics|series|species|gas|atlas)\b)"
    r"(?:[\w-]*[^\Wsui]s|people|men|women|children|ones)"
)
_PLAIN = r"(?-i:(?=[a-z]|[A-Z]{2,}s\b))"  # no name, as "Thomas" is: "URLs", or in lower case
_MEASURES = (  # of which a document tells the figure
    r"(?:per ?cent|percent|euros?|dollars?|cents|seconds|minutes|hours|bytes|[KMGT]i?B|"
    r"k?m|kilomet(?:er|re)s|met(?:er|re)s|miles|feet|inches|degrees|tons|tonnes|kilos?|k?g)"
)
# "The number of failed log-ins", not "the phone number of Roy" or "the number of the house"; and
# not how many there are that differ, or that are more than a number: what is counted is all that is
# said.
_COUNTED = re.compile(
    r"\bhow (?:many|often|frequently)\b"
    r"(?! (?:different|distinct|unique|separate|more|fewer|(?:type|kind|sort)s?\b)\b)"
    rf"(?! (?:\w+ )?{_MEASURES}\b)"
    r"(?!.*\b(?:at least|at most|(?:more|less|fewer|longer|larger) than)\b)|"
    r"\bcount (?:all|every|each|the|how)\b|\A\W*count\b(?! (?-i:[A-Z][a-z]))|"
    r"\b(?:give|tell) me (?:a|the) count of\b|\bwhat(?:['’]s| is) the (?:total )?(?-i:count) of\b|"
    rf"(?:\A\W*|\b(?:the|total|exact|what) )number of (?:(?:the|these|those) (?:\w+ )?{_MANY}\b|"
    rf"(?!(?:the|this|that|his|her|its|my|your)\b|(?-i:[A-Z]\w*[^\Ws]\b)(?! (?:\w+ )?{_MANY}\b)))",
    re.IGNORECASE,
)
_ALL = r"(?:all|every|each|two|three|four|five|some)"
_VERB = r"(?!(?:the|a|an|of|is|was|has|to|in|on|at)\b)(?:does|\w*[^\Ws])"
_PAST = (
    r"(?:did|do|were|are|have|had|can|could|will|would|came|went|made|took|got|broke|ran|left|sent|"
    r"saw|said|told|gave|held|lost|met|paid|won|found|fell|began|\w+ed)"
)
_LISTED = re.compile(
    r"\A\W*(?:list|enumerate)\b|\b(?:list|enumerate) (?:all|every|each)\b|"
    rf"(?:\A\W*|\b(?:you|please|to|and) |, )(?:list|name|enumerate) "
    rf"(?:{_ALL}\b|the (?:{_ALL} )?(?:\w+ ){{0,2}}{_MANY}\b)|"
    r"\bwhat are\b(?! (?:both|you|we|they)\b)|"
    rf"\bwhat were (?:the|all|its|his|her|their|our) (?:\w+ )?{_MANY}\W*\Z|"
    r"(?:\A\W*|\b(?:you|please|to) )(?:give|show|find|tell|quote|extract|collect|report|print|get|"
    r"identify|output|display)(?: me| us)? (?:all|every|each)\b|"
    rf"\A\W*(?:show|get|extract|print)(?: me| us)? the (?:\w+ )?{_MANY}\W*\Z|"
    r"\blist of (?:all|every|each)\b|"
    rf"\A\W*(?:all|every|each) (?:the )?(?:\w+ )?{_MANY}\W*\Z|"
    rf"\bwhat {_PLAIN}{_MANY} does\b|"
    rf"\bwhich {_PLAIN}{_MANY} (?:(?:from|of|in|at|on) \w+ )?{_VERB}\b|"
    # "What causes corrosion", "what happens if": a verb, if nothing shows that it is a noun.
    rf"\bwhat {_MANY} (?:(?:from|of|in|at|on) \w+ )?(?:{_PAST}\b|{_VERB} (?:in|on|at)\b)|"
    rf"\b(?:which|what) \w+ {_PLAIN}{_MANY} {_PAST}\b|"
    rf"\A\W*(?:for|from|in|on|at|by|to|with|under|during) (?:which|what) {_PLAIN}{_MANY}\b|"
    r"\bwhich (?:two|three|four|five)\b(?!-)|"
    r"\bwhich of\b(?!.*\b(?:was|is|has|does)\b)",
    re.IGNORECASE,
)


# "How do I list all of them?", "Who is it, and how many rooms has it?": more than the lines tell.
_ONE = re.compile(
    r"\A\W*(?:how (?:do|can|does|to|would|should)|why|does|did)\b.*\b(?:list|count|enumerate)\b|"
    r"\b(?:who|when|where|why|what (?:is|was))\b.*(?:\band|,|;) how (?:many|often)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?:the most|the least|most often)\W*\Z", re.IGNORECASE)


class Asked(Enum):
    """What a question wants of the document."""

    ONE = "one"
    COUNT = "count"
    LIST = "list"


def asked(question: str) -> Asked:
    """'How many ships called?' -> COUNT; 'Which ships called?' -> LIST. English alone."""
    if _ONE.search(question):
        return Asked.ONE
    if _COUNTED.search(question):
        return Asked.COUNT
    is_list = _LISTED.search(question) and not _MOST.search(question)
    return Asked.LIST if is_list else Asked.ONE
