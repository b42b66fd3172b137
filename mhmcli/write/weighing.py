"""What the model and the words say of a chunk that was read, before anything is written."""

from __future__ import annotations

from mhmcli import prompts
from mhmcli.prompter import Prompter, Reading, never
from mhmcli.score import Query, Signals


def weighed(prompter: Prompter, reading: Reading) -> Signals:
    """The signals of a chunk, at the cost of the question's own tokens.

    A verdict, yes or no, would cost twice as many again, and ranks no better: for 20 questions in
    4,096 tokens memory held the same facts with it and without, 32 of 32.
    """
    wording = prompts.weigh(reading.question)
    weight = prompter.weigh(wording, after=reading.sequence, telling=never)
    return Signals.of(weight.likelihood, Query.of(reading.question), reading.chunk.text)
