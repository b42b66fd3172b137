"""A question to a server that is asked beside what goes on here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any


class Beside:
    """It is asked at once, or when one of the `slots` is free. Its thread ends with the process:
    who stops a run does not wait for a server."""

    def __init__(
        self, ask: Callable[[], Mapping[str, Any]], slots: threading.BoundedSemaphore
    ) -> None:
        self._ask = ask
        self._slots = slots
        self._done = threading.Event()
        self._came: Mapping[str, Any] | BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with self._slots:
            try:
                self._came = self._ask()
            except BaseException as error:  # noqa: BLE001  it is raised where the answer is waited for
                self._came = error
        self._done.set()

    def answer(self) -> Mapping[str, Any]:
        """What came, once it is here.

        Raises:
            ModelError: what went wrong.
        """
        self._done.wait()
        if isinstance(self._came, BaseException):
            raise self._came
        assert self._came is not None
        return self._came
