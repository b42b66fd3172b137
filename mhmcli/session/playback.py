"""A session's steps once more, without a model: as they came, and what became of one text.

Source: the diagnosis of captured, retained and lost facts is that of arXiv:2607.01523.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mhmcli.memory import Head, Note
from mhmcli.quotes import canonical
from mhmcli.reader import ChunkOpened, ChunkProgress, Event, HeadSelected
from mhmcli.session.store import Store
from mhmcli.source import Place, split_sentences
from mhmcli.write import Outcome
from mhmcli.write.ground import words

_PARTS = 16  # in which a chunk is read
_LONGEST_S = 20.0  # that one step is taken to have lasted: a run may have been stopped for days
_LEAST_CHARS = 12
_LEAST_SHARE = 2 / 3  # of a text's words, that a sentence has which says the same


def played(store: Store) -> Iterator[tuple[float, Event]]:
    """The events of the reading, and how many seconds after the one before each came.

    Raises:
        SessionError: the session is damaged.
    """
    runs = store.runs()
    last = runs[0][0] if runs else 0.0
    chunk = -1
    for at, step in store.steps():
        took, last = min(max(0.0, at - last), _LONGEST_S), at
        if step.chunk.index != chunk:
            chunk = step.chunk.index
            yield 0.0, ChunkOpened(step.chunk)
            for part in range(1, _PARTS + 1):
                yield (
                    took / _PARTS,
                    ChunkProgress(step.chunk, step.chunk.text_tokens * part // _PARTS),
                )
            took = 0.0
        yield 0.0, HeadSelected(step.chunk, step.lane, step.head)
        yield took, step


class Turn(StrEnum):
    """What happened to a text in a memory."""

    ENTERED = "entered"
    REWORDED = "was reworded in"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Moment:
    """A step at which a text came into a head, changed there or left it; its number is None of what
    was looked up when all was read. `wording` is what the head then said, or had said, of it."""

    number: int | None
    place: Place
    lane: int
    head: int
    turn: Turn
    wording: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Passed:
    """A step that found the text in its chunk, and what it made of that chunk."""

    number: int
    place: Place
    lane: int
    head: int
    outcome: Outcome
    said: str


def why(store: Store, text: str) -> Iterator[Moment]:
    """The moments of a text: each head of each question is watched by itself.

    Raises:
        SessionError: the session is damaged.
    """
    held: dict[tuple[int, int], str] = {}
    for _, step in store.steps():
        if not step.outcome.changed_a_head:
            continue
        where = step.lane, step.head
        before, now = held.get(where, ""), wording(step.memory.heads[step.head], text)
        held[where] = now
        if before == now:
            continue
        turn = Turn.LEFT if not now else Turn.REWORDED if before else Turn.ENTERED
        yield Moment(
            step.chunk.index,
            step.chunk.place,
            step.lane,
            step.head,
            turn,
            now or before,
            step.outcome,
        )
    yield from _looked_up(store, text, held)


def _looked_up(store: Store, text: str, held: Mapping[tuple[int, int], str]) -> Iterator[Moment]:
    """What the notes pointed to, and what made room for it."""
    for lane, heads in store.ends().items():
        for number, head in enumerate(heads):
            before, now = held.get((lane, number), ""), wording(head, text)
            if bool(before) == bool(now):
                continue
            places = [p for note in head.notes if _stands_in(note.text, text) for p in note.places]
            place = places[0] if places else head.last_place or Place("")
            turn = Turn.ENTERED if now else Turn.LEFT
            yield Moment(None, place, lane, number, turn, now or before, Outcome.WROTE)


def wording(head: Head, text: str) -> str:
    """The sentence of a head that says the text, word for word, or where the model wrote it with
    all of its numbers and most of its words; empty where none does."""
    for note in head.notes:
        if _stands_in(note.text, text):
            return next((s for s in _sentences(note) if _stands_in(s, text)), text)
    wanted = words(text)
    numbers = {word for word in wanted if word[0].isdigit()}
    written = [s for note in head.notes if not note.passages for s in _sentences(note)]
    best = max(written, key=lambda sentence: len(words(sentence) & wanted), default="")
    says = numbers <= words(best) and len(words(best) & wanted) >= _LEAST_SHARE * len(wanted)
    return best if wanted and says else ""


def _sentences(note: Note) -> list[str]:
    lines = note.text.splitlines()
    return [sentence.strip() for line in lines for sentence in split_sentences(line)]


def _stands_in(whole: str, text: str) -> bool:
    """Word for word; of a short text, which may stand in other words, as words of its own."""
    sought = canonical(text)
    if len(sought) < _LEAST_CHARS:
        return bool(re.search(rf"(?<!\w){re.escape(text.strip())}(?!\w)", whole, re.IGNORECASE))
    return sought in canonical(whole)


def at_place(store: Store, places: Iterable[Place]) -> Iterator[Passed]:
    """The steps on the chunks in which one of the places stands.

    Raises:
        SessionError: the session is damaged.
    """
    wanted = list(places)
    for _, step in store.steps():
        if any(place.begins_in(step.chunk.place) for place in wanted):
            yield Passed(
                step.chunk.index, step.chunk.place, step.lane, step.head, step.outcome, step.said
            )
