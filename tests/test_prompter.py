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


def test_a_part_is_read_and_weighed_at_once(tiny_engine: LlamaEngine) -> None:
    """Each likelihood is that of the question's own tokens after the part, token by token. What is
    left has read the part alone, and nothing is decoded."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    wordings = [prompts.weigh(question) for question in (QUESTION, "Who?", "Where is it?")]
    sequence, likelihoods = run(prompter.read_and_weigh(PART, wordings))
    plain = run(prompter.read(PART))
    assert tiny_engine.length(sequence) == tiny_engine.length(plain)
    for wording, likelihood in zip(wordings, likelihoods, strict=True):
        alone = tiny_engine.fork(sequence)
        tokens = tiny_engine.tokenize(wording.question)
        said = 0.0
        (row,) = tiny_engine.feed([Feed(alone, tiny_engine.tokenize(wording.before), Want.LAST)])
        for token in tokens:
            said += float(row[0][token] - np.logaddexp.reduce(row[0]))
            (row,) = tiny_engine.feed([Feed(alone, [token], Want.LAST)])
        tiny_engine.close(alone)
        assert likelihood == pytest.approx(said / len(tokens), abs=0.05)
    assert prompter.spent.reply_tokens == 0
    for open_one in (plain, sequence, prompter.base):
        tiny_engine.close(open_one)


def test_more_questions_than_sequences_are_weighed(tiny_engine: LlamaEngine) -> None:
    """A few at a time, also of a part that is longer than a batch."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    long = prompts.part("The keeper of the light on Corran Head trims the wicks. " * 60)
    wordings = [prompts.weigh(QUESTION), *[prompts.weigh(f"Why {n}?") for n in range(19)]]
    reading = prompter.read_and_weigh(long, wordings)
    progress = [next(reading)]
    sequence, likelihoods = run(reading)
    assert progress == [tiny_engine.info.batch_tokens]
    assert len(likelihoods) == 20
    assert prompter.spent.chunk_tokens == len(tiny_engine.tokenize(long))
    tiny_engine.close(sequence)
    sequence, (likelihood,) = run(prompter.read_and_weigh(long, wordings[:1]))
    assert likelihoods[0] == pytest.approx(likelihood, abs=0.05)
    tiny_engine.close(sequence)
    tiny_engine.close(prompter.base)


def test_texts_are_weighed_together_as_one_by_one(tiny_engine: LlamaEngine) -> None:
    """The verdict is that of the whole prompt."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    wording = prompts.weigh(QUESTION)
    texts = [PART, prompts.part("Soup was served."), prompts.part("The sea was grey, and cold.")]
    together = list(prompter.weigh_each(texts, wording))
    for text, weight in zip(texts, together, strict=True):
        sequence, (likelihood,) = run(prompter.read_and_weigh(text, [wording]))
        asked = wording.before + wording.question + wording.then
        assert weight.likelihood == pytest.approx(likelihood, abs=0.05)
        verdict = prompter.judge(asked, after=sequence)  # tokens differ at the seams
        assert weight.log_odds == pytest.approx(verdict, abs=0.3)
        tiny_engine.close(sequence)
    assert list(prompter.weigh_each([], wording)) == []
    assert len(list(prompter.weigh_each(texts * 9, wording))) == 27, "in several batches"
    tiny_engine.close(prompter.base)


def test_texts_are_judged_together_as_one_by_one(tiny_engine: LlamaEngine) -> None:
    """After a question that is computed once."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    asking = prompts.look_for(QUESTION)
    texts = [PART, prompts.part("Soup was served."), prompts.part("The sea was grey, and cold.")]
    alone = [prompter.judge(asking + text, after=prompter.base) for text in texts]
    together = list(prompter.judge_each(asking, texts * 7))
    assert together == [pytest.approx(value, abs=0.3) for value in alone * 7]
    assert list(prompter.judge_each(asking, [])) == []
    tiny_engine.close(prompter.base)


def test_a_question_is_likelier_after_what_it_is_about(tiny_engine: LlamaEngine) -> None:
    """Even to the smallest model, whose yes and no say nothing."""
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling())
    other = prompts.part("Soup was served, and afterwards there was cheese.")
    about, beside = prompter.weigh_each([PART, other], prompts.weigh(QUESTION))
    tiny_engine.close(prompter.base)
    assert about.likelihood > beside.likelihood + 0.5
