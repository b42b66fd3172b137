"""Ctrl-C and SIGTERM stop the run at once, also inside a prefill that lasts for seconds.

Python runs a signal handler only between its own instructions, so one that arrives inside
`llama_decode` would wait for it. The C-level handler does write to the wake-up descriptor at
once; a thread that reads it tells the engine to stop, `llama_decode` returns, and the pending
KeyboardInterrupt is raised.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from mhmcli.errors import Interrupted, Terminated

_SHOW_CURSOR = "\x1b[?25h"


def _raise_terminated(_number: int, _frame: FrameType | None) -> None:
    raise Terminated("stopped by SIGTERM")


@contextlib.contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Within this, SIGINT and SIGTERM call `stop` from another thread, even while C code runs,
    and then raise `Interrupted` or `Terminated`. A second one ends the process at once."""
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    terminate = signal.signal(signal.SIGTERM, _raise_terminated)
    watcher = threading.Thread(target=_watch, args=(reading, stop), daemon=True)
    watcher.start()
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("stopped") from None
    finally:
        signal.set_wakeup_fd(before)
        signal.signal(signal.SIGTERM, terminate)
        writing.close()
        watcher.join()
        reading.close()


def _watch(reading: socket.socket, stop: Callable[[], None]) -> None:
    seen = 0
    while numbers := reading.recv(16):
        seen += sum(number in (signal.SIGINT, signal.SIGTERM) for number in numbers)
        if seen == 1:
            stop()
        elif seen > 1:
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), _SHOW_CURSOR.encode())
            os._exit(128 + numbers[-1])
