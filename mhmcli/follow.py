"""Follow what was found to what it points to: the next link of a chain shares no word with the
question, but it shares rare ones with the link before.

After the reading, the sentences of the best notes that are about the question are looked up in the
document: sentences that share their rare words are kept too, each with the path that led to it, and
followed in turn. So a link is found that went by before anything pointed to it. It costs no tokens.
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
from mhmcli.source import Unit, units_of
from mhmcli.write.ground import words
from mhmcli.write.verbatim import best_that_fit

_ROUNDS = 3
_STRONG = 2  # notes that the first round follows
_LINKS = 2  # sentences that a round keeps
_SHARE = 0.25  # of the memory, that what is followed may take from the rest
_LARGEST_SHARE = 0.1  # of the passages that a telling word may stand in


@dataclass(frozen=True, slots=True)
class Lead:
    """A sentence to be followed: its words beside those of the question, the signals of the note
    that it stands in, and the sentences that led to it, itself the last."""

    words: frozenset[str]
    signals: Signals | None
    path: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A sentence that a lead led to, which is a lead in turn."""

    lead: Lead
    weight: float

    @property
    def note(self) -> Note:
        """The sentence as memory holds it."""
        unit = self.lead.path[-1]
        return Note(unit.shown, (unit.place,), self.lead.signals, path=self.lead.path)


def leads(notes: Iterable[Note], question: str) -> list[Lead]:
    """The sentences of the notes that have a word of the question."""
    asked = words(question)
    return [
        Lead(found - asked, note.signals, (unit,))
        for note in notes
        for unit in units_of(note.passages)
        if (found := words(unit.shown)) & asked
    ]


def links(
    followed: Sequence[Lead],
    visited: Collection[str],
    chunks: Chunks,
    asked: frozenset[str],
) -> list[Link]:
    """The sentences that share the most telling words with a lead, the best first.

    A word is telling when it is rare in the document; sentences that were `visited` are left out,
    wherever they are said again. The document is looked through twice, and nothing of it is kept
    but the best.
    """
    telling = _telling(frozenset[str]().union(*(lead.words for lead in followed)), chunks())
    best: dict[str, Link] = {}
    for chunk in chunks():
        if telling.keys().isdisjoint(words(chunk.text)):
            continue
        for unit in units_of(chunk.passages):
            if unit.text in visited or (found := _link(unit, followed, telling, asked)) is None:
                continue
            best.setdefault(unit.text, found)
            if len(best) > _LINKS:
                del best[min(reversed(best), key=lambda text: best[text].weight)]
    return sorted(best.values(), key=lambda link: -link.weight)


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
    unit: Unit,
    followed: Sequence[Lead],
    telling: dict[str, float],
    asked: frozenset[str],
) -> Link | None:
    """The best link to the sentence from any of the leads."""
    found = words(unit.shown)
    best: Link | None = None
    for lead in followed:
        weight = sum(telling.get(word, 0.0) for word in found & lead.words)
        if weight > (best.weight if best else 0.0):
            onward = Lead(found - lead.words - asked, lead.signals, (*lead.path, unit))
            best = Link(onward, weight)
    return best


def follow(prompter: Prompter, question: str, memory: Memory, chunks: Chunks) -> Iterator[Memory]:
    """The memory after each sentence more. `chunks` reads the document again."""
    strong = heapq.nlargest(
        _STRONG,
        (n for head in memory.heads for n in head.notes),
        key=memory.worth,
    )
    followed = leads(strong, question)
    visited = {unit.text for lead in followed for unit in lead.path}
    added: list[Note] = []
    room = _SHARE * len(memory.heads) * memory.head_tokens
    for _ in range(_ROUNDS):
        found = links(followed, visited, chunks, words(question))
        for link in found:
            visited.add(link.lead.path[-1].text)
            tokens = prompter.count(link.note.text)
            room -= tokens
            if room < 0:
                return
            added.append(link.note)
            memory = _kept(prompter, memory, added, tokens)
            yield memory
        followed = [link.lead for link in found]
        if not followed:
            return


def _kept(prompter: Prompter, memory: Memory, added: Sequence[Note], tokens: int) -> Memory:
    """The memory with the last note added in the head that gives up least for it; what was added
    is not given up."""
    head = Cheapest().choose(prompter, memory, tokens, spared=added)
    kept = best_that_fit(prompter, memory, (*memory.heads[head].notes, added[-1]), spared=added)
    size = prompter.count(joined(kept))
    last = memory.seen.passages - 1  # the step that the reading ended with
    return memory if size > memory.head_tokens else memory.write(head, kept, size, last)
