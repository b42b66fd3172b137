"""Count and list what real logs report, answers known by the patterns of well-known formats.

A case is a stretch of consecutive lines, from a place of its own, and a question of which at least
two lines of it are about. What retrieval of a few passages cannot do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path

from mhmcli.bench.case import Case, named, passages_of, spelled
from mhmcli.bench.match import NUMBER_WORDS
from mhmcli.bench.tasks.haystack import draw
from mhmcli.chunk import Count
from mhmcli.errors import UsageError
from mhmcli.events import repeated
from mhmcli.source import Passage


@dataclass(frozen=True, slots=True)
class Asked:
    """What lines of a log say, and a question about it. A pattern with a group asks for a list of
    what stands in the group, one without for the number of lines."""

    pattern: re.Pattern[str]
    question: str


ASKED = tuple(
    Asked(re.compile(pattern), question)
    for pattern, question in (
        # OpenSSH
        (r"Failed password for root ", "How many failed passwords for root are there?"),
        (
            r"sshd\[\d+\]: reverse mapping checking .* failed",
            "How many times did a reverse mapping check fail?",
        ),
        (
            r"sshd\[\d+\]: Connection closed by ",
            "How many times was a connection closed by the other side?",
        ),
        (r"sshd\[\d+\]: Invalid user (\S+) from", "Which invalid users tried to log in?"),
        (
            r"Did not receive identification string from (\S+)",
            "From which addresses was no identification string received?",
        ),
        # Linux
        (r"ALERT exited abnormally", "How many times did a program exit abnormally?"),
        (r"session opened for user (\w+)", "For which users was a session opened?"),
        (r"ftpd\[\d+\]: connection from", "How many FTP connections were there?"),
        (
            r"authentication failure;.*user=root",
            "How many authentication failures of root are there?",
        ),
        # HDFS
        (r"Deleting block blk_", "How many blocks were deleted?"),
        (r"Received block blk_", "How many blocks have been received completely?"),
        (r"Got exception while serving", "How many exceptions were there while serving a block?"),
        (r"Verification succeeded for", "How many verifications of a block succeeded?"),
        # Apache
        (
            r"Directory index forbidden by rule",
            "How many times was a client forbidden to see the index of a directory?",
        ),
        (
            r"Found child \d+ in scoreboard slot",
            "How many times was a child found in the scoreboard?",
        ),
        (r"in error state", "How many times was a worker in an error state?"),
        # OpenStack
        (r"VM Stopped \(Lifecycle Event\)", "How many times was a VM stopped?"),
        (r"Instance destroyed successfully", "How many instances were destroyed?"),
        # Hadoop
        (r"ERROR IN CONTACTING RM", "How many times did it fail to contact the resource manager?"),
        (r"Failed to renew lease", "How many times could a lease not be renewed?"),
    )
)
_FEWEST, _MOST, _MOST_LISTED = 2, 60, 8
_TRIES = 20  # places for a case, before a log is passed over


class LogTask:
    """Questions about the logs of a folder, each log in turn, without end; up to `together` about
    each stretch.

    Raises:
        UsageError: there is no log, or none of a format that there are questions for.
    """

    size = None

    def __init__(self, data: Path, *, seed: int = 0, together: int = 1) -> None:
        self.name = named("logs", together)
        self._seed = seed
        self._together = together
        files = sorted(data.glob("*.log")) if data.is_dir() else [data]
        try:
            read = [(f.stem, f.read_text(encoding="utf-8", errors="replace")) for f in files]
        except OSError as error:
            raise UsageError(f"cannot read {data}: {error.strerror}", hint="check it") from error
        self._logs = [
            (name, text.splitlines(keepends=True), about)
            for name, text in read
            if (about := [asked for asked in ASKED if asked.pattern.search(text)])
        ]
        if not self._logs:
            raise UsageError(
                f"{data} has no log that there are questions for",
                hint="sshd, Linux, HDFS, Hadoop, Apache or OpenStack; others: --task own",
            )

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """A stretch of a log, and what there is to ask about it."""
        in_vain = 0
        for number in count_from():
            name, lines, about = self._logs[number % len(self._logs)]
            turn = number // len(self._logs)
            key = f"{name}-{turn}"
            chance = draw(self._seed, key, length_tokens)
            first = turn * self._together % len(about)
            asked = [*about[first:], *about[:first]][: self._together]
            tries = (
                _stretch(lines, chance.randrange(len(lines)), length_tokens, count)
                for _ in range(_TRIES)
            )
            made = _asked_most(key, tries, asked)
            yield from made
            in_vain = 0 if made else in_vain + 1
            if in_vain > len(self._logs) * len(ASKED):
                raise UsageError(
                    f"in {length_tokens:,} tokens of these logs there is too little to ask about",
                    hint="ask for longer documents with --lengths, or name another log",
                )


def _asked_most(key: str, tries: Iterable[Sequence[str]], asked: Sequence[Asked]) -> list[Case]:
    """Cases of the stretch that the most can be asked about, the first of equals."""
    most: list[Case] = []
    for taken in tries:
        passages = passages_of("".join(taken), "log")
        cases = [
            case
            for n, one in enumerate(asked)
            if (case := _case(f"{key}.{n}" if n else key, taken, passages, one))
        ]
        if len(cases) > len(most):
            most = cases
        if len(most) == len(asked):
            break
    return most


def _stretch(lines: list[str], start: int, length_tokens: int, count: Count) -> list[str]:
    """Consecutive lines, from the top again after the last."""
    taken: list[str] = []
    used = 0
    for line in lines[start:] + lines[:start]:
        used += count(line)
        if used > length_tokens:
            break
        taken.append(line)
    return taken


def _case(
    key: str, lines: Sequence[str], passages: tuple[Passage, ...], asked: Asked
) -> Case | None:
    """None where the stretch has too little, or too much, of what is asked."""
    found = [(line.strip(), match) for line in lines if (match := asked.pattern.search(line))]
    if not _FEWEST <= len(found) <= _MOST:
        return None
    if asked.pattern.groups:
        values = list(dict.fromkeys(match[1] for _, match in found))
        if not _FEWEST <= len(values) <= _MOST_LISTED:
            return None
        answers, kind = spelled(values), "list"
    else:
        number = sum(repeated(line) for line, _ in found)
        spellings = (str(number), *NUMBER_WORDS[number : number + 1])
        answers, kind = (spellings,), "count"
    return Case(
        key=key,
        question=asked.question,
        answers=answers,
        passages=passages,
        facts=tuple(dict.fromkeys(line for line, _ in found)),
        traceable=kind == "list",
        kind=kind,
    )
