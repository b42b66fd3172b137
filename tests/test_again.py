"""Another question: of what a session has in memory, of the documents again, or of a stream."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mhmcli import prompts
from mhmcli.answer import Answer
from mhmcli.cli.again import Remembered, _together, documents_of, session_of
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import SessionError, SourceError
from mhmcli.evidence import Evidence, fitting
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter
from mhmcli.receipt import Tally
from mhmcli.score import Query, Signals
from mhmcli.session import Folder, Journal, KeptSource, Store, as_text, directory
from mhmcli.source import Passage, open_source
from tests.test_partial import job_for, request
from tests.test_session import Run, about, document, passages_of


class Reads:
    """A reading that says so."""

    def __init__(self) -> None:
        self.read_all = self.closed = False

    def read(self, prompter: Prompter, tally: Tally) -> None:
        """All is read."""
        self.read_all = True

    def answer(self, prompter: Prompter, number: int) -> Answer:
        """What the documents say."""
        return Answer("", "what was read", found=True)

    def passages(self) -> Iterator[Passage]:
        """None."""
        return iter(())

    def close(self) -> None:
        """Nothing is kept."""
        self.closed = True


@pytest.fixture
def folder() -> Folder:
    """The user's."""
    return Folder(directory())


def answered(
    folder: Folder, question: str, says: float, *, fresh: bool = False
) -> tuple[Answer, Tally, Reads]:
    """A question of the last session, by a model that finds its sentences to say so much."""
    engine = ScriptedEngine(lambda _: "Answer: Anna Roy", judge=lambda _: says)
    job, _ = job_for("", engine)
    job = replace(
        job, request=replace(job.request, questions=(question,), quiet=False, fresh=fresh)
    )
    reading, tally = Reads(), Tally(1)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    with closing(Store.open(folder.find("last"))) as store:
        remembered = Remembered(job, store, reading)
        remembered.read(prompter, tally)
        answer = remembered.answer(prompter, 0)
        remembered.close()
    assert reading.closed
    return answer, tally, reading


def test_what_memory_says_is_not_read_again(folder: Folder) -> None:
    """The answer has the places of what memory holds."""
    Run(folder).read(document(20)).ended()
    answer, tally, reading = answered(folder, "Who keeps the lamp?", 3.0)
    assert answer.text == "Anna Roy"
    assert answer.places
    assert tally.remembered == folder.find("last").stem
    assert not reading.read_all


