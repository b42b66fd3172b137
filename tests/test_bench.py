"""The benchmark tests itself: what a perfect, an amnesiac and an absent model must score."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count as count_from
from pathlib import Path

import pytest

from mhmcli import prompts
from mhmcli.answer import Answer
from mhmcli.bench.again import answer_again
from mhmcli.bench.campaign import Plan, TrialOpened, campaign
from mhmcli.bench.case import Case, passages_of
from mhmcli.bench.cell import Cell, cells
from mhmcli.bench.marks import marked
from mhmcli.bench.pace import Pace
from mhmcli.bench.report import tables
from mhmcli.bench.results import Result, ResultsFile, load
from mhmcli.bench.sharing import SharingPrompter
from mhmcli.bench.tasks import NeedleTask, OwnTask
from mhmcli.bench.trace import Fate
from mhmcli.chunk import Count
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import ModelError, UsageError
from mhmcli.prompter import Prompter

FILLER = "The gardener mended the fence before breakfast and thought no more of it.\n\n"
FACTS = ("The safe stands behind the blue clock.", "The blue clock came from old Lisbon.")
RECURRENT = (
    *("mhm-lru", "monolithic", "append", "append:question-first", "scribe", "scoring"),
    *("rewrite:2x60:random", "rewrite:4x60:relevance"),
)
ALL = (
    *(*RECURRENT, "rewrite:3x60:concur", "map-reduce", "readagent:9"),
    *("skim:30", "full", "bm25:20", "quick"),
)


@dataclass(frozen=True)
class HiddenEarly:
    """Two facts near the start of each document, and much filler after them."""

    name: str = "hidden-early"
    size: int | None = None

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """Documents that differ in nothing but a number."""
        filler = FILLER * (length_tokens // count(FILLER) - 4)
        for number in count_from():
            text = f"{FILLER}{FACTS[0]}\n\n{FILLER}{FACTS[1]}\n\n{filler}"
            question = f"Where did what hides safe {number} come from?"
            yield Case(str(number), question, (("old Lisbon",),), passages_of(text), FACTS)


def part_of(prompt: str) -> str:
    found = re.search(r"<part>\n(.*?)\n</part>", prompt, re.DOTALL)
    return found[1] if found else ""


def perfect(prompt: str) -> str:
    """Keeps what a head says, adds each fact of the part, and answers from both facts."""
    last = prompt.rsplit("Question:", 1)[-1]
    if "Answer the question from the notes" in prompt:
        return (
            "It came by sea.\n\nAnswer: It came from old Lisbon."
            if all(fact in prompt for fact in FACTS)
            else "unclear"
        )
    if "Which pages must be read" in prompt:
        return "[1, 2, 3]"
    if "Shorten the notes above" in prompt:
        return "\n".join(fact for fact in FACTS if fact in prompt) or "Nothing of use."
    new = [fact for fact in FACTS if fact in part_of(prompt)]
    if "Reply with the letter of the head" in last:
        held = re.search(r"\[head A\]\n(.*?)\n(?:\[head|</memory>)", prompt, re.DOTALL)
        old = [] if held is None or held[1] == "nothing yet" else [held[1]]
        return "A: " + ("\n".join([*old, *new]) or "Nothing of use yet was found.")
    named = re.search(r"new text of head (\d+)", last)
    shown = re.search(r"<memory>\n(.*?)\n</memory>", prompt, re.DOTALL)
    old = [shown[1]] if shown else []
    if named and shown:
        pattern = rf"\[head {named[1]}\]\n(.*?)(?=\n\[head|\Z)"
        old = re.findall(pattern, shown[1], re.DOTALL)
    kept = "\n".join([*old, *new])
    return kept or ("NONE" if "reply NONE" in last else "Nothing of use was found here.")


def knows(prompt: str) -> float:
    """Sure that notes hold the answer; of a part, whether it holds a fact."""
    asked_of_part = "Does the part above" in prompt
    return 9.0 if not asked_of_part or any(fact in part_of(prompt) for fact in FACTS) else -9.0


def amnesiac(prompt: str) -> str:
    """Writes what the part says, and nothing of what was there before."""
    new = [fact for fact in FACTS if fact in part_of(prompt)]
    return "\n".join(new) or "A fence was mended."


def plan(*methods: str, limit: int = 2, lengths: tuple[int, ...] = (1200,)) -> Plan:
    return Plan(
        task=HiddenEarly(),
        lengths=lengths,
        methods=methods,
        memory_tokens=240,
        steps=16,
        chunk_tokens=None,
        limit=limit,
        skip=0,
        seed=0,
    )


def events(
    engine: ScriptedEngine, what: Plan, out: Path, clock: Callable[[], float] = time.monotonic
) -> list[object]:
    prompter = SharingPrompter(engine, prompts.SYSTEM, Sampling(), clock)
    return list(
        campaign(
            what,
            ResultsFile(out),
            engine=engine,
            prompter=prompter,
            count=engine.count,
            model="fake",
        )
    )


def measured(script: Callable[[str], str], what: Plan, out: Path) -> list[Cell]:
    engine = ScriptedEngine(script, judge=knows)
    events(engine, what, out)
    assert engine.open_sequences == 1, "only the system prompt stays"
    return cells(load([out]))


def test_a_perfect_model_scores_one(tmp_path: Path) -> None:
    """With it, every method captures, retains and answers everything."""
    found = measured(perfect, plan(*ALL), tmp_path / "r.jsonl")
    assert [cell.method.split()[0] for cell in found] == [
        *("mhm-lru", "monolithic", "append", "append", "scribe", "rewrite", "rewrite", "rewrite"),
        *("map-reduce", "readagent", "scoring", "skim", "full", "bm25", "quick"),
    ]
    for cell in found:
        assert cell.accuracy is not None, cell.method
        assert cell.accuracy.value == 1.0, cell.method
        estimates = [cell.capture, cell.facts_captured]
        if cell.is_read_in_steps:
            estimates += [cell.retention, cell.facts_retained]
        for estimate in estimates:
            assert estimate is not None, cell.method
            assert estimate.value == 1.0, cell.method


def test_a_skim_reads_the_share_that_it_says(tmp_path: Path) -> None:
    """The passages with the words of the question first, and what they point to is looked up in
    the rest."""
    skim, whole = measured(perfect, plan("skim:10", "scoring"), tmp_path / "r.jsonl")
    for cell, least, most in ((skim, 0.1, 0.25), (whole, 0.95, 1.6)):
        for result in cell.results:
            assert least < result.read_tokens / result.document_tokens < most
            assert [fact.retained for fact in result.facts] == [True, True]


def test_an_amnesiac_model_captures_all_and_retains_nothing(tmp_path: Path) -> None:
    """The facts are early, so every head that had one is overwritten by the end."""
    methods = ("mhm-lru", "monolithic", "rewrite:2x60")
    for cell in measured(amnesiac, plan(*methods), tmp_path / "r.jsonl"):
        assert cell.capture is not None
        assert cell.retention is not None
        assert (cell.capture.value, cell.retention.value) == (1.0, 0.0), cell.method
        for result in cell.results:
            assert not result.correct
            assert {fact.fate for fact in result.facts} == {Fate.OVERWRITTEN.value}


def test_retention_falls_when_the_head_is_written_again(tmp_path: Path) -> None:
    """With four heads in turn, what an amnesiac wrote lives for exactly four steps."""
    (one,) = measured(amnesiac, plan("monolithic"), tmp_path / "one.jsonl")
    (four,) = measured(amnesiac, plan("mhm-lru"), tmp_path / "four.jsonl")
    curves = [[cell.alive(n) for n in range(1, 6)] for cell in (one, four)]
    assert [[e.value for e in curve if e] for curve in curves] == [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 1.0, 0.0, 0.0],
    ]


def test_an_absent_model_is_an_error_and_no_zero(tmp_path: Path) -> None:
    """An engine that fails stops the campaign; nothing is written that would count as wrong."""

    def absent(prompt: str) -> str:
        raise ModelError("the model is gone")

    with pytest.raises(ModelError, match="gone"):
        measured(absent, plan("mhm-lru"), tmp_path / "r.jsonl")
    assert not (tmp_path / "r.jsonl").exists()


@pytest.mark.parametrize("window", [1000, 1600])
def test_what_exceeds_the_window_is_a_failure_of_that_method(window: int, tmp_path: Path) -> None:
    """The whole document does not fit, while it is read or after: wrong, with the reason, and
    nothing held; the others go on, and so do the next questions."""
    out = tmp_path / "r.jsonl"
    engine = ScriptedEngine(perfect, window_tokens=window)
    events(engine, plan("full", "append", limit=2), out)
    for full, append in zip(load([out])[::2], load([out])[1::2], strict=True):
        assert "window" in (full.error or "")
        assert full.correct is False
        assert not any(fact.captured for fact in full.facts)
        assert full.steps == 1
        assert append.error is None
        assert append.correct
    assert engine.open_sequences == 1


def test_chunks_that_exceed_the_window_fail_their_methods_alone(tmp_path: Path) -> None:
    """Those that read them are wrong; what reads smaller ones is not."""
    out = tmp_path / "r.jsonl"
    engine = ScriptedEngine(perfect, window_tokens=1000)
    events(engine, plan("append@900", "append", limit=1), out)
    large, small = load([out])
    assert (large.error is None, small.error is None) == (False, True)
    assert engine.open_sequences == 1


def test_what_is_too_large_for_the_window_fails_no_other(tmp_path: Path) -> None:
    """Although they read the same chunks together."""
    out = tmp_path / "r.jsonl"
    engine = ScriptedEngine(perfect, window_tokens=360)
    events(engine, plan("append", "rewrite:16x60", limit=1), out)
    append, rewrite = load([out])
    assert (append.error, append.correct) == (None, True)
    assert "window" in (rewrite.error or "")
    assert rewrite.tail_tokens > 0, "what it cost is not forgotten"
    assert engine.open_sequences == 1


def test_a_failure_is_wrong_where_there_is_no_answer_too(tmp_path: Path) -> None:
    """To say nothing would be right; to fail is not."""
    what = replace(plan("full", "append", limit=2), task=NeedleTask(kinds=["absent"]))
    first, second = tmp_path / "r.jsonl", tmp_path / "again.jsonl"
    events(ScriptedEngine(lambda _: "NONE", judge=lambda _: -9.0, window_tokens=1000), what, first)
    for full, append in zip(load([first])[::2], load([first])[1::2], strict=True):
        assert (full.error is None, append.error is None) == (False, True)
        assert (full.correct, full.exact, full.f1, append.correct) == (False, None, None, True)
    events(ScriptedEngine([]), replace(what, methods=("full",), answers=False), second)
    small = Prompter(ScriptedEngine([], window_tokens=1000), prompts.SYSTEM, Sampling())
    for again in answer_again(load([second]), ResultsFile(first), prompter=small, model="small"):
        assert (again.correct, again.f1) == (False, None)


def test_a_failure_without_answers_is_no_wrong_answer(tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    engine = ScriptedEngine(perfect, window_tokens=360)
    events(engine, replace(plan("rewrite:16x60", limit=1), answers=False), out)
    (result,) = load([out])
    assert result.error is not None
    assert result.correct is None
    assert not any(fact.captured for fact in result.facts)


def test_a_document_is_not_called_longer_than_it_is(tmp_path: Path) -> None:
    """Where a task cannot fill it, nothing is measured under that length."""

    class Short(HiddenEarly):
        def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
            return super().cases(min(1000, length_tokens), count)

    engine = ScriptedEngine(perfect)
    events(engine, replace(plan("append", limit=1), task=Short()), tmp_path / "r.jsonl")
    long = replace(plan("append", limit=1, lengths=(2500,)), task=Short())
    with pytest.raises(UsageError, match="not enough text for 2,500 tokens"):
        events(engine, long, tmp_path / "r.jsonl")


def test_a_campaign_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What is in the file is not asked again, a torn last line is, and the end is the same."""
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    measured(perfect, plan("append", "bm25", limit=3), whole)
    measured(perfect, plan("append", limit=1), parts)
    with parts.open("a") as file:
        file.write(whole.read_text().splitlines()[3][:200])
    engine = ScriptedEngine(perfect)
    opened = [
        e
        for e in events(engine, plan("append", "bm25", limit=3), parts)
        if isinstance(e, TrialOpened)
    ]
    assert [e.results for e in opened] == [1, 2, 2]

    def told(path: Path) -> set[tuple[object, ...]]:
        return {(*vars_of(result), result.answer, result.memory) for result in load([path])}

    def vars_of(result: Result) -> tuple[object, ...]:
        return (result.key, result.answer_trace, result.facts, result.replies)

    assert told(parts) == told(whole)
    again = ScriptedEngine([])
    assert events(again, plan("append", "bm25", limit=3), parts) == []


