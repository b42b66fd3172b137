"""Sizes: fitted to the window where open, refused with numbers and flags where named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.errors import ModelError, UsageError
from mhmcli.memory_kind import MemoryKind
from mhmcli.presets import preset
from mhmcli.sizes import Wanted, fit


@given(st.sampled_from(MemoryKind), st.integers(1500, 200_000), st.integers(1, 200))
def test_defaults_fit_any_window(kind: MemoryKind, window: int, question: int) -> None:
    """What is left open shrinks until the longest prompt and reply fit."""
    chosen = preset(kind)
    sizes = fit(
        Wanted(chosen.heads, chosen.head_tokens, chosen.chunk_tokens),
        chosen.writer,
        question,
        window,
    )
    step = sizes.chunk_tokens + chosen.writer.tail_tokens(sizes.heads, sizes.head_tokens)
    assert step + chosen.writer.reply_tokens(sizes.head_tokens) + question < sizes.window_tokens
    compacting = chosen.writer.compaction_tokens(sizes.chunk_tokens, sizes.head_tokens)
    assert compacting + question < sizes.window_tokens
    shown = chosen.writer.shown_tokens(sizes.heads, sizes.head_tokens)
    assert shown + sizes.answer_tokens < sizes.window_tokens <= window


def test_a_large_window_leaves_the_defaults_alone() -> None:
    """With the default model nothing has to shrink, and no more window is made than is needed."""
    chosen = preset(MemoryKind.MHM_LRU)
    sizes = fit(
        Wanted(chosen.heads, chosen.head_tokens, chosen.chunk_tokens), chosen.writer, 20, 32_768
    )
    assert (sizes.heads, sizes.head_tokens) == (4, 1024)
    assert sizes.window_tokens < 10_000


@pytest.mark.parametrize(
    ("wanted", "flag"),
    [
        (Wanted(4, 512, 2000, chunk_tokens=40_000), "--chunk-tokens"),
        (Wanted(4, 512, 2000, head_tokens=20_000), "--head-tokens"),
        (Wanted(4, 512, 2000, answer_tokens=40_000), "--answer-tokens"),
        (Wanted(2000, 512, 2000), "--heads"),
    ],
)
def test_what_cannot_fit_is_refused_with_the_numbers(wanted: Wanted, flag: str) -> None:
    """The error has the window and the need, the hint the flag to change."""
    with pytest.raises(ModelError, match="the model has 32768") as caught:
        fit(wanted, preset(MemoryKind.MHM_LRU).writer, 20, 32_768)
    assert flag in (caught.value.hint or "")


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(0, 512, 2000),
        Wanted(4, 512, 2000, head_tokens=0),
        Wanted(4, 512, 2000, chunk_tokens=-5),
        Wanted(4, 512, 2000, overlap_tokens=-1),
        Wanted(4, 512, 2000, answer_tokens=0),
        Wanted(4, 512, 2000, chunk_tokens=100, overlap_tokens=80),
    ],
)
def test_sizes_that_mean_nothing_are_usage_errors(wanted: Wanted) -> None:
    """No head, no chunk, an overlap of nearly all: a matter of the command line."""
    with pytest.raises(UsageError, match=r"too small|more than half"):
        fit(wanted, preset(MemoryKind.APPEND).writer, 20, 32_768)


def test_a_question_that_is_too_long_is_what_is_blamed() -> None:
    """Neither heads nor chunks can make room for it."""
    with pytest.raises(UsageError, match="a question of 4000 tokens is too long"):
        fit(Wanted(4, 512, 2000), preset(MemoryKind.APPEND).writer, 4000, 4096)


def test_what_is_kept_whole_fits_a_head() -> None:
    """Else nothing would ever be kept; chunks that the user sized are refused."""
    chosen = preset(MemoryKind.SCORING)
    wanted = Wanted(chosen.heads, chosen.head_tokens, chosen.chunk_tokens, head_tokens=128)
    assert fit(wanted, chosen.writer, 20, 32_768).chunk_tokens == 128
    with pytest.raises(UsageError, match=r"chunks of 300 tokens .* heads of 128"):
        fit(replace(wanted, chunk_tokens=300), chosen.writer, 20, 32_768)
    with pytest.raises(UsageError, match="overlap"):
        fit(replace(wanted, overlap_tokens=20), chosen.writer, 20, 32_768)
    wanted = Wanted(chosen.heads, chosen.head_tokens, chosen.chunk_tokens, chunk_tokens=700)
    assert fit(wanted, chosen.writer, 20, 32_768).head_tokens == 700, "a head that is left open"
    wanted = Wanted(100, chosen.head_tokens, chosen.chunk_tokens)
    sizes = fit(wanted, chosen.writer, 20, 8192)
    assert sizes.head_tokens == chosen.head_tokens, "memory is not shown as a whole"
    replies = 150 + 512 + 150  # what is asked, a reply, and a line more
    assert fit(wanted, chosen.writer, 20, 8192).window_tokens >= 1280 + replies + 20
    small = replace(wanted, heads=2, head_tokens=300)
    assert fit(small, chosen.writer, 20, 8192).window_tokens >= 600 + replies + 20
    append = preset(MemoryKind.APPEND)
    assert fit(small, append.writer, 20, 8192).window_tokens >= 600 + replies + 20
    wanted = replace(wanted, heads=4, head_tokens=128)
    assert fit(replace(wanted, chunk_tokens=300), append.writer, 20, 32_768).chunk_tokens == 300
