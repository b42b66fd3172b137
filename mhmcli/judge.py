"""Judge single sentences, or the lines of a log, one by one.

Of a whole passage a small model knows roughly whether it has to do with a question; of a sentence
by itself it is nearly always right, though the zero of its scale is not: sentences, or lines, of
one document are to be compared with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

from mhmcli import prompts
from mhmcli.prompter import Prompter, Telling, Weight, always
from mhmcli.score import Moments

LIKELIHOOD_PRIOR, _LOG_ODDS_PRIOR = 0.01, 0.1  # variances


def judged(
    prompter: Prompter, question: str, texts: Iterable[str], telling: Telling = always
) -> Iterator[Weight]:
    """What the model says of each of the texts by itself; nothing is decoded."""
    parts = (prompts.part(text) for text in texts)
    return prompter.weigh_each(parts, prompts.weigh(question), telling=telling)


def worths(weights: Sequence[Weight]) -> list[float]:
    """Both signals together, each in standard deviations of all of which it was asked; a verdict
    that was not asked for is a middling one."""
    likelihoods = reduce(Moments.with_value, (w.likelihood for w in weights), Moments())
    verdicts = reduce(
        Moments.with_value, (w.log_odds for w in weights if w.log_odds is not None), Moments()
    )
    return [
        likelihoods.deviation(w.likelihood, LIKELIHOOD_PRIOR)
        + (0.0 if w.log_odds is None else verdicts.deviation(w.log_odds, _LOG_ODDS_PRIOR))
        for w in weights
    ]
