"""Tell events in a log from the lines that tell of them: some are told by several lines.

Lines are of one sort if they differ in nothing but what varies: numbers, addresses, times.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from mhmcli.source import Place

_MARKS = ".:-/"
_VARYING = re.compile(  # also blk_4198 and 10/Dec/2015, and of 10.0.0.1:80/login the address
    r"(?:\b|(?<=_))[0-9a-f]*\d\w*"
    r"(?:[.\-]+\w+|[:/]+(?:\w*\d\w*|[0-9a-f]+\b|[a-z]{3}(?=/\d)))*",
    re.IGNORECASE,
)
# Of HTTP, after the request or by its name.
_STATUS = re.compile(
    r"(?:\" |\b(?:\w*_)?status(?:_?code)?\"?[=:]\s?\"?)([1-5]\d\d)(?![\w.:\-/])", re.IGNORECASE
)
# The same of proxies, Squid and IIS: a number of three digits, and how many bytes were sent.
_CODE = re.compile(r"(?:\s|[A-Z]/)([1-5]\d\d)\s+\d+\s")
_REQUEST = re.compile(r"\b(?:GET|HEAD|POST|PUT|DELETE|CONNECT) \S|\bHTTP/\d")
_TIME = re.compile(r"\d{1,4}(?:[:\-/T]\d{1,4})+(?:[.,]\d+)?Z?", re.IGNORECASE)
_STAMP = re.compile(r"(?:[\d\-/]+T[\d:.,]+Z?)?[^A-Za-z]*")  # what a line begins with
_PROCESS = re.compile(r"[\w)]\[(\d+)\]:|\d#\d+: \*(\d+)")
_LEAST_PART = 4  # characters

_ENTRY = re.compile(
    r"\d:\d\d|\d{4}-\d\d|\A\s*\{\"|\A\W*[A-Z][a-z]{2} +\d|\A\d{6} \d{6}\b|\A\[ *\d+\.\d+\]"
)
_BEGINS = re.compile(
    r"\W*\d|\W*(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} +\d|\s*\{|(?:time|ts|date)=\"?\d"
)
_REPEATED = re.compile(r"\bmessage repeated (\d{1,9}) times\b")
_AGAIN = re.compile(r"\blast message repeated (\d{1,9}) times?\W*\Z", re.IGNORECASE)
_TRACE = re.compile(r"\s*(?:Caused by: |Traceback |(?:\w+\.)*\w*(?:Exception|Error)\b)")
_FIELD_END = re.compile(r"[\s,;|]+")

# Of lines that tell of the same event.
_NEAR = 3  # lines
_LEAST_LINES = 3  # of a sort: fewer stand beside others by chance
_FEW = 8  # lines, in which a number may stand and still tell an event from others
_ENTRIES_SHARE = 0.1  # of the lines of a log at least, where stack traces have the most
_FEW_SHARE = 0.25  # of all that were looked at, where these are not many
_NEARLY_ALL = 0.8
_LONGEST_COUNTER = 2  # digits, that tell nothing


@dataclass(frozen=True, slots=True)
class Item:
    """One line or sentence that the question is about; `number` is its position among all that
    were looked at. `marks` are the numbers and addresses in a line of a log, a list or a table,
    which is what `of_log` says; `entry` is the number of the line that it may go on from, or its
    own; `passage` is the index of the passage of prose that it is a sentence of. What it tells came
    `again` so often, as the next line says."""

    text: str
    place: Place
    number: int
    marks: frozenset[str] = frozenset()
    of_log: bool = False
    entry: int = 0
    passage: int | None = None
    again: int = 0

    @property
    def times(self) -> int:
        """How many lines it stands for: 'message repeated 5 times: [ ... ]' -> 5."""
        return repeated(self.text) + self.again if self.of_log else 1


@dataclass(frozen=True, slots=True)
class Found:
    """What the question is about, in reading order; `again` are lines that tell of events of which
    the items tell already. `no_to_all` is True of a log of which the model says that none of its
    lines is meant, which is more than that none stands out. `left_out` passages of prose were not
    judged sentence by sentence."""

    items: Sequence[Item] = ()
    again: Sequence[Item] = ()
    no_to_all: bool = False
    left_out: int = 0


def repeated(line: str) -> int:
    """How often a line says that it was repeated, as rsyslog does and leaves it out; else 1."""
    found = _REPEATED.search(line)
    return int(found[1]) if found else 1


def tells_again(line: str) -> int:
    """How often a line says that the one before it came again, as syslogd does: 'last message
    repeated 5 times' -> 5; of any other 0."""
    found = _AGAIN.search(line)
    return int(found[1]) if found else 0


