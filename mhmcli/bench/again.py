"""Answer again from memories that are on disk: what another prompt or model makes of them.

Reading costs a hundred times what answering does; what was kept and what is made of it are
two questions.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mhmcli import __version__
from mhmcli.answer import Answer, answer
from mhmcli.bench.results import Result, ResultsFile
from mhmcli.bench.trial import marked
from mhmcli.errors import WindowFullError
from mhmcli.memory import Memory, Note
from mhmcli.prompter import Prompter, run


def answer_again(
    results: Sequence[Result],
    out: ResultsFile,
    *,
    prompter: Prompter,
    model: str,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Result]:
    """Each result that is not yet in the file, with the answer that its memory gives now; it is in
    the file when it is told. What failed stays failed. What the reading cost stays as it was; the
    tokens of the new answer are not counted, and the reading floor is not known. Where another
    model answers than the one that read, both are named."""
    for result in results:
        named = model if result.model == model else f"{result.model} > {model}"
        fresh = replace(result, model=named, mhm=__version__, floor_tokens_per_s=0.0)
        if fresh.key in out:
            continue
        if result.error is None:
            start = clock()
            memory = _memory(result.memory, prompter)
            try:
                said, error = _said(prompter, result.question, memory), None
            except WindowFullError as full:
                said, error = Answer(result.question, "", found=False), full.message
            seconds = round(clock() - start, 3)
            made = marked(said, result.answers)
            fresh = replace(fresh, **made, answer_s=seconds, error=error)
        out.add(fresh)
        yield fresh


def _said(prompter: Prompter, question: str, memory: Memory) -> Answer:
    return run(answer(prompter, question, memory, least_log_odds=-math.inf))


def _memory(texts: Sequence[str], prompter: Prompter) -> Memory:
    sizes = [prompter.count(text) for text in texts]
    memory = Memory.empty(max(1, len(texts)), max([1, *sizes]))
    for head, (text, tokens) in enumerate(zip(texts, sizes, strict=True)):
        memory = memory.write(head, (Note(text),), tokens, head)
    return memory
