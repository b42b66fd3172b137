"""Ctrl-C and SIGTERM stop the run at once, also inside a prefill that lasts for seconds.

Python runs a signal handler only between its own instructions, so one that arrives inside
`llama_decode` would wait for it. The C-level handler does write to the wake-up descriptor at
once; a thread that reads it tells the engine to stop, and `llama_decode` returns.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Protocol

from mhmcli.errors import Interrupted, Terminated

_SHOW_CURSOR = "\x1b[?25h"
_TOGETHER_S = 0.3


class Stoppable(Protocol):
    """What is stopped: C code that computes for seconds."""

    @property
    def is_computing(self) -> bool:
        """True while the C code runs, and will itself raise `Interrupted` once stopped."""
        ...

    def stop(self) -> None:
        """The computation ends within milliseconds. Called from another thread."""
        ...


@contextlib.contextmanager
def stopping(engine: Stoppable | None = None) -> Iterator[None]:
    """Within this, SIGINT and SIGTERM stop the engine from another thread, even while C code
    runs, and unwind what Python runs, so that a terminal is left as it was; at its end
    `Interrupted` or `Terminated` is raised. A second one ends the process, unless it comes so soon
    that it was sent with the first: `timeout` sends two. SIGTSTP, Ctrl-Z, takes the live view off
    the screen before it stops the process. What is ignored stays ignored, as in a job that a script
    put in the background."""
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:  # the first does what is to be done
            return
        # llama.cpp logs that it was stopped: the callback runs this, and would swallow it.
        if engine is None or not engine.is_computing:
            raise KeyboardInterrupt  # no library's `except Exception` takes it for its own

    def on_suspend(_number: int, _frame: FrameType | None) -> None:
        """The thread that watches has done it."""

    reading, writing = socket.socketpair()
    writing.setblocking(False)
    wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    handlers: dict[int, Callable[[int, FrameType | None], None]]
    handlers = {signal.SIGINT: on_signal, signal.SIGTERM: on_signal}
    if _can_go_on():
        handlers[signal.SIGTSTP] = on_suspend
    before = {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    watcher = threading.Thread(target=_watch, args=(reading, engine), daemon=True)
    watcher.start()
    try:
        yield
    except (Interrupted, KeyboardInterrupt):
        raise (Terminated if signal.SIGTERM in received else Interrupted)("stopped") from None
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        writing.close()
        watcher.join()
        reading.close()


def _can_go_on() -> bool:
    """Whether there is a shell that could let a process go on that was stopped: of one that was
    started by itself in a terminal, the system makes nothing of Ctrl-Z."""
    return hasattr(os, "getsid") and os.getpgrp() != os.getsid(0)


def _suspend() -> None:
    """Of this thread: `os.kill` would be another's, and this one go on before all have stopped."""
    from mhmcli.view import LiveView  # noqa: PLC0415  heavy, and there is a view where it counts

    with LiveView.shown.away() if LiveView.shown else contextlib.nullcontext():
        signal.raise_signal(signal.SIGSTOP)


def _watch(reading: socket.socket, engine: Stoppable | None) -> None:
    first: float | None = None
    while numbers := reading.recv(16):
        if hasattr(signal, "SIGTSTP") and signal.SIGTSTP in numbers:
            _suspend()
        if not {*numbers} & {signal.SIGINT, signal.SIGTERM}:
            continue
        if first is None:
            first = time.monotonic()
            if engine is not None:
                engine.stop()
        elif time.monotonic() - first >= _TOGETHER_S:
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), _SHOW_CURSOR.encode())
            os._exit(128 + numbers[-1])
