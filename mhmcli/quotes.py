"""Quotations of a document, and where in it they stand: matched mechanically, not by a model.

What a PDF or a person's editor changed is no difference: white space, hyphens at line ends,
ligatures, the form of quotation marks and dashes, emphasis in Markdown, case.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mhmcli.source import Passage, Place, piece

_IGNORED = re.compile(
    r"[\s*_\-\u00ad\u2010-\u2015\u2212\"'`\u2018-\u201f«»‹›\u200b-\u200d\u2060\ufeff]+"
)
_LEAST_CHARS = 8  # shorter texts stand anywhere by chance: nothing is said of them
# 5" is five inches.
_IN_MARKS = re.compile(
    r"(?<!\d)\"([^\"]+)\"|“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|»([^«»]+)«|‹([^‹›]+)›|"
    r"‘((?:[^‘’]|’(?=\w))+)’|「([^「」]+)」|『([^『』]+)』"
)
_LEFT_OUT = re.compile(r"\.\.\.|…|\[[^\]]*\]")
_AROUND = " \t\n.,;:!?"  # of the sentence that quotes, perhaps, and not of what is quoted
_NUMBER = re.compile(r"(?:(?<!\w)-)?\d+(?:[.,:/-]\d+)*")
_IN_NUMBER = r"[\d.,:/-]*"
_BEGINS_WITH_NUMBER = re.compile(r"[.,:/-]?\d")
_ENDS_WITH_NUMBER = re.compile(r"\d[.,:/-]?\Z")
_LONGEST_NUMBER = 40  # characters
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")  # of spans, and minus
_GAP = re.compile(r"\s|[\-\u00ad\u2010-\u2015]")  # what may part two words
_HYPHEN = re.compile(r"[\-\u00ad\u2010\u2011]")
# Scripts that put no space between words: Thai, Japanese, Chinese, Korean.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEAST_WORDS = 3  # between quotation marks: fewer are a name, or a word that is spoken of


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document, and their place; None where they do not stand in it."""

    text: str
    place: Place | None


def in_marks(text: str) -> list[str]:
    """What a text puts into quotation marks as the words of another: 'She said "it is late".' ->
    ['it is late']. What is left out of it parts it."""
    quoted = (next(filter(None, match.groups())) for match in _IN_MARKS.finditer(text))
    parts = (part.strip(_AROUND) for words in quoted for part in _LEFT_OUT.split(words))
    return [
        words
        for words in parts
        if len(words.split()) >= _LEAST_WORDS
        or (_UNSPACED.search(words) and len(words) >= _LEAST_CHARS)
    ]


def canonical(text: str) -> str:
    """What quotations of the same words have in common: 'The "ﬁne-\\nness"' -> 'thefineness'."""
    plain = unicodedata.normalize("NFKC", text.replace("\u00b4", "'"))
    return _IGNORED.sub("", plain.casefold())


def look_up(
    texts: Iterable[str], passages: Iterable[Passage], *, notes: Mapping[str, Sequence[Place]] = {}
) -> dict[str, Quote]:
    """Each of the texts as a quote, but for those that are too short to tell. `notes` are those of
    the texts that are sentences of notes, with the places of these: where such a one stands more
    than once, it is quoted from there. Of one that may have a title before it ("The keeper: He
    trims the wicks."), and does not stand in the passages with it, what stands there without."""
    wordings = {text: [*_untitled(text)] if text in notes else [text] for text in texts}
    near = {words: notes.get(text, ()) for text, each in wordings.items() for words in each}
    places = find(near, passages, near=near)
    made = {}
    for text, each in wordings.items():
        there = next((words for words in each if words in places), None)
        if there or len(canonical(text)) >= _LEAST_CHARS:
            made[text] = Quote(there or text, places[there] if there else None)
    return made


def _untitled(text: str) -> Iterator[str]:
    """'1: The keeper: He trims.' -> itself, 'The keeper: He trims.', 'He trims.'."""
    while text:
        yield text
        text = text.partition(": ")[2]