def test_questions_of_one_document_share_its_reading(tmp_path: Path) -> None:
    """Each gets what it gets alone, and is charged with all of the reading."""
    text = f"{FILLER * 9}{FACTS[0]}\n\n{FILLER * 9}{FACTS[1]}\n\n{FILLER * 9}"
    own = tmp_path / "own.jsonl"
    own.write_text(
        "\n".join(
            json.dumps({"id": str(n), "document": text, "question": q, "answer": "old Lisbon"})
            for n, q in enumerate(["Where is it from?", "Where did it come from?", "From where?"])
        )
    )
    fed, told = [], []
    for together in (1, 2):
        out = tmp_path / f"{together}.jsonl"
        engine = ScriptedEngine(perfect, judge=knows)
        what = replace(plan("append", "mhm-lru", "bm25", limit=3), task=OwnTask(own), lengths=(0,))
        opened = [
            event.cases
            for event in events(engine, replace(what, together=together), out)
            if isinstance(event, TrialOpened)
        ]
        assert opened == ([1, 1, 1] if together == 1 else [2, 1])
        assert engine.open_sequences == 1
        fed.append(engine.fed_tokens)
        told.append({r.key: (r.answer, r.memory, r.read_tokens, r.replies) for r in load([out])})
    assert told[0] == told[1]
    assert len(told[0]) == 9
    assert fed[1] < fed[0] - engine.count(text)


