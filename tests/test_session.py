"""Sessions: what was finished is on disk, and a run that goes on ends as one that never stopped."""

from __future__ import annotations

import io
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.answer import Answer
from mhmcli.chunk import Chunk, cut
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import SessionError
from mhmcli.memory import Memory, Note
from mhmcli.memory_kind import MemoryKind
from mhmcli.presets import preset
from mhmcli.prompter import Prompter
from mhmcli.quotes import find
from mhmcli.reader import ChunkOpened, Lane, Step
from mhmcli.session import (
    About,
    Folder,
    Journal,
    KeptSource,
    Store,
    Turn,
    at_place,
    database,
    played,
    why,
)
from mhmcli.session import store as store_room
from mhmcli.source import Passage, Place
from mhmcli.source.text import TextSource
from mhmcli.write import Outcome

QUESTIONS = ("Who keeps the red lamp?", "What does the ferry cost?")
HEADS, HEAD_TOKENS = 2, 60
KEY = "ab" * 32
FACTS = (
    "Anna Roy keeps the red lamp.",
    "The ferry costs two shillings.",
    "Old Bain kept the lamp before her.",
    "On Sundays the ferry costs nothing.",
)


def document(sentences: int, *, change: int | None = None) -> str:
    """So many sentences of some words each, a fact here and there; one of them may be another."""
    told = [
        FACTS[n // 3 % len(FACTS)] if n % 3 == 0 else f"Year {n} was dull and the hay was dear."
        for n in range(sentences)
    ]
    if change is not None:
        told[change] = "All this was found to be wrong."
    return "\n\n".join(told) + "\n\n"


def passages_of(text: str) -> Iterator[Passage]:
    return TextSource("doc.txt", io.BytesIO(text.encode())).passages()


def chunks_of(text: str) -> Iterator[Chunk]:
    cut_anew = cut(passages_of(text), 24, ScriptedEngine([]).count)
    return (chunk.numbered(chunk.index) for chunk in cut_anew)


def telling(prompt: str) -> float:
    """How much a part has to do with lamps and ferries."""
    return float(prompt.count("lamp") + prompt.count("ferry")) - 2.0


def reply(prompt: str) -> str:
    """What a writer is told of a part: its facts."""
    part = prompt.rpartition("<part>")[2]
    return " ".join(fact for fact in FACTS if fact in part) or "NONE"


def about(memory: MemoryKind = MemoryKind.SCORING, key: str = KEY) -> About:
    return About(
        key,
        ("/doc.txt",),
        ("doc.txt",),
        QUESTIONS,
        "default",
        memory.value,
        HEADS,
        HEAD_TOKENS,
        0.0,
        "test",
    )


class Run:
    """A run of the loop with a journal, as the command line does it."""

    def __init__(
        self,
        folder: Folder | None,
        memory: MemoryKind = MemoryKind.SCORING,
        key: str = KEY,
        *,
        fresh: bool = False,
    ) -> None:
        self.journal = Journal(folder, about(memory, key), fresh=fresh)
        self.memories = about(memory).empty_memories()
        self.known = self.new = 0
        self.answers: Callable[[str], str] = reply
        self._memory = memory

    def read(self, text: str, most: int | None = None) -> Run:
        """The document is read, at most so many new steps of it."""
        past = self.journal.past(chunks_of(text))
        for step in past.steps():
            self.known += 1
            self.memories[step.lane] = step.memory
        self.journal.settle(past)
        self.was_all_known = past.is_all
        chosen = preset(self._memory)
        lanes = [
            Lane(question, memory, chosen.selector, chosen.writer)
            for question, memory in zip(QUESTIONS, self.memories, strict=True)
        ]
        engine = ScriptedEngine(self.answers, judge=telling, likely=telling)
        prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        events = past.read_on(lanes, prompter=prompter)
        for step in islice((event for event in events if isinstance(event, Step)), most):
            self.journal.take(step)
            self.new += 1
            self.memories[step.lane] = step.memory
        return self

    def killed(self) -> None:
        """The process is gone: nothing is closed, and its lock is free."""
        assert self.journal._lock is not None
        self.journal._lock.release()

    def ended(self, *, whole: bool = True) -> Run:
        """The run has come to its end, and has read all or not."""
        self.journal.is_whole = whole
        self.journal.end("answered")
        return self


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "sessions")


