"""mhm: questions about documents larger than a model's context window, answered locally.

`mhmcli.ask` and `mhmcli.read` are in `mhmcli.api`, which is loaded when one of them is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mhmcli.api import Reading, ask, read
    from mhmcli.engine.server import ServerOptions

__version__ = "0.1.0"
__all__ = ["Reading", "ServerOptions", "__version__", "ask", "read"]


def __getattr__(name: str) -> object:
    if name in {"Reading", "ServerOptions", "ask", "read"}:
        from mhmcli import api  # noqa: PLC0415  heavy: when it is needed

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