def test_methods_that_read_together_get_the_same_as_alone(tmp_path: Path) -> None:
    """Sharing the reading of chunks changes no result, and the reading is paid for once."""
    alone = [measured(perfect, plan(m, limit=1), tmp_path / f"{m}.jsonl")[0] for m in RECURRENT[:3]]
    engine = ScriptedEngine(perfect)
    events(engine, plan(*RECURRENT[:3], limit=1), tmp_path / "together.jsonl")
    together = cells(load([tmp_path / "together.jsonl"]))
    for one, other in zip(alone, together, strict=True):
        first, second = one.results[0], other.results[0]
        assert (first.replies, first.memory, first.answer) == (
            second.replies,
            second.memory,
            second.answer,
        )
        assert (first.read_tokens, first.tail_tokens, first.reply_tokens) == (
            second.read_tokens,
            second.tail_tokens,
            second.reply_tokens,
        )


def test_there_are_at_least_the_steps_asked_for(tmp_path: Path) -> None:
    """A document of the full length is read in 16 chunks or more."""
    (cell,) = measured(perfect, plan("append"), tmp_path / "r.jsonl")
    assert all(result.steps >= 16 for result in cell.results)


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    """It is neither overwritten nor added to."""
    out = tmp_path / "notes.txt"
    out.write_text(json.dumps({"not": "a result"}) + "\n")
    with pytest.raises(UsageError, match=r"notes.txt line 1"):
        ResultsFile(out)