MEMORIES = pytest.mark.parametrize(
    "memory", [MemoryKind.SCORING, MemoryKind.APPEND, MemoryKind.MHM_LRU]
)


@MEMORIES
@settings(max_examples=20)
@given(st.lists(st.integers(0, 12), max_size=4))
def test_interrupted_and_resumed_is_uninterrupted(
    memory: MemoryKind, tmp_path_factory: pytest.TempPathFactory, stops: list[int]
) -> None:
    """Wherever it is killed, also between two questions of a chunk: no step is taken twice, and the
    memories are the same."""
    folder = Folder(tmp_path_factory.mktemp("sessions"))
    text = document(20)
    whole = Run(None, memory).read(text)
    taken = 0
    for most in stops:
        run = Run(folder, memory).read(text, most)
        assert run.known == taken
        taken += run.new
        if run.journal.id:
            run.killed()
    last = Run(folder, memory).read(text).ended()
    assert last.known == taken
    again = Run(folder, memory).read(text).ended()
    assert (again.new, again.was_all_known) == (0, True)
    assert last.known + last.new == whole.new
    assert last.memories == whole.memories
    assert chunks_noted(last) == chunks_noted(whole)


def chunks_noted(run: Run) -> list[int]:
    """The numbers of the chunks that the notes of all heads were written from."""
    notes = [n for memory in run.memories for head in memory.heads for n in head.notes]
    chunks = [place.chunk for note in notes for place in note.places]
    assert None not in chunks
    assert len(set(chunks)) > 1
    return [chunk for chunk in chunks if chunk is not None]


@MEMORIES
def test_a_document_that_has_grown_is_read_from_where_it_ended(
    memory: MemoryKind, folder: Folder
) -> None:
    """The last chunk is another now, and all before it are known."""
    first = Run(folder, memory).read(document(9)).ended()
    second = Run(folder, memory).read(document(14)).ended()
    assert second.known >= first.new - len(QUESTIONS)
    assert second.memories == Run(None, memory).read(document(14)).memories
    assert len(folder.sessions()) == 1


def test_a_document_that_has_changed_is_read_from_where_it_differs(folder: Folder) -> None:
    """In a session of its own: the old one stays what it was."""
    Run(folder).read(document(20)).ended()
    (old,) = folder.sessions()
    run = Run(folder).read(document(20, change=10)).ended()
    assert 0 < run.known < run.known + run.new
    assert run.memories == Run(None).read(document(20, change=10)).memories
    assert len(folder.sessions()) == 2
    again = Run(folder).read(document(20, change=10)).ended()
    assert again.new == 0, "what was copied and what was read are one"
    store = Store.open(old)
    assert store.chunks == len(list(chunks_of(document(20))))
    store.close()


def test_a_document_that_has_become_shorter_is_not_taken_for_the_longer_one(
    folder: Folder,
) -> None:
    """What is known of its rest is no part of it."""
    Run(folder).read(document(20)).ended()
    run = Run(folder).read(document(8)).ended()
    assert run.memories == Run(None).read(document(8)).memories


def test_another_document_under_the_same_name_has_a_session_of_its_own(folder: Folder) -> None:
    """As two pipes have; each goes on with its own."""
    texts = document(12), "Something else.\n\n" + document(12)
    for text in texts:
        Run(folder).read(text, 6).ended()
    for text in texts:
        run = Run(folder).read(text).ended()
        assert run.known == 6
        assert run.memories == Run(None).read(text).memories
    assert len(folder.sessions()) == 2