@pytest.mark.parametrize(
    ("question", "says", "why"),
    [
        ("Who keeps the lamp?", -9.0, "in memory does not say"),
        ("How many lamps are there?", 3.0, "counted or listed"),
    ],
)
def test_what_memory_does_not_say_is_read(
    folder: Folder, question: str, says: float, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And said so."""
    Run(folder).read(document(20)).ended()
    answer, tally, reading = answered(folder, question, says)
    assert reading.read_all
    assert answer.text == "what was read"
    assert tally.remembered is None
    assert why in capsys.readouterr().err


def test_a_reading_that_came_to_no_end_is_not_asked(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it has in memory may not be what there is."""
    Run(folder).read(document(20), 6).ended(whole=False)
    assert answered(folder, "Who keeps the lamp?", 3.0)[2].read_all
    assert "has not read all of it" in capsys.readouterr().err
    Run(folder).read(document(20), 3)
    assert answered(folder, "Who keeps the lamp?", 3.0)[2].read_all, "it goes on"


def test_fresh_asks_no_memory(folder: Folder) -> None:
    """It reads from the start."""
    Run(folder).read(document(20)).ended()
    assert answered(folder, "Who keeps the lamp?", 3.0, fresh=True)[2].read_all


def test_of_a_stream_that_was_not_read_whole_less_is_there(folder: Folder) -> None:
    """Where it was stopped, it says so; where only the best was kept, it cannot be read again."""
    for skim in (None, 0.1):
        run = Run(folder, fresh=True)
        stream = replace(about(), streams=("doc.txt",), settings={"skim": skim})
        run.journal = Journal(folder, stream, fresh=True)
        run.read(document(20), 6).ended(whole=False)
        asked = replace(request(), session=run.journal.id)
        if skim:
            with pytest.raises(SessionError, match="only a part is kept"), session_of(asked):
                pass
        else:
            with session_of(asked) as (_, store):
                assert store
                assert KeptSource(store, "doc.txt").report.cut_short


def test_a_document_that_has_changed_is_read(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Memory is of what it was."""
    path = tmp_path / "doc.txt"
    path.write_text(document(20))
    found = path.stat()
    now = replace(about(), sources=(str(path),), stamps=((found.st_size, found.st_mtime_ns),))
    run = Run(folder)
    run.journal = Journal(folder, now)
    run.read(document(20)).ended()
    assert not answered(folder, "Who keeps the lamp?", 3.0)[2].read_all
    path.write_text(document(21))
    assert answered(folder, "Who keeps the lamp?", 3.0)[2].read_all
    assert "doc.txt has changed" in capsys.readouterr().err


def test_the_documents_and_the_model_are_those_of_the_session(folder: Folder) -> None:
    """Unless another model is asked for."""
    run = Run(folder)
    run.journal = Journal(folder, replace(about(), model="tiny"))
    run.read(document(8)).ended()
    asked = replace(request(), session="last", model="default")
    with session_of(asked) as (wanted, store):
        assert (wanted.sources, wanted.model) == (("/doc.txt",), "tiny")
        assert store
    with session_of(replace(asked, model="other")) as (wanted, _):
        assert wanted.model == "other"
    with session_of(request()) as (wanted, store):
        assert (wanted, store) == (request(), None)
    with pytest.raises(SessionError), session_of(replace(asked, session="none")):
        pass


def test_a_stream_is_read_again_from_its_session(folder: Folder) -> None:
    """As it was."""
    run = Run(folder)
    run.journal = Journal(folder, replace(about(), streams=("doc.txt",)))
    run.read(document(20)).ended()
    with closing(Store.open(folder.find("last"))) as store:
        source = KeptSource(store, "doc.txt")
        assert list(source.passages()) == list(passages_of(document(20)))
        assert source.progress == 1.0
        assert source.report.bytes_read == len(document(20))
        assert source.report.complete


def test_of_files_and_streams_each_is_read_where_it_is(folder: Folder, tmp_path: Path) -> None:
    """The file as it is now, the stream as it was kept."""
    file = tmp_path / "file.txt"
    file.write_text("New.\n")
    run = Run(folder)
    both = replace(
        about(),
        sources=(str(file), "-"),
        names=(str(file), "-"),
        stamps=((1, 1), None),
        streams=("doc.txt",),
    )
    run.journal = Journal(folder, both)
    run.read(document(8)).ended()
    asked = replace(request(), session="last")
    with session_of(asked) as (wanted, store):
        assert store
        documents = documents_of(store, wanted, lambda name: open_source(name, io.BytesIO()))
        text = "".join(passage.text for passage in documents.passages())
    assert text == "New.\n" + document(8)


def test_memory_is_asked_though_its_documents_are_gone(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are needed for nothing else, but quotations are not looked up then."""
    path = tmp_path / "doc.txt"
    gone = replace(about(), sources=(str(path),), names=(str(path),), stamps=((1, 1),))
    run = Run(folder)
    run.journal = Journal(folder, gone)
    run.read(document(20)).ended()
    answer, tally, reading = answered(folder, "Who keeps the lamp?", 3.0)
    assert (answer.text, reading.read_all) == ("Anna Roy", False)
    with session_of(replace(request(), session="last")) as (wanted, store):
        assert store
        documents = documents_of(store, wanted, lambda name: open_source(name, io.BytesIO()))
        assert documents.reports[0].kind == "gone"
        with pytest.raises(SourceError, match="no such file"):
            list(documents.passages())
    assert tally.remembered
    assert "has changed" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [{"names": ()}, {"questions": ()}, {"heads": 0}, {"started": 1e300}]
)
def test_what_mhm_would_not_have_written_is_damaged(folder: Folder, wrong: dict[str, Any]) -> None:
    """And refused before anything is made of it."""
    run = Run(folder).read(document(3)).ended()
    del run
    (path,) = folder.sessions()
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE about SET about = ?", (as_text(replace(about(), **wrong)),))
        database.commit()
    with pytest.raises(SessionError):
        Store.open(path)


def test_notes_of_two_questions_are_worth_what_they_are_to_their_own() -> None:
    """Their questions may have other numbers of words, and their likelihoods other means."""
    memories = [
        memory_of("Who keeps it?", {"the light": -3.0, "the sea": -5.0}),
        memory_of("At what hour of the day does the ferry go?", {"at nine": -7.0, "a hat": -9.0}),
    ]
    joined = _together(memories)
    notes = [note for memory in memories for head in memory.heads for note in head.notes]
    own = {note.text: memory.worth(note) for memory in memories for note in notes_of(memory)}
    ranked = sorted(notes_of(joined), key=joined.worth)
    assert [note.text for note in ranked] == sorted(own, key=own.__getitem__)
    assert _together(memories[:1]) is memories[0]
    assert len(notes) == len(ranked) == 4


def memory_of(question: str, likelihoods: Mapping[str, float]) -> Memory:
    """A memory that has seen these passages, and kept them."""
    memory, query = Memory.empty(1, 100), Query.of(question)
    notes = []
    for text, likelihood in likelihoods.items():
        signals = Signals.of(likelihood, query, text)
        memory = memory.saw(memory.seen.after(signals))
        notes.append(Note(text, signals=signals))
    return memory.write(0, tuple(notes), 10, 0)


def notes_of(memory: Memory) -> list[Note]:
    return [note for head in memory.heads for note in head.notes]


def test_a_larger_memory_than_there_is_room_for_is_asked_in_part() -> None:
    """What shares words with the question goes first."""
    notes = tuple(Note(f"The {word} of the keeper. " * 9) for word in ("lamp", "boat", "hat"))
    evidence = fitting(Evidence(notes), "Where is the boat?", words_in, 50)
    assert [note.text for note in evidence.notes] == [notes[1].text]
    assert fitting(Evidence(notes), "Where is the boat?", words_in, 500).notes == notes
    assert len(fitting(Evidence(notes), "Where is the boat?", words_in, 20).notes[0].text) < 130


def words_in(text: str) -> int:
    return len(text.split())
