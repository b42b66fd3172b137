"""A run of `mhm bench`, from options to results on disk, with progress."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from mhmcli import prompts
from mhmcli.bench import report as reports
from mhmcli.bench.again import answer_again
from mhmcli.bench.campaign import Plan, campaign
from mhmcli.bench.case import Task
from mhmcli.bench.pace import Pace
from mhmcli.bench.results import Result, ResultsFile, load
from mhmcli.bench.sharing import SharingPrompter
from mhmcli.bench.tasks import BabiTask, HotpotTask, LogTask, NeedleTask, OwnTask
from mhmcli.chunk import Count
from mhmcli.cli.bench_report import of_each_model, print_tables
from mhmcli.cli.models import model_file
from mhmcli.cli.output import say
from mhmcli.cli.signals import stopping
from mhmcli.engine import Sampling
from mhmcli.engine.llama import LlamaEngine, LlamaOptions, Stop, tokenizer_of
from mhmcli.errors import Interrupted, UsageError
from mhmcli.printable import one_line
from mhmcli.prompter import Prompter
from mhmcli.receipt import duration
from mhmcli.sizes import UNSAID_WINDOW_TOKENS
from mhmcli.tokens import read_header
from mhmcli.verdicts import judges

_ANSWER_TOKENS = 1024  # of a reply, and what stands round the notes
_QUESTION_TOKENS = 256  # room for the longest question; none is cut


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. `lengths` is (0,) where documents have lengths of their own."""

    task: str
    data: Path | None
    book: Path | None
    kinds: tuple[str, ...]
    lengths: tuple[int, ...]
    limit: int
    skip: int
    together: int
    answers: bool
    methods: tuple[str, ...]
    memory_tokens: int
    steps: int
    chunk_tokens: int | None
    out: Path
    model: str
    seed: int
    sampling_seed: int
    temperature: float
    top_p: float
    threads: int | None
    gpu_layers: int
    offline: bool
    quiet: bool


def run(request: Request) -> None:
    """The campaign, and a table of what is in the file afterwards. What is wrong with the task,
    the methods or the file is known before a model is fetched."""
    plan = _plan(request)
    for length in plan.lengths:
        plan.at(length)
    if plan.questions < 1:
        raise UsageError(
            f"--skip {request.skip} leaves none of {plan.task.size} questions", hint="skip fewer"
        )
    results = ResultsFile(request.out)
    stop = Stop()
    with stopping(stop):
        path = model_file(request.model, offline=request.offline, quiet=request.quiet)
        header = read_header(path)
        count = tokenizer_of(header).count
        model_window = header.window_tokens or UNSAID_WINDOW_TOKENS
        window = plan.window_tokens(count, _QUESTION_TOKENS, model_window)
        options = LlamaOptions(
            window_tokens=window, threads=request.threads, gpu_layers=request.gpu_layers
        )
        engine = LlamaEngine(path, options, stop)
        try:
            _measure(request, plan, results, engine, count)
        except (Interrupted, KeyboardInterrupt):
            say(f"mhm: what is finished is in {request.out}; the same command goes on from there")
            raise
        finally:
            engine.shut()
    these = [
        result
        for result in load([request.out])
        if (result.task, result.model) == (plan.task.name, path.stem)
    ]
    print_tables(reports.summary(these))
    if not request.quiet:
        say(f"mhm: all of it: mhm bench report {request.out}")


def run_again(  # noqa: PLR0913
    files: Sequence[Path],
    *,
    out: Path,
    model: str,
    threads: int | None,
    gpu_layers: int,
    offline: bool,
) -> None:
    """New answers from the memories of earlier results, and a table of them."""
    earlier, results = load(files), ResultsFile(out)
    stop = Stop()
    with stopping(stop):
        path = model_file(model, offline=offline, quiet=False)
        # A token has a byte at least.
        largest = max((len("".join(r.memory).encode()) for r in earlier), default=0)
        window = read_header(path).window_tokens or UNSAID_WINDOW_TOKENS
        needed = largest + _QUESTION_TOKENS + _ANSWER_TOKENS
        options = LlamaOptions(min(window, needed), threads=threads, gpu_layers=gpu_layers)
        engine = LlamaEngine(path, options, stop)
        try:
            prompter = Prompter(engine, prompts.SYSTEM, Sampling())
            prompter.verdicts = judges(model, prompter)
            again = answer_again(earlier, results, prompter=prompter, model=path.stem)
            for number, result in enumerate(again, start=1):
                say(f"mhm: {number} of {len(earlier)}: {result.method} {_said(result)}")
        finally:
            engine.shut()
    print_tables(of_each_model(load([out]), reports.summary))


