"""What an answer comes to, and what a failure does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from mhmcli.answer import LEAST_LOG_ODDS, Answer, answer
from mhmcli.bench.match import Answers, exact, f1, right
from mhmcli.bench.results import Result
from mhmcli.bench.trace import Fate, Trace
from mhmcli.evidence import Evidence
from mhmcli.prompter import Prompter, run


def marked(said: Answer | None, answers: Answers, wrong: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of a result that an answer decides; None where none was asked for. A right reply
    names none of what is `wrong`. Where there is no right answer, it is right to say that there is
    none, and nothing else is marked."""
    if said is None:
        unknown = dict.fromkeys(("correct", "exact", "f1", "log_odds"))
        return {**unknown, "answer": "", "refused": False, "said_none": False}
    refused = not said.found if said.log_odds is None else said.log_odds < LEAST_LOG_ODDS
    none = not said.found and said.complete
    is_right = said.found and right(said.said, answers, wrong) if answers else none
    return {
        "answer": said.said,
        "correct": is_right,
        "exact": said.found and exact(said.said, answers) if answers else None,
        "f1": round(f1(said.said, answers), 4) * said.found if answers else None,
        "log_odds": said.log_odds,
        "refused": refused,
        "said_none": not said.found,
    }


def answer_anyway(
    prompter: Prompter, question: str, evidence: Evidence, document: Iterable[str] = ()
) -> Answer:
    """The answer, asked for whatever the model's verdict on the evidence is, unless the document
    names nothing of what the question is about."""
    return run(answer(prompter, question, evidence, least_log_odds=-math.inf, document=document))


def failed(result: Result, reason: str, *, answers: bool) -> Result:
    """The result of a method that could not do what was asked: where `answers` were wanted it is
    wrong, whatever the question, and nothing was captured."""
    return replace(
        result,
        answer="",
        correct=False if answers else None,
        exact=False if answers and result.answers else None,
        f1=0.0 if answers and result.answers else None,
        log_odds=None,
        refused=answers,
        answer_trace=result.answer_trace and _never(result.answer_trace),
        facts=tuple(map(_never, result.facts)),
        memory=(),
        shown=(),
        error=reason,
    )


def _never(trace: Trace) -> Trace:
    return replace(trace, held="0" * len(trace.held), head=-1, fate=Fate.NEVER_CAPTURED.value)
