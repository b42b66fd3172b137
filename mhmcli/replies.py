"""What a model says, and how it may decline."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A template may itself open the tag: then only its end stands in the reply.
_REASONING = re.compile(
    r"\A(?:(?!<think).)*?</think(?:ing)?>|<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL
)
ITEM = re.compile(r"\A(?:[-*+•]|\d{1,3}[.)])\s+")  # the mark of an item of a list


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said. `ended` is False when the token limit cut it off."""

    text: str
    tokens: int
    ended: bool


@dataclass(frozen=True, slots=True)
class OptOut:
    """A word with which the model may decline, taken only if it is at least so `sure` of it.

    Told that it may say NONE, a small model says so nearly always: greedily, to 95 of 96 parts,
    those with the answer among them. But it is less sure of it there.
    """

    word: str
    sure: float


def spellings(word: str) -> tuple[str, ...]:
    """'NONE' -> 'NONE', 'None', ' NONE', ' None': a reply may begin with any of them."""
    return (word, word.capitalize(), f" {word}", f" {word.capitalize()}")


def without_reasoning(text: str) -> str:
    """'<think>hm</think> Yes.' -> 'Yes.'; reasoning that never ended leaves nothing."""
    return _REASONING.sub("", text).strip()
