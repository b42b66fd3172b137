"""BABILong-style: the facts of a bAbI story, in their order, between the sentences of a book.

Sources: bAbI, arXiv:1502.05698; BABILong, arXiv:2406.10149.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, zip_longest
from pathlib import Path

from mhmcli.bench.case import Case, passages_of
from mhmcli.bench.match import NUMBER_WORDS, proves_capture
from mhmcli.bench.tasks.haystack import draw, filled, hidden
from mhmcli.chunk import Count
from mhmcli.errors import UsageError
from mhmcli.source import split_sentences

_LINE = re.compile(r"(\d+) ([^\t|]+)(?:[\t|]([^\t|]*)[\t|]([\d ]*))?")
_PARAGRAPH = 6  # sentences
_COUNTS = {"none": 0, **{word: n for n, word in enumerate(NUMBER_WORDS)}}


@dataclass(frozen=True, slots=True)
class Story:
    """What was told before a question; `supporting` are indices of the facts it follows from."""

    key: str
    facts: tuple[str, ...]
    question: str
    answer: str
    supporting: tuple[int, ...]


class BabiTask:
    """The questions of bAbI files, one of each file in turn, in a book.

    Raises:
        UsageError: a file is missing or in another format, or the book has no text.
    """

    name = "babilong-style"

    def __init__(self, data: Path, book: Path, *, seed: int = 0) -> None:
        self._seed = seed
        files = sorted(data.glob("qa*.txt")) if data.is_dir() else [data]
        stories = [list(_stories(file)) for file in files]
        for file, found in zip(files, stories, strict=True):
            if not found:
                raise UsageError(f"no bAbI questions in {file}", hint="leave it out of --data")
        self._stories = [s for s in chain.from_iterable(zip_longest(*stories)) if s is not None]
        if not self._stories:
            raise UsageError(
                f"no bAbI questions in {data}", hint="--data takes a qa*.txt file, or a folder"
            )
        text = _text(book)
        self._sentences = split_sentences(re.sub(r"\s+", " ", text))
        if len(self._sentences) < 2:  # noqa: PLR2004
            raise UsageError(f"{book} is no book: it has no sentences", hint="name a text file")

    @property
    def size(self) -> int:
        """Questions of all files."""
        return len(self._stories)

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """Every question, each in a stretch of the book that begins at a place of its own."""
        for story in self._stories:
            chance = draw(self._seed, story.key, length_tokens)
            start = chance.randrange(len(self._sentences))
            book = self._sentences[start:] + self._sentences[:start]
            facts = [f"{fact} " for fact in story.facts]
            hay = filled(facts, cycle(book), length_tokens, count)[len(facts) :]
            pieces = hidden(facts, hay, chance)
            text = "\n\n".join("".join(group).strip() for group in _grouped(pieces)) + "\n"
            answers = tuple(_spellings(part) for part in story.answer.split(","))
            yield Case(
                key=story.key,
                question=story.question,
                answers=answers,
                passages=passages_of(text),
                facts=tuple(story.facts[index] for index in story.supporting),
                kind=story.key.partition("_")[0],
                traceable=proves_capture(story.question, answers),
            )


def _grouped(sentences: Sequence[str]) -> list[Sequence[str]]:
    """Paragraphs of a few sentences."""
    return [sentences[at : at + _PARAGRAPH] for at in range(0, len(sentences), _PARAGRAPH)]


def _spellings(answer: str) -> tuple[str, ...]:
    """'two' -> ('two', '2')."""
    if answer in _COUNTS:
        return (answer, str(_COUNTS[answer]))
    return (answer,)


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="check its path") from error
    if "\0" in text or text.startswith("%PDF-"):
        raise UsageError(f"{path} is not text", hint="name a text file")
    return text


def _stories(path: Path) -> Iterator[Story]:
    told: dict[int, str] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip("\r\n"))
        if not match:
            raise UsageError(
                f"{path} line {number} is not bAbI's: {line[:40]!r}",
                hint="a line is: number text, or number question|answer|line numbers (| or tab)",
            )
        index, text, answer, supporting = match.groups()
        if int(index) == 1:
            told = {}
        if answer is None:
            told[int(index)] = text.strip()
            continue
        order = list(told)
        missing = [n for n in supporting.split() if int(n) not in told]
        if missing:
            raise UsageError(
                f"{path} line {number}: there is no line {missing[0]} before it",
                hint="supporting facts are numbers of lines of the same story",
            )
        yield Story(
            key=f"{path.stem}:{number}",
            facts=tuple(told.values()),
            question=text.strip(),
            answer=answer,
            supporting=tuple(order.index(int(n)) for n in supporting.split()),
        )
