"""Fit chunk, heads and replies into the model's window, or say which flag to change.

Sizes that the user names are taken as they are or refused; those left open are fitted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from mhmcli.answer import ANSWER_TOKENS, CONCLUSION_TOKENS, INSTRUCTION_TOKENS
from mhmcli.errors import ModelError, UsageError
from mhmcli.write import HeadWriter

UNSAID_WINDOW_TOKENS = 4096  # of a GGUF file that does not say what it was trained for
_LEAST_CHUNK = 64
_LEAST_HEAD = 32
_SYSTEM_TOKENS = 96  # the system prompt, the template round it, and the fences
_CELLS = 256  # llama.cpp allots the window in steps of this


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for; None where it is left to the program."""

    heads: int
    default_head_tokens: int
    default_chunk_tokens: int
    chunk_tokens: int | None = None
    head_tokens: int | None = None
    overlap_tokens: int = 0
    answer_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes that fit together, in tokens. `window_tokens` holds the longest prompt and reply."""

    chunk_tokens: int
    heads: int
    head_tokens: int
    overlap_tokens: int
    answer_tokens: int
    window_tokens: int

    @property
    def memory_tokens(self) -> int:
        """Those of all heads together."""
        return self.heads * self.head_tokens

    def notes_tokens(self, question_tokens: int) -> int:
        """What the window has room for beside such a question and its answer."""
        beside = question_tokens + _SYSTEM_TOKENS + _replying(self.answer_tokens)
        return max(1, self.window_tokens - beside)

    def as_dict(self) -> dict[str, int]:
        """The sizes by name, for a report."""
        return asdict(self)


def fit(wanted: Wanted, writer: HeadWriter, question_tokens: int, window_tokens: int) -> Sizes:
    """Sizes for a model with a window of `window_tokens`; the longest question has
    `question_tokens`.

    Raises:
        UsageError: sizes that mean nothing together, or a question that is too long.
        ModelError: the sizes asked for, or the least that make sense, exceed the window.
    """
    _check(wanted)
    chunk = wanted.chunk_tokens or wanted.default_chunk_tokens
    head = wanted.head_tokens or wanted.default_head_tokens
    if writer.keeps_whole and wanted.head_tokens is None:
        head = max(head, chunk)
    answer_tokens = wanted.answer_tokens or min(ANSWER_TOKENS, window_tokens // 4)

    def needed() -> int:
        step = chunk + writer.tail_tokens(wanted.heads, head) + writer.reply_tokens(head)
        compacting = writer.compaction_tokens(chunk, head)
        answering = writer.shown_tokens(wanted.heads, head) + _replying(answer_tokens)
        return max(step, compacting, answering) + question_tokens + _SYSTEM_TOKENS

    while needed() > window_tokens:
        may_shrink_head = wanted.head_tokens is None and head > _LEAST_HEAD
        may_shrink_chunk = wanted.chunk_tokens is None and chunk > _LEAST_CHUNK
        if may_shrink_head and (wanted.heads * head >= chunk or not may_shrink_chunk):
            head = max(_LEAST_HEAD, head * 3 // 4)
        elif may_shrink_chunk:
            chunk = max(_LEAST_CHUNK, chunk * 3 // 4)
        else:
            if question_tokens > window_tokens // 2:
                raise UsageError(
                    f"a question of {question_tokens} tokens is too long: the model's window has "
                    f"{window_tokens}",
                    hint="ask a shorter question, and give what it quotes as a document",
                )
            raise _too_large(wanted, chunk, head, needed(), window_tokens)
    if writer.keeps_whole:
        chunk = _whole_in_head(wanted, chunk, head)
    if wanted.overlap_tokens > chunk // 2:
        raise UsageError(
            f"an overlap of {wanted.overlap_tokens} tokens is more than half of a chunk of {chunk}",
            hint="--overlap-tokens must be at most half of --chunk-tokens",
        )
    window = min(window_tokens, -(-needed() // _CELLS) * _CELLS)
    return Sizes(chunk, wanted.heads, head, wanted.overlap_tokens, answer_tokens, window)


def _replying(answer_tokens: int) -> int:
    return INSTRUCTION_TOKENS + answer_tokens + CONCLUSION_TOKENS


def _whole_in_head(wanted: Wanted, chunk: int, head: int) -> int:
    """The size of a chunk that is to be kept whole in a head of that size."""
    if wanted.overlap_tokens:
        raise UsageError(
            "an overlap is of no use to a memory that keeps passages whole",
            hint="--overlap-tokens goes with --memory append and the others",
        )
    if chunk > head and wanted.chunk_tokens is not None:
        raise UsageError(
            f"chunks of {chunk} tokens that are kept whole do not go into heads of {head}",
            hint="lower --chunk-tokens, or raise --head-tokens",
        )
    return min(chunk, head)


def _check(wanted: Wanted) -> None:
    limits = {
        "--heads": (wanted.heads, 1),
        "--head-tokens": (wanted.head_tokens, 8),
        "--chunk-tokens": (wanted.chunk_tokens, 16),
        "--overlap-tokens": (wanted.overlap_tokens, 0),
        "--answer-tokens": (wanted.answer_tokens, 16),
    }
    for flag, (value, least) in limits.items():
        if value is not None and value < least:
            raise UsageError(
                f"{flag} {value} is too small", hint=f"{flag} must be at least {least}"
            )


def _too_large(wanted: Wanted, chunk: int, head: int, needed: int, window: int) -> ModelError:
    named = [
        flag
        for flag, value in (
            ("--chunk-tokens", wanted.chunk_tokens),
            ("--head-tokens", wanted.head_tokens),
            ("--answer-tokens", wanted.answer_tokens),
        )
        if value is not None
    ]
    return ModelError(
        f"a chunk of {chunk} tokens and {wanted.heads} heads of {head} need a window of {needed} "
        f"tokens; the model has {window}",
        hint=f"lower {' or '.join([*named, '--heads'])}, or choose a model with a larger window",
    )
