"""A run of `mhm bench speed`: everybody reads in turn, and what they took is shown."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from mhmcli.bench.floor import CHUNK_TOKENS
from mhmcli.bench.speed import AGAIN, NAIVE, Again, Floor, Naive, Ours
from mhmcli.bench.table import Table
from mhmcli.bench.took import Contestant, Speed, Took, rounds, speeds
from mhmcli.cache import PartCache
from mhmcli.chunk import Count, cut
from mhmcli.cli.bench_report import print_tables
from mhmcli.cli.models import model_file
from mhmcli.cli.output import print_line, say
from mhmcli.cli.signals import stopping
from mhmcli.engine import EngineInfo, Sampling
from mhmcli.engine.llama import HighLevel, LlamaEngine, LlamaOptions, Stop, tokenizer_of
from mhmcli.errors import UsageError
from mhmcli.machine import peak_memory_bytes
from mhmcli.memory_kind import DEFAULT_MEMORY, MemoryKind
from mhmcli.presets import Preset, preset
from mhmcli.prompter import Prompter
from mhmcli.prompts import SYSTEM, memagent
from mhmcli.receipt import duration
from mhmcli.sizes import UNSAID_WINDOW_TOKENS, Sizes, Wanted, fit
from mhmcli.source import Documents, Passage, open_source
from mhmcli.tokens import read_header
from mhmcli.verdicts import judges

_PARTS = {"reading": "█", "asking": "▓", "writing": "▒", "waiting": "░", "answering": "·"}
_BAR = 60  # characters of the slowest
_GIB = 1 << 30
_TEMPLATE_TOKENS = 64  # round a message, at most


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. `length` tokens of the document, or all; `memory_tokens` for each,
    or as many as it usually has."""

    source: str
    questions: tuple[str, ...]
    methods: tuple[str, ...]
    rounds: int
    beside: bool
    length: int | None
    memory_tokens: int | None
    cache_bytes: int
    model: str
    threads: int | None
    gpu_layers: int
    offline: bool


@dataclass(frozen=True, slots=True)
class _Course:
    """What all of them read, and with which model."""

    request: Request
    passages: Sequence[Passage]
    path: Path
    count: Count
    model_window: int

    def fitted(self, kind: MemoryKind) -> tuple[Preset, Sizes]:
        """The memory as `mhm ask` would build it for this model."""
        chosen = preset(kind)
        memory_tokens = self.request.memory_tokens
        head_tokens = memory_tokens // chosen.heads if memory_tokens else None
        wanted = Wanted(
            chosen.heads, chosen.head_tokens, chosen.chunk_tokens, head_tokens=head_tokens
        )
        longest = max(self.count(question) for question in self.request.questions)
        sizes = fit(wanted, chosen.writer, longest, self.model_window)
        return replace(chosen, head_tokens=sizes.head_tokens), sizes

    def options(self, kinds: Sequence[MemoryKind | None]) -> LlamaOptions:
        """With a window that is large enough for all of these, and the floor."""
        needed = [self.fitted(kind)[1].window_tokens for kind in kinds if kind]
        return LlamaOptions(
            window_tokens=min(self.model_window, max([*needed, CHUNK_TOKENS])),
            threads=self.request.threads,
            gpu_layers=self.request.gpu_layers,
        )

    def floor(self, engine: LlamaEngine) -> Floor:
        """Nothing but the document."""
        return Floor(engine, "".join(passage.text for passage in self.passages))

    def ours(self, kind: MemoryKind, engine: LlamaEngine, *, verdicts: bool) -> Ours:
        """One of mhm's memories."""
        chosen, sizes = self.fitted(kind)
        chunks = list(cut(self.passages, sizes.chunk_tokens, self.count))
        return Ours(kind.value, engine, chosen, chunks, self.request.questions, verdicts)

    def again(self, engine: LlamaEngine, folder: Path, *, verdicts: bool) -> Again:
        """The default memory, with a cache in a folder."""
        ours = self.ours(DEFAULT_MEMORY, engine, verdicts=verdicts)
        cache = PartCache(folder, self.request.cache_bytes, SYSTEM)
        return Again(replace(ours, name=AGAIN, cache=cache))

    def naive(self, options: LlamaOptions) -> tuple[Naive, HighLevel]:
        """The loop that one writes first, with as much memory as the default has, and the chunks of
        the memory that it is most like; and the model that it has loaded for itself."""
        default, like = preset(DEFAULT_MEMORY), preset(MemoryKind.MONOLITHIC)
        usual = default.heads * default.head_tokens
        memory_tokens = self.request.memory_tokens or usual
        questions = self.request.questions
        asked = max(self.count(memagent(question, "", "")) for question in questions)
        needed = like.chunk_tokens + 2 * memory_tokens + asked + _TEMPLATE_TOKENS
        model = HighLevel(self.path, replace(options, window_tokens=needed))
        chunks = list(cut(self.passages, like.chunk_tokens, self.count))
        return Naive(model.chat, chunks, questions, memory_tokens, self.count), model