def is_entry(line: str) -> bool:
    """True of a line of a log, which has a time or a date or is an object of JSON; lists and tables
    have lines too."""
    return bool(_ENTRY.search(line))


def opens_entry(line: str) -> bool:
    """True of a line that begins with a time: '2024-01-02 07:01 failed', '{"at": 7}'."""
    return bool(_BEGINS.match(line)) and is_entry(line)


def may_go_on(line: str) -> bool:
    """True of a line that may belong to the one above, as those of a stack trace do: it has no time
    and begins with no number."""
    return not _BEGINS.match(line) and not is_entry(line)


def has_entries(opened: int, lines: int) -> bool:
    """Whether lines that may do go on from the one above that opens an entry: a document may have a
    date on top, and be a list."""
    return opened > max(1, _ENTRIES_SHARE * lines)


def few_of(lines: int) -> int:
    """In how many of the lines a number may stand that tells an event from others."""
    return min(_FEW, int(lines * _FEW_SHARE))


def in_order(items: Iterable[Item]) -> list[Item]:
    """As they stand in the document."""
    return sorted(items, key=lambda item: item.number)


def masked(line: str, named: Collection[str] = ()) -> str:
    """'Jul 9 sshd[24]: from 1.2.3.4' -> 'Jul # sshd[#]: from #': what varies is left out, but what
    the question `named` is not, nor the part of it: of 10.0.0.5:5231, the address. A status of HTTP
    stays as well: it says what happened."""
    status = _STATUS.search(line) or (_REQUEST.search(line) and _CODE.search(line))

    def shown(match: re.Match[str]) -> str:
        whole = match[0].rstrip(_MARKS)
        if whole in named or (status and match.start() == status.start(1)):
            return match[0]
        part = max((n for n in named if _is_part(n, whole)), key=len, default="")
        return f"{part}#"

    return _VARYING.sub(shown, line)


def _is_part(number: str, whole: str) -> bool:
    """Whether a number, no short one, is what another begins with: 10:35 of 10:35:22."""
    goes_on = whole.startswith(number) and whole[len(number) :][:1] in {*_MARKS, "T"}
    return goes_on and len(number) >= _LEAST_PART


def named_in(question: str) -> set[str]:
    """The numbers that a question names: 'How many 404s from 10.0.0.5?' -> 404, 10.0.0.5."""
    return {re.sub(r"(?<=\d)'?s\Z", "", number) for number in numbers(question)}


def names(line: str, number: str) -> bool:
    """Whether the number stands in the line, by itself or as what another begins with."""
    return any(number == other or _is_part(number, other) for other in numbers(line))


def numbers(text: str) -> set[str]:
    """What varies in a text: 'port 22, or 1.2.3.4.' -> 22, 1.2.3.4."""
    return {number.rstrip(_MARKS) for number in _VARYING.findall(text)}


