"""Methods by name, and what results look like as tables and figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mhmcli.bench.baselines import QuestionFirst, beside_sources
from mhmcli.bench.cell import cells
from mhmcli.bench.figures import draw
from mhmcli.bench.method import Budget, Recurrent, Retrieval, parse
from mhmcli.bench.report import markdown, tables
from mhmcli.bench.results import Result, ResultsFile, load
from mhmcli.bench.trace import Trace
from mhmcli.cli.bench_report import print_report, print_tables
from mhmcli.errors import UsageError
from mhmcli.select import LeastRecentlyUpdated, Random, Relevance
from mhmcli.write import AppendWriter, ConcurWriter, RewriteWriter, ScribeWriter

BUDGET = Budget(memory_tokens=1024, chunk_tokens=512, seed=7)


@pytest.mark.parametrize(
    ("name", "label", "heads", "head_tokens", "writer", "selector"),
    [
        ("mhm-lru", "mhm-lru 4x256", 4, 256, RewriteWriter, LeastRecentlyUpdated),
        ("monolithic", "monolithic 1x1024", 1, 1024, RewriteWriter, LeastRecentlyUpdated),
        ("append", "append 4x256", 4, 256, AppendWriter, LeastRecentlyUpdated),
        ("rewrite:16x64", "rewrite 16x64", 16, 64, RewriteWriter, LeastRecentlyUpdated),
        ("append:random", "append 4x256 random", 4, 256, AppendWriter, Random),
        ("rewrite:relevance:2x99", "rewrite 2x99 relevance", 2, 99, RewriteWriter, Relevance),
        ("rewrite:concur", "rewrite 4x256 concur", 4, 256, ConcurWriter, LeastRecentlyUpdated),
        ("append@350", "append 4x256 @350", 4, 256, AppendWriter, LeastRecentlyUpdated),
        ("scribe", "scribe 4x256", 4, 256, ScribeWriter, LeastRecentlyUpdated),
        ("rewrite:2x99:gated", "rewrite 2x99 gated", 2, 99, ScribeWriter, LeastRecentlyUpdated),
    ],
)
def test_memories_by_name(  # noqa: PLR0913, PLR0917
    name: str, label: str, heads: int, head_tokens: int, writer: type, selector: type
) -> None:
    """What a name leaves open comes from the budget, and the label has all of it."""
    method = parse(name, BUDGET)
    assert isinstance(method, Recurrent)
    assert (method.label, method.heads, method.head_tokens) == (label, heads, head_tokens)
    assert type(method.writer) is writer
    assert type(method.selector) is selector
    assert method.chunk_tokens == (350 if "@" in name else 512)


def test_the_question_may_come_first() -> None:
    """Around any writer."""
    method = parse("append:question-first:2x64", BUDGET)
    assert method.label == "append 2x64 question-first"
    assert isinstance(method, Recurrent)
    assert isinstance(method.writer, QuestionFirst)


def test_what_notes_are_from_may_be_looked_up() -> None:
    """For any writer that writes notes."""
    method = parse("rewrite:2x64:gated:look-up", BUDGET)
    assert method.label == "rewrite 2x64 gated look-up"
    assert isinstance(method, Recurrent)
    assert method.finish is beside_sources


def test_a_skim_is_scoring_of_a_share() -> None:
    """It cannot count what it may not have read."""
    method, whole = parse("skim:5", BUDGET), parse("scoring", BUDGET)
    assert isinstance(method, Recurrent)
    assert isinstance(whole, Recurrent)
    assert (method.label, method.share, method.counts) == ("skim 5% 2x512", 0.05, False)
    assert (whole.share, whole.counts) == (1.0, True)
    assert type(method.writer) is type(whole.writer)


def test_baselines_by_name() -> None:
    """They have parts of their own."""
    assert parse("bm25", BUDGET) == Retrieval("bm25 6", 6)
    assert parse("bm25:10", BUDGET) == Retrieval("bm25 10", 10)
    assert parse("full", BUDGET) == Retrieval("full", None)
    assert parse("quick", BUDGET) == Retrieval("quick", quick=True)
    assert parse("map-reduce", BUDGET).label == "map-reduce 256"
    assert parse("readagent:3@200", BUDGET).label == "readagent 3 50 @200"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "mhm",
        "append:8",
        "append:0x9",
        "append:27x64",
        "append:concur",
        "scribe:gated",
        "scribe:question-first",
        "scoring:gated",
        "scoring:look-up",
        "append:look-up:look-up",
        "scoring:question-first",
        "skim:100",
        "skim:x",
        "bm25:x",
        "quick:3",
        "bm25@9",
        "full:3",
        "append@5",
        "append@x",
        "readagent:0",
        "map-reduce:2",
        "rewrite:4x4",
    ],
)
def test_names_that_mean_nothing(name: str) -> None:
    """Refused, with the names that there are."""
    with pytest.raises(UsageError) as caught:
        parse(name, BUDGET)
    assert "mhm-lru" in (caught.value.hint or "")


def result(method: str, case: int, *, length: int = 4096, **changed: object) -> Result:
    held = "0111" if case % 2 else "0110"
    fact = Trace("a fact", 0.3, 1, held, 2, "kept" if case % 2 else "overwritten")
    return Result(
        **{  # type: ignore[arg-type]
            "task": "made",
            "length": length,
            "case": str(case),
            "digest": "d",
            "method": method,
            "chunk_tokens": 256,
            "model": "fake",
            "seed": 0,
            "sampling": "greedy",
            "kind": "odd" if case % 2 else "even",
            "question": "q",
            "answers": (("a",),),
            "answer": "a",
            "correct": method == "good",
            "exact": False,
            "f1": 0.5,
            "log_odds": 1.0,
            "refused": case == 0,
            "steps": 4,
            "answer_trace": fact,
            "facts": (fact,),
            "memory": ("a fact",),
            "replies": (),
            "document_tokens": 4000,
            "read_tokens": 4100,
            "tail_tokens": 1000,
            "reply_tokens": 100,
            "read_s": 30.0,
            "write_s": 8.0,
            "answer_s": 2.0,
            "floor_tokens_per_s": 100.0,
            **changed,
        }
    )


RESULTS = [result(method, case) for method in ("good", "bad") for case in range(10)]


def test_the_tables_say_what_was_measured() -> None:
    """Accuracy, capture, retention; the paired test; the curve; the fates; the cost."""
    quality, by_kind, paired, since, fates, cost = tables(RESULTS)
    assert quality.rows[0] == (
        *("4k", "good", "10", "100 (72-100)", "100 (72-100)", "50 (24-76)"),
        *("100 (72-100)", "50 (20-80)", "50 (20-80)", "0", "50", "90"),
    )
    assert quality.rows[1][3] == "0 (0-28)"
    assert by_kind.columns == ("length", "method", "even", "odd")
    assert by_kind.rows[0] == ("4k", "good", "100 (5)", "100 (5)")
    assert paired.rows == (
        ("4k", "bad", "answer", "10", "0", "10", "0.002", "worse"),
        ("4k", "bad", "facts kept", "10", "0", "0", "1.000", "inside the noise"),
    )
    assert since.columns == ("length", "method", "after 1", "after 2")
    assert since.rows[0] == ("4k", "good", "100 (10)", "50 (10)")
    assert fates.rows[0][3:] == ("50", "50", "0", "0", "- / 50 / - / -", "3: 5")
    assert cost.rows[0] == ("4k", "good", "4", "4,100", "1,000", "100", "40", "1.00", "0")


def test_a_difference_inside_the_noise_is_called_that() -> None:
    """One question of three is no difference."""
    some = [result(m, n, correct=(m, n) != ("bad", 2)) for m in ("good", "bad") for n in range(3)]
    assert tables(some)[2].rows[0][-1] == "inside the noise"
    row = tables(some, "bad")[2].rows[0]
    assert row == ("4k", "good", "answer", "3", "1", "0", "1.000", "inside the noise")


def test_a_question_at_two_lengths_counts_once_over_all() -> None:
    """It is no two independent observations; a length that one method lacks is left out."""
    some = [result(m, n, length=k) for m in ("good", "bad") for n in range(6) for k in (4096, 8192)]
    rows = tables(some[:-1])[2].rows
    assert [row[:4] for row in rows if row[2] == "answer"] == [
        ("4k", "bad", "answer", "6"),
        ("8k", "bad", "answer", "5"),
        ("all", "bad", "answer", "6"),
    ]
    assert [row[5] for row in rows if row[2] == "answer"] == ["6", "5", "6"]


def test_equal_shares_are_equal_in_whatever_order_they_are_added() -> None:
    """A third, three fifths and two thirds, at lengths that differ: no method is better."""

    def of(method: str, kept: dict[int, tuple[int, int]]) -> list[Result]:
        fact = Trace("a fact", 0.3, 1, "0110", 2, "overwritten")
        return [
            result(
                method,
                case,
                length=length,
                facts=(*[replace(fact, held="0111")] * hits, *[fact] * (of - hits)),
            )
            for case in range(8)
            for length, (hits, of) in kept.items()
        ]

    some = of("one", {4096: (1, 3), 8192: (3, 5), 16384: (2, 3)})
    some += of("other", {4096: (2, 3), 8192: (1, 3), 16384: (3, 5)})
    rows = {t.title: t.rows for t in tables(some)}["made: against one, on the same questions"]
    (over_all,) = [row for row in rows if row[:3] == ("all", "other", "facts kept")]
    assert over_all[3:6] == ("8", "0", "0")


def test_the_way_that_chunks_were_asked_for_tells_methods_apart() -> None:
    """Also of documents that have lengths of their own, and at a length with one way alone."""
    some = [result("good", 1, length=0, cut=cut, chunk_tokens=99) for cut in ("16 steps", "350")]
    assert [row[1] for row in tables(some)[0].rows] == [
        "good (16 steps, greedy)",
        "good (350, greedy)",
    ]
    some = [result("good", 1, cut=cut) for cut in ("16 steps", "350")]
    some += [result(method, 1, length=8192, cut="16 steps") for method in ("good", "bm25")]
    assert [row[1] for row in tables(some)[0].rows] == [
        "good (16 steps, greedy)",
        "good (350, greedy)",
        "good (16 steps, greedy)",
        "bm25",
    ]


def test_every_figure_is_whole_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A share without its interval, or half a number, is no figure."""
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    made = tables([result("good", case) for case in range(4)])
    print_tables(made)
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert all(value in shown for value in made[0].rows[0])


