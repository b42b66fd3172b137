"""How answers and receipts are told: as text, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from mhmcli import __version__
from mhmcli.answer import Answer
from mhmcli.asked import Asked, asked
from mhmcli.cli.options import Cite
from mhmcli.cli.output import print_line, say
from mhmcli.cli.quoting import say_quotes
from mhmcli.format_kind import Format
from mhmcli.memory import Memory, Note
from mhmcli.printable import one_line, printable
from mhmcli.quotes import Quote
from mhmcli.receipt import Receipt
from mhmcli.source import Place

SCHEMA_VERSION = 1
_MOST_PLACES = 8
_SORT_CHARS = 100
_LOST = "the model's notes alone: their source is lost"


def print_answers(answers: Sequence[Answer], *, of: int, form: Format = Format.SHORT) -> None:
    """The answers, each behind its question where it is one `of` several; JSON alone, a line
    each."""
    texts = [printable(answer.text) for answer in answers]
    if form is Format.JSON:
        print_line("\n".join(texts))
        return
    if of > 1:
        texts = [f"{one_line(a.question)}\n{t}" for a, t in zip(answers, texts, strict=True)]
    print_line("\n\n".join(texts))


def say_receipt(receipt: Receipt, answers: Sequence[Answer], cite: Cite = Cite.QUOTES) -> None:
    """The coverage receipt, and the places that the answers were taken from, with quotations."""
    for answer in answers:
        say_places(answer, cite, of=len(answers))
        if cite is Cite.QUOTES:
            say_quotes(answer)
        wanted = asked(answer.question)
        if answer.counted is None and answer.found and wanted is not Asked.ONE:
            not_done = "counted" if wanted is Asked.COUNT else "listed one by one"
            say(f"        not {not_done}: it is what the model makes of the sentences it was shown")
        _say_sorts("counted ", answer.counted or ())
        _say_sorts("as one  ", answer.told_again)
        if answer.left_out:
            say(f"        not gone through sentence by sentence: {answer.left_out:,} passages")
        if not answer.complete:
            say(f"        the answer ran into its limit: {one_line(answer.question)}")
    for line in receipt.lines():
        say(line)


def say_places(answer: Answer, cite: Cite, *, of: int) -> None:
    """Where an answer, one `of` several, was taken from."""
    is_written = answer.found and answer.counted is None
    cited = _cited(answer.places) or (_LOST if is_written else "")
    if cited and cite is not Cite.NONE:
        about = f"{one_line(answer.question)} " if of > 1 else ""
        say(f"from    {about}{cited}")


def _say_sorts(label: str, sorts: Sequence[tuple[str, int]]) -> None:
    for sort, number in sorts[:_MOST_PLACES]:
        say(f"{label}{number} x {one_line(sort)[:_SORT_CHARS]}")
    if len(sorts) > _MOST_PLACES:
        say(f"        and {len(sorts) - _MOST_PLACES} sorts of line more")


def _cited(places: Sequence[Place]) -> str:
    """Places as a person would cite them: 'a.pdf p. 3, p. 7; b.log line 12 and 2 more'."""
    named = dict.fromkeys((one_line(p.source), one_line(p.in_source())) for p in places)
    by_source: dict[str, list[str]] = {}
    for source, place in islice(named, _MOST_PLACES):
        by_source.setdefault(source, []).append(place)
    cited = "; ".join(f"{source} {', '.join(found)}" for source, found in by_source.items())
    more = len(named) - _MOST_PLACES
    return cited + (f" and {more} more" if more > 0 else "")


def as_json(
    answers: Sequence[Answer],
    memories: Sequence[Memory],
    receipt: Receipt,
    settings: dict[str, Any],
) -> dict[str, Any]:
    """The whole run as one object. Fields are only ever added within a `schema_version`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "mhm": __version__,
        "answers": [
            {
                "question": answer.question,
                "text": answer.text,
                "found": answer.found,
                "complete": answer.complete,
                "log_odds": answer.log_odds,
                "places": [place.as_dict() for place in answer.places],
                "quotes": None if answer.quotes is None else [_quote(q) for q in answer.quotes],
                "counted": None if answer.counted is None else _as_counts(answer.counted),
                "told_again": _as_counts(answer.told_again),
                "passages_left_out": answer.left_out,
                "heads": [
                    {
                        "text": head.text,
                        "tokens": head.tokens,
                        "writes": head.writes,
                        "written_chunk": head.written if head.notes else None,
                        "notes": [_note(note) for note in head.notes],
                    }
                    for head in memory.heads
                ],
            }
            for answer, memory in zip(answers, memories, strict=True)
        ],
        "receipt": _receipt(receipt),
        "model": asdict(receipt.engine),
        "settings": settings,
    }


def _quote(quote: Quote) -> dict[str, Any]:
    """A quotation; one without a place does not stand in the documents."""
    return {"text": quote.text, "place": quote.place.as_dict() if quote.place else None}


def _as_counts(sorts: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"line": line, "number": number} for line, number in sorts]


def _note(note: Note) -> dict[str, Any]:
    """A note, with the model's signals and the sentences that led to it where there are any."""
    return {
        "text": note.text,
        "places": [place.as_dict() for place in note.places],
        "source_lost": not note.places,
        "signals": asdict(note.signals) if note.signals else None,
        "path": [{"text": unit.text, "place": unit.place.as_dict()} for unit in note.path],
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "complete": receipt.complete,
        "finished": receipt.finished,
        "sources": [{**asdict(source), "complete": source.complete} for source in receipt.sources],
        "document_tokens": receipt.document_tokens,
        "chunks": receipt.chunks,
        "scanned_passages": receipt.scanned,
        "share_read": receipt.share_read,
        "not_kept": receipt.not_kept,
        "remembered_by": receipt.remembered,
        "session": receipt.session,
        "known_chunks": receipt.known_chunks,
        "known_tokens": receipt.known_tokens,
        "journal_trouble": receipt.journal_trouble,
        "tokens_found_in_cache": receipt.tokens_found,
        "tokens_kept_in_cache": receipt.tokens_kept,
        "cache_trouble": receipt.cache_trouble,
        "model_judges": receipt.judges,
        "steps": receipt.steps,
        "steps_kept": receipt.steps_kept,
        "steps_failed": receipt.steps_failed,
        "outcomes": receipt.outcomes,
        "computed_tokens": asdict(receipt.spent),
        "scanning_seconds": round(receipt.scanning_seconds, 3),
        "seconds": round(receipt.seconds, 3),
        "answer_seconds": round(receipt.answer_seconds, 3),
        "tokens_per_s": round(receipt.tokens_per_s, 1),
    }
