"""Which server is the engine, and how it is asked: light, for the command line names it too."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


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

    @property
    def is_here(self) -> bool:
        """Whether its address is this machine's own."""
        try:
            host = urlsplit(self.url).hostname or ""
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False
