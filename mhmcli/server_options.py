"""Which server is the engine, and how it is asked: light, for the command line names it too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Which server, and how it is asked. `model` may be left out where it has one; of
    `window_tokens` and `together` (requests at once) most servers say what they have."""

    url: str
    key: str | None = None
    model: str | None = None
    window_tokens: int | None = None
    together: int | None = None
    timeout_s: float = 600.0
