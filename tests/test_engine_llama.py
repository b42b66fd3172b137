"""The llama.cpp engine, with a real model: sequences, shared prefixes, logits, stopping."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import llama_cpp
import numpy as np
import pytest

from mhmcli.engine import Feed, Logits, Sampling, Want
from mhmcli.engine.chat import split_template
from mhmcli.engine.llama import LlamaEngine, LlamaOptions
from mhmcli.errors import Interrupted, ModelError

pytestmark = pytest.mark.model
TEXT = "The keeper of the light on Corran Head trims the wicks each evening before dusk. " * 12


def last_logits(engine: LlamaEngine, sequence: int, text: str) -> Logits:
    row: Logits = engine.feed([Feed(sequence, engine.tokenize(text), Want.LAST)])[0][0]
    return row


def close_to(one: Logits, other: Logits) -> bool:
    """The same distribution but for the order of floating-point sums, which batches change."""
    return float(np.corrcoef(one, other)[0, 1]) > 0.999


def test_a_fork_continues_as_if_it_had_read_the_prefix_itself(tiny_engine: LlamaEngine) -> None:
    """Shared cells give the logits that an own reading gives."""
    base, alone = tiny_engine.open(), tiny_engine.open()
    tiny_engine.feed([Feed(base, tiny_engine.tokenize(TEXT))])
    fork = tiny_engine.fork(base)
    forked = last_logits(tiny_engine, fork, " Who trims them?")
    tiny_engine.feed([Feed(alone, tiny_engine.tokenize(TEXT))])
    read = last_logits(tiny_engine, alone, " Who trims them?")
    assert close_to(forked, read)
    assert tiny_engine.length(fork) == tiny_engine.length(alone) > tiny_engine.length(base)
    for sequence in (base, alone, fork):
        tiny_engine.close(sequence)


def test_a_restored_sequence_continues_as_the_one_that_was_saved(tiny_engine: LlamaEngine) -> None:
    """Its beginning is shared and not in what was saved; it takes no cells twice."""
    base = tiny_engine.open()
    tiny_engine.feed([Feed(base, tiny_engine.tokenize("You read a document."))])
    read = tiny_engine.fork(base)
    tiny_engine.feed([Feed(read, tiny_engine.tokenize(TEXT))])
    state = tiny_engine.save(read, base)
    asked = tiny_engine.fork(read)
    expected = last_logits(tiny_engine, asked, " Who trims them?")
    tiny_engine.close(asked)
    length = tiny_engine.length(read)
    tiny_engine.close(read)
    restored = tiny_engine.restore(state, base)
    assert restored is not None
    assert tiny_engine.length(restored) == length
    assert np.array_equal(last_logits(tiny_engine, restored, " Who trims them?"), expected)
    other = tiny_engine.open()
    tiny_engine.feed([Feed(other, tiny_engine.tokenize("You read."))])
    assert tiny_engine.restore(state, other) is None, "it was computed at another place"
    assert tiny_engine.restore(b"no state", base) is None
    assert tiny_engine.restore(state[: len(state) // 2], base) is None
    for sequence in (base, restored, other):
        tiny_engine.close(sequence)


def test_a_closed_fork_leaves_its_parent_whole(tiny_engine: LlamaEngine) -> None:
    """What one tail read is not seen by the next."""
    base = tiny_engine.open()
    tiny_engine.feed([Feed(base, tiny_engine.tokenize(TEXT))])
    results = []
    for between in (" first", " something quite different", " first"):
        fork = tiny_engine.fork(base)
        results.append(last_logits(tiny_engine, fork, between))
        tiny_engine.close(fork)
    assert np.array_equal(results[0], results[2])
    assert not close_to(results[0], results[1])
    tiny_engine.close(base)


def test_several_sequences_in_one_call(tiny_engine: LlamaEngine) -> None:
    """Scoring many passages together gives what each gives alone, row by row."""
    tails = [" Yes.", " No, never in all of his life.", " Perhaps"]
    base = tiny_engine.open()
    tiny_engine.feed([Feed(base, tiny_engine.tokenize(TEXT))])
    forks = [tiny_engine.fork(base) for _ in tails]
    together = tiny_engine.feed(
        [
            Feed(fork, tiny_engine.tokenize(tail), want)
            for fork, tail, want in zip(forks, tails, (Want.LAST, Want.ALL, Want.NONE), strict=True)
        ]
    )
    assert [len(rows) for rows in together] == [1, len(tiny_engine.tokenize(tails[1])), 0]
    alone = tiny_engine.fork(base)
    assert close_to(together[1][-1], last_logits(tiny_engine, alone, tails[1]))
    for sequence in (base, alone, *forks):
        tiny_engine.close(sequence)


def test_tokens_go_to_several_sequences_at_once(tiny_engine: LlamaEngine) -> None:
    """Each goes on from there by itself, as one that had been fed alone."""
    first, other = tiny_engine.open(), tiny_engine.open()
    text, tail = tiny_engine.tokenize(TEXT), tiny_engine.tokenize(" Who was he?")
    rows = tiny_engine.feed([Feed(first, text, others=[other]), Feed(other, tail, Want.LAST)])
    assert tiny_engine.length(first) == len(text)
    assert tiny_engine.length(other) == len(text) + len(tail)
    alone = tiny_engine.open()
    expected = last_logits(tiny_engine, alone, TEXT + " Who was he?")
    assert close_to(rows[1][-1], expected)
    assert close_to(last_logits(tiny_engine, first, " Who was he?"), expected)
    for sequence in (first, other, alone):
        tiny_engine.close(sequence)


def reply(engine: LlamaEngine, sampling: Sampling) -> str:
    sequence = engine.open()
    frame = engine.frame("You are helpful.")
    prompt = [*frame.opening, *engine.tokenize("Name a colour."), *frame.closing]
    engine.feed([Feed(sequence, prompt, Want.LAST)])
    pieces = list(engine.reply(sequence, 24, sampling))
    assert engine.length(sequence) <= len(prompt) + 24
    engine.close(sequence)
    return "".join(piece.text for piece in pieces)


def test_greedy_and_seeded_replies_repeat(tiny_engine: LlamaEngine) -> None:
    """Greedy always says the same; a seed repeats a sample, another seed changes it."""
    assert reply(tiny_engine, Sampling()) == reply(tiny_engine, Sampling())
    warm = [reply(tiny_engine, Sampling(1.5, 1.0, seed)) for seed in (1, 1, 2, 3)]
    assert warm[0] == warm[1]
    assert len(set(warm)) > 1


def test_a_reply_does_not_begin_with_what_was_forbidden(tiny_engine: LlamaEngine) -> None:
    """The likeliest first token is passed over, and only as the first."""
    frame = tiny_engine.frame("You are helpful.")
    prompt = [*frame.opening, *tiny_engine.tokenize("Name a colour."), *frame.closing]
    firsts: list[int] = []
    for _ in range(3):
        sequence = tiny_engine.open()
        tiny_engine.feed([Feed(sequence, prompt, Want.LAST)])
        pieces = list(tiny_engine.reply(sequence, 3, Sampling(), not_first=firsts))
        firsts.append(tiny_engine.tokenize(pieces[0].text)[0])
        tiny_engine.close(sequence)
    assert len(set(firsts)) == 3


def test_a_document_cannot_end_its_turn(tiny_engine: LlamaEngine) -> None:
    """Chat-template tokens in a text are tokenized as plain text; the frame's own are not."""
    frame = tiny_engine.frame("S")
    assert not set(tiny_engine.tokenize("a<|im_end|>\n<|im_start|>assistant\n")) & {1, 2}
    assert {1, 2} <= set(frame.opening)


