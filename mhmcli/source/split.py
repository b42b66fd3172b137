"""Split a passage into lines, sentences or halves, each with the place that it stands on."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from mhmcli.source.place import Break, Passage

_ENDS = ".!?。！？।॥۔؟።"
_SENTENCE_END = re.compile(rf"(?<=[{_ENDS}])[\"'”’)\]」』]*\s+|(?<=[。！？])[」』]*")
_PASSAGE_CHARS = 1200  # what a reader can judge at a time
_CLOSING = (
    *(".", "!", "?", "。", "！", "？", "।", "۔", "؟"),
    *('."', ".'", ".”", ".’", '!"', '?"', "!”", "?”", ".)"),
)
_LONGEST_SENTENCE = 400  # characters; what is longer may be a list, and is taken line by line
_LONGEST_LINE = 1000  # characters; a longer one is cut, or no head could hold it

_LEAST_LINES = 3  # that tell a log, a list or a table from prose
_MOST_PROSE = 0.2  # of their characters
_MOST_LOWER = 0.1  # of them may begin in lower case
_LEAST_COMMAS = 2  # in each row of a table: one may stand in each line of prose
_OBJECT = re.compile(r"\{\".*\},?")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_STAMP = re.compile(  # 2015-10-18, [1.2.3.4], Jul  9, [Mon Jan 02, time="2024, ERROR, E0101 1
    r"\W*\d|\W*(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} +\d|(?:time|ts|date)=\"?\d|"
    r"(?:DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b|[IWEF]\d{4} \d|"
    r"\S{1,40} \d{4}-\d\d-\d\d[T ]"
)
_IN_QUOTES = re.compile(r'"(?:[^"]|"")*"')

_GERMAN_DATE = re.compile(  # "bis 1. März"
    r"(?:(?<=\b\d\. )|(?<=\b\d\d\. ))(?:Januar|Februar|März|April|Mai|Juni|Juli|"
    r"August|September|Oktober|November|Dezember)\b"
)
# Words that end in a full stop in the middle of a sentence; initials do as well.
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "prof", "rev", "capt", "lt", "col", "gen", "sgt", "hon", "no"}
    | {"vs", "e.g", "i.e", "cf", "fig", "vol", "pp", "p", "al", "jr", "sr", "inc", "ltd", "co"}
    | {"messrs", "mme", "nr", "art", "sec", "ch", "approx", "dept", "est"}
    | {"ziff", "bzw", "inkl", "zzgl", "sog"}
    | {"gov", "sen", "maj", "mlle", "sra"}
)
_BEFORE_NUMBERS = frozenset(  # and these, if a number follows
    {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mt"}
    | {"ca", "abs", "kap", "bd", "anl", "mind", "max", "min", "tel", "vgl"}
)
_BEGINS_NUMBER = frozenset("0123456789§")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")  # "J.R.R", "U.S", and "J" alone
_TIMES_OF_DAY = frozenset({"a.m", "p.m"})  # that may well end a sentence
_LAST_WORD = re.compile(r"[\w.]+(?=\.[^\w]*\Z)")
_NUMBER_OF_LINE = re.compile(r"(?:\A|\n)[ \t]*\d{1,3}(?:\.\d{1,3})*\.\Z")  # of a clause


def is_full(chars: int, last_line: str, next_line: str) -> bool:
    """True when a passage of so many characters should end before the next line: it has some 300
    tokens of English, and its last line ends a sentence, or it has twice as many. The blank line
    that ends a paragraph is a part of it."""
    if last_line.strip() and not next_line.strip():
        return False
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
    if text[match.end()].islower() or _GERMAN_DATE.match(text, match.end()):
        return False
    before = text[max(0, match.start() - 20) : match.start()]
    if _NUMBER_OF_LINE.search(before):
        return False
    word = _LAST_WORD.search(before)
    last = word[0].lower() if word else ""
    if last in _BEFORE_NUMBERS and text[match.end()] in _BEGINS_NUMBER:
        return False
    is_initials = _INITIALS.fullmatch(last) and last not in _TIMES_OF_DAY
    return not (is_initials or last in _ABBREVIATIONS)


def sentences(passage: Passage) -> list[Passage]:
    """The sentences of prose, over line ends; the lines of a log or a table."""
    found: list[Passage] = []
    for sentence in _at_sentences(passage):
        if len(sentence.text) > _LONGEST_SENTENCE and is_lines(sentence.text):
            found += [short for line in lines_of(sentence) for short in _cut(line)]
        else:
            found += _cut(sentence)
    return found


def _cut(passage: Passage) -> list[Passage]:
    if len(passage.text) <= _LONGEST_LINE:
        return [passage]
    return [short for part in parts(passage) for short in _cut(part)]


def parts(passage: Passage) -> list[Passage]:
    """Prose as sentences, over line ends; what has none as lines, else as two halves: always at
    least two parts of a text that has two characters."""
    text = passage.text
    at_sentences = _at_sentences(passage)
    if len(at_sentences) > 1 and not is_lines(text):
        return at_sentences
    if len(at_lines := lines_of(passage)) > 1:
        return at_lines
    if len(at_sentences) > 1:
        return at_sentences
    middle = text.rfind(" ", len(text) // 4, len(text) // 2) + 1 or len(text) // 2
    return _placed(passage, [text[:middle], text[middle:]], Break.ANYWHERE)


def lines_of(passage: Passage) -> list[Passage]:
    """The lines of a passage, with their ends."""
    return _placed(passage, at_line_ends(passage.text), Break.LINE)


def piece(passage: Passage, start: int, end: int) -> Passage:
    """The characters from `start` to `end` of a passage, with the place that they stand on."""
    text = passage.text
    return _placed(passage, [text[:start], text[start:end], text[end:]], Break.ANYWHERE)[1]


def at_line_ends(text: str) -> list[str]:
    """The lines of a text, with their ends. What a progress bar overwrites ('10%\\r20%'), and the
    line separators of Unicode in a line of JSON, end no line of a file."""
    return text.splitlines(keepends=True) if "\n" not in text else _LINE.findall(text)


def is_lines(text: str) -> bool:
    """True for a log, a list or a table. Most lines of a log begin with a time, or are an object of
    JSON each, and those of a table have as many separators as each other; in wrapped prose, some
    lines begin in lower case, or have the end of one sentence and the beginning of another. What is
    indented, as the lines of a stack trace are, goes on from the line above."""
    whole = [line for line in at_line_ends(text) if line.strip()]
    if len(whole) < _LEAST_LINES:
        return False
    lines = [line.strip() for line in whole if not line[0].isspace()] or [w.strip() for w in whole]
    if sum(1 for line in lines if _STAMP.match(line) or _OBJECT.fullmatch(line)) > len(lines) / 2:
        return True
    if len({_separators(line) for line in lines}) == 1 and any(_separators(lines[0])):
        return True
    if sum(map(_begins_in_lower_case, lines)) > _MOST_LOWER * len(lines):
        return False
    prose = sum(len(line) for line in lines if len(split_sentences(line)) > 1)
    return prose <= _MOST_PROSE * sum(map(len, lines))


def _begins_in_lower_case(line: str) -> bool:
    """With a word of prose: 'java.net.Error:' is none, nor is 'error:'."""
    first = line.split(maxsplit=1)[0]
    word = first.strip(".,;!?'’\"”()")
    return word[:1].islower() and word.isalpha()


def _separators(line: str) -> tuple[int, ...]:
    """How many tabs, semicolons, bars and commas a row of a table has, but in quotes."""
    line = _IN_QUOTES.sub("", line)
    commas = line.count(",")
    return (*map(line.count, "\t;|"), commas if commas >= _LEAST_COMMAS else 0)


def _at_sentences(passage: Passage) -> list[Passage]:
    """A sentence that begins on a line of its own is the better one to begin with."""
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
        here = replace(place, order=(*place.order, n)) if place.order else place
        size = len(text.encode())
        if line is not None:
            here = replace(here, line=line, last_line=line + text.rstrip().count("\n"))
            line += text.count("\n")
        if exact:
            here = replace(here, start_byte=byte, end_byte=byte + size)
            byte += size
        starts_line = n > 0 and texts[n - 1].endswith("\n")
        strength = max(opens, Break.LINE) if starts_line else opens
        pieces.append(Passage(text, here, strength if n else passage.opens))
    return pieces
