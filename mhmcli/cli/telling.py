"""What happens in a run, told to programs while it happens: the lines of `--ndjson`.

Events and their fields are only ever added within a `schema_version`. `mhm schema` prints their
JSON Schema and that of `--json`, which are made from these types.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from mhmcli import __version__
from mhmcli.answer import Answer
from mhmcli.cli.output import as_json, print_line
from mhmcli.cli.request import Request
from mhmcli.cli.told import SCHEMA_VERSION, AnswerTold, PlaceTold, ReceiptTold, RunTold, Told
from mhmcli.errors import ExitStatus, MhmError
from mhmcli.reader import Step


class Event(Told, frozen=True, tag_field="event", tag=str.lower):
    """A line of `--ndjson`."""


class Started(Event, frozen=True):
    """The documents are open and the model is loaded."""

    sources: list[str]
    questions: list[str]
    model: dict[str, Any]
    settings: dict[str, Any]
    schema_version: int = SCHEMA_VERSION
    mhm: str = __version__


class Stepped(Event, frozen=True, tag="step"):
    """A chunk was read for a question, and a head written or left as it was. Questions, chunks and
    heads count from 0; `share` of the documents has been read, null where that is unknown."""

    question: int
    chunk: int
    place: PlaceTold
    chunk_tokens: int
    head: int
    outcome: str
    said: str
    head_tokens: int
    share: float | None

    @classmethod
    def of(cls, step: Step, share: float | None) -> Stepped:
        """The same step."""
        return cls(
            question=step.lane,
            chunk=step.chunk.index,
            place=PlaceTold.of(step.chunk.place),
            chunk_tokens=step.chunk.text_tokens,
            head=step.head,
            outcome=step.outcome.value,
            said=step.said,
            head_tokens=step.memory.heads[step.head].tokens,
            share=None if share is None else round(share, 4),
        )


class Provisional(Event, frozen=True):
    """An answer from what is known so far; a later one, or the answer, takes its place."""

    question: int
    text: str
    found: bool

    @classmethod
    def of(cls, number: int, answer: Answer) -> Provisional:
        """The same answer."""
        return cls(question=number, text=answer.text, found=answer.found)


class Answered(Event, frozen=True, tag="answer"):
    """The answer to a question."""

    question: int
    answer: AnswerTold


class Finished(Event, frozen=True):
    """The last line of a run that came to its end, with the status that it exits with."""

    status: int
    receipt: ReceiptTold


class Failed(Event, frozen=True):
    """The last line of a run that did not."""

    status: int
    message: str
    hint: str | None

    @classmethod
    def of(cls, error: MhmError) -> Failed:
        """The same error."""
        return cls(status=error.status, message=error.message, hint=error.hint)


class Asked(Event, frozen=True, tag="document"):
    """A document of `--each` was asked; `run` is null where it could not be read."""

    source: str
    status: int
    run: RunTold | None
    error: str | None


def as_line(event: Event) -> str:
    """The event as JSON in ASCII: nothing in it can reach a terminal as a control character."""
    return as_json(msgspec.to_builtins(event))


def schema() -> dict[str, Any]:
    """The JSON Schema of `--json` (RunTold) and of a line of `--ndjson` (the others)."""
    events = Started | Stepped | Provisional | Answered | Finished | Failed | Asked
    (run, event), parts = msgspec.json.schema_components((RunTold, events))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What mhm ask prints with --json, and a line of what it prints with --ndjson",
        "anyOf": [run, event],
        "$defs": parts,
    }


Tell = Callable[[Event], None]


def to_nobody(event: Event) -> None:
    """Nothing is told."""
    del event


def tell(event: Event) -> None:
    """The event is on stdout."""
    print_line(as_line(event))


def teller_of(request: Request) -> Tell:
    """Who is told of a run."""
    return tell if request.as_events else to_nobody


@contextlib.contextmanager
def failure_told(request: Request) -> Iterator[None]:
    """What ends the run within this is the last that a program is told of it."""
    tells = teller_of(request)
    try:
        yield
    except MhmError as error:
        if error.status is not ExitStatus.CLOSED_PIPE:
            tells(Failed.of(error))
        raise
    except Exception as error:
        message = f"internal error: {type(error).__name__}: {error}"
        tells(Failed(status=ExitStatus.BUG, message=message, hint=None))
        raise
