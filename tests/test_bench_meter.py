"""What was computed together is charged to those whom it was computed for."""

from __future__ import annotations

from itertools import count

from mhmcli import prompts
from mhmcli.bench.meter import Cost, Meter
from mhmcli.engine import Sampling, Spent
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.prompter import Prompter, run


def test_those_who_ask_pay_for_their_questions() -> None:
    """By tokens, each for his question; the reading pays for the text, and for all where nobody
    asks."""
    ticks = count(step=30)
    prompter = Prompter(ScriptedEngine([]), prompts.SYSTEM, Sampling())
    meter = Meter(prompter, lambda: float(next(ticks)))
    wordings = [prompts.weigh(question) for question in ("Who came?", "Who went?")]
    run(prompter.read_and_weigh("One two three four five six.", wordings))
    reading, askers = Cost(), [Cost(), Cost()]
    meter.charge(reading, [[asker] for asker in askers])
    read, asked = prompter.spent.chunk_tokens, prompter.spent.tail_tokens
    assert reading.spent == Spent(chunk_tokens=read)
    assert [cost.spent for cost in askers] == [Spent(tail_tokens=asked // 2)] * 2
    assert reading.seconds == 30 * read / (read + asked)
    assert reading.seconds + sum(cost.seconds for cost in askers) == 30
    run(prompter.read("And nobody asks."))
    meter.charge(reading, [[asker] for asker in askers])
    assert reading.seconds + sum(cost.seconds for cost in askers) == 60
    assert reading.spent.chunk_tokens == prompter.spent.chunk_tokens


def test_who_asks_the_same_pays_the_same() -> None:
    """As if each had been alone."""
    ticks = count(step=30)
    prompter = Prompter(ScriptedEngine([]), prompts.SYSTEM, Sampling())
    meter = Meter(prompter, lambda: float(next(ticks)))
    run(prompter.read_and_weigh("One two three four.", [prompts.weigh("Who came?")]))
    reading, one, other = Cost(), Cost(), Cost()
    meter.charge(reading, [[one, other]])
    assert one == other
    assert one.spent.tail_tokens == prompter.spent.tail_tokens
    assert reading.seconds + one.seconds == 30
