"""Results on disk: one line of JSON a question and method, written as soon as it is known."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from mhmcli import __version__
from mhmcli.bench.trace import Trace
from mhmcli.errors import UsageError

SCHEMA_VERSION = 1
_FIRST = '{"task": '  # how each line begins


@dataclass(frozen=True, slots=True)
class Key:
    """What a result is of. Of two results with one key, the later counts. `digest` is that of the
    document, the question and its answers; `sampling` is 'greedy', or temperature, top-p, seed."""

    task: str
    length: int
    case: str
    digest: str
    method: str
    chunk_tokens: int
    model: str
    seed: int
    sampling: str


@dataclass(frozen=True, slots=True)
class Result(Key):
    """One question, answered by one method.

    `length` is the length asked for in tokens, 0 where documents have their own; `answers` are the
    right ones, each with its spellings, none where the document has none, and `wrong` what no right
    reply names. `log_odds` is the model's verdict on its notes; `mhm ask` would not have answered
    where it `refused`, nor where the model `said_none` itself. `answer` and `correct` are those of
    the reply that was asked for all the same, as in the papers; `shown` is what it was written
    from. `correct`, `exact` and `f1` are None where no answer was asked for, the last two also
    where there is none. `answer_trace` is None where the answer's text proves nothing (yes, no, a
    count). `replies` are the head, the outcome and what the model said, of each step. Tokens are
    those computed: of the document, shown beside it, and written; `read_s` is shared between the
    methods that read the same chunks together, and counts fully for each. `cut` says how chunks
    were asked for: '16 steps', '350'.
    """

    kind: str
    question: str
    answers: tuple[tuple[str, ...], ...]
    answer: str
    correct: bool | None
    exact: bool | None
    f1: float | None
    log_odds: float | None
    refused: bool
    steps: int
    answer_trace: Trace | None
    facts: tuple[Trace, ...]
    memory: tuple[str, ...]
    replies: tuple[tuple[int, str, str], ...]
    document_tokens: int
    read_tokens: int
    tail_tokens: int
    reply_tokens: int
    read_s: float
    write_s: float
    answer_s: float
    floor_tokens_per_s: float
    error: str | None = None
    cut: str = ""
    shown: tuple[str, ...] = ()
    said_none: bool = False
    wrong: tuple[str, ...] = ()
    mhm: str = __version__
    schema_version: int = SCHEMA_VERSION

    @property
    def key(self) -> Key:
        """What it is of."""
        return Key(*(getattr(self, field.name) for field in fields(Key)))

    @property
    def seconds(self) -> float:
        """From the first token read to the answer."""
        return self.read_s + self.write_s + self.answer_s

    @property
    def floor_multiple(self) -> float:
        """Seconds as a multiple of those in which the document could be prefilled once."""
        return self.seconds * self.floor_tokens_per_s / max(1, self.document_tokens)


class ResultsFile:
    """A JSONL file of results that grows line by line.

    Raises:
        UsageError: a line in it is no result, or it cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._torn = path.exists() and _ends_within_a_line(path)
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise UsageError(f"cannot write {path}", hint="name another file with --out")
        before = load([path]) if path.exists() else []
        self._answered = {result.key: result.correct is not None for result in before}

    def has(self, key: Key, *, answered: bool) -> bool:
        """Whether there is a result, with an answer where one is wanted."""
        return self._answered.get(key, False) or (not answered and key in self._answered)

    def add(self, result: Result) -> None:
        """The result is on disk."""
        line = json.dumps(asdict(result)) + "\n"
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("\n" + line if self._torn else line)
                self._torn = False
        except OSError as error:
            raise UsageError(
                f"cannot write {self.path}: {error.strerror}", hint="name another file with --out"
            ) from error
        self._answered[result.key] = result.correct is not None


def load(paths: Iterable[Path]) -> list[Result]:
    """The results of the files, of each key the latest, in the order in which the keys first came;
    where a document, a question or its answers were changed, what was measured before is gone.
    A line that was cut off when a run was killed is passed over; the files stay as they are.

    Raises:
        UsageError: a file is missing, or a line in it is no result.
    """
    results: dict[Key, Result] = {}
    for path in paths:
        for number, line in enumerate(_text(path).split("\n"), start=1):
            if not line:
                continue
            try:
                result = _result(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                begun = line.startswith(_FIRST) or _FIRST.startswith(line)
                if begun and isinstance(error, json.JSONDecodeError):
                    continue
                raise UsageError(
                    f"{path} line {number} is no benchmark result: {error}",
                    hint="name a file that `mhm bench` wrote, or a new one with --out",
                ) from error
            results[replace(result.key, digest="")] = result
    return list(results.values())


def _ends_within_a_line(path: Path) -> bool:
    """False of an empty file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 1))
            return file.read() not in (b"", b"\n")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="check its path") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UsageError(f"cannot read {path}: {reason}", hint="check its path") from error


def _result(entry: dict[str, Any]) -> Result:
    if entry["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"it is of schema {entry['schema_version']}, not {SCHEMA_VERSION}")
    trace = entry["answer_trace"]
    known = {field.name for field in fields(Result)}
    return Result(
        **{
            **{name: value for name, value in entry.items() if name in known},
            "answer_trace": None if trace is None else Trace(**trace),
            "facts": tuple(Trace(**fact) for fact in entry["facts"]),
            "answers": tuple(tuple(spellings) for spellings in entry["answers"]),
            "memory": tuple(entry["memory"]),
            "shown": tuple(entry.get("shown", ())),
            "wrong": tuple(entry.get("wrong", ())),
            "replies": tuple(tuple(reply) for reply in entry["replies"]),
        }
    )