def run(request: Request) -> None:
    """The rounds, each told as it is done, and then what they come to."""
    kinds = {name: _kind(name) for name in request.methods}
    if request.beside and AGAIN in kinds:
        raise UsageError(f"{AGAIN} has no floor beside it", hint="leave --beside out")
    stop = Stop()
    with stopping(stop), ExitStack() as open_things:
        documents = Documents([open_source(request.source, io.BytesIO())])
        open_things.callback(documents.close)
        documents.open()
        path = model_file(request.model, offline=request.offline, quiet=False)
        header = read_header(path)
        count = tokenizer_of(header).count
        passages = list(_first(documents.passages(), request.length, count))
        window = header.window_tokens or UNSAID_WINDOW_TOKENS
        course = _Course(request, passages, path, count, window)
        options = course.options([*kinds.values(), DEFAULT_MEMORY])
        engine = LlamaEngine(path, options, stop)
        open_things.callback(engine.shut)
        prompter = Prompter(engine, SYSTEM, Sampling())
        verdicts = judges(request.model, prompter)
        engine.close(prompter.base)
        beside: LlamaEngine | None = None
        if request.beside:
            beside = LlamaEngine(path, replace(options, window_tokens=CHUNK_TOKENS), stop)
            open_things.callback(beside.shut)
        contestants: list[Contestant] = [] if beside else [course.floor(engine)]
        for name, kind in kinds.items():
            if name == AGAIN:
                folder = open_things.enter_context(tempfile.TemporaryDirectory(prefix="mhm-"))
                contestants.append(course.again(engine, Path(folder), verdicts=verdicts))
            elif kind:
                ours = course.ours(kind, engine, verdicts=verdicts)
                contestants.append(replace(ours, beside=beside))
            else:
                naive, model = course.naive(options)
                open_things.callback(model.shut)
                contestants.append(replace(naive, beside=beside))
        _compete(contestants, request.rounds, engine.info)


def _compete(contestants: Sequence[Contestant], number: int, info: EngineInfo) -> None:
    """Rounds that are finished are shown also where Ctrl-C ends them."""
    took: list[Took] = []
    try:
        for one in rounds(contestants, number):
            took.append(one)
            _tell(one)
    finally:
        if finished := speeds(took, [contestant.name for contestant in contestants]):
            _show(finished, info)


def _kind(name: str) -> MemoryKind | None:
    """The memory of that name; None for the naive loop, and for who asks again.

    Raises:
        UsageError: there is none.
    """
    if name in {NAIVE, AGAIN}:
        return None
    try:
        return MemoryKind(name)
    except ValueError:
        names = ", ".join([*(kind.value for kind in MemoryKind), NAIVE, AGAIN])
        raise UsageError(f"no memory {name!r}", hint=f"there are: {names}") from None


def _first(passages: Iterator[Passage], length: int | None, count: Count) -> Iterator[Passage]:
    """The first passages, until they have so many tokens; all, if no length is given."""
    used = 0
    for passage in passages:
        yield passage
        used += count(passage.text)
        if length is not None and used >= length:
            return


def _tell(one: Took) -> None:
    answered = f" + {duration(one.answering)} answering" if one.answering else ""
    memory = f"{peak_memory_bytes() / _GIB:.1f} GiB at most so far"
    floor = f" (floor {duration(one.floor.to_read)})" if one.floor else ""
    computed = f"{one.spent.chunk_tokens:,} tokens of the document computed"
    say(f"mhm: {one.name}: {duration(one.to_read)}{floor}{answered}, {computed}, {memory}")


def _show(finished: Sequence[Speed], info: EngineInfo) -> None:
    first = finished[0].took[0]
    tokens = (first.floor or first).spent.chunk_tokens
    rounds_read, parts = len(finished[0].took), [*_PARTS]
    table = Table(
        title=f"{tokens:,} tokens, medians of {rounds_read} rounds ({info.model}, {info.device})",
        columns=(
            *("who", "tokens/s", "x floor", "with the answer", "first head"),
            *(f"{part} s" for part in parts),
        ),
        rows=tuple(
            (
                each.name,
                f"{tokens / median(one.to_read for one in each.took):.0f}",
                _spread(each.ratios),
                _spread(each.ratios_answered) if each.part("answering") else "",
                _spread(each.ratios_first_head) if each.ratios_first_head else "",
                *(f"{each.part(part):.1f}" if each.part(part) else "" for part in parts),
            )
            for each in finished
        ),
        note="first head: written after so many times what the floor takes for what was read then",
    )
    print_tables([table])
    slowest = max(sum(map(each.part, parts)) for each in finished)
    for each in finished:
        print_line(f"{each.name:<12}{_bar(each, slowest)}")
    print_line("".join(f"  {mark} {part}" for part, mark in _PARTS.items()))


def _spread(ratios: Sequence[float]) -> str:
    """'1.10 (1.05-1.20)': the median, the least and the most."""
    return f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def _bar(each: Speed, slowest: float) -> str:
    """Where the time went, to scale."""
    return "".join(mark * round(_BAR * each.part(part) / slowest) for part, mark in _PARTS.items())
