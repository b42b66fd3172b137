"""An engine over one llama.cpp context: its sequences and its key/value cells are ours.

One pool of cells serves all sequences (`kv_unified`), so that a fork shares its parent's
cells and a window is never divided. Nothing is thrown away behind the caller's back: when
the window is full, `feed` raises.
"""

from __future__ import annotations

import codecs
import ctypes
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from mhmcli.engine import EngineInfo, Feed, Frame, Logits, Piece, Sampling, Want
from mhmcli.engine.chat import split_template
from mhmcli.engine.llama import hardware, library
from mhmcli.engine.llama.sampling import sampler_of
from mhmcli.engine.llama.vocabulary import tokenize
from mhmcli.errors import ModelError, WindowFullError
from mhmcli.machine import physical_cores

_FLASH_ATTENTION = 1
_WINDOW_FULL = 1


@dataclass(frozen=True, slots=True)
class LlamaOptions:
    """How to run a model. `threads` None: one a physical core. `gpu_layers` -1: all of them,
    where llama.cpp was built for a GPU. `batch_tokens` are computed in one call."""

    window_tokens: int
    sequences: int = 16
    threads: int | None = None
    gpu_layers: int = -1
    batch_tokens: int = 512
    verbose: bool = False


class LlamaEngine:
    """A GGUF model, loaded, with an empty context.

    Raises:
        ModelError: the file cannot be loaded, or does not fit in this machine's memory.
    """

    def __init__(self, path: Path, options: LlamaOptions, stop: library.Stop | None = None) -> None:
        library.start(verbose=options.verbose)
        hardware.refuse_what_cannot_fit(path)
        self._stop = stop or library.Stop()
        self._model = _load(path, options, self._stop)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        threads = options.threads or physical_cores()
        self._context = self._new_context(path, options, threads)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(options.batch_tokens, 0, options.sequences)
        self._vocab_size = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self._lengths: dict[int, int] = {}
        self._free = list(range(options.sequences))[::-1]
        self.info = EngineInfo(
            model=self._text(llama_cpp.llama_model_meta_val_str, b"general.name") or path.stem,
            path=str(path),
            build=library.build(),
            device=hardware.device(threads, options.gpu_layers),
            window_tokens=llama_cpp.llama_n_ctx(self._context),
            batch_tokens=options.batch_tokens,
            settings={
                "threads": threads,
                "gpu_layers": options.gpu_layers,
                "long_rope": self._turns_as_long(),
            },
            keeps=not (
                llama_cpp.llama_model_is_recurrent(self._model)
                or llama_cpp.llama_model_is_hybrid(self._model)
            ),
        )

    def _turns_as_long(self) -> bool:
        """Whether keys are turned as those of a window that is longer than the model's first one
        was: LongRoPE (arXiv:2402.13753) has other factors for it."""
        meta = llama_cpp.llama_model_meta_val_str
        key = f"{self._text(meta, b'general.architecture')}.rope.scaling.original_context_length"
        original = self._text(meta, key.encode())
        return original.isdecimal() and llama_cpp.llama_n_ctx(self._context) > int(original)

    def _new_context(self, path: Path, options: LlamaOptions, threads: int) -> Any:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = options.window_tokens
        params.n_batch = params.n_ubatch = options.batch_tokens
        params.n_seq_max = options.sequences
        params.kv_unified = True
        params.flash_attn_type = _FLASH_ATTENTION
        params.n_outputs_max_per_seq = 0  # as many as a batch has tokens: `Want.ALL` needs them
        params.n_threads = params.n_threads_batch = threads
        params.abort_callback = self._stop.abort_callback
        params.abort_callback_data = self._stop.abort_data
        context = llama_cpp.llama_init_from_model(self._model, params)
        if not context:
            detail = library.last_error() or "not enough memory"
            llama_cpp.llama_model_free(self._model)
            raise ModelError(
                f"cannot make a window of {options.window_tokens} tokens for {path.name}: {detail}",
                hint="read less at a time with --chunk-tokens, or choose a smaller model",
            )
        return context

    def _text(self, function: Any, *arguments: Any) -> str:
        """A string of the model's metadata; empty where there is none."""
        buffer = ctypes.create_string_buffer(256)
        size = function(self._model, *arguments, buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if size > 0 else ""

    def tokenize(self, text: str) -> list[int]:
        """The ids of a text; what looks like a control token in it is plain text."""
        return tokenize(self._vocab, text, special=False)

    def frame(self, system: str) -> Frame:
        """The file's own chat template round a user's message, with this system prompt."""
        template = llama_cpp.llama_model_chat_template(self._model, None) or b""
        adds_bos = llama_cpp.llama_vocab_get_add_bos(self._vocab)
        bos = "" if adds_bos else self._token_text(llama_cpp.llama_vocab_bos(self._vocab))
        eos = self._token_text(llama_cpp.llama_vocab_eos(self._vocab))
        text = template.decode("utf-8", "replace")
        before, after = split_template(text, system, bos=bos, eos=eos)
        return Frame(
            tuple(tokenize(self._vocab, before, special=True, begin=True)),
            tuple(tokenize(self._vocab, after, special=True)),
        )

    def _token_text(self, token: int) -> str:
        raw = llama_cpp.llama_vocab_get_text(self._vocab, token) if token >= 0 else b""
        return (raw or b"").decode("utf-8", "replace")

    def open(self) -> int:
        """A new, empty sequence."""
        if not self._free:
            raise ModelError(f"all {len(self._lengths)} sequences are in use")
        sequence = self._free.pop()
        self._lengths[sequence] = 0
        return sequence

    def fork(self, sequence: int) -> int:
        """A new sequence that shares all cells of `sequence`; nothing is computed."""
        copy = self.open()
        llama_cpp.llama_memory_seq_cp(self._memory, sequence, copy, -1, -1)
        self._lengths[copy] = self._lengths[sequence]
        return copy

    def close(self, sequence: int) -> None:
        """The sequence is gone; cells that it alone held are free."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        del self._lengths[sequence]
        self._free.append(sequence)

    def length(self, sequence: int) -> int:
        """Tokens in the sequence."""
        return self._lengths[sequence]

    def save(self, sequence: int, behind: int) -> bytes:
        """Its keys and values, without those that it shares with `behind`."""
        rest = self.fork(sequence)
        try:
            llama_cpp.llama_memory_seq_rm(self._memory, rest, 0, self._lengths[behind])
            size = llama_cpp.llama_state_seq_get_size(self._context, rest)
            buffer = (ctypes.c_uint8 * size)()
            written = llama_cpp.llama_state_seq_get_data(self._context, buffer, size, rest)
        finally:
            self.close(rest)
        return bytes(memoryview(buffer)[:written])

    def restore(self, state: bytes, behind: int) -> int | None:
        """A new sequence that shares the cells of `behind`, with these keys and values after them,
        if they were computed at that place."""
        sequence = self.open()
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        read = llama_cpp.llama_state_seq_set_data(self._context, buffer, len(state), sequence)
        first = llama_cpp.llama_memory_seq_pos_min(self._memory, sequence)
        if read != len(state) or first != self._lengths[behind]:
            self.close(sequence)
            return None
        self._lengths[sequence] = llama_cpp.llama_memory_seq_pos_max(self._memory, sequence) + 1
        llama_cpp.llama_memory_seq_cp(self._memory, behind, sequence, 0, first)
        return sequence

    def expect(self, tokens: Sequence[int]) -> None:
        """Nothing is begun: one computation takes the whole machine."""

    def feed(self, feeds: Sequence[Feed]) -> list[Logits]:
        """The tokens are appended, batch by batch; for each feed its logits, as wanted."""
        rows: list[list[Logits]] = [[] for _ in feeds]
        waiting: list[tuple[int, int]] = []  # (feed, index of a wanted row in this batch)
        used = 0
        for number, feed in enumerate(feeds):
            for index, token in enumerate(feed.tokens):
                last = index == len(feed.tokens) - 1
                wanted = feed.want is Want.ALL or (feed.want is not Want.NONE and last)
                self._put(used, (feed.sequence, *feed.others), token, wanted=wanted)
                if wanted and feed.want is not Want.NEXT:
                    waiting.append((number, used))
                used += 1
                if used == self.info.batch_tokens:
                    self._compute(used, waiting, rows)
                    waiting, used = [], 0
        self._compute(used, waiting, rows)
        return [np.stack(r) if r else np.empty((0, self._vocab_size), np.float32) for r in rows]

    def _put(self, row: int, sequences: Sequence[int], token: int, *, wanted: bool) -> None:
        batch = self._batch
        batch.token[row] = token
        batch.pos[row] = self._lengths[sequences[0]]
        batch.n_seq_id[row] = len(sequences)
        batch.logits[row] = wanted
        for n, sequence in enumerate(sequences):
            batch.seq_id[row][n] = sequence
            self._lengths[sequence] += 1

    def _compute(self, used: int, waiting: list[tuple[int, int]], rows: list[list[Logits]]) -> None:
        if not used:
            return
        self._batch.n_tokens = used
        with self._stop.computing():
            status = llama_cpp.llama_decode(self._context, self._batch)
        if status == _WINDOW_FULL:
            raise WindowFullError(
                f"the window of {self.info.window_tokens} tokens is full",
                hint="read less at a time with --chunk-tokens or --head-tokens",
            )
        if status != 0:
            raise ModelError(f"llama.cpp failed with status {status}: {library.last_error()}")
        for feed, row in waiting:
            pointer = llama_cpp.llama_get_logits_ith(self._context, row)
            rows[feed].append(np.ctypeslib.as_array(pointer, (self._vocab_size,)).copy())

    def reply(
        self, sequence: int, max_tokens: int, sampling: Sampling, *, not_first: Sequence[int] = ()
    ) -> Iterator[Piece]:
        """A reply decoded token by token. It continues from the last logits computed, which
        must be those of this sequence's end; the sequence grows by what was decoded."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        if not_first and max_tokens > 0:
            self._forbid(not_first)
        sampler = sampler_of(sampling, self._vocab)
        try:
            for _ in range(max_tokens):
                token = llama_cpp.llama_sampler_sample(sampler, self._context, -1)
                if llama_cpp.llama_vocab_is_eog(self._vocab, token):
                    yield Piece(decoder.decode(b"", final=True), 1, ends=True)
                    return
                yield Piece(decoder.decode(self._bytes(token)), 1)
                self.feed([Feed(sequence, [token], Want.LAST)])
            yield Piece(decoder.decode(b"", final=True), 0)
        finally:
            llama_cpp.llama_sampler_free(sampler)

    def _forbid(self, tokens: Sequence[int]) -> None:
        """The next token sampled is none of these: the last logits are changed in place."""
        row = np.ctypeslib.as_array(
            llama_cpp.llama_get_logits_ith(self._context, -1), (self._vocab_size,)
        )
        row[list(tokens)] = -np.inf

    def _bytes(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(64)
        size = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        if size < 0:
            buffer = ctypes.create_string_buffer(-size)
            size = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[:size]

    def stop(self) -> None:
        """What is being computed stops within milliseconds, and `feed` raises `Interrupted`."""
        self._stop.stop()

    def shut(self) -> None:
        """The context and the model are freed; the engine is not used again."""
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)


def _load(path: Path, options: LlamaOptions, stop: library.Stop) -> Any:
    params = llama_cpp.llama_model_default_params()
    params.n_gpu_layers = options.gpu_layers
    params.progress_callback = stop.load_callback
    library.forget_errors()
    with stop.computing():
        model = llama_cpp.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        detail = library.last_error() or "llama.cpp gives no reason"
        raise ModelError(
            f"cannot load {path}: {detail}",
            hint="the file may be cut short: fetch it again, or name another with -m",
        )
    return model
