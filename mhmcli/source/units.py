"""The sentences of prose under their titles, or the lines of a log, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mhmcli.source.place import Break, Passage, Place
from mhmcli.source.split import is_lines, lines_of, sentences, split_sentences

_TITLE_CHARS = 80
_FIELD = re.compile(r"\w:\s+\S")
_ITEM = re.compile(
    r"\s*(?:(?:[-*+•‣–●▪◦○·]|(?:\d{1,3}|[a-z]|[ivx]{2,4})[.)])\s+|"
    r"[\d一二三四五六七八九十]{1,3}[、．）]\s*)\S"
)
_NAMED = re.compile(r"\s*\w[\w.'’-]*(?: [\w.'’-]+){0,3}:\s+\S")  # Ann: draft the report
_LEAST_ROWS = 3  # of a table
_TITLE_SHARE = 1.5  # a line that is so much longer than the one before is no wrapped part of it


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or line, on one line, with its place; `title` is that of what it stands in."""

    text: str
    place: Place
    title: str = ""

    @property
    def shown(self) -> str:
        """'The keeper: He trims the wicks.'"""
        return f"{self.title}: {self.text}" if self.title else self.text


def units_of(passages: Sequence[Passage]) -> Iterator[Unit]:
    """The units that are right for the passages together: their lines, or their sentences."""
    return units(passages, lines=is_lines("".join(passage.text for passage in passages)))


def units(passages: Iterable[Passage], *, lines: bool) -> Iterator[Unit]:
    """The lines of the passages, or their sentences, and the items of lists among them, under the
    titles that stand above them."""
    for passage in _whole(passages):
        title, body = ("", passage) if lines else _under_title(passage)
        for unit in lines_of(body) if lines else _items(body) or sentences(body):
            if unit.text.strip():
                yield Unit(" ".join(unit.text.split()), unit.place, title)


def is_field(line: str) -> bool:
    """'Keeper: Roy' says something by itself."""
    return bool(_FIELD.search(line))


def _whole(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Passages that were cut into pieces, whole again: a sentence may go on in the next piece, and
    what stands under a title stands in several."""
    whole: Passage | None = None
    for piece in passages:
        if whole is not None and piece.opens < Break.PARAGRAPH:
            whole = Passage(whole.text + piece.text, whole.place.to(piece.place), whole.opens)
            continue
        if whole is not None:
            yield whole
        whole = piece
    if whole is not None:
        yield whole


def _items(passage: Passage) -> list[Passage]:
    """The items of a list, each of which begins with a name ("Anna: ..."), or with a bullet or a
    number, for they may have no full stops; of one that is more than a sentence, its sentences.
    What is indented below one belongs to it. The rows of a table. None of anything else."""
    items: list[Passage] = []
    for line in lines_of(passage):
        if not line.text.strip():
            continue
        if items and line.text[0].isspace() and not _ITEM.match(line.text):
            above = items[-1]
            items[-1] = Passage(above.text + line.text, above.place.to(line.place), above.opens)
        else:
            items.append(line)
    texts = [item.text for item in items]
    if len(items) > 1 and all(map(_ITEM.match, texts)):
        return [
            piece for one in items for piece in ([one] if _is_item(one.text) else sentences(one))
        ]
    is_list = len(items) > 1 and all(map(_NAMED.match, texts))
    columns = {text.count("|") or text.count("\t") for text in texts}
    is_table = len(items) >= _LEAST_ROWS and len(columns) == 1 and 0 not in columns
    return items if is_list or is_table else []


def _is_item(item: str) -> bool:
    mark = _ITEM.match(item)
    return mark is not None and len(split_sentences(item[mark.end() - 1 :])) == 1


def _under_title(passage: Passage) -> tuple[str, Passage]:
    """A title that stands on lines of its own, and what stands under it: 'The keeper\\nRoy trims
    the wicks each evening.' A line of wrapped prose is about as long as the next, and 'Keeper: Roy'
    says something by itself; what is cut out of a paragraph begins with no title, and what goes on
    in lower case is under none. A label ('Document 3:') gives way to the title below it."""
    title, body, label = "", passage, False
    while body.opens >= Break.LINE and "\n" in body.text.strip():
        lines = list(lines_of(body))
        first, second, *_ = (n for n, part in enumerate(lines) if part.text.strip())
        line, below = lines[first].text.strip(), lines[second].text.strip()
        marked = line.endswith(":") or line.startswith("#")
        stands_alone = marked or len(below) >= _TITLE_SHARE * len(line)
        says_something = line[-1] in ".!?,;" or is_field(line)
        goes_on = below[:1].islower() and not marked
        if len(line) > _TITLE_CHARS or says_something or goes_on or not stands_alone:
            break
        long = len(title) > 2 * _TITLE_CHARS
        title = f"{title}: {line}" if title and not label and not long else line
        label = line.endswith(":")
        title = title.rstrip(":")
        text = "".join(part.text for part in lines[second:])
        body = Passage(text, lines[second].place.to(passage.place), passage.opens)
    return title, body
