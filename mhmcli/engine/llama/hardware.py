"""Where a model runs, and whether there is room for it."""

from __future__ import annotations

from pathlib import Path

import llama_cpp

from mhmcli.errors import ModelError
from mhmcli.machine import memory_bytes

_GIB = 1 << 30


def refuse_what_cannot_fit(path: Path) -> None:
    """Nothing, when the model's weights fit in memory.

    Raises:
        ModelError: they do not; llama.cpp would be killed, or page itself to a halt.
    """
    if llama_cpp.llama_supports_gpu_offload():
        return  # the weights may go to the accelerator's memory
    size, memory = path.stat().st_size, memory_bytes()
    if size > memory:
        raise ModelError(
            f"{path.name} needs {size / _GIB:.1f} GiB of memory, of which this process can have "
            f"{memory / _GIB:.1f}",
            hint="choose a smaller model: mhm models list",
        )


def device(threads: int, gpu_layers: int) -> str:
    """Where the model runs, in a few words."""
    if llama_cpp.llama_supports_gpu_offload() and gpu_layers != 0:
        return "GPU" if gpu_layers < 0 else f"GPU ({gpu_layers} layers)"
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
