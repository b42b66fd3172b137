"""Provisional answers: from a scan, and again from what memory holds while the rest is read."""

from __future__ import annotations

import io
import itertools
import os
import re
import subprocess
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from mhmcli import prompts
from mhmcli.cli import partial as room
from mhmcli.cli.limits import Deadline, Share
from mhmcli.cli.partial import Proven, Skim
from mhmcli.cli.reading import Job, Whole
from mhmcli.cli.request import Request
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import SourceError
from mhmcli.memory import Memory
from mhmcli.prompter import Prompter
from mhmcli.reader import Event, Step
from mhmcli.receipt import Tally
from mhmcli.session import About, Journal
from mhmcli.sizes import Sizes
from mhmcli.source import Documents, Passage, Source, open_source
from mhmcli.source.text import TextSource
from mhmcli.view import Doing, NoView, RunState

QUESTION = "Who mends the red lamp?"
DECOY = "The red lamp was bought by a man who mends nets.\n\n"
FACT = "Anna Roy sees to the crimson light whenever it fails.\n\n"
FILLER = "The road to the ford was as bad as ever, and hay was dear that year.\n\n"
SIZES = Sizes(40, 2, 120, 0, 64, 4096)


def request() -> Request:
    return Request(
        sources=("doc.txt",),
        questions=(QUESTION,),
        model="",
        history=False,
        offline=True,
        quiet=True,
    )


def no_journal() -> Journal:
    """Nothing is written down."""
    about = About(
        "", (), (), (QUESTION,), "", "scoring", SIZES.heads, SIZES.head_tokens, 0.0, "test"
    )
    return Journal(None, about)


def answering(prompt: str) -> str:
    """From what it is shown."""
    return f"Answer: {'Anna Roy' if FACT.strip() in prompt else 'a man who mends nets'}"


def telling(prompt: str) -> float:
    """Of a part, whether it is the fact; notes are always taken to hold the answer."""
    part = re.search(r"<part>\n(.*?)\n</part>", prompt, re.DOTALL)
    return 3.0 if part is None or "Anna Roy" in part[1] else -3.0


class Watch(NoView):
    """Every provisional answer that was shown, and what the run was at."""

    def __init__(self, state: RunState) -> None:
        self.seen: dict[str, None] = {}
        self.did: set[Doing] = set()
        self._state = state

    def update(self) -> None:
        """Whenever something changed."""
        self.did.add(self._state.doing)
        self.seen.update(dict.fromkeys(answer.text for answer in self._state.provisional))


def job_for(text: str, engine: ScriptedEngine) -> tuple[Job, Watch]:
    """A document of that text, a question, and who watches."""
    documents = Documents([TextSource("doc.txt", io.BytesIO(text.encode()))])
    empty = Memory.empty(SIZES.heads, SIZES.head_tokens)
    state = RunState((QUESTION,), [empty], lambda: documents.progress)
    watch = Watch(state)
    return Job(request(), documents, SIZES, engine.count, state, watch, no_journal()), watch


def proven(text: str) -> tuple[Proven, Watch, Prompter]:
    engine = ScriptedEngine(answering, judge=telling, likely=lambda prompt: telling(prompt) + 3.0)
    job, watch = job_for(text, engine)
    return Proven(job), watch, Prompter(engine, prompts.SYSTEM, Sampling())


def test_a_provisional_answer_is_overturned_while_the_rest_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The scan has what shares the words; what only the model sees comes with the reading."""
    monkeypatch.setattr(room, "_RENEW_TOKENS", 400)
    reading, watch, prompter = proven(DECOY + FILLER * 30 + FACT + FILLER * 60)
    reading.read(prompter, Tally(1))
    assert list(watch.seen) == ["a man who mends nets", "Anna Roy"]
    assert Doing.RENEWING in watch.did
    assert Doing.ANSWERING not in watch.did, "that is for the end"
    assert reading.answer(prompter, 0).text == "Anna Roy"
    reading.close()


def test_the_share_that_the_model_read_is_known_while_it_reads() -> None:
    """Of what was scanned before; all at the end."""
    shares: list[float] = []

    class Watched(Tally):
        def take(self, event: Event) -> None:
            shares.append(self.share_read or 0.0)
            super().take(event)

    reading, _, prompter = proven(DECOY + FILLER * 30 + FACT)
    tally = Watched(1)
    reading.read(prompter, tally)
    reading.close()
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert any(0.2 < share < 0.8 for share in shares)
    assert tally.share_read == 1.0


def test_near_the_end_no_answer_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer itself is nearer."""
    monkeypatch.setattr(room, "_RENEW_TOKENS", 400)
    reading, watch, prompter = proven(DECOY + FACT + FILLER * 30)
    reading.read(prompter, Tally(1))
    assert list(watch.seen) == ["a man who mends nets"]
    reading.close()