def test_fresh_starts_over(folder: Folder) -> None:
    """And leaves the other session alone."""
    Run(folder).read(document(8)).ended()
    fresh = Run(folder, fresh=True).read(document(8)).ended()
    assert (fresh.known, fresh.was_all_known) == (0, False)
    assert len(folder.sessions()) == 2


def test_other_questions_or_settings_are_another_session(folder: Folder) -> None:
    """They would take other steps."""
    Run(folder).read(document(8)).ended()
    assert Run(folder, key="cd" * 32).read(document(8)).ended().known == 0


def test_a_session_that_another_run_writes_to_is_left_to_it(folder: Folder) -> None:
    """The second run has one of its own, and says so."""
    first = Run(folder).read(document(8), 3)
    second = Run(folder).read(document(8)).ended()
    assert second.known == 0
    assert "another run" in second.journal.notices[0]
    assert first.journal.id != second.journal.id


def cut_off(path: Path) -> None:
    """The end of the file is lost."""
    path.write_bytes(path.read_bytes()[:9000])


def pragma(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute(statement)
        opened.commit()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_bytes(b"no database" * 900), "not a database"),
        (cut_off, "malformed"),
        (lambda path: pragma(path, "PRAGMA user_version = 99"), "a newer version's"),
        (lambda path: pragma(path, "PRAGMA user_version = 0"), "an older version's"),
        (lambda path: pragma(path, "PRAGMA application_id = 7"), "no session of mhm"),
        (lambda path: pragma(path, "UPDATE steps SET outcome = 'sang'"), "sang"),
        (lambda path: pragma(path, "UPDATE about SET about = '{}'"), "damaged"),
        (lambda path: pragma(path, "DELETE FROM about"), "does not say"),
        (lambda path: pragma(path, "UPDATE steps SET lane = lane + 3"), "other questions"),
        (lambda path: pragma(path, "UPDATE steps SET notes = '[-1]' WHERE chunk = 0"), "cannot be"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"CREATE", b"CR\xd4ATE")), ""),
    ],
)
def test_a_session_that_cannot_be_read_is_passed_over(
    folder: Folder, spoil: Callable[[Path], None], why: str
) -> None:
    """And said so; the run has a new one, and ends as it should."""
    Run(folder).read(document(20)).ended()
    (path,) = folder.sessions()
    spoil(path)
    run = Run(folder).read(document(20)).ended()
    assert run.known == 0
    assert why in run.journal.notices[0]
    assert run.journal.trouble is None
    assert run.memories == Run(None).read(document(20)).memories
    with pytest.raises(SessionError) as caught:
        Store.open(path).check()
    assert caught.value.hint


def test_only_the_owner_may_read_it(folder: Folder) -> None:
    """The folder, the database, its log and its lock."""
    Run(folder).read(document(8), 3)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.path.iterdir()} == {0o600}


def test_the_document_is_not_in_it(folder: Folder) -> None:
    """But for what memory holds."""
    Run(folder, MemoryKind.APPEND).read(document(20)).ended()
    (path,) = folder.sessions()
    whole = path.read_bytes()
    assert b"red lamp" in whole
    assert b"Year 14" not in whole


def test_where_nothing_can_be_written_the_run_goes_on(tmp_path: Path) -> None:
    """It says why nothing is kept."""
    (tmp_path / "file").write_text("no folder")
    run = Run(Folder(tmp_path / "file" / "sessions")).read(document(8)).ended()
    assert "Not a directory" in (run.journal.trouble or "")
    assert run.memories == Run(None).read(document(8)).memories


