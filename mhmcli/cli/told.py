"""What a run comes to, as programs are told it: the object of `--json`.

Fields are only ever added within a `schema_version`. The JSON Schema is made from these types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from mhmcli import __version__
from mhmcli.answer import Answer
from mhmcli.memory import Head, Memory, Note
from mhmcli.quotes import Quote
from mhmcli.receipt import Receipt
from mhmcli.source import Place, SourceReport

SCHEMA_VERSION = 1


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Something with a place in the schema."""


class PlaceTold(Told, frozen=True):
    """Pages and lines count from 1, bytes and chunks from 0; what a format does not have is null,
    as is the chunk of what the model was shown in none."""

    source: str
    page: int | None = None
    last_page: int | None = None
    label: str | None = None
    line: int | None = None
    last_line: int | None = None
    start_byte: int | None = None
    end_byte: int | None = None
    section: str | None = None
    chunk: int | None = None

    @classmethod
    def of(cls, place: Place) -> PlaceTold:
        """The same place."""
        return cls(**place.as_dict())


class QuoteTold(Told, frozen=True):
    """A quotation; one without a place does not stand in the documents."""

    text: str
    place: PlaceTold | None

    @classmethod
    def of(cls, quote: Quote) -> QuoteTold:
        """The same quotation."""
        return cls(text=quote.text, place=PlaceTold.of(quote.place) if quote.place else None)


class CountTold(Told, frozen=True):
    """How many lines of a sort were counted."""

    line: str
    number: int


class UnitTold(Told, frozen=True):
    """A sentence or a line, and where it stands."""

    text: str
    place: PlaceTold


class NoteTold(Told, frozen=True):
    """A note, with the model's signals and the sentences that led to it where there are any."""

    text: str
    places: list[PlaceTold]
    source_lost: bool
    signals: dict[str, Any] | None
    path: list[UnitTold]

    @classmethod
    def of(cls, note: Note) -> NoteTold:
        """The same note."""
        return cls(
            text=note.text,
            places=[PlaceTold.of(place) for place in note.places],
            source_lost=not note.places,
            signals=asdict(note.signals) if note.signals else None,
            path=[UnitTold(text=u.text, place=PlaceTold.of(u.place)) for u in note.path],
        )


class HeadTold(Told, frozen=True):
    """A head at the end; `written_chunk` is the last that it was written from, null if none was."""

    text: str
    tokens: int
    writes: int
    written_chunk: int | None
    notes: list[NoteTold]

    @classmethod
    def of(cls, head: Head) -> HeadTold:
        """The same head."""
        return cls(
            text=head.text,
            tokens=head.tokens,
            writes=head.writes,
            written_chunk=head.written if head.notes else None,
            notes=[NoteTold.of(note) for note in head.notes],
        )


class AnswerTold(Told, frozen=True):
    """An answer; `log_odds` is the model's verdict on whether the documents hold it, `facts` are
    what the model wrote before it, `items` all that was counted or listed, `unnamed` names in the
    question that stand nowhere in the documents, where it was not answered for that."""

    question: str
    text: str
    facts: str
    found: bool
    complete: bool
    log_odds: float | None
    places: list[PlaceTold]
    quotes: list[QuoteTold] | None
    items: list[UnitTold]
    counted: list[CountTold] | None
    told_again: list[CountTold]
    passages_left_out: int
    unnamed: list[str]
    heads: list[HeadTold]

    @classmethod
    def of(cls, answer: Answer, memory: Memory) -> AnswerTold:
        """The same answer, and the memory that it was written from."""
        quotes, counted = answer.quotes, answer.counted
        return cls(
            question=answer.question,
            text=answer.text,
            facts=answer.facts,
            found=answer.found,
            complete=answer.complete,
            log_odds=answer.log_odds,
            places=[PlaceTold.of(place) for place in answer.places],
            quotes=None if quotes is None else [QuoteTold.of(quote) for quote in quotes],
            items=[UnitTold(text=t, place=PlaceTold.of(place)) for t, place in answer.items],
            counted=None if counted is None else _counts(counted),
            told_again=_counts(answer.told_again),
            passages_left_out=answer.left_out,
            unnamed=list(answer.unnamed),
            heads=[HeadTold.of(head) for head in memory.heads],
        )


def _counts(sorts: Sequence[tuple[str, int]]) -> list[CountTold]:
    return [CountTold(line=line, number=number) for line, number in sorts]


class ReceiptTold(Told, frozen=True):
    """What was read, of how much, and what it cost."""

    complete: bool
    finished: bool
    sources: list[dict[str, Any]]
    document_tokens: int
    chunks: int
    scanned_passages: int
    share_read: float | None
    not_kept: int
    remembered_by: str | None
    session: str | None
    known_chunks: int
    known_tokens: int
    journal_trouble: str | None
    tokens_found_in_cache: int
    tokens_kept_in_cache: int
    cache_trouble: str | None
    model_judges: bool
    steps: int
    steps_kept: int
    steps_failed: int
    outcomes: dict[str, int]
    computed_tokens: dict[str, int]
    scanning_seconds: float
    seconds: float
    answer_seconds: float
    tokens_per_s: float

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptTold:
        """The same receipt."""
        return cls(
            complete=receipt.complete,
            finished=receipt.finished,
            sources=[_source(source) for source in receipt.sources],
            document_tokens=receipt.document_tokens,
            chunks=receipt.chunks,
            scanned_passages=receipt.scanned,
            share_read=receipt.share_read,
            not_kept=receipt.not_kept,
            remembered_by=receipt.remembered,
            session=receipt.session,
            known_chunks=receipt.known_chunks,
            known_tokens=receipt.known_tokens,
            journal_trouble=receipt.journal_trouble,
            tokens_found_in_cache=receipt.tokens_found,
            tokens_kept_in_cache=receipt.tokens_kept,
            cache_trouble=receipt.cache_trouble,
            model_judges=receipt.judges,
            steps=receipt.steps,
            steps_kept=receipt.steps_kept,
            steps_failed=receipt.steps_failed,
            outcomes=receipt.outcomes,
            computed_tokens=asdict(receipt.spent),
            scanning_seconds=round(receipt.scanning_seconds, 3),
            seconds=round(receipt.seconds, 3),
            answer_seconds=round(receipt.answer_seconds, 3),
            tokens_per_s=round(receipt.tokens_per_s, 1),
        )


def _source(source: SourceReport) -> dict[str, Any]:
    members = [_source(member) for member in source.members]
    return {**asdict(source), "members": members, "complete": source.complete}


class RunTold(Told, frozen=True):
    """The whole run, as `--json` prints it."""

    schema_version: int
    mhm: str
    answers: list[AnswerTold]
    receipt: ReceiptTold
    model: dict[str, Any]
    settings: dict[str, Any]

    @classmethod
    def of(
        cls,
        answers: Sequence[Answer],
        memories: Sequence[Memory],
        receipt: Receipt,
        settings: dict[str, Any],
    ) -> RunTold:
        """All that is known at its end."""
        pairs = zip(answers, memories, strict=True)
        return cls(
            schema_version=SCHEMA_VERSION,
            mhm=__version__,
            answers=[AnswerTold.of(answer, memory) for answer, memory in pairs],
            receipt=ReceiptTold.of(receipt),
            model=asdict(receipt.engine),
            settings=settings,
        )
