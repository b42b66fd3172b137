"""The passages that the model's own notes were written from, read again."""

from __future__ import annotations

from mhmcli.bench.case import passages_of
from mhmcli.chunk import Chunk, cut
from mhmcli.lookup import LOOKED_UP_TOKENS, looked_up
from mhmcli.memory import Memory, Note
from mhmcli.source import Place
from mhmcli.write.origin import known_of, origin

QUESTION = "When did the keeper find the boat?"
FILLER = "\n\n".join(
    f"Entry {n}. The wind was west and the lamp burnt all night." for n in range(9)
)
BOAT = "The keeper found the boat at dawn, on the ninth of May, below the northern rocks."
OIL = "The oil was brought by the supply ship and carried up by four men."
DOCUMENT = f"{FILLER}\n\n{BOAT}\n\n{FILLER}\n\n{OIL}\n"


def count(text: str) -> int:
    return len(text.split())


def chunks() -> list[Chunk]:
    return list(cut(passages_of(DOCUMENT), 60, count))


def memory_of(*notes: Note) -> Memory:
    return Memory.empty(1, 200).write(0, notes, 100, 0)


def noted(text: str) -> Note:
    """A note as a model writes it, with the places that its words tell."""
    return Note(text, origin(text, known_of([], Chunk(0, passages_of(DOCUMENT), 0))))


def test_the_passages_that_notes_are_from_are_read_again() -> None:
    """In reading order and as they stand there, with their places; nothing else."""
    memory = memory_of(noted("Four men carried the oil."), noted("The keeper found a boat."))
    found = looked_up(QUESTION, memory, chunks, count)
    assert [note.text for note in found] == [BOAT, OIL]
    assert all(note.places for note in found)


def test_what_has_lost_its_source_leads_nowhere() -> None:
    memory = memory_of(Note("The keeper found the boat at dawn."), Note("x", (Place("gone"),)))
    assert looked_up(QUESTION, memory, chunks, count) == ()


def test_what_shares_the_most_with_the_question_comes_before_the_rest() -> None:
    """As far as there is room."""
    long = [f"Record {n}: {'the crew mended nets and ropes ' * 30}." for n in range(9)]
    text = "\n\n".join([*long[:5], BOAT, *long[5:]])
    passages = passages_of(text)
    memory = memory_of(*(Note("crew", (passage.place,)) for passage in passages))
    found = looked_up(QUESTION, memory, lambda: list(cut(passages, 400, count)), count)
    assert BOAT in [note.text for note in found]
    assert 1 < sum(count(note.text) for note in found) <= LOOKED_UP_TOKENS