def told_once(
    sorts: Sequence[Sequence[Item]], telling: frozenset[str], *, in_entries: bool = False
) -> Found:
    """Events that several lines of a log tell of, once, by the line of the best sort, which comes
    first: of one log-in there is "Failed password for root" and "authentication failure user=root".

    Two lines tell of one event if they stand beside each other and share a mark that is `telling`,
    are not of two processes, and nearly all lines of the one's sort do so with the other's; unless
    the sorts differ in one word alone, as two files that one client asks for do. With `in_entries`,
    so do two lines that go on from the same line, also of a few if one of them is of a stack trace.
    """
    items = {item.number: item for sort in sorts for item in sort}
    parents = {number: number for number in items}  # lines of one event have one root
    pairs = _beside(sorts, items, telling)
    if in_entries:
        pairs = _in_entries(sorts) | pairs
    for (mine, its), beside in pairs.items():
        fewer = min(len(sorts[mine]), len(sorts[its]))
        texts = sorts[mine][0].text, sorts[its][0].text
        if _differ_in_a_word(*texts) or any(repeated(text) > 1 for text in texts):
            continue
        is_trace = in_entries and any(map(_TRACE.match, texts))
        if (fewer >= _LEAST_LINES or is_trace) and len(beside) >= _NEARLY_ALL * fewer:
            for one, other in beside:
                parents[_root(parents, one)] = _root(parents, other)
    told: dict[int, Item] = {}
    for item in items.values():
        told.setdefault(_root(parents, item.number), item)
    kept = {item.number for item in told.values()}
    again = (items[number] for number in items.keys() - kept)
    return Found(in_order(told.values()), in_order(again))


def _beside(
    sorts: Sequence[Sequence[Item]], items: Mapping[int, Item], telling: frozenset[str]
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """The pairs of lines of two sorts that stand beside each other and share a mark; each line is
    in one pair at most with the other sort."""
    sort_of = {item.number: n for n, sort in enumerate(sorts) for item in sort}
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    taken: set[tuple[int, int]] = set()  # a line, and a sort in which it has another beside it
    for one in sorted(items):
        marks = items[one].marks & telling
        for other in range(one + 1, one + _NEAR + 1):
            if other not in items or not marks & items[other].marks:
                continue
            processes = {process_of(items[number].text) for number in (one, other)} - {""}
            if len(processes) > 1:
                continue
            mine, its = sort_of[one], sort_of[other]
            if mine != its and taken.isdisjoint({(one, its), (other, mine)}):
                taken |= {(one, its), (other, mine)}
                pairs.setdefault((min(mine, its), max(mine, its)), []).append((one, other))
    return pairs


def _in_entries(sorts: Sequence[Sequence[Item]]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """The same of lines of one entry: the first of a sort there with the first of the other's."""
    entries: dict[int, dict[int, list[int]]] = {}
    for n, sort in enumerate(sorts):
        for item in sort:
            entries.setdefault(item.entry, {}).setdefault(n, []).append(item.number)
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for entry in entries.values():
        for mine, its in combinations(entry, 2):
            pairs.setdefault((mine, its), []).extend(zip(entry[mine], entry[its], strict=False))
    return pairs


def _differ_in_a_word(one: str, other: str) -> bool:
    """'GET /a from 1.2.3.4', 'GET /b from 1.2.3.4': whatever their numbers are."""
    fields, its = (_FIELD_END.split(masked(line)) for line in (one, other))
    if len(fields) != len(its):
        return False
    differ: int = sum(mine != theirs for mine, theirs in zip(fields, its, strict=True))
    return differ <= 1


def _root(parents: dict[int, int], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


def process_of(line: str) -> str:
    """'Jul 9 sshd[242]: from 1.2.3.4' -> 242; of nginx, '1234#0: *56 open()' -> 56, the
    connection's. Empty where none is named."""
    found = _PROCESS.search(line)
    return found[found.lastindex or 0] if found else ""


def marks_of(line: str) -> frozenset[str]:
    """'Jul 9 07:01 sshd[242]: from 1.2.3.4' -> 242, 1.2.3.4: what may tell an event from others.
    What a line begins with, times and counters do not."""
    found = numbers(_STAMP.sub("", line, count=1))
    return frozenset(
        mark for mark in found if len(mark) > _LONGEST_COUNTER and not _TIME.fullmatch(mark)
    )
