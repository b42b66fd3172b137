"""Split a passage into lines, sentences or halves, each with the place that it stands on."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from mhmcli.source.place import Break, Passage

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"'”’)\]]*\s+|(?<=[。！？])")
_PASSAGE_CHARS = 1200  # what a reader can judge at a time
_CLOSING = (".", "!", "?", "。", "！", "？", '."', ".'", ".”", ".’", '!"', '?"', "!”", "?”", ".)")
_LONGEST_SENTENCE = 400  # characters; what is longer has no sentences, and is taken line by line
_LONGEST_LINE = 1000  # characters; a longer one is cut, or no head could hold it


# Words that end in a full stop in the middle of a sentence; single letters do as well.
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "prof", "rev", "capt", "lt", "col", "gen", "sgt", "hon", "no"}
    | {"vs", "e.g", "i.e", "cf", "fig", "vol", "pp", "p", "al", "jr", "sr", "inc", "ltd", "co"}
    | {"messrs", "mme", "nr", "art", "sec", "ch", "approx", "dept", "est"}
)
_LAST_WORD = re.compile(r"[\w.]+(?=\.[^\w]*\Z)")


def is_full(chars: int, last_line: str, next_line: str) -> bool:
    """True when a passage of so many characters should end before the next line: it has some 300
    tokens of English, and its last line ends a sentence, or it has twice as many."""
    size = chars + len(next_line)
    ends_sentence = last_line.rstrip().endswith(_CLOSING)
    return size > _PASSAGE_CHARS and (ends_sentence or size > 2 * _PASSAGE_CHARS)


def split_sentences(text: str) -> list[str]:
    """The sentences of a text; joined, they are the text.

    'Mr. Roy left. He was ill.' -> ['Mr. Roy left. ', 'He was ill.']
    """
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if _is_end(text, match)]
    return [text[a:b] for a, b in pairwise([0, *ends, len(text)])]


def _is_end(text: str, match: re.Match[str]) -> bool:
    if not 0 < match.end() < len(text):
        return False
    if text[match.end()].islower():
        return False
    word = _LAST_WORD.search(text[max(0, match.start() - 20) : match.start()])
    last = word[0].lower() if word else ""
    return not (last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha()))


def sentences(passage: Passage) -> list[Passage]:
    """The sentences of prose, over line ends; the lines of a log or a table."""
    found: list[Passage] = []
    for sentence in _at_sentences(passage):
        lines = sentence.text.splitlines(keepends=True)
        if len(sentence.text) > _LONGEST_SENTENCE and len(lines) > 1:
            found += [
                short for line in _placed(sentence, lines, Break.LINE) for short in _cut(line)
            ]
        else:
            found += _cut(sentence)
    return found


def _cut(passage: Passage) -> list[Passage]:
    if len(passage.text) <= _LONGEST_LINE:
        return [passage]
    return [short for part in parts(passage) for short in _cut(part)]


def parts(passage: Passage) -> list[Passage]:
    """A passage as lines, else as sentences, else as two halves: always at least two parts of
    a text that has two characters."""
    lines = passage.text.splitlines(keepends=True)
    if len(lines) > 1:
        return _placed(passage, lines, Break.LINE)
    at_sentences = _at_sentences(passage)
    if len(at_sentences) > 1:
        return at_sentences
    text = passage.text
    middle = text.rfind(" ", len(text) // 4, len(text) // 2) + 1 or len(text) // 2
    return _placed(passage, [text[:middle], text[middle:]], Break.ANYWHERE)


def _at_sentences(passage: Passage) -> list[Passage]:
    return _placed(passage, split_sentences(passage.text), Break.SENTENCE)


def _placed(passage: Passage, texts: list[str], opens: Break) -> list[Passage]:
    """The pieces of a passage with the lines and bytes that each stands on."""
    place = passage.place
    # Where bytes were recoded, offsets inside the passage are unknown: each piece keeps its span.
    exact = (
        place.start_byte is not None
        and place.end_byte is not None
        and place.end_byte - place.start_byte == len(passage.text.encode())
    )
    pieces = []
    line, byte = place.line, place.start_byte or 0
    for n, text in enumerate(texts):
        here = place
        size = len(text.encode())
        if line is not None:
            breaks = text.count("\n")
            here = replace(here, line=line, last_line=line + max(0, breaks - text.endswith("\n")))
            line += breaks
        if exact:
            here = replace(here, start_byte=byte, end_byte=byte + size)
            byte += size
        pieces.append(Passage(text, here, opens if n else passage.opens))
    return pieces
