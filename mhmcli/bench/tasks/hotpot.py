"""RULER-HQA-style: HotpotQA questions, their paragraphs hidden among distractors.

It is neither RULER's pool nor the 128 questions of MemAgent: results are called RULER-HQA-style.
Each question's own context comes first among the distractors, as in RULER, then paragraphs drawn
with a seed of the question's own: MemAgent's one seed puts the gold in the same places each time.
Sources: RULER, arXiv:2404.06654; MemAgent, arXiv:2507.02259; HotpotQA, arXiv:1809.09600.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from mhmcli.bench.case import Case, named, passages_of
from mhmcli.bench.match import contains, proves_capture
from mhmcli.bench.tasks.haystack import draw, filled
from mhmcli.chunk import Count
from mhmcli.errors import UsageError
from mhmcli.source import Passage, split_sentences

_COMPARISON = "comparison"  # as HotpotQA calls them
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_FORMATS = (
    "--data takes HotpotQA's own JSON file, or a folder with questions.json and paragraphs.jsonl"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A HotpotQA question. `facts` are (title, index of the sentence in its paragraph)."""

    key: str
    text: str
    answer: str
    gold: tuple[str, ...]
    context: tuple[str, ...]
    facts: tuple[tuple[str, int], ...]
    kind: str


class HotpotTask:
    """The questions of a file; up to `together` that follow one another are hidden in one document,
    if no answer stands in the gold paragraphs of another. With `half_absent` half of the questions
    have no answer, and what is right is to say so: neither their gold paragraphs are there, nor any
    that names what these are about. They are none that compare, or that yes or no answers: what is
    known of their subjects may stand anywhere.

    Raises:
        UsageError: the file is missing or in neither format.
    """

    def __init__(
        self, path: Path, *, seed: int = 0, together: int = 1, half_absent: bool = False
    ) -> None:
        kind = "ruler-hqa-style, half without an answer" if half_absent else "ruler-hqa-style"
        self.name = named(kind, together)
        self._seed = seed
        self._together = together
        questions, self._paragraphs = _load(path)
        self._questions = [
            question
            for question in questions
            if all(title in self._paragraphs for title in question.gold)
        ]
        if not self._questions:
            raise UsageError(f"{path} has no question with its gold paragraphs", hint=_FORMATS)
        self._absent = _half(self._questions) if half_absent else frozenset[str]()
        self._tokens: dict[str, int] = {}

    @property
    def size(self) -> int:
        """Questions whose paragraphs are there."""
        return len(self._questions)

    def cases(self, length_tokens: int, count: Count) -> Iterator[Case]:
        """Every question whose paragraphs are there."""
        for start in range(0, len(self._questions), self._together):
            for group in self._apart(self._questions[start : start + self._together]):
                yield from self._hidden(group, length_tokens, count)

    def _apart(self, questions: Sequence[Question]) -> list[list[Question]]:
        """The questions in groups, in none of which one gives away another."""
        groups: list[list[Question]] = []
        for question in questions:
            for group in groups:
                if not any(
                    self._tells(one, question) or self._tells(question, one) for one in group
                ):
                    group.append(question)
                    break
            else:
                groups.append([question])
        return groups

    def _tells(self, one: Question, other: Question) -> bool:
        """Whether the gold paragraphs of one give away the answer of the other."""
        is_there = one.key not in self._absent
        return is_there and any(self._gives_away(title, other) for title in one.gold)

    def _gives_away(self, title: str, question: Question) -> bool:
        """Whether a paragraph holds the answer; of a question without one, or names its subject."""
        text = f"{title} {''.join(self._paragraphs[title])}"
        subjects = map(_bare, question.gold) if question.key in self._absent else ()
        return any(contains(text, name) for name in (question.answer, *subjects))

    def _hidden(self, group: Sequence[Question], length: int, count: Count) -> Iterator[Case]:
        chance = draw(self._seed, "+".join(question.key for question in group), length)
        distractors = self._distractors(group, chance.sample)
        budget = length - count("Document 1000:\n\n\n") // 2  # the numbers are given last

        def tokens(title: str) -> int:
            if title not in self._tokens:
                self._tokens[title] = count(self._shown(1000, title))
            return self._tokens[title]

        there = [question for question in group if question.key not in self._absent]
        gold = dict.fromkeys(title for question in there for title in question.gold)
        titles = filled(gold, distractors, budget, tokens)
        chance.shuffle(titles)
        text = "".join(self._shown(number, title) for number, title in enumerate(titles, start=1))
        passages = passages_of(text)
        for question in group:
            yield self._case(question, passages)

    def _case(self, question: Question, passages: tuple[Passage, ...]) -> Case:
        """The question about the document, with its answer if it is there."""
        if question.key in self._absent:
            return Case(question.key, question.text, (), passages, traceable=False, kind="absent")
        answers = ((question.answer,),)
        return Case(
            key=question.key,
            question=question.text,
            answers=answers,
            passages=passages,
            facts=self._facts(question),
            traceable=proves_capture(question.text, answers),
            kind=question.kind,
        )

    def _distractors(self, group: Sequence[Question], sample: Any) -> Iterator[str]:
        """Titles in random order, those of the contexts of questions with an answer first. A
        paragraph that gives away another answer is none."""
        seen = {title for question in group for title in question.gold}
        pool = list(self._paragraphs)
        there = [question.context for question in group if question.key not in self._absent]
        contexts = chain.from_iterable(zip_longest(*there))
        for title in (*filter(None, contexts), *sample(pool, len(pool))):
            if title in seen or title not in self._paragraphs:
                continue
            seen.add(title)
            if not any(self._gives_away(title, question) for question in group):
                yield title

    def _shown(self, number: int, title: str) -> str:
        text = "".join(self._paragraphs[title]).strip()
        return f"Document {number}:\n{title}\n{text}\n\n"

    def _facts(self, question: Question) -> tuple[str, ...]:
        """None where a paragraph has fewer sentences than HotpotQA says: it was cut otherwise."""
        of = self._paragraphs
        if any(index >= len(of.get(title, ())) for title, index in question.facts):
            return ()
        return tuple(of[title][index].strip() for title, index in question.facts)


