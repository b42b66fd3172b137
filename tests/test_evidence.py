"""Of the passages in memory, the sentences that an answer is written from."""

from __future__ import annotations

from mhmcli import prompts
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.evidence import Evidence, gather, so_far
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, run
from mhmcli.score import Query, Seen, Signals
from mhmcli.source import Passage, Place, Unit
from mhmcli.write.verbatim import SHOWN_TOKENS

QUESTION = "Who can open the chapel?"
DULL = "The cook swept the yard. The dog slept. Rain fell on the road. Tea was served. "
KEY = "The key of the chapel has Osric Vale. "
ANOTHER = "Another key of the chapel is lost. "


def note(text: str, line: int, worth: float = 0.0, path: tuple[Unit, ...] = ()) -> Note:
    place = Place("doc", line=line)
    signals = Signals.of(worth, Query.of(QUESTION), text)
    return Note(text.strip(), (place,), signals, (Passage(text, place),), path)


def memory_of(notes: list[Note], head_tokens: int = 10_000) -> Memory:
    """One head that holds them all, after they went by."""
    memory = Memory.empty(1, head_tokens).write(0, tuple(notes), 1, 0)
    for one in notes:
        memory = memory.saw(memory.seen.after(one.signals) if one.signals else Seen())
    return memory


def gathered(notes: list[Note], head_tokens: int = 10_000) -> tuple[Evidence, list[str]]:
    """The evidence, of a model that is for keys, and the sentences that it was asked about."""
    engine = ScriptedEngine([], judge=lambda p: 2.0 if "key" in p.split("<part>")[-1] else -3.0)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    memory = memory_of(notes, head_tokens)
    asked: list[str] = []
    judging = gather(prompter, QUESTION, memory)
    while True:
        try:
            asked.append(next(judging))
        except StopIteration as stop:
            assert engine.open_sequences == 1
            return stop.value, asked


def texts(evidence: Evidence) -> list[str]:
    return [each.text for each in evidence.notes]


def test_sentences_that_stand_out_are_shown_in_reading_order() -> None:
    """Each with its own place, whatever stands around it."""
    evidence, asked = gathered([note(f"{DULL}{ANOTHER}", 7, 1.0), note(f"{KEY}{DULL}", 3, 2.0)])
    assert texts(evidence) == [KEY.strip(), ANOTHER.strip()]
    assert [one.places[0].line for one in evidence.notes] == [3, 7]
    assert evidence.log_odds is not None
    assert evidence.log_odds > 0, "the verdict on the best, not on all"
    assert len(asked) == 6, "what is said twice is one sentence"
    (again,) = gathered([note(KEY, 7, 1.0), note(KEY, 3, 2.0)])[0].notes
    assert [place.line for place in again.places] == [3, 7]


def test_no_more_is_shown_than_there_is_room_for() -> None:
    """The best first, whatever comes before them; of the very best the beginning at least. The
    window is fitted to it."""
    keys = [f"A key of {room}{' and' * 9} of the house is lost. " for room in ("oak", "ash", "elm")]
    dull = [f"The cook swept room {n}. " for n in range(9)]
    pages = [note("".join([*dull[:4], *keys, *dull[4:]]), 1)]
    evidence, _ = gathered(pages)
    assert texts(evidence) == [key.strip() for key in keys]
    evidence, _ = gathered(pages, head_tokens=50)
    assert len(texts(evidence)) == 2
    assert texts(evidence) == [key.strip() for key in keys if key.strip() in texts(evidence)]
    evidence, _ = gathered(pages, head_tokens=10)
    assert len(evidence.notes) == 1
    assert 0 < len(texts(evidence)[0].split()) <= 10
    long = [f"A key {n}{' and' * 240} is lost. " for n in range(8)]
    evidence, _ = gathered([note("".join([*long, *dull]), 1)])
    assert sum(len(text.split()) for text in texts(evidence)) < SHOWN_TOKENS


def test_the_best_passages_alone_are_taken_apart() -> None:
    """What it costs does not grow with the memory."""

    def long(sentences: int, where: int = 0) -> str:
        days = range(sentences)
        return "".join(f"The dog {where} slept all of day {number}. " for number in days)

    dull = [note(long(30, line), line, float(line)) for line in range(1, 9)]
    _, asked = gathered([*dull, note(f"{KEY}{DULL}", 20, 9.0)])
    assert KEY.strip() in asked
    assert len(asked) == 5 + 2 * 30
    _, asked = gathered([note(long(300), 1)])
    assert len(asked) == 300, "one at least, however long it is"


def test_a_chain_comes_first_in_the_order_of_its_links() -> None:
    """If its end stands out: a link that leads nowhere is left out."""
    ring, crate, key, yard = (
        Unit(text, Place("doc", line=line, last_line=line))
        for text, line in (
            ("The ring is in the crate.", 9),
            ("The crate is in the chapel.", 5),
            (KEY.strip(), 2),
            ("The cook swept the yard.", 4),
        )
    )
    evidence, _ = gathered(
        [
            note(f"{ANOTHER}{DULL}", 1, 2.0),
            note(f"{KEY}{DULL}", 2, 0.0, (ring, crate, key)),
            note(DULL, 4, 0.0, (ring, yard)),
        ]
    )
    assert texts(evidence) == [ring.text, crate.text, key.text, ANOTHER.strip()]
    assert [one.places[0].line for one in evidence.notes] == [9, 5, 2, 1]


def test_a_sentence_is_judged_and_shown_under_its_title() -> None:
    text = (
        "Keys of the parish\nThe chapel was built by a baker who had come from Bergen. He left.\n"
    )
    evidence, asked = gathered([note(text, 1), note(DULL, 8)])
    assert asked[:2] == [
        "Keys of the parish: The chapel was built by a baker who had come from Bergen.",
        "Keys of the parish: He left.",
    ]
    assert texts(evidence)[:2] == asked[:2]


def test_of_sentences_that_are_worth_the_same_those_of_the_best_passages_are_shown() -> None:
    """Where the model sees no difference, the words of the passages decide."""
    dull = [note(f"{DULL}The night of day {n} was dark. ", n) for n in range(1, 5)]
    evidence, _ = gathered([*dull, note("Osric Vale opens the chapel. He can sing. ", 9)])
    assert len(evidence.notes) == 8
    assert [one.places[0].line for one in evidence.notes][-2:] == [9, 9]


def test_few_sentences_are_shown_all() -> None:
    evidence, _ = gathered([note("The dog slept. Rain fell. ", 1)])
    assert texts(evidence) == ["The dog slept.", "Rain fell."]


def test_before_all_is_read_the_best_passages_are_shown_as_they_are() -> None:
    """As many as there is room for, in reading order."""
    notes = [note(f"Passage {n} of the book. ", n, worth=8.0 * n % 13) for n in range(1, 13)]
    memory = memory_of(notes)
    evidence = so_far(memory, lambda text: 300 if text.startswith("Passage") else 0)
    assert [one.places[0].line for one in evidence.notes] == [3, 8]
    assert not evidence.of_all


def test_what_a_model_wrote_is_evidence_as_it_is() -> None:
    """Nothing is judged."""
    engine = ScriptedEngine([])
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    fed = engine.fed_tokens
    memory = Memory.empty(2, 50).write(0, (Note("One."), Note("Two.")), 2, 0)
    evidence = run(gather(prompter, QUESTION, memory))
    assert texts(evidence) == ["One.", "Two."]
    assert evidence.log_odds is None
    assert engine.fed_tokens == fed
    assert run(gather(prompter, QUESTION, Memory.empty(2, 50))) == Evidence(())