@pytest.mark.parametrize("text", ['{"a": 1}', "[]", "one\ntwo", '{"task": 1}\n{"a"'])
def test_looking_at_a_file_leaves_it_as_it_is(text: str, tmp_path: Path) -> None:
    """Whatever it is, with or without an end of its last line."""
    out = tmp_path / "mine.json"
    out.write_text(text)
    for look in (ResultsFile, lambda path: load([path])):
        with pytest.raises(UsageError, match=r"mine.json line 1"):
            look(out)
    assert out.read_text() == text


def test_a_whole_last_line_without_its_end_counts(tmp_path: Path) -> None:
    """An editor may have taken the line end; the next result has a line of its own."""
    out = tmp_path / "r.jsonl"
    measured(perfect, plan("append", limit=1), out)
    out.write_text(out.read_text().rstrip("\n"))
    measured(perfect, plan("append", limit=2), out)
    assert [r.case for r in load([out])] == ["0", "1"]
    assert len(out.read_text().splitlines()) == 2


def test_another_document_or_question_is_another_result(tmp_path: Path) -> None:
    """What is in the file under the same name, of other words, is not taken for it, and counts no
    more."""
    out = tmp_path / "r.jsonl"
    own = tmp_path / "own.jsonl"
    for answer in ("old Lisbon", "Porto"):
        line = {"document": f"{FACTS[0]}\n{FACTS[1]}\n", "question": "Where from?"}
        own.write_text(json.dumps({**line, "answer": answer}))
        what = replace(plan("full"), task=OwnTask(own), lengths=(0,))
        events(ScriptedEngine(perfect), what, out)
    assert len(out.read_text().splitlines()) == 2
    assert [(r.answers, r.correct) for r in load([out])] == [((("Porto",),), False)]


