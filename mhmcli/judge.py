"""Judge single sentences, or the lines of a log, one by one.

Of a whole passage a small model knows roughly whether it has to do with a question; of a sentence
by itself it is nearly always right, though the zero of its scale is not: sentences, or lines, of
one document are to be compared with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

from mhmcli import prompts
from mhmcli.prompter import Prompter
from mhmcli.score import Moments
from mhmcli.weights import Weight

# A question, a text that answers it, and one that does not.
_CANARIES = (
    ("Who is the keeper of the light?", "Mr. Roy keeps the light.", "The road was as bad as ever."),
    ("When did the ship arrive?", "The ship came in on 4 May 1843.", "There was soup, and cheese."),
    ("What does the ticket cost?", "A ticket is 12 euros.", "The cook mended the fence."),
)
_LEAST_CONTRAST = 0.5  # log-odds, on average
_LIKELIHOOD_PRIOR, _LOG_ODDS_PRIOR = 0.01, 0.1  # variances


def judged(prompter: Prompter, question: str, texts: Iterable[str]) -> Iterator[Weight]:
    """What the model says of each of the texts by itself; nothing is decoded."""
    parts = (prompts.part(text) for text in texts)
    return prompter.weigh_each(parts, prompts.weigh(question))


def judging_tokens(prompter: Prompter, question: str, texts: Iterable[str]) -> int:
    """How many tokens `judged` would compute for the texts."""
    wording = prompts.weigh(question)
    each = prompter.count(prompts.part("") + wording.before + question + wording.then)
    return sum(each + prompter.count(text) for text in texts)


def sentence_tokens(prompter: Prompter, question: str, texts: Iterable[str]) -> int:
    """How many tokens `sentences_judged` would compute for the texts."""
    each = prompter.count(prompts.part(""))
    return prompter.count(prompts.look_for(question)) + sum(
        each + prompter.count(text) for text in texts
    )


def sentences_judged(prompter: Prompter, question: str, texts: Iterable[str]) -> Iterator[float]:
    """What the model says of each of the texts by itself, asked the question first: the cheapest
    way, for texts that are compared with one another alone. In log-odds; of a model that knows no
    yes from no, the likelihood of the question after the text."""
    if prompter.verdicts:
        return prompter.judge_each(prompts.look_for(question), map(prompts.part, texts))
    return (weight.likelihood for weight in judged(prompter, question, texts))


def compared(prompter: Prompter, said: Sequence[float]) -> list[float]:
    """What sentences are worth of which the model said this (see `sentences_judged`)."""
    return deviations(said, _LOG_ODDS_PRIOR if prompter.verdicts else _LIKELIHOOD_PRIOR)


def deviations(values: Sequence[float], prior_variance: float = _LOG_ODDS_PRIOR) -> list[float]:
    """How many standard deviations each is above the mean of all."""
    moments = reduce(Moments.with_value, values, Moments())
    return [moments.deviation(value, prior_variance) for value in values]


def likelihoods(weights: Sequence[Weight]) -> list[float]:
    """How likely each makes the question, in standard deviations of all of which it was asked."""
    return deviations([weight.likelihood for weight in weights], _LIKELIHOOD_PRIOR)


def worths(weights: Sequence[Weight]) -> list[float]:
    """Both signals together, each in standard deviations of all of which it was asked."""
    likely = likelihoods(weights)
    said = [w.log_odds for w in weights if w.log_odds is not None]
    if not said:
        return likely
    return [
        one + other for one, other in zip(likely, deviations(said, _LOG_ODDS_PRIOR), strict=True)
    ]


def can_judge(prompter: Prompter) -> bool:
    """Whether the model's yes means anything: it is to be likelier after a text that answers a
    question than after one that does not. Some 300 tokens are read for it."""
    contrast = 0.0
    for question, answering, other in _CANARIES:
        yes, no = judged(prompter, question, (answering, other))
        contrast += (yes.log_odds or 0.0) - (no.log_odds or 0.0)
    return contrast / len(_CANARIES) >= _LEAST_CONTRAST