def find(
    texts: Iterable[str],
    passages: Iterable[Passage],
    *,
    near: Mapping[str, Sequence[Place]] = {},
) -> dict[str, Place]:
    """Where each of the texts stands first in one of the places that it is `near`, or else at all;
    those that stand nowhere are left out.

    The passages are gone through once, and of those that went by no more is kept than a text that
    goes on in the next may need.
    """
    sought = {text: short for text in texts if len(short := canonical(text)) >= _LEAST_CHARS}
    longest = max(map(len, sought.values()), default=0)
    found: dict[str, Place] = {}
    settled: set[str] = set()
    recent: list[tuple[Passage, str]] = []
    for passage in passages:
        if len(settled) == len(sought):
            break
        if recent and recent[-1][0].place.source != passage.place.source:
            recent = []
        recent.append((passage, canonical(passage.text)))
        joined = "".join(short for _, short in recent)
        for text, short in sought.items():
            wanted = near.get(text, ())
            for place in _standing(text, short, joined, recent) if text not in settled else ():
                found.setdefault(text, place)
                if not wanted or any(place.begins_in(other) for other in wanted):
                    found[text] = place
                    settled.add(text)
                    break
        while sum(len(short) for _, short in recent[1:]) >= longest:
            del recent[0]
    return found


def _standing(
    text: str, short: str, joined: str, recent: Sequence[tuple[Passage, str]]
) -> Iterator[Place]:
    """Where the text stands in the passages; not within a word or a number, nor with other ones."""
    start = joined.find(short)
    while start >= 0:
        pieces = list(_pieces(recent, start, start + len(short)))
        first, last = pieces[0], pieces[-1]
        before, after = first[0].text[: first[1]], last[0].text[last[2] :]
        between = " " if first[0].place.page != last[0].place.page else ""
        told = between.join(passage.text[begin:end] for passage, begin, end in _joined(pieces))
        if (
            not _goes_on(before[-1:], told[:1])
            and not _goes_on(told[-1:], after[:1])
            and _numbers(text) == _numbers(told, before, after)
            and _has_same_words(text, told, short)
        ):
            places = [piece(*one).place for one in pieces]
            yield places[0].to(places[-1])
        start = joined.find(short, start + 1)


def _goes_on(one: str, other: str) -> bool:
    """Whether a word or a number goes on from one character to the other."""
    if _UNSPACED.match(one) or _UNSPACED.match(other):
        return False
    return one.isalnum() and other.isalnum()


def _numbers(text: str, before: str = "", after: str = "") -> list[str]:
    """The numbers in a text, the first and the last whole where it stands within them: of the "5"
    in "-1.5" it is "-1.5"."""
    around = before[-_LONGEST_NUMBER:], text, after[:_LONGEST_NUMBER]
    before, text, after = (part.translate(_DASHES) for part in around)
    if _BEGINS_WITH_NUMBER.match(text):
        text = re.findall(_IN_NUMBER + r"\Z", before)[0] + text
    if _ENDS_WITH_NUMBER.search(text):
        text += re.findall(_IN_NUMBER, after)[0]
    return _NUMBER.findall(text)


def _has_same_words(text: str, told: str, short: str) -> bool:
    """Whether two texts with the same canonical characters are parted into words at the same of
    them, but for where a hyphen parts or joins words, and in scripts that do not part them."""
    one, other = _gaps(text), _gaps(told)
    return all(
        one.get(at) or other.get(at) or _UNSPACED.search(short[max(0, at - 1) : at + 1])
        for at in one.keys() ^ other.keys()
        if 0 < at < len(short)
    )


def _gaps(text: str) -> dict[int, bool]:
    """After how many canonical characters a text is parted, and whether by a hyphen."""
    gaps, taken, end = {}, 0, 0
    for ignored in _IGNORED.finditer(text):
        taken += len(canonical(text[end : ignored.start()]))
        end = ignored.end()
        if _GAP.search(ignored[0]):
            gaps[taken] = bool(_HYPHEN.search(ignored[0]))
    return gaps


def _joined(
    pieces: Sequence[tuple[Passage, int, int]],
) -> Iterator[tuple[Passage, int, int]]:
    """The same, with what stands between them."""
    for n, (passage, begin, end) in enumerate(pieces):
        last = n == len(pieces) - 1
        yield passage, begin if n == 0 else 0, end if last else len(passage.text)


def _pieces(
    recent: Iterable[tuple[Passage, str]], start: int, end: int
) -> Iterator[tuple[Passage, int, int]]:
    """The stretch of canonical characters of passages that follow each other: of each passage, from
    which character to which."""
    for passage, short in recent:
        if start < len(short) and end > 0:
            first = _offset(passage.text, max(0, start))
            yield passage, first, _offset(passage.text, min(end, len(short)) - 1) + 1
        start, end = start - len(short), end - len(short)


def _offset(text: str, number: int) -> int:
    """The index in a text of its canonical character of that number."""
    return bisect_right(
        range(1, len(text) + 1), number, key=lambda taken: len(canonical(text[:taken]))
    )