def test_documents_with_lengths_of_their_own_are_read_in_the_steps_asked_for(
    tmp_path: Path,
) -> None:
    """The chunk size follows from each document."""
    own, out = tmp_path / "own.jsonl", tmp_path / "r.jsonl"
    texts = [FILLER * n + FACTS[0] + "\n" for n in (150, 300)]
    own.write_text(
        "\n".join(json.dumps({"document": t, "question": "q?", "answer": "clock"}) for t in texts)
    )
    what = replace(plan("append"), task=OwnTask(own), lengths=(0,))
    events(ScriptedEngine(perfect), what, out)
    assert [16 <= r.steps <= 20 for r in load([out])] == [True, True]


def test_the_pace_tells_the_share_and_the_time_left(tmp_path: Path) -> None:
    """Half of the work in ten seconds leaves ten; what was there before is no pace."""
    what = plan("append", "bm25", limit=2, lengths=(800, 1200))
    seconds = iter(range(1000))
    pace = Pace(what, now=lambda: float(next(seconds)))
    shares, before_results = [], []
    for event in events(ScriptedEngine(perfect), what, tmp_path / "r.jsonl"):
        pace.take(event)  # type: ignore[arg-type]
        shares.append(pace.share)
        before_results += [] if pace.results else [pace.share]
    assert shares == sorted(shares)
    assert 0 < before_results[-1] < 0.2, "half of a document of four is not yet answered"
    assert shares[-1] == 1.0
    assert pace.left_s == 0.0
    assert (pace.results, pace.right) == (8, 8)


def test_what_was_on_disk_is_no_pace(tmp_path: Path) -> None:
    """At two lengths two questions of four are there already; the others take a second a token.
    What is known to be done is no work; what is on disk further on is not yet known to be."""
    out = tmp_path / "r.jsonl"
    few, more = (plan("bm25", limit=n, lengths=(800, 1200)) for n in (2, 4))
    events(ScriptedEngine(perfect), few, out)
    elapsed = 0.0
    pace = Pace(more, now=lambda: elapsed)
    left = []
    for event in events(ScriptedEngine(perfect), more, out):
        elapsed += event.length if isinstance(event, Result) else 0
        pace.take(event)  # type: ignore[arg-type]
        left += [pace.left_s] if isinstance(event, Result) else []
    assert left == [pytest.approx(seconds) for seconds in (5600, 4800, 1200, 0)]


def test_seconds_go_to_those_who_spent_them(tmp_path: Path) -> None:
    """By a clock that ticks once a token fed, reading counts fully for each method, and what is
    shown beside it for the one that shows it; the floor is a second a token."""
    engine = ScriptedEngine(perfect, judge=knows)
    what = plan("append", "rewrite:1x60", "append:question-first", limit=1)
    events(engine, what, tmp_path / "r.jsonl", clock=lambda: float(engine.fed_tokens))
    append, rewrite, first = load([tmp_path / "r.jsonl"])
    assert append.floor_tokens_per_s == 1.0
    assert append.read_s == rewrite.read_s == append.read_tokens
    assert (first.read_s, first.read_tokens) == (0.0, 0)
    for result in (append, rewrite, first):
        assert result.write_s + result.answer_s == result.tail_tokens
        assert 0 < result.answer_s < result.write_s
    assert first.write_s > append.write_s + append.read_s


def test_another_seed_model_or_sampling_is_another_result(tmp_path: Path) -> None:
    """Only what was done in just this way is not done again."""
    out = tmp_path / "r.jsonl"
    base = plan("bm25", limit=1)
    for changed in (base, replace(base, seed=1), replace(base, sampling="t0.7 p0.95 s1")):
        for new in (1, 0):
            made = events(ScriptedEngine(perfect), changed, out)
            assert sum(isinstance(event, Result) for event in made) == new
    assert len(load([out])) == 3
    skipped = replace(base, skip=1)
    assert [e.case for e in events(ScriptedEngine(perfect), skipped, out) if isinstance(e, Result)]


def test_answering_again_changes_the_answers_alone(tmp_path: Path) -> None:
    """The memories are those of the file; a model that answers worse is wrong where it was right;
    what is in the new file is not answered again."""
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    measured(perfect, plan("append", "mhm-lru"), first)
    engine = ScriptedEngine(lambda _: "old Porto")
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    results = load([first])
    made = list(answer_again(results, ResultsFile(second), prompter=prompter, model="fake"))
    assert made == load([second])
    assert [result.correct for result in results] == [True] * 4
    for before, after in zip(results, made, strict=True):
        assert (after.answer, after.correct, after.f1) == ("old Porto", False, 0.5)
        assert (after.memory, after.facts, after.read_s) == (
            before.memory,
            before.facts,
            before.read_s,
        )
    assert all(fact in engine.prompts[0] for fact in FACTS)
    assert not list(answer_again(results, ResultsFile(second), prompter=prompter, model="fake"))
    other = answer_again(results, ResultsFile(second), prompter=prompter, model="other")
    assert {result.model for result in other} == {"fake > other"}


