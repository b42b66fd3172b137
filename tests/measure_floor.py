"""Measure a reading as a multiple of the reading floor, interleaved, on this machine.

    python -m tests.measure_floor FILE "question" [--model NAME] [--memory KIND] [--rounds 3]

The reading floor is the time that llama.cpp needs to prefill every token of the document once,
chunk after chunk in an empty window, and nothing else. A benchmark, not a test: it decides
nothing.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from mhmcli import models, prompts
from mhmcli.bench.floor import CHUNK_TOKENS, floor_s
from mhmcli.chunk import Chunk, cut
from mhmcli.engine import Sampling
from mhmcli.engine.llama import LlamaEngine, LlamaOptions
from mhmcli.memory import Memory
from mhmcli.memory_kind import DEFAULT_MEMORY, MemoryKind
from mhmcli.presets import Preset, preset
from mhmcli.prompter import Prompter, Spent
from mhmcli.reader import Lane, Step, read
from mhmcli.sizes import Wanted, fit
from mhmcli.source import Documents, open_source
from mhmcli.tokens import Vocabulary, read_header


def reading_s(
    engine: LlamaEngine, chunks: list[Chunk], question: str, chosen: Preset, head_tokens: int
) -> tuple[float, Spent]:
    """Seconds to read the chunks for one question, and the tokens that it took."""
    start = time.monotonic()
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    empty = Memory.empty(chosen.heads, head_tokens)
    lane = Lane(question, empty, chosen.selector, chosen.writer)
    steps = read(chunks, [lane], prompter=prompter)
    wrote = sum(e.outcome.changed_a_head for e in steps if isinstance(e, Step))
    seconds = time.monotonic() - start
    print(f"  {len(chunks)} chunks, {wrote} wrote to a head")
    engine.close(prompter.base)
    return seconds, prompter.spent


def main() -> None:
    """Print each round, and the median and spread of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("question")
    parser.add_argument("--model", default=models.DEFAULT)
    parser.add_argument("--memory", type=MemoryKind, default=DEFAULT_MEMORY)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()

    path = models.path_of(models.find(given.model))
    vocabulary = Vocabulary(read_header(path))
    chosen = preset(given.memory)
    wanted = Wanted(chosen.heads, chosen.head_tokens, chosen.chunk_tokens)
    sizes = fit(wanted, chosen.writer, vocabulary.count(given.question), 32_768)
    with Path(given.file).open("rb") as stdin:
        documents = Documents([open_source(given.file, stdin)])
        chunks = list(cut(documents.passages(), sizes.chunk_tokens, vocabulary.count))
    tokens = vocabulary.encode("".join(chunk.text for chunk in chunks))
    window = max(sizes.window_tokens, CHUNK_TOKENS + 256)
    engine = LlamaEngine(path, LlamaOptions(window_tokens=window))
    print(f"{len(tokens)} tokens, {given.memory.value}, {engine.info.model}, {engine.info.device}")
    ratios = []
    for number in range(given.rounds):
        floor = floor_s(engine, tokens)
        took, spent = reading_s(engine, chunks, given.question, chosen, sizes.head_tokens)
        ratios.append(took / floor)
        print(
            f"round {number + 1}: floor {floor:.1f} s ({len(tokens) / floor:.0f} tokens/s), "
            f"mhm {took:.1f} s, ratio {took / floor:.3f}; {spent.chunk_tokens} tokens of chunks, "
            f"{spent.tail_tokens} of tails, {spent.reply_tokens} written"
        )
    print(f"ratio: median {statistics.median(ratios):.3f}, {min(ratios):.3f}-{max(ratios):.3f}")


if __name__ == "__main__":
    main()
