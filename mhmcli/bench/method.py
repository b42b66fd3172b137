"""What is measured: the memories of mhm and the baselines beside them, by name.

    mhm-lru                    the paper's: 4 heads, rewritten, least recently updated first
    monolithic                 the same memory in one head (MemAgent)
    append                     mhm's own writer, 4 heads
    scoring                    passages kept verbatim by what they are worth, 2 heads
    rewrite:2x512              any writer (rewrite, append) with heads x tokens
    rewrite:4x256:relevance    and any selector (lru, relevance, random, concur)
    append@350                 and any chunk size
    append:question-first      and the question before each chunk as well as after it
    rewrite:4x256:gated        written only from chunks that have to do with the question
    scribe                     the same of append
    append:look-up             answered beside the passages that its notes are from
    full                       everything in one prompt, as far as the window goes
    bm25:6                     the 6 passages that share the most with the question
    quick                      as many of them as `mhm ask --quick` takes
    skim:20                    scoring, of the most promising fifth alone (`mhm ask --skim 20%`)
    map-reduce                 each chunk apart, then all notes together
    readagent:2                gists of all chunks, then 2 of them read again

What a name leaves open is filled in from the total memory and the chunk size of the run, so that
memories are compared at equal size. A passage of `scoring` is at most half a head; map-reduce and
ReadAgent have a note the size of one of four heads for each chunk; retrieval has no memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mhmcli.bench.baselines import (
    Finish,
    GistWriter,
    MapWriter,
    OwnHead,
    QuestionFirst,
    beside_sources,
    followed,
    look_up,
    reduce,
    whole,
)
from mhmcli.chunk import Count
from mhmcli.errors import UsageError
from mhmcli.evidence import of_passages
from mhmcli.memory import Note
from mhmcli.scan import Scan
from mhmcli.score import BM25
from mhmcli.select import Cheapest, HeadSelector, LeastRecentlyUpdated, Random, Relevance
from mhmcli.source import Passage
from mhmcli.write import (
    AppendWriter,
    ConcurWriter,
    HeadWriter,
    RewriteWriter,
    ScribeWriter,
    VerbatimWriter,
)

_DEFAULT_HEADS = 4
_USUAL_HEADS = {"monolithic": 1, "scoring": 2}
_PASSAGE_TOKENS = 220  # of scoring, at most
_LEAST_HEAD = 8  # tokens
_MOST_HEADS = 26  # they are named by letters where a model chooses one
_BM25_PASSAGES = 6
_LOOK_UPS = 2
_GIST_OF, _LEAST_GIST = 4, 32  # tokens of a page for one of its gist, and at least
_SKIMMED_PERCENT = 20
_SHAPE = re.compile(r"(\d+)x(\d+)")
_NAMES = (
    "mhm-lru, monolithic, append, scribe, scoring, rewrite, full, bm25, quick, skim, map-reduce, "
    "readagent; as in rewrite:2x512:random@400"
)


@dataclass(frozen=True, slots=True)
class Recurrent:
    """A memory written chunk by chunk. `heads` None: one head for each chunk. One that `counts`
    answers a question for all that there is of something by a census. Less than a `share` of 1 is
    read best first, by the words of the question."""

    label: str
    heads: int | None
    head_tokens: int
    chunk_tokens: int
    selector: HeadSelector
    writer: HeadWriter
    finish: Finish = whole
    counts: bool = False
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Passages of the document, put before the model as they are: at most `limit` of them, or as
    many as `mhm ask --quick` takes, or all."""

    label: str
    limit: int | None = None
    quick: bool = False
    chunk_tokens: int = 0  # it reads no chunks

    def select(
        self, question: str, passages: tuple[Passage, ...], count: Count
    ) -> tuple[Note, ...]:
        """The passages to answer from, in reading order."""
        if self.quick:
            scan = Scan([question])
            scanned = list(scan.through(passages))
            return of_passages((scanned[n] for n in scan.ranked(0)), count).notes
        chosen = passages
        if self.limit is not None:
            ranking = BM25([passage.text for passage in passages])
            chosen = tuple(passages[index] for index in ranking.best(question, self.limit))
        notes = (Note(passage.text.strip(), (passage.place,)) for passage in chosen)
        return tuple(note for note in notes if note.text)


