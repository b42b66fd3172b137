"""From what was found to what it points to, wherever in the document that stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mhmcli import prompts
from mhmcli.chunk import Chunk
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.follow import Lead, follow, links
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter
from mhmcli.score import Query, Seen, Signals
from mhmcli.source import Passage, Place, units_of

QUESTION = "Who can open the place where the ring is?"
CHAIN = [
    "Rain fell. The crate was carried to the chapel.",
    "The only key of the chapel has Osric Vale.",
    "The cook slept. The ring was put into the crate.",
]
FILLER = [f"The cook swept the yard and slept, {word}." for word in ("early", "late", "again") * 8]


def chunk(number: int, text: str) -> Chunk:
    return Chunk(number, (Passage(text, Place("doc", line=number + 1)),), len(text.split()))


def followed(texts: Sequence[str], found: Sequence[str], heads: int = 2, size: int = 60) -> Memory:
    """What follows from a memory that holds the notes `found`, each worth more than the next."""
    query = Query.of(QUESTION)
    prompter = Prompter(ScriptedEngine([]), prompts.SYSTEM, Sampling())
    memory, seen = Memory.empty(heads, size), Seen()
    for number, text in enumerate(found):
        signals = Signals.of(-float(number), query, text)
        seen = seen.after(signals)
        head = number % heads
        line = texts.index(text) + 1 if text in texts else 99
        place = Place("doc", line=line)
        note = Note(text, (place,), signals, (Passage(text, place),))
        notes = (*memory.heads[head].notes, note)
        tokens = prompter.count("\n".join(note.text for note in notes))
        memory = memory.write(head, notes, tokens, number)
    memory = memory.saw(seen)
    chunks = [chunk(number, text) for number, text in enumerate(texts)]
    for after in follow(prompter, QUESTION, memory, lambda: chunks):
        changed = sum(a != b for a, b in zip(memory.heads, after.heads, strict=True))
        assert changed == 1
        memory = after
    assert prompter.spent.tail_tokens == 0
    return memory


def held(memory: Memory) -> set[str]:
    return {note.text for head in memory.heads for note in head.notes}


LINKS = ["The crate was carried to the chapel.", "The only key of the chapel has Osric Vale."]


def test_a_chain_is_followed_to_its_end() -> None:
    """Also to what stood before the link that points to it; with its place and the whole path."""
    memory = followed([*FILLER[:9], CHAIN[0], CHAIN[1], *FILLER[9:], CHAIN[2]], [CHAIN[2]])
    assert held(memory) == {CHAIN[2], *LINKS}
    end = next(n for head in memory.heads for n in head.notes if n.text == LINKS[1])
    assert [unit.text for unit in end.path] == ["The ring was put into the crate.", *LINKS]
    assert [unit.place.line for unit in end.path] == [27, 10, 11]
    assert end.places == (end.path[-1].place,)


def test_a_link_whose_passage_is_held_already_is_followed_too() -> None:
    """Whoever found it."""
    other = "The moon is up."
    memory = followed([*FILLER, *CHAIN, other], [CHAIN[2], other, CHAIN[0]])
    assert held(memory) == {CHAIN[2], other, CHAIN[0], *LINKS}


def test_a_sentence_does_not_lead_to_itself() -> None:
    """Though it was read as a piece of its passage, without the title that stands above it."""
    text = "The theft of the year 1843\nThe ring was put into the crate, and that was all of it.\n"
    whole = Passage(text, Place("doc", line=6, last_line=7, start_byte=0, end_byte=len(text)))
    titled = next(iter(units_of([whole])))
    assert titled.title
    piece = replace(titled, title="")
    lead = Lead(frozenset({"ring", "crate"}), None, (piece,))
    chunks = [*(chunk(n, text) for n, text in enumerate(FILLER)), Chunk(99, (whole,), 9)]
    assert not links([lead], {piece.text}, lambda: chunks, frozenset())
    assert links([lead], set(), lambda: chunks, frozenset())


def test_a_sentence_that_is_said_again_does_not_end_a_chain() -> None:
    """As in quoted mail, or in copies of a page."""
    copies = [f"Rain, again. The ring was put into the crate. Day {n}." for n in range(5)]
    memory = followed([*FILLER, *FILLER, *FILLER, *CHAIN, *copies], [CHAIN[2]])
    assert held(memory) == {CHAIN[2], *LINKS}
    twice = [*CHAIN, *FILLER, *FILLER, *CHAIN]
    memory = followed(twice, [CHAIN[2]])
    assert held(memory) == {CHAIN[2], *LINKS}
    notes = [note.text for head in memory.heads for note in head.notes]
    assert len(notes) == len(set(notes)), "a copy of a link is none"


def test_common_words_lead_nowhere() -> None:
    """A word of every second passage points to none of them."""
    assert held(followed(FILLER, ["The cook swept the ring."])) == {"The cook swept the ring."}


def test_what_is_worth_least_makes_room() -> None:
    """And never what was followed."""
    others = [f"The ring is {age}. {FILLER[0]} {FILLER[1]}" for age in ("old", "new", "lost")]
    memory = followed([*FILLER, *CHAIN], [CHAIN[2], *others], heads=1, size=70)
    assert {CHAIN[2], others[0], others[1], *LINKS} == held(memory)


def test_what_is_followed_takes_a_quarter_of_the_memory_at_most() -> None:
    """The rest stays for what the model found."""
    memory = followed([*FILLER, *CHAIN], [CHAIN[2]], heads=1, size=40)
    assert held(memory) == {CHAIN[2], LINKS[0]}


def test_an_empty_memory_is_left_alone() -> None:
    assert followed([*FILLER, *CHAIN], []).is_empty