def test_memories_can_be_measured_without_answers(tmp_path: Path) -> None:
    """Nothing is asked after the reading, and nothing is called wrong for it; answers that are
    wanted later are asked for, from the memories or by the same run."""
    out, answered = tmp_path / "r.jsonl", tmp_path / "answered.jsonl"
    what = replace(plan("append", "scoring"), answers=False)
    pace = Pace(what)
    engine = ScriptedEngine(perfect, judge=knows)
    for event in events(engine, what, out):
        pace.take(event)  # type: ignore[arg-type]
    assert not any("Answer the question" in prompt for prompt in engine.prompts)
    results = load([out])
    assert {(r.correct, r.exact, r.f1, r.answer, r.answer_s) for r in results} == {
        (None, None, None, "", 0.0)
    }
    assert (pace.results, pace.right, pace.share) == (4, 0, 1.0)
    for cell in cells(results):
        assert (cell.accuracy, cell.answered, cell.exact, cell.f1) == (None,) * 4
        assert cell.facts_retained is not None
        assert cell.facts_retained.value == 1.0
    shown = [row for table in tables(results) for row in table.rows]
    assert any(row[1] == "append 4x60" and row[3] == "-" for row in shown)
    assert not events(engine, what, out), "it is done"
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    again = answer_again(results, ResultsFile(answered), prompter=prompter, model="fake")
    assert all(result.correct for result in again)
    assert {result.method for result in load([answered])} == {
        "append 4x60",
        "scoring 2x120, from passages",
    }
    assert events(engine, replace(what, answers=True), out), "it is not done"
    assert all(result.correct for result in load([out]))


def test_what_failed_before_it_was_asked_is_wrong_when_it_is(tmp_path: Path) -> None:
    """And is wrong once."""
    out, answered = tmp_path / "r.jsonl", tmp_path / "answered.jsonl"
    engine = ScriptedEngine(perfect, judge=knows, window_tokens=400)
    events(engine, replace(plan("rewrite:16x60", limit=1), answers=False), out)
    (failed,) = load([out])
    assert (failed.correct, failed.error) == (None, "the window of 400 tokens is full")
    prompter = Prompter(ScriptedEngine(perfect), prompts.SYSTEM, Sampling())
    for new in (1, 0):
        file = ResultsFile(answered)
        assert len(list(answer_again([failed], file, prompter=prompter, model="fake"))) == new
    assert [result.correct for result in load([answered])] == [False]


def test_where_there_is_no_answer_it_is_right_to_say_so() -> None:
    """What the model replies decides, and its verdict is told beside it; there is no text that an
    answer could be compared with. To come to no answer says nothing."""
    said = Answer("q", "Blue.", found=True, log_odds=2.0, said="Blue.")
    unsure = marked(replace(said, log_odds=-2.0), ())
    assert (unsure["correct"], unsure["refused"], unsure["exact"], unsure["f1"]) == (
        *(False, True),
        *(None, None),
    )
    assert not marked(said, ())["correct"]
    assert marked(replace(said, found=False), ())["correct"]
    assert not marked(replace(said, found=False, complete=False), ())["correct"]
    counted = Answer("q", "3", found=True, said="3")
    assert marked(counted, (("3", "three"),)) == {
        "answer": "3",
        "correct": True,
        "exact": True,
        "f1": 1.0,
        "log_odds": None,
        "refused": False,
        "said_none": False,
    }
    assert marked(replace(said, found=False), (("Blue",),))["said_none"]


def test_a_refusal_is_no_answer_though_it_names_it() -> None:
    """Nor is a reply right that names what is wrong as well."""
    text = "The notes do not say whether Blue or Red is taller."
    said = Answer("q", "The document does not say.", found=False, log_odds=2.0, said=text)
    made = marked(said, (("Blue",),))
    assert (made["correct"], made["exact"], made["f1"]) == (False, False, 0.0)
    both = Answer("q", "Blue, Red.", found=True, log_odds=2.0, said="Blue, Red.")
    assert marked(both, (("Blue",),))["correct"]
    assert not marked(both, (("Blue",),), ("Red",))["correct"]
