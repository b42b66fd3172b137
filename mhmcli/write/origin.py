"""Where what a model wrote is from, as far as its words tell.

A model that rewrites its notes says neither what it took over nor what it took from the part that
it has just read. Its words mostly do: each sentence is from the note, or from the sentence of that
part, that has the largest share of its telling words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mhmcli.chunk import Chunk
from mhmcli.memory import Note
from mhmcli.source import Place, sentences, split_sentences
from mhmcli.write.ground import words

_LEAST_SHARE = 0.6  # of the words of a sentence, as where the model is to copy

Known = Sequence[tuple[frozenset[str], tuple[Place, ...]]]


def known_of(notes: Iterable[Note], chunk: Chunk | None = None) -> Known:
    """The words of notes, and of the sentences of a chunk, with their places."""
    held = [(words(note.text), note.places) for note in notes]
    if chunk is None:
        return held
    read = (sentence for passage in chunk.passages for sentence in sentences(passage))
    return held + [(words(sentence.text), (sentence.place,)) for sentence in read]


def origin(text: str, known: Known) -> tuple[Place, ...]:
    """The places that the sentences of a text are from, each once; of equals, those named first.
    Empty where that is not known: the source is lost."""
    found: dict[Place, None] = {}
    for sentence in split_sentences(text):
        found |= dict.fromkeys(_origin(words(sentence), known))
    return tuple(found)


def _origin(wanted: frozenset[str], known: Known) -> tuple[Place, ...]:
    best: tuple[Place, ...] = ()
    most = _LEAST_SHARE * len(wanted)
    for found, places in known:
        shared = len(wanted & found)
        if shared and (shared > most or (shared == most and not best)):
            best, most = places, shared
    return best
