"""Tell the lines of logs, lists and tables from prose; a line that several chunks have pieces of is
whole again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from mhmcli.chunk import Chunk
from mhmcli.source import Break, Passage, is_lines

_FEW_LINES = 4  # that tell little of what a chunk is
_AROUND = 12  # chunks on each side, that are asked then
_LONGEST_LINE = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some lines, or the prose of the chunk with that index."""

    passages: Sequence[Passage]
    of_lines: bool
    chunk: int


def stretches(chunks: Iterable[Chunk]) -> Iterator[Stretch]:
    """All of the chunks, in their order; the last line of each waits for what may belong to it."""
    unfinished: list[Passage] = []
    index = 0
    for chunk, of_lines in _kinds(chunks):
        goes_on = of_lines and _goes_on(chunk)
        if unfinished and not (goes_on and sum(len(p.text) for p in unfinished) < _LONGEST_LINE):
            yield Stretch(unfinished, of_lines=True, chunk=index)
            unfinished = []
        index = chunk.index
        if not of_lines:
            yield Stretch(chunk.passages, of_lines=False, chunk=index)
            continue
        passages = [*unfinished, *chunk.passages]
        openings = [n for n, passage in enumerate(passages) if passage.opens >= Break.LINE]
        end = openings[-1] if openings else 0
        if end:
            yield Stretch(passages[:end], of_lines=True, chunk=index)
        unfinished = passages[end:]
    if unfinished:
        yield Stretch(unfinished, of_lines=True, chunk=index)


def _kinds(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """Whether each chunk has lines; what goes on from one that has, has them too."""
    of_lines = False
    for chunk, around in _with_what_is_around(chunks):
        of_lines = (of_lines and _goes_on(chunk)) or is_lines(around)
        yield chunk, of_lines


def _goes_on(chunk: Chunk) -> bool:
    return chunk.passages[0].opens < Break.LINE


def _with_what_is_around(chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, str]]:
    """Each chunk with the text that tells what it is: of a log with long lines, a chunk has one of
    them, or a piece of one, and its neighbours must be asked."""
    window: deque[Chunk | None] = deque([None] * _AROUND, maxlen=2 * _AROUND + 1)
    for following in chain(chunks, repeat(None, _AROUND)):
        window.append(following)
        centre = window[-1 - _AROUND]
        if centre is None:
            continue
        if centre.text.count("\n") > _FEW_LINES:
            yield centre, centre.text
        else:
            yield centre, _joined([c for c in window if c and _beside(c, centre)])


def _beside(one: Chunk, other: Chunk) -> bool:
    return one.place.source == other.place.source


def _joined(chunks: Sequence[Chunk]) -> str:
    """The text of chunks that follow one another, without the pieces of lines at both ends."""
    text = "".join(("" if _goes_on(chunk) else "\n") + chunk.text for chunk in chunks)
    if _goes_on(chunks[0]):
        text = text.partition("\n")[2] or text
    return text if text.endswith("\n") else text.rpartition("\n")[0] or text