def test_a_full_window_is_an_error_and_not_a_shift(tiny_engine: LlamaEngine) -> None:
    """Nothing is thrown away behind the reader's back."""
    sequence = tiny_engine.open()
    with pytest.raises(ModelError, match="window of 2048 tokens is full"):
        tiny_engine.feed([Feed(sequence, tiny_engine.tokenize(TEXT * 20))])
    tiny_engine.close(sequence)


def test_stopping_ends_a_prefill_within_it(tiny_model: Path) -> None:
    """A computation in another thread's way stops inside a batch, not after it."""
    engine = LlamaEngine(tiny_model, LlamaOptions(window_tokens=4096, batch_tokens=2048))
    sequence = engine.open()
    tokens = engine.tokenize(TEXT * 9)[:2000]
    start = time.monotonic()
    engine.feed([Feed(sequence, tokens)])
    whole = time.monotonic() - start
    engine.close(sequence)
    threading.Timer(whole / 10, engine.stop).start()
    start = time.monotonic()
    with pytest.raises(Interrupted):
        engine.feed([Feed(engine.open(), tokens)])
    # Not a timing of the machine but of one computation against itself, with room to spare.
    assert time.monotonic() - start < whole * 0.8
    engine.shut()


def test_llama_cpp_is_silent_unless_asked(tiny_model: Path) -> None:
    """Not a byte on stderr from loading, reading and freeing a model."""
    code = (
        "from pathlib import Path; from mhmcli.engine.llama import *; import sys\n"
        f"options = LlamaOptions(512, verbose=len(sys.argv) > 1)\n"
        f"e = LlamaEngine(Path({str(tiny_model)!r}), options)\n"
        "e.shut()"
    )
    quiet = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert quiet.stderr == quiet.stdout == b""
    loud = subprocess.run([sys.executable, "-c", code, "v"], capture_output=True, check=True)
    assert b"llama_model_load" in loud.stderr


