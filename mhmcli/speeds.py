"""How fast this machine reads with a model, kept so that the next run can say how long it takes."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from mhmcli.errors import MhmError
from mhmcli.folders import in_cache
from mhmcli.memory_kind import MemoryKind

_VARIABLE = "MHM_SPEEDS_FILE"
QUESTION_SHARE = 0.13  # of a reading by scoring, that each question after the first takes besides
_NEWER = 0.5  # the weight of what was measured last: a machine is not always as fast


def file() -> Path:
    """Where they are kept."""
    return in_cache("speeds.json", _VARIABLE, what="what was measured", error=MhmError)


def known(model: Path, memory: MemoryKind) -> float | None:
    """Tokens of a document in a second, for one question, with the model in that file and that
    memory; None where none was read."""
    return _all().get(_key(model, memory))


def keep(model: Path, memory: MemoryKind, tokens_per_s: float, questions: int = 1) -> None:
    """So fast it was this time, for so many questions. Where it cannot be kept, nothing is lost.
    What a question more takes is known of scoring alone."""
    if questions > 1 and memory is not MemoryKind.SCORING:
        return
    tokens_per_s *= 1 + QUESTION_SHARE * (questions - 1)
    before = _all()
    key = _key(model, memory)
    was = before.get(key, tokens_per_s)
    speeds = {**before, key: round(_NEWER * tokens_per_s + (1 - _NEWER) * was, 1)}
    with contextlib.suppress(OSError, MhmError):
        path = file()
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(json.dumps(speeds))
        part.replace(path)


def _all() -> dict[str, float]:
    try:
        found = json.loads(file().read_text())
    except (OSError, ValueError, MhmError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {str(k): float(v) for k, v in pairs if isinstance(v, (int, float)) and v > 0}


def _key(model: Path, memory: MemoryKind) -> str:
    """A file of another size is another model."""
    with contextlib.suppress(OSError):
        return f"{model.resolve()} {model.stat().st_size} {memory.value}"
    return f"{model} {memory.value}"