def test_a_full_disk_keeps_what_was_finished(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on to its end, and the next one from where there was no more room."""
    text = document(200)
    made = database.made

    def small(path: Path, about: str) -> sqlite3.Connection:
        found = made(path, about)
        found.execute("PRAGMA max_page_count = 20")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(store_room, "made", small)
        first = Run(folder).read(text).ended()
    whole = Run(None).read(text)
    assert "full" in (first.journal.trouble or "")
    assert first.memories == whole.memories
    second = Run(folder).read(text).ended()
    assert 0 < second.known < whole.new
    assert second.memories == whole.memories


def test_answers_and_runs_are_told_again(folder: Folder) -> None:
    """What was asked, what was answered, and how each run ended."""
    run = Run(folder).read(document(8), 3)
    run.ended()
    run = Run(folder).read(document(8))
    run.journal.answered([Answer(QUESTIONS[0], "Anna Roy", found=True)])
    run.ended()
    store = Store.open(folder.find("last"))
    assert store.about.questions == QUESTIONS
    assert store.answers()[0].text == "Anna Roy"
    assert [run.how for run in store.runs()] == ["answered", "answered"]
    assert store.tokens == sum(chunk.text_tokens for chunk in chunks_of(document(8)))
    store.close()


def test_a_stream_is_kept_whole(folder: Folder) -> None:
    """Nobody can read it again."""
    journal = Journal(folder, replace(about(), streams=("doc.txt",)))
    run = Run(folder)
    run.journal = journal
    run.read(document(20)).ended()
    store = Store.open(folder.find("last"))
    assert list(store.texts()) == list(chunks_of(document(20)))
    store.close()


def test_sessions_are_found_by_parts_of_their_names(folder: Folder) -> None:
    """By the beginning, by the end, and the last one that was written to."""
    for key in ("ab" * 32, "cd" * 32):
        Run(folder, key=key).read(document(3)).ended()
    assert folder.find("abababab").stem.endswith("-abababab")
    assert folder.find("last").stem.endswith("-cdcdcdcd")
    with pytest.raises(SessionError, match="2 sessions are called 20"):
        folder.find("20")
    for name in ("", "none", "*"):
        with pytest.raises(SessionError, match="no session"):
            folder.find(name)


def test_a_session_is_removed_with_all_of_its_files(folder: Folder) -> None:
    """But not while a run writes to it."""
    run = Run(folder).read(document(8), 3)
    (path,) = folder.sessions()
    with pytest.raises(SessionError, match="being written to"):
        folder.remove(path)
    run.ended()
    assert folder.remove(path) > 0
    assert list(folder.path.iterdir()) == []


def test_a_session_can_be_read_while_a_run_writes_to_it(folder: Folder) -> None:
    """As far as it is."""
    run = Run(folder).read(document(8), 3)
    store = Store.open(folder.find("last"))
    assert len([step for known in store.known() for step in known.steps]) == 3
    store.close()
    run.ended()


def test_a_session_is_played_as_it_was(folder: Folder) -> None:
    """Every step, in order, on the memory that it found; none is taken to have lasted for days."""
    times = iter([0.0, *(10.0 * n for n in range(1, 5)), *(1e6 + n for n in range(1000))])
    run = Run(folder)
    run.journal = Journal(folder, about(), now=lambda: next(times))
    run.read(document(12)).ended()
    with closing(Store.open(folder.find("last"))) as store:
        events = list(played(store))
        memories = store.memories()
    steps = [event for _, event in events if isinstance(event, Step)]
    assert len(steps) == run.new
    assert [step.memory for step in steps[-2:]] == run.memories == memories
    assert {step.lane for step in steps} == {0, 1}
    assert len([event for _, event in events if isinstance(event, ChunkOpened)]) == run.new / 2
    assert max(took for took, _ in events) <= 20.0
    assert 20.0 <= sum(took for took, _ in events) < 1000.0


def test_why_tells_how_a_fact_came_and_went(folder: Folder) -> None:
    """Into a head, reworded there, out of it; each head of each question by itself."""
    replies = iter(
        ["Mr. Roy keeps the red lamp.", "NONE", "Roy, a Mr., keeps the red lamp, since 1843."]
        + ["The hay was dear."] * 20
    )
    run = Run(folder, MemoryKind.MONOLITHIC)
    run.answers = lambda prompt: next(replies) if QUESTIONS[0] in prompt else "NONE"
    run.read(document(20)).ended()
    with closing(Store.open(folder.find("last"))) as store:
        moments = list(why(store, "Mr. Roy keeps the red lamp."))
        assert not list(why(store, "The ferry costs nothing on Mondays."))
    assert [moment.turn for moment in moments] == [Turn.ENTERED, Turn.REWORDED, Turn.LEFT]
    assert [moment.number for moment in moments[:2]] == [0, 2]
    assert moments[1].wording == "Roy, a Mr., keeps the red lamp, since 1843."


def test_what_stands_in_a_verbatim_head_is_not_reworded(folder: Folder) -> None:
    """Another line of a log is another line."""
    Run(folder).read(document(20)).ended()
    with closing(Store.open(folder.find("last"))) as store:
        told = list(why(store, "Anna Roy keeps the red lamp."))
        assert {moment.turn for moment in told} <= {Turn.ENTERED, Turn.LEFT}
        assert told
        assert not list(why(store, "Anna Roy keeps the red lamp well."))


def test_a_text_that_no_head_took_is_told_by_its_place(folder: Folder) -> None:
    """What was done with the chunk that it stands in."""
    Run(folder, MemoryKind.APPEND).read(document(20)).ended()
    with closing(Store.open(folder.find("last"))) as store:
        places = find(["Year 14 was dull and the hay was dear."], passages_of(document(20)))
        passed = list(at_place(store, places.values()))
    assert [one.lane for one in passed] == [0, 1]
    assert {one.outcome for one in passed} == {Outcome.NOTHING_NEW}


def test_what_was_looked_up_after_the_reading_is_there_too(folder: Folder) -> None:
    """In memory, and in what became of it; a run that goes on looks for it anew."""
    run = Run(folder).read(document(8))
    note = Note("Anna Roy dwells at Port Zeal.", (Place("doc.txt", line=40),))
    followed = [memory.write(1, (note,), 6, 99) for memory in run.memories]
    run.journal.followed(followed)
    run.ended()
    with closing(Store.open(folder.find("last"))) as store:
        assert [memory.heads for memory in store.memories()] == [m.heads for m in followed]
        moments = list(why(store, "dwells at Port Zeal"))
    assert [(m.number, m.lane, m.head, m.turn) for m in moments] == [
        (None, 0, 1, Turn.ENTERED),
        (None, 1, 1, Turn.ENTERED),
    ]
    assert moments[0].place.line == 40
    again = Run(folder).read(document(8))
    again.ended()
    with closing(Store.open(folder.find("last"))) as store:
        assert store.memories() == again.memories


def test_names_need_be_no_unicode(folder: Folder) -> None:
    """A file may be called anything, and a question may come from anywhere."""
    odd = "caf\udce9.txt"
    run = Run(folder)
    strange = replace(about(), sources=(odd,), names=(odd,), questions=(f"{odd}?", "What?"))
    run.journal = Journal(folder, strange)
    run.read(document(8))
    run.journal.answered([Answer(odd, odd, found=True, places=(Place(odd),))])
    run.ended()
    assert run.journal.trouble is None
    with closing(Store.open(folder.find("last"))) as store:
        assert store.about.questions == strange.questions
        assert store.answers()[0].places == (Place(odd),)


def test_who_looks_at_a_session_does_not_write_to_it(folder: Folder) -> None:
    """The last one stays the last one."""
    for key in ("ab" * 32, "cd" * 32):
        Run(folder, key=key).read(document(3)).ended()
    last = folder.find("last")
    with closing(Store.open(folder.find("abababab"))) as store:
        store.check()
    assert folder.find("last") == last


def test_a_folder_that_cannot_be_written_to_can_be_read(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no place for an index of the log."""
    Run(folder).read(document(8)).ended()
    monkeypatch.setattr("os.access", lambda *_: False)
    with closing(Store.open(folder.find("last"))) as store:
        store.check()
    assert {path.suffix for path in folder.path.iterdir()} == {".db", ".lock"}


def test_a_session_from_elsewhere_is_written_to_as_any_other(
    folder: Folder, tmp_path: Path
) -> None:
    """While somebody reads it."""
    Run(folder).read(document(8), 3).ended()
    (path,) = folder.sessions()
    with closing(Store.open(path)) as store:
        store.save_as(tmp_path / "moved")
    path.unlink()
    (tmp_path / "moved").rename(path)
    with closing(Store.open(path)) as reader:
        next(reader.known())
        run = Run(folder).read(document(8)).ended()
    assert run.known == 3
    assert run.journal.trouble is None


def test_what_was_answered_without_a_reading_has_one_session(folder: Folder) -> None:
    """However often it is asked."""
    for _ in range(3):
        journal = Journal(folder, about())
        journal.answered([Answer(QUESTIONS[0], "Anna Roy", found=True)])
        journal.end("answered")
    (path,) = folder.sessions()
    with closing(Store.open(path)) as store:
        assert len(store.runs()) == 3


def test_a_file_of_a_run_that_was_killed_at_once_is_gone(folder: Folder) -> None:
    """It has nothing in it, and nobody is to hear of it."""
    Run(folder).read(document(3)).ended()
    (path,) = folder.sessions()
    path.write_bytes(b"")
    run = Run(folder).read(document(3)).ended()
    assert run.journal.notices == []
    with closing(Store.open(folder.find("last"))) as store:
        assert store.chunks > 0


def test_stamps_are_those_of_the_last_run(folder: Folder) -> None:
    """A document that grew between two runs has not changed since the second."""
    for stamp in ((1, 1), (2, 2)):
        run = Run(folder)
        run.journal = Journal(folder, replace(about(), stamps=(stamp,)))
        run.read(document(8)).ended()
    with closing(Store.open(folder.find("last"))) as store:
        assert store.about.stamps == ((2, 2),)
        assert store.is_whole


def test_who_stops_while_it_answers_has_read_all(folder: Folder) -> None:
    """What the journal was told stays true."""
    run = Run(folder).read(document(8))
    run.journal.is_whole = True
    run.journal.end("stopped")
    with closing(Store.open(folder.find("last"))) as store:
        assert store.is_whole


def test_of_a_stream_its_members_are_kept_too(folder: Folder) -> None:
    """An archive may come through a pipe; a file of which the name begins so is no part of it."""
    journal = Journal(folder, replace(about(), streams=("<stdin>",)))
    for n, name in enumerate(("<stdin>/logs/a.txt", "<stdin>/b.txt", "<stdin>-not")):
        place = Place(name, line=1, chunk=n)
        chunk = Chunk(n, (Passage(f"line {n}\n", place),), 3)
        memory = Memory.empty(1, 10).keep(0, n)
        for lane in range(len(QUESTIONS)):
            journal.take(Step(chunk, lane, 0, memory, Outcome.NOTHING_NEW, ""))
    journal.is_whole = True
    journal.end("answered")
    with closing(Store.open(folder.find("last"))) as store:
        kept = KeptSource(store, "<stdin>")
        assert [passage.text for passage in kept.passages()] == ["line 0\n", "line 1\n"]
        assert kept.report.cut_short is None


def test_who_reads_a_session_again_does_not_make_it_part_of_one(folder: Folder) -> None:
    """The same question of the same stream goes on in the session that is read."""
    run = Run(folder)
    run.journal = Journal(folder, replace(about(), streams=("doc.txt",)))
    run.read(document(8)).ended()
    with closing(Store.open(folder.find("last"))) as store:
        kept = KeptSource(store, "doc.txt")
        again = Run(folder)
        again.journal = Journal(folder, replace(about(), streams=("doc.txt",)))
        again.read(document(8))
        assert not store.is_whole
        assert kept.report.cut_short is None
