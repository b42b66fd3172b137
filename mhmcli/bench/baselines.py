"""Baselines and variants that are writers: map-reduce, ReadAgent, and the question put first.

All read chunk by chunk as every memory here does; what differs is what a step is shown or writes,
and what is made of the heads before the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from mhmcli import prompts
from mhmcli.chunk import Chunk
from mhmcli.follow import follow
from mhmcli.lookup import looked_up
from mhmcli.memory import Head, Memory, Note, joined
from mhmcli.prompter import Prompter, Reading, run
from mhmcli.source import split_sentences
from mhmcli.write import Around, Draft, RewriteWriter
from mhmcli.write.checks import fault
from mhmcli.write.ground import words
from mhmcli.write.rewrite import rewritten

Finish = Callable[[Prompter, str, Memory, Sequence[Chunk]], Memory]
_LOOK_UP_TOKENS = 32


def whole(prompter: Prompter, question: str, memory: Memory, chunks: Sequence[Chunk]) -> Memory:
    """The memory as it is: what a recurrent memory answers from."""
    del prompter, question, chunks
    return memory


def followed(prompter: Prompter, question: str, memory: Memory, chunks: Sequence[Chunk]) -> Memory:
    """The memory with what its best notes point to: what `scoring` answers from."""
    for memory_then in follow(prompter, question, memory, lambda: chunks):
        memory = memory_then
    return memory


def beside_sources(
    prompter: Prompter, question: str, memory: Memory, chunks: Sequence[Chunk]
) -> Memory:
    """The memory, and in a head of its own the passages that its notes are from."""
    again = looked_up(question, memory, lambda: chunks, prompter.count)
    if not again:
        return memory
    tokens = prompter.count(joined(again))
    most = max(memory.head_tokens, tokens)
    wider = replace(memory, heads=(*memory.heads, Head()), head_tokens=most)
    return wider.write(len(memory.heads), again, tokens, len(chunks) - 1)


class QuestionFirst(Around):
    """Another writer, with the question before the chunk as well as after it. The chunk is then
    read once more for each question: its keys and values depend on what stands before it."""

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The other writer's draft, after a reading that knew the question."""
        text = prompts.question_first(reading.question) + prompts.part(reading.chunk.shown)
        sequence = run(prompter.read(text, of_document=False))
        try:
            known = replace(reading, sequence=sequence)
            return (yield from self._writer.write(prompter, known, memory, head))
        finally:
            prompter.forget(sequence)


class OwnHead:
    """Each chunk has a head of its own, so that heads and chunks stay in step."""

    def select(self, prompter: Prompter, reading: Reading, memory: Memory) -> int:
        """The head with the chunk's number."""
        del prompter, memory
        return reading.chunk.index


class MapWriter(RewriteWriter):
    """Each chunk is asked as if it were the only one."""

    def tail_tokens(self, heads: int, head_tokens: int) -> int:
        """No head is shown."""
        del heads
        return super().tail_tokens(0, head_tokens)

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The draft that the chunk alone gives."""
        del head
        return (yield from super().write(prompter, reading, Memory.empty(1, memory.head_tokens), 0))


class GistWriter(MapWriter):
    """Each chunk in few words, whatever the question. Source: ReadAgent, arXiv:2402.09727."""

    def write(
        self, prompter: Prompter, reading: Reading, memory: Memory, head: int
    ) -> Generator[str, None, Draft]:
        """The gist of the chunk; of one that is too long, its whole sentences."""
        reply = yield from prompter.reply(
            prompts.gist(memory.head_tokens), memory.head_tokens, after=reading.sequence
        )
        del head
        if not reply.ended and (whole := split_sentences(reply.text)[:-1]):
            reply = replace(reply, text="".join(whole).strip(), ended=True)
        return rewritten(prompter, reading, reply, Memory.empty(1, memory.head_tokens), 0)


def reduce(budget_tokens: int) -> Finish:
    """Notes that are more than the budget are shortened in groups until they are not.

    Source: the collapse step of LangChain's map-reduce chain.
    """

    def finish(
        prompter: Prompter, question: str, memory: Memory, chunks: Sequence[Chunk]
    ) -> Memory:
        del chunks
        notes = [note for head in memory.heads for note in head.notes]
        while len(notes) > 1 and sum(prompter.count(note.text) for note in notes) > budget_tokens:
            shorter = [
                _joined(prompter, question, pair, memory.head_tokens)
                for pair in zip(notes[::2], notes[1::2], strict=False)
            ]
            notes = shorter + notes[len(shorter) * 2 :]
        return memory_of(prompter, notes)

    return finish


def _joined(prompter: Prompter, question: str, pair: tuple[Note, Note], limit: int) -> Note:
    """Two notes as one of at most so many tokens; if the model's reply cannot be taken, the one
    that shares more words with the question."""
    first, second = pair
    instruction = prompts.compact(question, f"{first.text}\n{second.text}", limit)
    reply = run(prompter.reply(instruction, limit))
    if fault(reply, question):
        asked = words(question)
        return max(pair, key=lambda note: len(words(note.text) & asked))
    return Note(reply.text, first.places + second.places)


def look_up(pages: int) -> Finish:
    """The gists, of which the model has some replaced by what they stand for.

    Source: ReadAgent's parallel look-up, arXiv:2402.09727, section 3.
    """

    def finish(
        prompter: Prompter, question: str, memory: Memory, chunks: Sequence[Chunk]
    ) -> Memory:
        gists = [
            Note(f"[page {number}] {head.text or '(no gist)'}", head.notes[0].places)
            if head.notes
            else Note(f"[page {number}] (no gist)", (chunk.place,))
            for number, (head, chunk) in enumerate(zip(memory.heads, chunks, strict=True), start=1)
        ]
        sequence = run(
            prompter.read(prompts.notes([gist.text for gist in gists]), of_document=False)
        )
        try:
            reply = run(
                prompter.reply(prompts.look_up(question, pages), _LOOK_UP_TOKENS, after=sequence)
            )
        finally:
            prompter.forget(sequence)
        for number in page_numbers(reply.text, len(gists))[:pages]:
            full = f"[page {number}] {chunks[number - 1].text.strip()}"
            gists[number - 1] = replace(gists[number - 1], text=full)
        return memory_of(prompter, gists)

    return finish


def page_numbers(text: str, pages: int) -> list[int]:
    """'[2, 5], page 99' of 8 pages -> [2, 5]: those that there are, each once."""
    found = dict.fromkeys(int(digits) for digits in re.findall(r"\d{1,6}", text))
    return [number for number in found if 1 <= number <= pages]


def memory_of(prompter: Prompter, notes: Sequence[Note]) -> Memory:
    """One head that holds just these notes."""
    tokens = max(1, prompter.count(joined(notes)))
    return Memory.empty(1, tokens).write(0, tuple(notes), tokens, 0)