def test_each_model_has_its_own_methods(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What one of them was run in two ways, another was in one; what one has not, nothing is held
    against."""
    out = tmp_path / "r.jsonl"
    file = ResultsFile(out)
    for one in (result("good", 1), result("bad", 1), result("good", 1, model="other", cut="9")):
        file.add(one)
    print_report([out], against="bad", as_markdown=True, figures=None)
    shown = capsys.readouterr().out
    assert "against bad, on the same questions (fake)" in shown
    assert "on the same questions (other)" not in shown


def test_documents_of_two_seeds_are_two_questions() -> None:
    """And are paired with themselves alone."""
    some = [result("good", 1, seed=0), result("good", 1, seed=1), result("bad", 1, seed=0)]
    assert tables(some)[0].rows[0][2] == "2"
    assert tables(some)[1].rows[0][3] == "1"


def test_one_method_in_two_ways_is_two_methods() -> None:
    """With another chunk size or sampling, it has a row of its own."""
    some = [result("good", 1), result("good", 1, chunk_tokens=512, sampling="t0.7 p0.95 s1")]
    assert [row[1] for row in tables(some)[0].rows] == [
        "good (256, greedy)",
        "good (512, t0.7 p0.95)",
    ]


def test_a_question_that_was_sampled_several_times_counts_once() -> None:
    """For the mean of its runs: two questions are no six."""
    runs = {1: (True, True, False), 2: (False, False, False)}
    some = [
        result("good", case, sampling=f"t0.7 p0.95 s{n}", correct=correct)
        for case, outcomes in runs.items()
        for n, correct in enumerate(outcomes)
    ]
    (cell,) = cells(some)
    assert cell.accuracy is not None
    assert cell.accuracy.value == pytest.approx(1 / 3)
    assert cell.accuracy.n == 2
    assert cell.facts_captured is not None
    assert cell.facts_captured.n == 2
    assert tables(some)[0].rows[0][2] == "2"
    other = [result("bad", case, sampling="t0.7 p0.95 s0") for case in runs]
    made = {table.title: table for table in tables([*some, *other])}
    (answers, _) = made["made: against good, on the same questions"].rows
    assert answers[1:6] == ("bad", "answer", "2", "0", "1")


def test_what_was_measured_before_a_question_was_changed_is_gone(tmp_path: Path) -> None:
    """It is another question, though of the same name."""
    out = ResultsFile(tmp_path / "r.jsonl")
    before, after = result("good", 1, digest="before"), result("good", 1, digest="after")
    for one in (before, result("good", 2), after):
        out.add(one)
    assert [(r.case, r.digest) for r in load([out.path])] == [("1", "after"), ("2", "d")]
    assert not ResultsFile(out.path).has(before.key, answered=True)


def test_what_captured_nothing_stands_among_the_dead() -> None:
    """All of it never captured; what is read in one prompt has no memory to lose from."""
    none = Trace("a fact", 0.3, 1, "0000", -1, "never captured")
    some = [
        result("lost", 1, answer_trace=none, facts=(none,)),
        result("full", 1, steps=1, facts=()),
    ]
    made = {table.title: table for table in tables(some)}
    (row,) = made["made: where facts die"].rows
    assert row[1:7] == ("lost", "1", "0", "0", "0", "100")
    assert [row[5] for row in made["made: accuracy, capture and retention"].rows] == ["-", "-"]


def test_markdown_has_a_row_for_each_row() -> None:
    """And a bar in a text does not end its cell."""
    lines = markdown(tables([result("a|b", 1)])[:1]).splitlines()
    assert lines[0].startswith("### made")
    assert lines[3] == "| --- " * 12 + "|"
    assert "a\\|b" in lines[4]


def test_figures_are_drawn(tmp_path: Path) -> None:
    """Three SVG files a task, with the methods named in them."""
    more = [result(r.method, int(r.case), length=8192) for r in RESULTS]
    paths = draw([*RESULTS, *more], tmp_path / "figures")
    assert [path.name for path in paths] == [
        "made-retention-by-length.svg",
        "made-retention-since-capture.svg",
        "made-accuracy-against-time.svg",
    ]
    for path in paths:
        text = path.read_text()
        assert "<svg" in text
        assert "good" in text


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """One line, with the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        draw(RESULTS, tmp_path / "file")


def test_saying_no_is_told_by_how_sure_the_model_must_be() -> None:
    """False answers and false refusals, of questions without an answer and with one."""
    nothing: dict[str, Any] = {"answers": (), "answer_trace": None, "facts": ()}
    results = [
        *(result("m", n, log_odds=float(n - 2), **nothing) for n in range(4)),
        result("m", 4, log_odds=2.5, correct=True, said_none=True, **nothing),
        *(result("m", n, log_odds=float(n - 12)) for n in range(10, 13)),
        result("m", 13, log_odds=1.0, said_none=True),
    ]
    (table,) = [table for table in tables(results) if table.title == "made: saying no"]
    (row,) = table.rows
    found = dict(zip(table.columns, row, strict=True))
    assert found["n"] == "5 / 4"
    assert found["from +0"] == "40 / 75", "0 and 1 of five; -2, -1 and a none of four"
    assert found["from +1"] == "20 / 100"
    assert found["from +3"] == "0 / 100"
    assert not [t for t in tables(results[1:]) if t.title == "made: saying no"], "too few"
    results += [result("m", 20, said_none=True, **nothing)]
    (table,) = [table for table in tables(results) if table.title == "made: saying no"]
    assert table.rows[0][table.columns.index("from +0")] == "33 / 75", "an empty memory says no"
