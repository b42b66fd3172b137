"""Cut passages into chunks of at most C tokens, at the best natural break, streaming.

The texts of the chunks, joined, are the source's text exactly. A chunk never spans two
sources. Nothing is looked at twice and nothing but the current chunk is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from mhmcli.source import Break, Passage, Place, parts

Count = Callable[[str], int]
Chunks = Callable[[], "Iterable[Chunk]"]  # a document that can be read again

_LONGEST_OF_PROSE = 2400  # bytes
_LEAST_FILL = 0.5  # a chunk is not cut shorter than this for the sake of a stronger break


@dataclass(frozen=True, slots=True)
class Chunk:
    """One stretch of a source: what the model reads in one step.

    `overlap` is the end of the chunk before it, shown again and counted in `tokens`;
    it is no part of `text`.
    """

    index: int
    passages: tuple[Passage, ...]
    tokens: int
    overlap: str = ""
    overlap_tokens: int = 0

    @property
    def text(self) -> str:
        """The chunk's own text, without the overlap."""
        return "".join(passage.text for passage in self.passages)

    @property
    def text_tokens(self) -> int:
        """Tokens of the chunk's own text: those of all chunks add up to the document's."""
        return self.tokens - self.overlap_tokens

    @property
    def shown(self) -> str:
        """What the model is shown: the overlap, then the chunk's own text."""
        return self.overlap + self.text

    @property
    def place(self) -> Place:
        """From the first passage to the last."""
        return self.passages[0].place.to(self.passages[-1].place)

    def numbered(self, index: int) -> Chunk:
        """The same as the chunk of that number, which the places of its passages know."""
        placed = (replace(one, place=replace(one.place, chunk=index)) for one in self.passages)
        return replace(self, index=index, passages=tuple(placed))


def cut(
    passages: Iterable[Passage], chunk_tokens: int, count: Count, *, overlap_tokens: int = 0
) -> Iterator[Chunk]:
    """Chunks of at most `chunk_tokens` tokens each, overlap included, in order.

    `count` tells the tokens of a text. With 10 tokens and passages of 4, 4 and 4 tokens of
    which the third opens a page: chunks of 8 and 4.
    """
    room = chunk_tokens - overlap_tokens
    buffer: list[tuple[Passage, int]] = []
    index = 0
    overlap = ""

    def emit(n: int) -> Chunk:
        nonlocal index, overlap
        taken, overlap, shown = _fitted(buffer, n, overlap, chunk_tokens, count)
        chunk = Chunk(index, taken, shown, overlap, count(overlap) if overlap else 0)
        del buffer[: len(taken)]
        index += 1
        overlap = _tail(chunk.text, overlap_tokens, count)
        return chunk

    for passage in passages:
        if buffer and passage.opens is Break.DOCUMENT:
            while buffer:
                yield emit(len(buffer))
            overlap = ""
        for piece, tokens in _sized(passage, room, count):
            while buffer and sum(n for _, n in buffer) + tokens > room:
                yield emit(_best_cut(buffer, piece, room))
            buffer.append((piece, tokens))
    while buffer:
        yield emit(len(buffer))


def cut_apart(passages: Iterable[Passage], chunk_tokens: int, count: Count) -> Iterator[Chunk]:
    """The chunks of each passage by itself, in whatever order the passages come."""
    chunks = (chunk for passage in passages for chunk in cut([passage], chunk_tokens, count))
    return (chunk.numbered(index) for index, chunk in enumerate(chunks))


def uncut(passages: Iterable[Passage]) -> Iterator[Chunk]:
    """Each passage as a chunk, however long: to be looked through, not to be read."""
    return (Chunk(index, (passage,), 0) for index, passage in enumerate(passages))


def cut_down(passages: Iterable[Passage], chunk_tokens: int, count: Count) -> Iterator[Passage]:
    """The passages; one that is longer than any of prose, as a line of a megabyte is, in pieces of
    at most so many tokens. What is shorter is not counted, so this is fast."""
    for passage in passages:
        if len(passage.text.encode()) <= _LONGEST_OF_PROSE:
            yield passage
            continue
        for chunk in cut([passage], chunk_tokens, count):
            yield Passage(chunk.text, chunk.place, chunk.passages[0].opens)


def _best_cut(buffer: list[tuple[Passage, int]], following: Passage, room: int) -> int:
    """How many passages to take: up to the strongest, then the latest, break that leaves the
    chunk at least half full."""
    filled = list(accumulate(tokens for _, tokens in buffer))
    opens = [passage.opens for passage, _ in buffer[1:]] + [following.opens]
    candidates = [
        (strength, n)
        for n, (strength, tokens) in enumerate(zip(opens, filled, strict=True), start=1)
        if tokens >= room * _LEAST_FILL or n == len(buffer)
    ]
    return max(candidates)[1]


def _fitted(
    buffer: list[tuple[Passage, int]], n: int, overlap: str, limit: int, count: Count
) -> tuple[tuple[Passage, ...], str, int]:
    """The first `n` passages or fewer, whose joined text is within the limit, the overlap that
    goes with them, and the tokens of both.

    Joined text may take a token more than its parts where a merge across the seam differs.
    """
    while True:
        taken = tuple(passage for passage, _ in buffer[:n])
        tokens = count(overlap + "".join(passage.text for passage in taken))
        if tokens <= limit:
            return taken, overlap, tokens
        if n == 1:
            return taken, "", count(taken[0].text)
        n -= 1


def _sized(passage: Passage, limit: int, count: Count) -> Iterator[tuple[Passage, int]]:
    """The passage, or the pieces that it must be cut into to be within the limit."""
    tokens = count(passage.text)
    if tokens <= limit:
        yield passage, tokens
        return
    for piece in parts(passage):
        yield from _sized(piece, limit, count)


def _tail(text: str, limit: int, count: Count) -> str:
    """The end of the text, of at most `limit` tokens, from a sentence or line on if possible."""
    if limit <= 0:
        return ""
    low, high = 0, len(text)
    while low < high:  # the token count falls as the start moves on
        middle = (low + high) // 2
        if count(text[middle:]) <= limit:
            high = middle
        else:
            low = middle + 1
    tail = text[low:]
    start = re.search(r"(?<=[.!?]\s)\S|(?<=\n)\S", tail)
    return tail[start.start() :] if start and start.start() < len(tail) // 2 else tail