def _half(questions: Sequence[Question]) -> frozenset[str]:
    """The keys of half of the questions, where there are enough that can go without an answer."""
    absent: set[str] = set()
    for number, question in enumerate(questions):
        compares = question.kind == _COMPARISON
        can_go = not compares and proves_capture(question.text, ((question.answer,),))
        if can_go and 2 * len(absent) < number:
            absent.add(question.key)
    return frozenset(absent)


def _bare(title: str) -> str:
    """'Fuel (band)' -> 'Fuel'."""
    return _IN_BRACKETS.sub("", title) or title


def _load(path: Path) -> tuple[list[Question], dict[str, Sequence[str]]]:
    try:
        if path.is_dir():
            return _two_files(path / "questions.json", path / "paragraphs.jsonl")
        return _one_file(path)
    except OSError as error:
        message = f"cannot read {error.filename}: {error.strerror}"
        raise UsageError(message, hint=_FORMATS) from error
    except (ValueError, KeyError, TypeError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        message = f"{path} is not in a format of HotpotQA: {reason}"
        raise UsageError(message, hint=_FORMATS) from error


def _one_file(path: Path) -> tuple[list[Question], dict[str, Sequence[str]]]:
    """HotpotQA's own: each question with its context of [title, [sentence, ...]]."""
    questions: list[Question] = []
    paragraphs: dict[str, Sequence[str]] = {}
    for entry in json.loads(path.read_text(encoding="utf-8")):
        context = {title: _texts(sentences) for title, sentences in entry["context"]}
        paragraphs |= context
        facts = tuple((title, index) for title, index in entry["supporting_facts"])
        gold = tuple(dict.fromkeys(title for title, _ in facts))
        kind = entry.get("type", "")
        key, text, answer = _texts((entry["_id"], entry["question"], entry["answer"]))
        questions.append(Question(key, text, answer, gold, tuple(context), facts, kind))
    return questions, paragraphs


def _two_files(
    questions_path: Path, paragraphs_path: Path
) -> tuple[list[Question], dict[str, Sequence[str]]]:
    """Questions apart from paragraphs, which are whole texts."""
    paragraphs: dict[str, Sequence[str]] = {}
    with paragraphs_path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                paragraphs[entry["title"]] = split_sentences(entry["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{paragraphs_path.name} line {number}: {error}") from error
    questions: list[Question] = []
    for entry in json.loads(questions_path.read_text(encoding="utf-8")):
        key, text, answer = _texts((entry["id"], entry["question"], entry["answer"]))
        gold = _texts(entry["supporting_titles"])
        context = _texts(entry.get("context_titles") or ())
        facts = tuple((title, index) for title, index in entry.get("supporting_facts") or ())
        kind = entry.get("type", "")
        questions.append(Question(key, text, answer, gold, context, facts, kind))
    return questions, paragraphs


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    """The values, if all are texts."""
    texts = tuple(values)
    for value in texts:
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is no text")
    return texts
