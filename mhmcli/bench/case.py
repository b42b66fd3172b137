"""A case of a benchmark: a document that hides an answer, and the question."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mhmcli.chunk import Count
from mhmcli.source import Passage
from mhmcli.source.text import TextSource


@dataclass(frozen=True, slots=True)
class Case:
    """One question about one document.

    `answers` must all be in a right reply, each in one of its spellings; where there are none, the
    document does not say, and a right reply says so. What is `wrong`, the same of others, stands in
    no right reply. `facts` are the sentences of the document that the answer follows from, as they
    stand in it; they may be unknown.
    `traceable` says that the answer's text, found in a memory, means that the answer was captured;
    it does not for yes, no or a count. `kind` is the sort of question, where a task has several.
    """

    key: str
    question: str
    answers: tuple[tuple[str, ...], ...]
    passages: tuple[Passage, ...]
    facts: tuple[str, ...] = ()
    traceable: bool = True
    kind: str = ""
    wrong: tuple[str, ...] = ()

    @property
    def gold(self) -> str:
        """The right answer as a person would write it."""
        return ", ".join(spellings[0] for spellings in self.answers)

    @property
    def digest(self) -> str:
        """Of all that is asked and read: two cases that differ anywhere differ in this."""
        whole = repr((self.question, self.answers, self.facts, self.text, *self.wrong))
        return hashlib.sha256(whole.encode()).hexdigest()[:12]

    @property
    def text(self) -> str:
        """The whole document."""
        return "".join(passage.text for passage in self.passages)


class Task(Protocol):
    """Questions that can be hidden in documents of any length."""

    @property
    def name(self) -> str:
        """What results are filed under."""
        ...

    @property
    def size(self) -> int | None:
        """How many cases there are; None where there is no end of them."""
        ...

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """The cases at this length, always the same ones for the same seed, in the same order.
        `count` tells the tokens of a text; no document is longer than `length_tokens`, unless
        what must be in it is."""
        ...


def named(task: str, together: int) -> str:
    """What results of a task are filed under when up to so many questions share a document."""
    return task if together == 1 else f"{task}, up to {together} a document"


def passages_of(text: str, name: str = "document") -> tuple[Passage, ...]:
    """The passages that the text would be read as from a file of that name."""
    return tuple(TextSource(name, io.BytesIO(text.encode())).passages())


def spelled(answers: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Answers that must all be there, each with one spelling."""
    return tuple((answer,) for answer in answers)