def test_a_short_document_is_read_before_an_answer_would_be_renewed() -> None:
    """A provisional answer costs as much as a few hundred tokens."""
    reading, watch, prompter = proven(DECOY + FILLER * 30 + FACT)
    tally = Tally(1)
    reading.read(prompter, tally)
    assert list(watch.seen) == ["a man who mends nets"]
    assert tally.share_read == 1.0
    reading.close()


def skimmed(source: Source, limit: Deadline) -> Tally:
    """What is counted of a skim of the source."""
    engine = ScriptedEngine(answering, judge=telling)
    job, _ = job_for("", engine)
    documents = Documents([source])
    reading, tally = Skim(replace(job, documents=documents), limit), Tally(1)
    reading.read(Prompter(engine, prompts.SYSTEM, Sampling()), tally)
    reading.close()
    documents.close()
    assert documents.reports[0].cut_short == "no time to look at the rest"
    return tally


def test_a_pipe_without_an_end_does_not_outlast_the_budget() -> None:
    """Half of the time is for reading; what came until then is not taken for all."""
    limit = Deadline(0.4, 1, started=time.monotonic())
    with subprocess.Popen(["yes", FILLER], stdout=subprocess.PIPE) as endless:
        pipe = cast(BinaryIO, endless.stdout)
        tally = skimmed(open_source("-", pipe, waiting_s=limit.waiting_s), limit)
        endless.terminate()
    assert tally.chunks > 0
    assert tally.share_read is None, "nobody knows how long it is"


def test_a_pipe_that_says_nothing_more_does_not_outlast_the_budget() -> None:
    """`tail -f` stays open: all that came in time is looked at."""
    reading_end, writing_end = os.pipe()
    os.write(writing_end, (FILLER * 3 + DECOY).encode())
    limit = Deadline(0.2, 1, started=time.monotonic())
    with os.fdopen(reading_end, "rb") as stream:
        tally = skimmed(open_source("-", stream, waiting_s=limit.waiting_s), limit)
    os.close(writing_end)
    assert tally.scanned == 4
    assert tally.chunks > 0
    assert tally.share_read is None