Method = Recurrent | Retrieval


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run gives each method: tokens of memory in all, tokens of a chunk, a seed."""

    memory_tokens: int
    chunk_tokens: int
    seed: int = 0


def parse(name: str, budget: Budget) -> Method:
    """The method of that name; its label has all that the name left open.

    'mhm-lru' with 1,024 tokens -> 4 heads of 256, 'mhm-lru 4x256'.

    Raises:
        UsageError: there is no such method, or its parts do not go together.
    """
    body, at, chunk = name.strip().partition("@")
    kind, *options = body.split(":")
    if at:
        if not chunk.isdecimal() or int(chunk) < 16:  # noqa: PLR2004
            raise _unknown(name, f"@{chunk} is no chunk size")
        budget = replace(budget, chunk_tokens=int(chunk))
    if kind in ("full", "bm25", "quick"):
        if at:
            raise _unknown(name, f"{kind} reads no chunks")
        return _retrieval(name, kind, options)
    if kind in ("map-reduce", "readagent"):
        method = _each_chunk(name, kind, options, budget)
    elif kind == "skim":
        method = _skim(name, options, budget, chunk_given=bool(at))
    else:
        method = _recurrent(name, kind, options, budget, chunk_given=bool(at))
    return replace(method, label=f"{method.label} {at}{chunk}".rstrip())


def _retrieval(name: str, kind: str, options: list[str]) -> Retrieval:
    if kind in ("full", "quick"):
        if options:
            raise _unknown(name, f"{kind} has no parts")
        return Retrieval(kind, quick=kind == "quick")
    limit = _number(name, options, _BM25_PASSAGES)
    return Retrieval(f"bm25 {limit}", limit)


def _each_chunk(name: str, kind: str, options: list[str], budget: Budget) -> Recurrent:
    """The baselines that have a head for each chunk."""
    each = budget.memory_tokens // _DEFAULT_HEADS
    if kind == "map-reduce":
        if options:
            raise _unknown(name, "map-reduce has no parts")
        writer, finish, label = MapWriter(), reduce(budget.memory_tokens), f"{kind} {each}"
    else:
        pages = _number(name, options, _LOOK_UPS)
        each = min(each, max(_LEAST_GIST, budget.chunk_tokens // _GIST_OF))
        writer, finish, label = GistWriter(), look_up(pages), f"{kind} {pages} {each}"
    return Recurrent(label, None, each, budget.chunk_tokens, OwnHead(), writer, finish)


def _skim(name: str, options: list[str], budget: Budget, *, chunk_given: bool) -> Recurrent:
    percent = _number(name, options, _SKIMMED_PERCENT)
    if percent >= 100:  # noqa: PLR2004
        raise _unknown(name, "that is scoring")
    method = _recurrent(name, "scoring", [], budget, chunk_given=chunk_given)
    label = f"skim {percent}% {method.heads}x{method.head_tokens}"
    return replace(method, label=label, counts=False, share=percent / 100)


def _recurrent(
    name: str, kind: str, options: list[str], budget: Budget, *, chunk_given: bool
) -> Recurrent:
    writers: dict[str, HeadWriter] = {
        "mhm-lru": RewriteWriter(),
        "monolithic": RewriteWriter(),
        "rewrite": RewriteWriter(),
        "append": AppendWriter(),
        "scribe": ScribeWriter(AppendWriter()),
        "scoring": VerbatimWriter(),
    }
    selectors: dict[str, HeadSelector] = {
        "lru": LeastRecentlyUpdated(),
        "cheapest": Cheapest(),
        "relevance": Relevance(),
        "random": Random(budget.seed),
        "concur": LeastRecentlyUpdated(),
    }
    if kind not in writers:
        raise _unknown(name, f"{kind!r} is not known")
    if kind in ("mhm-lru", "monolithic") and options:
        raise _unknown(name, f"{kind} is what it is: rewrite takes parts")
    parts = _parts(name, options, selectors.keys())
    usual = "cheapest" if kind == "scoring" else "lru"
    chosen = parts.get("selector", usual)
    if "cheapest" in (chosen, usual) and chosen != usual:
        raise _unknown(name, f"{kind} does not go with {chosen}")
    heads, head_tokens = _shape(
        name, parts.get("shape"), _USUAL_HEADS.get(kind, _DEFAULT_HEADS), budget
    )
    label = f"{kind} {heads}x{head_tokens}{'' if chosen == usual else ' ' + chosen}"
    if kind == "scoring" and not chunk_given:
        passage = min(_PASSAGE_TOKENS, budget.chunk_tokens, head_tokens // 2)
        budget = replace(budget, chunk_tokens=passage)
    writer = _writer(name, writers[kind], parts)
    sorts = ("gate", "placement", "finish")
    label += "".join(f" {parts[sort]}" for sort in sorts if sort in parts)
    scoring = kind == "scoring"
    if "finish" in parts and scoring:
        raise _unknown(name, "scoring keeps the passages themselves")
    finish = beside_sources if "finish" in parts else whole
    return Recurrent(
        label,
        heads,
        head_tokens,
        budget.chunk_tokens,
        selectors[chosen],
        writer,
        followed if scoring else finish,
        counts=scoring,
    )


def _writer(name: str, writer: HeadWriter, parts: dict[str, str]) -> HeadWriter:
    """The writer with what its options put round it."""
    if parts.get("selector") == "concur":
        if not isinstance(writer, RewriteWriter):
            raise _unknown(name, "only rewrite can select and write in one call")
        writer = ConcurWriter()
    if "gate" in parts:
        if not isinstance(writer, AppendWriter | RewriteWriter):
            raise _unknown(name, "only what rewrite and append write can be gated")
        writer = ScribeWriter(writer)
    if "placement" in parts:
        if writer.weighs:
            raise _unknown(name, "the question makes itself likely when it comes first")
        writer = QuestionFirst(writer)
    return writer


def _parts(name: str, options: list[str], selectors: Iterable[str]) -> dict[str, str]:
    """The options by sort, each at most once: ['2x64', 'random'] -> a shape and a selector."""
    sorts = dict.fromkeys(selectors, "selector")
    sorts |= {"question-first": "placement", "gated": "gate", "look-up": "finish"}
    parts: dict[str, str] = {}
    for option in options:
        sort = "shape" if _SHAPE.fullmatch(option) else sorts.get(option)
        if sort is None:
            raise _unknown(
                name, f"{option!r} is no heads x tokens, selector, gated, question-first or look-up"
            )
        if sort in parts:
            raise _unknown(name, f"{option!r} and {parts[sort]!r} do not go together")
        parts[sort] = option
    return parts


def _shape(name: str, given: str | None, heads: int, budget: Budget) -> tuple[int, int]:
    """Heads and tokens of each: as given, or the total memory in so many heads."""
    head_tokens = budget.memory_tokens // heads
    match = _SHAPE.fullmatch(given or "")
    if match:
        heads, head_tokens = int(match[1]), int(match[2])
    if not (1 <= heads <= _MOST_HEADS and head_tokens >= _LEAST_HEAD):
        raise _unknown(name, f"{heads} heads of {head_tokens} tokens cannot be")
    return heads, head_tokens


def _number(name: str, options: list[str], default: int) -> int:
    if not options:
        return default
    if len(options) > 1 or not options[0].isdecimal() or int(options[0]) < 1:
        raise _unknown(name, f"{':'.join(options)!r} is not a number")
    return int(options[0])


def _unknown(name: str, why: str) -> UsageError:
    return UsageError(f"no method {name!r}: {why}", hint=f"methods are {_NAMES}")