def _plan(request: Request) -> Plan:
    if not request.methods:
        raise UsageError("--memory names no method", hint="--memory mhm-lru,append")
    return Plan(
        task=_task(request),
        lengths=request.lengths,
        methods=request.methods,
        memory_tokens=request.memory_tokens,
        steps=request.steps,
        chunk_tokens=request.chunk_tokens,
        limit=request.limit,
        skip=request.skip,
        seed=request.seed,
        sampling=_sampling(request),
        together=request.together,
        answers=request.answers,
    )


def _sampling(request: Request) -> str:
    if request.temperature == 0:
        return "greedy"
    return f"t{request.temperature:g} p{request.top_p:g} s{request.sampling_seed}"


def _task(request: Request) -> Task:
    if request.book and request.task != "babilong":
        raise UsageError(
            f"{request.task} takes no --book", hint="--task babilong hides facts in it"
        )
    if request.kinds and request.task != "needles":
        raise UsageError(f"{request.task} takes no --kinds", hint="they are those of needles")
    seed, together = request.seed, request.together
    if request.task == "needles":
        if request.data:
            raise UsageError("needles take no --data", hint="name a --task for the data")
        return NeedleTask(seed=seed, kinds=request.kinds, together=together)
    if request.data is None:
        raise UsageError(f"--task {request.task} needs --data", hint="mhm bench --help says what")
    if request.task in ("hotpotqa", "absent"):
        absent = request.task == "absent"
        return HotpotTask(request.data, seed=seed, together=together, half_absent=absent)
    if request.task == "logs":
        return LogTask(request.data, seed=seed, together=together)
    if request.task == "own":
        return OwnTask(request.data)
    return _babi(request.data, request.book, seed, together)


def _babi(data: Path, book: Path | None, seed: int, together: int) -> Task:
    if book is None:
        raise UsageError("--task babilong needs --book", hint="name a long text file")
    if together > 1:
        raise UsageError(
            "babilong takes no --together", hint="its stories are of the same people and places"
        )
    return BabiTask(data, book, seed=seed)


def _measure(
    request: Request, plan: Plan, results: ResultsFile, engine: LlamaEngine, count: Count
) -> None:
    sampling = Sampling(request.temperature, request.top_p, request.sampling_seed)
    prompter = SharingPrompter(engine, prompts.SYSTEM, sampling)
    prompter.verdicts = judges(request.model, prompter)
    pace = Pace(plan)
    live = sys.stderr.isatty() and not request.quiet
    bar = _bar() if live else None
    with bar or nullcontext():
        task = bar.add_task("", total=1.0) if bar else None
        for event in campaign(
            plan, results, engine=engine, prompter=prompter, count=count,
            model=Path(engine.info.path).stem,
        ):  # fmt: skip
            pace.take(event)
            if bar and task is not None:
                bar.update(task, completed=pace.share, description=_state(pace))
            elif isinstance(event, Result) and not request.quiet:
                say(f"mhm: {_state(pace)}: {event.method} {_said(event)}")


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _state(pace: Pace) -> str:
    """'4096 tokens, question 3 of 20, step 5, 12 of 30 right, 1:02:10 left'."""
    opened = pace.opened
    if opened is None:
        return "loading the model"
    parts = [f"{opened.length:,} tokens"] if opened.length else []
    last = opened.number + opened.cases - 1
    few = f"questions {opened.number}-{last}" if opened.cases > 1 else f"question {last}"
    parts.append(f"{few} of {opened.of}")
    if pace.step:
        parts.append(f"step {pace.step}")
    if pace.plan.answers:
        parts.append(f"{pace.right} of {pace.results} right")
    if pace.left_s is not None:
        parts.append(f"{duration(pace.left_s)} left")
    return ", ".join(parts)


def _said(result: Result) -> str:
    if result.correct is None:
        return f"read after {duration(result.seconds)}"
    verdict = "right" if result.correct else "wrong"
    reason = f": {result.error}" if result.error else f": {one_line(result.answer)[:60]}"
    return f"{verdict} after {duration(result.seconds)}{reason}"
