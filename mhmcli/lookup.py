"""Read again, before the answer, what the model's own notes were written from.

A note says in few words what a passage said in many, and a small model leaves out what it did not
know to be asked for. The passages that the notes point to are shown as they are, beside the notes.
Source: ReadAgent's look-up (arXiv:2402.09727), by the places of the notes: nobody has to be asked
which passages they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from mhmcli.chunk import Chunks, Count, cut_down
from mhmcli.memory import Memory, Note
from mhmcli.source import Passage
from mhmcli.write.ground import words

LOOKED_UP_TOKENS = 600
_PASSAGE_TOKENS = 220  # at most


def looked_up(question: str, memory: Memory, chunks: Chunks, count: Count) -> tuple[Note, ...]:
    """The passages that notes of the memory are from, as they are and in reading order: those that
    share the most words with the question and the notes, as far as there is room. `chunks` reads
    the document again."""
    written = [note for head in memory.heads for note in head.notes if not note.passages]
    asked = words(question)
    found: list[tuple[int, Passage]] = []
    for chunk in chunks():
        for passage in cut_down(chunk.passages, _PASSAGE_TOKENS, count):
            said = words(passage.text)
            shared = [len(said & (asked | words(note.text))) for note in _of(written, passage)]
            if shared:
                found.append((max(shared), passage))
    found.sort(key=lambda one: -one[0])
    room = LOOKED_UP_TOKENS
    notes: dict[Note, None] = {}
    for _, passage in found:
        tokens = count(passage.text)
        if tokens <= room:
            room -= tokens
            notes[Note(passage.text.strip(), (passage.place,))] = None
    return tuple(sorted(notes, key=lambda note: note.places[0].position))


def _of(notes: Sequence[Note], passage: Passage) -> list[Note]:
    """The notes that are from this passage, among others."""
    return [n for n in notes if any(place.begins_in(passage.place) for place in n.places)]
