"""What came of a run, and how it is printed: for a person, or for a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from mhmcli.answer import Answer
from mhmcli.cli.answers import print_answers, say_receipt
from mhmcli.cli.output import print_json
from mhmcli.cli.request import Request
from mhmcli.cli.telling import Answered, Finished, teller_of
from mhmcli.cli.told import AnswerTold, ReceiptTold, RunTold
from mhmcli.errors import ExitStatus
from mhmcli.formats import NOTHING
from mhmcli.memory import Memory
from mhmcli.receipt import Receipt
from mhmcli.sizes import Sizes


@dataclass(frozen=True, slots=True)
class Ended:
    """The answers, and the memories that they are from; `session` has those."""

    answers: tuple[Answer, ...]
    memories: tuple[Memory, ...]
    receipt: Receipt
    session: str | None
    sizes: Sizes

    def status(self, *, partial_ok: bool) -> ExitStatus:
        """Incomplete reading outranks the rest: a "no" from half a document is no answer."""
        if not self.receipt.complete and not partial_ok:
            return ExitStatus.INCOMPLETE
        if any(not a.complete and (not a.found or a.text == NOTHING) for a in self.answers):
            return ExitStatus.MODEL  # which came to no answer, or to no end of its JSON
        if not all(answer.found for answer in self.answers):
            return ExitStatus.NOT_IN_DOCUMENT
        return ExitStatus.ANSWERED

    def told(self, request: Request) -> RunTold:
        """All of it, for a program."""
        settings = settings_of(request, self.sizes)
        return RunTold.of(self.answers, self.memories, self.receipt, settings)


def settings_of(request: Request, sizes: Sizes) -> dict[str, Any]:
    """What was asked for, and what came of it."""
    return {
        "memory": None if request.quick else request.memory.value,
        "quick": request.quick,
        "skim": request.skim,
        "budget_seconds": request.budget,
        "strict": request.strict,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        **sizes.as_dict(),
    }


def print_ended(request: Request, ended: Ended) -> None:
    """The answers go to stdout, in the form that was asked for; the receipt to stderr."""
    if request.as_events:
        tell = teller_of(request)
        pairs = zip(ended.answers, ended.memories, strict=True)
        for number, (answer, memory) in enumerate(pairs):
            tell(Answered(question=number, answer=AnswerTold.of(answer, memory)))
        status = ended.status(partial_ok=request.partial_ok)
        tell(Finished(status=status, receipt=ReceiptTold.of(ended.receipt)))
    elif request.as_json:
        print_json(msgspec.to_builtins(ended.told(request)))
    else:
        print_answers(ended.answers, of=len(ended.answers), form=request.form)
    if not request.quiet:
        say_receipt(ended.receipt, ended.answers, request.cite)
