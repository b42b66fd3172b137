"""Work that is done beside what goes on here: somebody else's machine is waited for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """It is begun at once, or when one of the `slots` is free. Its thread ends with the process:
    who stops a run does not wait for a server."""

    def __init__(self, work: Callable[[], T], slots: threading.BoundedSemaphore) -> None:
        self._work = work
        self._slots = slots
        self._done = threading.Event()
        self._came: list[T] = []
        self._wrong: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with self._slots:
            try:
                self._came.append(self._work())
            except BaseException as error:  # noqa: BLE001  it is raised where it is waited for
                self._wrong = error
        self._done.set()

    def result(self) -> T:
        """What came of it, once it is done; what went wrong is raised."""
        self._done.wait()
        if self._wrong:
            raise self._wrong
        return self._came[0]
