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

# A question, a text that answers it, and one that does not.
_CANARIES = (
    ("Who is the keeper of the light?", "Mr. Roy keeps the light.", "The road was as bad as ever."),
    ("When did the ship arrive?", "The ship came in on 4 May 1843.", "There was soup, and cheese."),
    ("What does the ticket cost?", "A ticket is 12 euros.", "The cook mended the fence."),
)
_LEAST_CONTRAST = 0.5  # log-odds, on average
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


def can_judge(prompter: Prompter) -> bool:
    """Whether the model's yes means anything: it is to be likelier after a text that answers a
    question than after one that does not. Some 300 tokens are read for it."""
    contrast = 0.0
    for question, answering, other in _CANARIES:
        yes, no = judged(prompter, question, (answering, other))
        contrast += (yes.log_odds or 0.0) - (no.log_odds or 0.0)
    return contrast / len(_CANARIES) >= _LEAST_CONTRAST
