"""What the model and the words say of a chunk that was read, before anything is written."""

from __future__ import annotations

from mhmcli.prompter import Reading
from mhmcli.score import Query, Signals


def weighed(reading: Reading) -> Signals:
    """The signals of a chunk that was read by a writer that `weighs`.

    A verdict, yes or no, would cost twice as many tokens again, and ranks no better: for 20
    questions in 4,096 tokens memory held the same facts with it and without, 32 of 32.
    """
    if reading.likelihood is None:
        raise ValueError("the question was not weighed after this chunk")
    return Signals.of(reading.likelihood, Query.of(reading.question), reading.chunk.text)
