"""What an answer is written from: of the passages that a memory holds, the sentences that tell.

A small model answers from whatever it is shown, and judges well. So the best passages are taken
apart, each sentence is judged by itself, and the best few are shown, in reading order, with nothing
around them. A chain of sentences, each of which led to the next (`mhmcli.follow`), comes first and
in the order of its links, if its end stands out.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mhmcli.chunk import Chunk, Count, cut
from mhmcli.judge import compared, judged, sentences_judged, worths
from mhmcli.memory import Memory, Note, joined
from mhmcli.prompter import Prompter
from mhmcli.source import Passage, Place, Unit, piece, units_of
from mhmcli.write.ground import words
from mhmcli.write.verbatim import SHOWN_TOKENS

# That are read to judge sentences: what it costs does not grow with the document.
_JUDGED_TOKENS = 1600
_EACH_TOKENS = 12  # beside a sentence: fences and template
# Of passages that are shown as they are: as many as retrieval is usually given, and of short ones,
# as lines of a dialogue are, up to so many tokens.
_PASSAGES = 6
_SHORT_TOKENS = 500
SO_FAR_TOKENS = 850  # at most, before all is read
# Log-odds of yes against no for a sentence alone that count as even: with the default model the
# best stood between -0.84 and 1.54 for 34 questions with an answer, at most at -1.32 for 4 without.
SENTENCE_ZERO = -1.1
# At most. Of 12 HotpotQA questions and 9 on needles the default model answers 4 and 7 so; from
# whole passages 5 and 5, from all sentences above the zero 4 and 6, from those worth a fifth of the
# best and more 2 and 7.
_MOST = 8
_LIKELY = 12  # by the question before them, from which these are chosen
_LEAST_END = 1.5  # that the end of a chain must be worth, in standard deviations
_FEW = 4  # sentences that have no standard deviation to speak of


@dataclass(frozen=True, slots=True)
class Evidence:
    """Notes in the order in which they are shown. `log_odds` is the model's verdict on the sentence
    that has most to say for itself, None where none was judged; `of_all` is False where the model
    has not read all that there is."""

    notes: tuple[Note, ...]
    log_odds: float | None = None
    of_all: bool = True


def gather(prompter: Prompter, question: str, memory: Memory) -> Generator[str, None, Evidence]:
    """The evidence that a memory holds; each sentence that was judged is yielded. Notes that
    the model wrote are evidence as they are, head by head, and cost nothing."""
    pool = _pool(prompter, memory)
    if not pool:
        return Evidence(tuple(note for head in memory.heads for note in head.notes))
    stands_in = _worth_of_passages(pool, memory)
    found = list(stands_in)
    said: list[float] = []
    for value in sentences_judged(prompter, question, found):
        yield found[len(said)]
        said.append(value)
    worth = dict(zip(found, compared(prompter, said), strict=True))
    likely = _best({text: (worth[text], stands_in[text]) for text in found})
    again = {text: stands_in[text] for text in found if text in likely}
    told, log_odds = _judged_again(prompter, question, again)
    chains = [unit.shown for note in pool for unit in note.path if _ends_well(note, worth)]
    places = _places(pool)
    notes = [Note(text, places[text]) for text in dict.fromkeys([*chains, *told])]
    room = min(SHOWN_TOKENS, len(memory.heads) * memory.head_tokens)
    return Evidence(_that_fit(notes, worth, prompter.count, room), log_odds)


def fitting(evidence: Evidence, question: str, count: Count, room: int) -> Evidence:
    """The evidence in so many tokens: where it has more, notes that share words with the question
    go before the others."""
    if count(joined(evidence.notes)) <= room:
        return evidence
    asked = words(question)
    shared = {note.text: float(len(words(note.text) & asked)) for note in evidence.notes}
    return replace(evidence, notes=_that_fit(evidence.notes, shared, count, room))


def _worth_of_passages(pool: Iterable[Note], memory: Memory) -> dict[str, float]:
    """What the best of the passages is worth that each of the sentences stands in; one that is said
    more than once is one."""
    worth: dict[str, float] = {}
    for note in pool:
        of_note = memory.worth(note)
        for unit in _units(note):
            worth[unit.shown] = max(of_note, worth.get(unit.shown, -math.inf))
    return worth


def _places(pool: Iterable[Note]) -> dict[str, tuple[Place, ...]]:
    """All places of each of the sentences, those that led to others among them."""
    found: dict[str, dict[Place, None]] = {}
    for note in pool:
        for unit in (*_units(note), *note.path):
            found.setdefault(unit.shown, {})[unit.place] = None
    return {text: tuple(places) for text, places in found.items()}


def _that_fit(
    notes: Sequence[Note], worth: Mapping[str, float], count: Count, room: int
) -> tuple[Note, ...]:
    """Those of the sentences that there is room for, the best first; in their order. Of the best of
    all the beginning, if there is no more room."""
    ranked = sorted(notes, key=lambda note: worth.get(note.text, math.inf), reverse=True)
    kept: dict[str, Note] = {}
    for note in ranked:
        shown = note if kept else _beginning(note, room, count)
        tokens = count(shown.text) + 1  # and a line end
        if not kept or tokens <= room:
            room -= tokens
            kept[note.text] = shown
    return tuple(kept[note.text] for note in notes if note.text in kept)


def _judged_again(
    prompter: Prompter, question: str, stands_in: Mapping[str, float]
) -> tuple[list[str], float | None]:
    """The best of the sentences when the question is asked after each of them, which costs three
    times as much, and the verdict on the best of all: whether any of them holds what is sought does
    not show with the question before them. Each comes with what its passage is worth."""
    weights = list(judged(prompter, question, stands_in))
    worth = dict(zip(stands_in, zip(worths(weights), stands_in.values(), strict=True), strict=True))
    best = set(sorted(worth, key=lambda text: worth[text], reverse=True)[:_MOST])
    verdicts = (weight.log_odds for weight in weights if weight.log_odds is not None)
    return [text for text in stands_in if text in best], max(verdicts, default=None)


def of_passages(
    ranked: Iterable[Passage], count: Count, most_tokens: int = SHOWN_TOKENS
) -> Evidence:
    """The first few of the passages that there is room for, in reading order and as they are; of
    one that there is no room for, the beginning."""
    room = min(most_tokens, SHOWN_TOKENS)
    begun = (_first_piece(passage, room, count) for passage in ranked)
    shown = (_without_margins(Passage(chunk.text, chunk.place)) for chunk in begun)
    notes = (Note(passage.text, (passage.place,)) for passage in shown if passage.text)
    return _as_they_are(notes, count, room)


def _without_margins(passage: Passage) -> Passage:
    """Without the white space around its text, and in the place of the rest."""
    text = passage.text
    start = len(text) - len(text.lstrip())
    return piece(passage, start, start + len(text.strip()))


def so_far(memory: Memory, count: Count) -> Evidence:
    """The same of the passages that a memory holds before all is read, the best first."""
    kept = (note for head in memory.heads for note in head.notes)
    ranked = sorted(kept, key=memory.worth, reverse=True)
    room = min(len(memory.heads) * memory.head_tokens, SO_FAR_TOKENS)
    fitting = (_beginning(note, room, count) for note in ranked)
    return _as_they_are(fitting, count, room)


def _beginning(note: Note, room: int, count: Count) -> Note:
    """The note, or as much of it as there is room for."""
    if count(note.text) <= room:
        return note
    place = note.places[0] if note.places else Place("")
    begun = _first_piece(Passage(note.text, place), room, count)
    return Note(begun.text, (begun.place,) if note.places else ())


def _first_piece(passage: Passage, room: int, count: Count) -> Chunk:
    return next(iter(cut([passage], room, count)))


def _as_they_are(ranked: Iterable[Note], count: Count, room: int) -> Evidence:
    """As many as are usual and more of short ones, as far as there is room; one in any case."""
    best: list[Note] = []
    shown = 0
    for note in ranked:
        shown += count(note.text)
        if best and shown > (room if len(best) < _PASSAGES else min(room, _SHORT_TOKENS)):
            break
        best.append(note)
    return Evidence(tuple(sorted(best, key=lambda note: note.places[0].position)), of_all=False)


def _units(note: Note) -> Iterable[Unit]:
    """The sentences of a note; a sentence that another led to is its own."""
    return note.path[-1:] or units_of(note.passages)


def _pool(prompter: Prompter, memory: Memory) -> list[Note]:
    """What is taken apart, in reading order: sentences that others led to, and the best passages
    that there is room for, one at least."""
    kept = [note for head in memory.heads for note in head.notes if note.signals]
    pool = [note for note in kept if note.path]
    room = _JUDGED_TOKENS - sum(_price(prompter, note) for note in pool)
    for note in sorted((n for n in kept if not n.path), key=memory.worth, reverse=True):
        room -= _price(prompter, note)
        if room < 0 and any(not n.path for n in pool):
            break
        pool.append(note)
    return sorted(pool, key=lambda note: note.places[0].position)


def _price(prompter: Prompter, note: Note) -> int:
    """Tokens that are read to judge its sentences."""
    return prompter.count(note.text) + _EACH_TOKENS * sum(1 for _ in _units(note))


def _best(worth: Mapping[str, tuple[float, float]]) -> set[str]:
    """The sentences that are worth the most, more than a middling one, and of equals those of the
    best passages; of a few, all."""
    ranked = sorted(worth, key=lambda text: worth[text], reverse=True)
    return {text for text in ranked[:_LIKELY] if worth[text][0] >= 0 or len(ranked) <= _FEW}


def _ends_well(note: Note, worth: Mapping[str, float]) -> bool:
    """True of a note that was reached by a path whose end stands out, if only a little."""
    return bool(note.path) and worth.get(note.path[-1].shown, 0.0) >= _LEAST_END
