"""llama-cpp-python's own high-level calls: what mhm's engine is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import llama_cpp

from mhmcli.engine.llama.engine import LlamaOptions
from mhmcli.errors import ModelError
from mhmcli.machine import physical_cores


class HighLevel:
    """A model loaded by the library itself, with the same settings as `LlamaEngine`."""

    def __init__(self, path: Path, options: LlamaOptions) -> None:
        threads = options.threads or physical_cores()
        try:
            self._llama = llama_cpp.Llama(
                model_path=str(path),
                n_ctx=options.window_tokens,
                n_batch=options.batch_tokens,
                n_ubatch=options.batch_tokens,
                n_threads=threads,
                n_threads_batch=threads,
                n_gpu_layers=options.gpu_layers,
                flash_attn=True,
                verbose=False,
            )
        except ValueError as error:
            raise ModelError(f"cannot load {path}: {error}") from error

    def chat(self, text: str, max_tokens: int) -> Iterator[str]:
        """The pieces of the greedy reply to a user's message, as they come; the first may be empty,
        and comes when the message is computed."""
        message: Any = {"role": "user", "content": text}
        replies = self._llama.create_chat_completion(
            messages=[message], max_tokens=max_tokens, temperature=0.0, stream=True
        )
        for part in cast(Iterator[Any], replies):
            yield part["choices"][0]["delta"].get("content") or ""

    def shut(self) -> None:
        """What the library holds is freed."""
        self._llama.close()
