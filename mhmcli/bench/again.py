"""Answer again from memories that are on disk: what another prompt or model makes of them.

Reading costs a hundred times what answering does; what was kept and what is made of it are
two questions.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mhmcli.answer import answer
from mhmcli.bench.results import Result, ResultsFile
from mhmcli.bench.trial import marked
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
    the file when it is told. What the reading cost stays as it was; the tokens of the new answer
    are not counted. Where another model answers than the one that read, both are named."""
    for result in results:
        named = model if result.model == model else f"{result.model} > {model}"
        fresh = replace(result, model=named)
        if result.error is not None or fresh.key in out:
            continue
        start = clock()
        memory = _memory(result.memory, prompter)
        said = run(answer(prompter, result.question, memory, least_log_odds=-math.inf))
        seconds = round(clock() - start, 3)
        fresh = replace(fresh, **marked(said, result.answers), answer_s=seconds)
        out.add(fresh)
        yield fresh


def _memory(texts: Sequence[str], prompter: Prompter) -> Memory:
    sizes = [prompter.count(text) for text in texts]
    memory = Memory.empty(max(1, len(texts)), max([1, *sizes]))
    for head, (text, tokens) in enumerate(zip(texts, sizes, strict=True)):
        memory = memory.write(head, (Note(text),), tokens, head)
    return memory
