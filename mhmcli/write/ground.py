"""Find the sentence of a chunk that a model meant, and take the document's own words for it.

A small model that is asked to copy sentences paraphrases them, shortens them to the bare
answer, or makes them up. What it wrote is used as a pointer: the sentence that it shares the
most telling words with goes into memory, verbatim and with its place; what points nowhere is
not taken.
"""

from __future__ import annotations

import math
from collections import Counter

from mhmcli.chunk import Chunk, Count, cut
from mhmcli.memory import Note
from mhmcli.score import tokens
from mhmcli.source import Passage, sentences

_LEAST_SHARE = 0.6  # of the line's words, each by its weight, that the sentence must have
_STOP = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "for", "from", "had", "has"}
    | {"have", "he", "her", "his", "in", "into", "is", "it", "its", "not", "of", "on", "or", "she"}
    | {"that", "the", "their", "there", "they", "this", "to", "was", "were", "which", "who"}
    | {"will", "with"}
)


class Grounding:
    """The sentences of a chunk, ready to be pointed at, for one question. Notes are of at most so
    many tokens: of a longer sentence, as a line of JSON may be, the piece that is meant."""

    def __init__(self, chunk: Chunk, question: str, most_tokens: int, count: Count) -> None:
        self._sentences = [s for p in chunk.passages for s in sentences(p) if s.text.strip()]
        self._words = [words(sentence.text) for sentence in self._sentences]
        self._seen_in = Counter(word for found in self._words for word in found)
        self._question = words(question)
        self._most_tokens, self._count = most_tokens, count

    def note(self, line: str) -> Note | None:
        """The sentence that a line of a reply points at, as a note; None when there is none."""
        wanted = words(line)
        if not wanted:
            return None
        total = sum(map(self._weight, wanted))
        best: tuple[float, float, int] | None = None
        for index, found in enumerate(self._words):
            pointed, asked = self._shared(found, wanted)
            share = pointed / total
            if share < _LEAST_SHARE:
                continue
            best = max(best or (0.0, 0.0, 0), (round(share, 3), asked, -index))
        return self._as_note(self._sentences[-best[2]], wanted) if best else None

    def _as_note(self, sentence: Passage, wanted: frozenset[str]) -> Note:
        pieces = list(cut([sentence], self._most_tokens, self._count))
        meant = max(pieces, key=lambda piece: self._shared(words(piece.text), wanted))
        return Note(" ".join(meant.text.split()), (meant.place,))

    def _shared(self, found: frozenset[str], wanted: frozenset[str]) -> tuple[float, float]:
        """What the words weigh that are wanted, and those that are asked about."""
        return (
            sum(map(self._weight, wanted & found)),
            sum(map(self._weight, self._question & found)),
        )

    def _weight(self, word: str) -> float:
        """Rare words tell more: a word in one of 40 sentences weighs 3.7, in all of them 0.7.
        A word that the chunk does not have at all weighs most: the line is not from here."""
        return math.log(1 + len(self._sentences) / max(1, self._seen_in[word]))


def words(text: str) -> frozenset[str]:
    """The telling words of a text: 'Who is the captain?' -> {'captain'}."""
    found = frozenset(tokens(text))
    return found - _STOP or found
