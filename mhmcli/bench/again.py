"""Answer again from memories that are on disk: what another prompt or model makes of them.

Reading costs a hundred times what answering does; what was kept and what is made of it are
two questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mhmcli import __version__
from mhmcli.bench.marks import answer_anyway, failed, marked
from mhmcli.bench.results import Result, ResultsFile
from mhmcli.errors import WindowFullError
from mhmcli.evidence import Evidence
from mhmcli.memory import Note
from mhmcli.prompter import Prompter


def answer_again(
    results: Sequence[Result],
    out: ResultsFile,
    *,
    prompter: Prompter,
    model: str,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Result]:
    """Each result that is not yet in the file, with the answer that its memory gives now; it is in
    the file when it is told. What failed stays failed. What the reading cost, and how its replies
    were sampled, stays as it was; the new answer is greedy, its tokens are not counted, and the
    reading floor is not known. Where another model answers than the one that read, both are named.
    A memory that was not answered from, or whose document was counted, is shown as it is, which for
    passages is another method than to answer from their sentences: it is named so."""
    for result in results:
        named = model if result.model == model else f"{result.model} > {model}"
        fresh = replace(
            result, model=named, method=_method(result), mhm=__version__, floor_tokens_per_s=0.0
        )
        if out.has(fresh.key, answered=True):
            continue
        if result.error is not None:
            fresh = failed(fresh, result.error, answers=True)
        else:
            start = clock()
            evidence = Evidence(tuple(Note(text) for text in result.shown or result.memory))
            try:
                said = answer_anyway(prompter, result.question, evidence)
                fresh = replace(fresh, **marked(said, result.answers, result.wrong))
            except WindowFullError as full:
                fresh = failed(fresh, full.message, answers=True)
            fresh = replace(fresh, answer_s=round(clock() - start, 3))
        out.add(fresh)
        yield fresh


def _method(result: Result) -> str:
    as_they_are = bool(result.memory) and not result.shown
    passages = as_they_are and result.method.startswith(("scoring", "skim"))
    return f"{result.method}, from passages" if passages else result.method
