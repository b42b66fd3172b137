"""Your own questions: a JSONL file of {document, question, answer, evidence}.

`document` is the path of a text or PDF, relative to the JSONL file, or, when it has a line break
in it, the text itself. `answer` is a text, or a list of spellings of it. `evidence`, the sentences
that the answer follows from, may be left out, as may `id`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from mhmcli.bench.case import Case, passages_of
from mhmcli.bench.match import proves_capture
from mhmcli.chunk import Count
from mhmcli.errors import UsageError
from mhmcli.source import Documents, Passage, open_source
from mhmcli.write.checks import folded

_FORMAT = 'a line is {"document": ..., "question": ..., "answer": ..., "evidence": [...]}'


class OwnTask:
    """The lines of a file, each a case, at the length that its document has.

    Raises:
        UsageError: the file is missing, or a line is in another format.
    """

    name = "own"

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise UsageError(f"cannot read {path}: {reason}", hint=_FORMAT) from error
        self._entries: list[tuple[int, dict[str, Any]]] = [
            (number, self._entry(number, line))
            for number, line in enumerate(lines, start=1)
            if line.strip()
        ]
        if not self._entries:
            raise UsageError(f"{path} has no questions", hint=_FORMAT)
        named: dict[str, int] = {}
        for number, entry in self._entries:
            if (first := named.setdefault(self._key(number, entry), number)) != number:
                raise UsageError(
                    f"{path} line {number} has the id of line {first}", hint="ids must differ"
                )

    @property
    def size(self) -> int:
        """Lines of the file."""
        return len(self._entries)

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """Every line; a document has the length that it has."""
        del length_tokens, count
        for number, entry in self._entries:
            spellings = tuple(entry["answer"])
            passages = self._passages(entry["document"])
            evidence = tuple(entry.get("evidence") or ())
            if evidence:
                self._check(number, evidence, passages)
            yield Case(
                key=self._key(number, entry),
                question=entry["question"],
                answers=(spellings,),
                passages=passages,
                facts=evidence,
                traceable=proves_capture(entry["question"], (spellings,)),
            )

    def _key(self, number: int, entry: dict[str, Any]) -> str:
        named = entry.get("id")
        return f"{self._path.name} line {number}" if named is None else str(named)

    def _check(self, number: int, evidence: Sequence[str], passages: Sequence[Passage]) -> None:
        """What is not in the document could never be captured."""
        text = folded("".join(passage.text for passage in passages))
        for sentence in evidence:
            if folded(sentence) not in text:
                raise UsageError(
                    f"{self._path} line {number}: this evidence is not in the document: "
                    f"{sentence[:60]!r}",
                    hint="give sentences as the document has them; line ends do not matter",
                )

    def _entry(self, number: int, line: str) -> dict[str, Any]:
        where = f"{self._path} line {number}"
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{where} is not JSON: {error}", hint=_FORMAT) from error
        wanted: dict[str, Any] = {"document": str, "question": str, "answer": (str, list)}
        for field, kind in wanted.items():
            if not isinstance(entry, dict) or not isinstance(entry.get(field), kind):
                raise UsageError(f"{where} has no {field}", hint=_FORMAT)
            if not entry[field]:
                raise UsageError(f"{where}: {field} is empty", hint=_FORMAT)
        for field in ("answer", "evidence"):
            if isinstance(entry.get(field), str):
                entry[field] = [entry[field]]
            texts = entry.get(field) or []
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise UsageError(f"{where}: {field} must be texts", hint=_FORMAT)
        if not all(re.search(r"\w", spelling) for spelling in entry["answer"]):
            raise UsageError(f"{where}: an answer has no word in it", hint=_FORMAT)
        document = entry["document"]
        if "\n" not in document and not (self._path.parent / document).is_file():
            raise UsageError(f"{where}: there is no file {document}", hint=_FORMAT)
        return entry

    def _passages(self, document: str) -> tuple[Passage, ...]:
        return passages_of(document) if "\n" in document else _read(self._path.parent / document)


@lru_cache(maxsize=4)  # several questions are often about one document
def _read(path: Path) -> tuple[Passage, ...]:
    documents = Documents([open_source(str(path), io.BytesIO())])
    try:
        documents.open()
        return tuple(documents.passages())
    finally:
        documents.close()
