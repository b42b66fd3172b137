"""What the prompter makes of an engine's logits, with a real model."""

from __future__ import annotations

import numpy as np
import pytest

from mhmcli import prompts
from mhmcli.engine import Feed, Sampling, Want
from mhmcli.engine.llama import LlamaEngine
from mhmcli.prompter import Prompter, run

pytestmark = pytest.mark.model
QUESTION = "Who trims the wicks?"
PART = prompts.part("The keeper of the light on Corran Head trims the wicks each evening.")


def test_a_part_is_weighed_in_one_pass(tiny_engine: LlamaEngine) -> None:
    """The verdict is that of the whole prompt; the likelihood that of the question's own tokens,
    token by token. Nothing is decoded, and no sequence is left."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    sequence = run(prompter.read(PART))
    wording = prompts.weigh(QUESTION)
    weight = prompter.weigh(wording, after=sequence)
    verdict = prompter.judge(wording.before + QUESTION + wording.then, after=sequence)
    assert weight.log_odds is not None
    assert weight.log_odds == pytest.approx(verdict, abs=0.3)  # tokens differ at the seams

    alone = tiny_engine.fork(sequence)
    tokens = tiny_engine.tokenize(QUESTION)
    said = 0.0
    (row,) = tiny_engine.feed([Feed(alone, tiny_engine.tokenize(wording.before), Want.LAST)])
    for token in tokens:
        said += float(row[0][token] - np.logaddexp.reduce(row[0]))
        (row,) = tiny_engine.feed([Feed(alone, [token], Want.LAST)])
    assert weight.likelihood == pytest.approx(said / len(tokens), abs=0.05)
    assert prompter.spent.reply_tokens == 0
    for open_one in (alone, sequence, prompter.base):
        tiny_engine.close(open_one)


def test_texts_are_weighed_together_as_one_by_one(tiny_engine: LlamaEngine) -> None:
    """And only those that are telling are asked for a verdict."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    wording = prompts.weigh(QUESTION)
    texts = [PART, prompts.part("Soup was served."), prompts.part("The sea was grey, and cold.")]
    apart = []
    for text in texts:
        sequence = run(prompter.read(text))
        apart.append(prompter.weigh(wording, after=sequence))
        tiny_engine.close(sequence)
    best = max(weight.likelihood for weight in apart)
    together = list(prompter.weigh_each(texts, wording, telling=lambda value: value > best - 0.2))
    for one, other in zip(apart, together, strict=True):
        assert other.likelihood == pytest.approx(one.likelihood, abs=0.05)
        if other.log_odds is None:
            assert one.likelihood < best - 0.1
        else:
            assert other.log_odds == pytest.approx(one.log_odds, abs=0.3)
    assert [weight.log_odds is None for weight in together] == [False, True, True]
    assert list(prompter.weigh_each([], wording)) == []
    assert len(list(prompter.weigh_each(texts * 9, wording))) == 27, "in several batches"
    tiny_engine.close(prompter.base)


def test_a_question_is_likelier_after_what_it_is_about(tiny_engine: LlamaEngine) -> None:
    """Even to the smallest model, whose yes and no say nothing."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    likelihoods = []
    for part in (PART, prompts.part("Soup was served, and afterwards there was cheese.")):
        sequence = run(prompter.read(part))
        weight = prompter.weigh(prompts.weigh(QUESTION), after=sequence)
        likelihoods.append(weight.likelihood)
        tiny_engine.close(sequence)
    tiny_engine.close(prompter.base)
    assert likelihoods[0] > likelihoods[1] + 0.5
