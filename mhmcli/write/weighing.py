"""What the model and the words say of a chunk that was read, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mhmcli import prompts
from mhmcli.prompter import Prompter, Reading
from mhmcli.score import Query, Seen, Signals


def weighed(
    prompter: Prompter, reading: Reading, seen: Seen, worth_it: Callable[[Signals], bool]
) -> Signals:
    """The signals of a chunk; a verdict is asked for if it is `worth_it` with a good one."""
    words = Signals.of(0.0, None, Query.of(reading.question), reading.chunk.text)

    def telling(likelihood: float) -> bool:
        return worth_it(replace(words, likelihood=likelihood, log_odds=seen.hoped))

    wording = prompts.weigh(reading.question)
    weight = prompter.weigh(wording, after=reading.sequence, telling=telling)
    return replace(words, likelihood=weight.likelihood, log_odds=weight.log_odds)