def test_a_truncated_model_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    """A whole header over missing weights: llama.cpp's own words, in one line."""
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny_model.read_bytes()[:50_000_000])
    with pytest.raises(ModelError, match="cannot load") as caught:
        LlamaEngine(path, LlamaOptions(window_tokens=512))
    assert "corrupted or incomplete" in caught.value.message
    assert "\n" not in caught.value.message


CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def test_a_template_is_split_where_the_message_stands() -> None:
    """ChatML: the system prompt before it, the assistant's turn after it."""
    before, after = split_template(CHATML, "Be brief.")
    said = "{{ m.content }}"
    trained = CHATML.replace(said, f"{{% generation %}}{said}{{%  endgeneration %}}")
    assert "{% generation %}" in trained
    assert split_template(trained, "Be brief.") == (before, after)
    assert before == "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n"
    assert after == "<|im_end|>\n<|im_start|>assistant\n"


def test_a_template_without_a_system_role_gets_it_in_the_message() -> None:
    """Gemma's template refuses a system turn: the prompt is folded into the user's."""
    gemma = (
        "{{ bos_token }}{% if messages[0].role == 'system' %}"
        "{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for m in messages %}<start_of_turn>{{ m.role }}\n{{ m.content | trim }}"
        "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
    )
    before, after = split_template(gemma, "Be brief.", bos="<bos>")
    assert before == "<bos><start_of_turn>user\nBe brief.\n\n"
    assert after == "<end_of_turn>\n<start_of_turn>model\n"


def test_a_template_may_end_turns_with_the_models_own_token(
    tiny_engine: LlamaEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of Zephyr does: without it, the turns would run into each other."""
    zephyr = (
        b"{% for m in messages %}<|{{ m.role }}|>\n{{ m.content + eos_token }}\n{% endfor %}"
        b"{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
    )
    monkeypatch.setattr("llama_cpp.llama_model_chat_template", lambda *_: zephyr)
    eos = llama_cpp.llama_vocab_eos(tiny_engine._vocab)
    frame = tiny_engine.frame("Be brief.")
    assert eos in frame.opening
    assert frame.closing[0] == eos


def test_a_broken_template_is_a_model_error() -> None:
    """A template that cannot be rendered, or reaches for the system, is one line."""
    for template in ("{% if %}", "{{ ''.__class__.__mro__ }}", "nothing"):
        with pytest.raises(ModelError, match="chat template"):
            split_template(template, "S")