@pytest.mark.parametrize("sentences", [2, 40])
def test_a_passage_is_not_begun_that_there_is_no_time_for(sentences: int) -> None:
    """However long it is. Here ten tokens take a second, whatever they are."""
    engine = ScriptedEngine(answering, judge=telling)

    def clock() -> float:
        return engine.fed_tokens / 10

    days = range(4000 // sentences)
    text = "".join(f"Rain fell on day {n}. " * sentences + "\n\n" for n in days)
    documents = Documents([TextSource("doc.txt", io.BytesIO(text.encode()))])
    empty = Memory.empty(SIZES.heads, SIZES.head_tokens)
    state = RunState((QUESTION,), [empty], lambda: documents.progress, now=clock)
    job = Job(request(), documents, SIZES, engine.count, state, NoView(), no_journal())
    reading, tally = Skim(job, Deadline(2000, 1, started=0.0, now=clock)), Tally(1)
    reading.read(Prompter(engine, prompts.SYSTEM, Sampling()), tally)
    reading.close()
    left = 2000 - clock() - 2900 / 10
    assert 0 <= left <= (7 * sentences + 60) / 10
    assert 0 < (tally.share_read or 1) < 1


def test_what_passages_point_to_is_not_looked_up_for_ever() -> None:
    """Time goes by with each look at the clock: all is scanned, and little of it again."""
    seconds = itertools.count()
    limit = Deadline(10_000, 1, started=0.0, now=lambda: 20.0 * next(seconds))
    engine = ScriptedEngine(answering, judge=telling)
    job, _ = job_for(DECOY + FILLER * 120, engine)
    reading = Skim(job, limit)
    looked: list[Passage] = []
    kept = reading._spool.kept
    reading._spool.kept = lambda: (looked.append(p) or p for p in kept())  # type: ignore[method-assign,func-returns-value]
    reading.read(Prompter(engine, prompts.SYSTEM, Sampling()), Tally(1))
    reading.close()
    assert 0 < len(looked) < 60


def test_of_a_huge_file_what_there_is_time_for_is_looked_at(tmp_path: Path) -> None:
    """Here, two seconds go by at each look at the clock."""
    path = tmp_path / "huge.txt"
    path.write_text(FILLER * 300)
    limit = Deadline(200, 1, started=0.0, now=partial(next, itertools.count(0, 2)))
    source = open_source(str(path), io.BytesIO(), waiting_s=limit.waiting_s)
    tally = skimmed(source, limit)
    assert 30 < tally.scanned < 60
    assert 0 < (tally.share_read or 0) < 0.2


def test_what_is_read_at_an_unknown_pace_is_not_the_end() -> None:
    """Of short passages, or of those that an earlier run has read, several have to be read before
    it is known, and 25 seconds would not do for an answer at the usual pace."""
    engine = ScriptedEngine(answering, judge=telling)
    job, _ = job_for(FILLER * 5, engine)
    reading, tally = Skim(job, Deadline(25, 1, started=0.0, now=lambda: 0.0)), Tally(1)
    reading.read(Prompter(engine, prompts.SYSTEM, Sampling()), tally)
    reading.close()
    assert tally.chunks == 5


def test_a_view_does_not_change_what_a_chunk_is() -> None:
    """Also of a long paragraph: an earlier run that had none is gone on with."""
    long = "".join(f"On day {n} of the year, rain fell on the road. " for n in range(80)) + "\n\n"
    text = FILLER + long + FILLER * 3 + "Roy went home. " + long
    chunks: list[list[str]] = []
    for kind in (Whole, Proven):
        job, _ = job_for(text, ScriptedEngine(answering, judge=telling))
        reading, read = kind(job), list[str]()
        prompter = Prompter(ScriptedEngine(answering, judge=telling), prompts.SYSTEM, Sampling())

        class Watched(Tally):
            def take(self, event: Event, read: list[str] = read) -> None:
                if isinstance(event, Step):
                    read.append(event.chunk.text)
                super().take(event)

        reading.read(prompter, Watched(1))
        reading.close()
        chunks.append(read)
    assert chunks[0] == chunks[1]
    assert max(len(chunk) for chunk in chunks[0]) < len(long) / 2


def counted_in(text: str, share: float) -> str:
    """What a skim of so large a share answers to a question for a count."""
    engine = ScriptedEngine(["Answer: several"] * 9, judge=lambda p: 4.0 if "mends" in p else -4.0)
    job, _ = job_for(text, engine)
    job = replace(job, request=replace(job.request, questions=("How many men mend nets?",)))
    reading = Skim(job, Share(share))
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    reading.read(prompter, Tally(1))
    answer = reading.answer(prompter, 0)
    reading.close()
    return answer.text


def test_a_skim_of_all_counts() -> None:
    """One of less does not: there may be more."""
    said = ["a man mends it", "nobody is there", "it rains"]
    lines = [f"Jul {n % 28} net: {said[n % 3]}\n" for n in range(300)]
    assert counted_in("".join(lines), 1.0) == "100"
    assert counted_in("".join(lines), 0.4) == "several"


def test_what_there_was_no_room_to_keep_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was looked at once, and could not be chosen."""
    monkeypatch.setattr("mhmcli.spool.Spool.__init__.__defaults__", (2000, 0))
    reading, _, prompter = proven(FILLER * 50)
    tally = Tally(1)
    with pytest.raises(SourceError, match="no room for so much"):
        reading.read(prompter, tally)
    assert tally.scanned == 50
    assert 30 < tally.not_kept < 50
    reading.close()


def test_an_answer_is_not_renewed_from_the_same_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What memory holds has not changed since: the answer would be the same."""
    monkeypatch.setattr(room, "_RENEW_TOKENS", 400)
    reading, _, prompter = proven(FACT * 20 + FILLER * 200)
    reading.read(prompter, Tally(1))
    answers = [p for p in prompter._engine.prompts if "<notes>" in p]  # type: ignore[attr-defined]
    assert len(answers) == 2, "from the scan, and from memory once"
    reading.close()
