"""The live view on stderr, or one plain line now and then where stderr is no terminal."""

from typing import Protocol

from mhmcli.view.live import LiveView, is_drawable
from mhmcli.view.plain import NoView, PlainView
from mhmcli.view.state import Doing, RunState


class View(Protocol):
    """Something that shows a `RunState` while it changes."""

    def start(self) -> None:
        """The view begins."""
        ...

    def update(self) -> None:
        """The state has changed."""
        ...

    def stop(self) -> None:
        """The view ends and leaves the terminal as it was."""
        ...


__all__ = ["Doing", "LiveView", "NoView", "PlainView", "RunState", "View", "is_drawable"]
