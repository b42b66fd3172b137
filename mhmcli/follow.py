"""Follow what was found to what it points to: the next link of a chain shares no word with the
question, but it shares rare ones with the link before.

After the reading, the sentences of the best notes that are about the question are looked up in the
document: passages with a sentence that shares their rare words are kept too, and followed in turn.
So a passage is found that went by before anything pointed to it. It costs no tokens.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mhmcli.chunk import Chunk, Chunks
from mhmcli.memory import Memory, Note, joined
from mhmcli.prompter import Prompter
from mhmcli.score import Signals
from mhmcli.select import Cheapest
from mhmcli.source import split_sentences
from mhmcli.write.ground import words
from mhmcli.write.verbatim import best_that_fit

_ROUNDS = 3
_STRONG = 2  # notes that the first round follows
_LINKS = 2  # passages that a round keeps
_SHARE = 0.25  # of the memory, that what is followed may take from the rest
_LARGEST_SHARE = 0.1  # of the passages that a telling word may stand in


@dataclass(frozen=True, slots=True)
class Lead:
    """A sentence to be followed: its words beside those of the question, and the signals of the
    note that it stands in."""

    words: frozenset[str]
    signals: Signals | None


@dataclass(frozen=True, slots=True)
class Link:
    """A passage that a lead led to, and the lead that its own sentence is in turn."""

    chunk: Chunk
    weight: float
    lead: Lead


def leads(notes: Iterable[Note], question: str) -> list[Lead]:
    """The sentences of the notes that have a word of the question."""
    asked = words(question)
    return [
        Lead(found - asked, note.signals)
        for note in notes
        for sentence in _sentences(note.text)
        if (found := words(sentence)) & asked
    ]


def links(
    followed: Sequence[Lead], visited: Collection[str], chunks: Chunks, asked: frozenset[str]
) -> list[Link]:
    """The passages with a sentence that shares the most telling words with a lead, the best first.

    A word is telling when it is rare in the document; what was `visited` is left out. The document
    is looked through twice, and nothing of it is kept but the best.
    """
    telling = _telling(frozenset[str]().union(*(lead.words for lead in followed)), chunks())
    found = (
        link
        for chunk in chunks()
        if not telling.keys().isdisjoint(words(chunk.text)) and chunk.text.strip() not in visited
        if (link := _link(chunk, followed, telling, asked)) is not None
    )
    return heapq.nlargest(_LINKS, found, key=lambda link: link.weight)


def _telling(sought: frozenset[str], chunks: Iterable[Chunk]) -> dict[str, float]:
    """What each of the words weighs that are rare in the document."""
    seen_in: Counter[str] = Counter()
    number = 0
    for chunk in chunks:
        number += 1
        seen_in.update(sought & words(chunk.text))
    most = max(2, _LARGEST_SHARE * number)
    return {word: math.log(1 + number / n) for word, n in seen_in.items() if n <= most}


def _link(
    chunk: Chunk, followed: Sequence[Lead], telling: dict[str, float], asked: frozenset[str]
) -> Link | None:
    """The best link to the chunk from any of the leads."""
    best: Link | None = None
    for found in map(words, _sentences(chunk.text)):
        for lead in followed:
            weight = sum(telling.get(word, 0.0) for word in found & lead.words)
            if weight > (best.weight if best else 0.0):
                onward = Lead(found - lead.words - asked, lead.signals)
                best = Link(chunk, weight, onward)
    return best


def _sentences(text: str) -> list[str]:
    return [sentence for line in text.splitlines() for sentence in split_sentences(line)]


def follow(prompter: Prompter, question: str, memory: Memory, chunks: Chunks) -> Iterator[Memory]:
    """The memory after each passage more. `chunks` reads the document again."""
    strong = heapq.nlargest(
        _STRONG,
        (n for head in memory.heads for n in head.notes),
        key=memory.worth,
    )
    followed = leads(strong, question)
    visited = {note.text for note in strong}
    added: list[Note] = []
    room = _SHARE * len(memory.heads) * memory.head_tokens
    for _ in range(_ROUNDS):
        held = {note.text for head in memory.heads for note in head.notes}
        found = links(followed, visited, chunks, words(question))
        for link in found:
            note = Note(link.chunk.text.strip(), (link.chunk.place,), link.lead.signals)
            visited.add(note.text)
            if note.text in held:
                continue
            room -= link.chunk.tokens
            if room < 0:
                return
            added.append(note)
            memory = _kept(prompter, memory, note, added, link.chunk)
            yield memory
        followed = [link.lead for link in found]
        if not followed:
            return


def _kept(
    prompter: Prompter, memory: Memory, note: Note, added: Sequence[Note], chunk: Chunk
) -> Memory:
    """The memory with the note in the head that gives up least for it; what was added is not
    given up."""
    head = Cheapest().choose(memory, chunk.tokens)
    kept = best_that_fit(prompter, memory, (*memory.heads[head].notes, note), spared=added)
    tokens = prompter.count(joined(kept))
    return memory if tokens > memory.head_tokens else memory.write(head, kept, tokens, chunk.index)
