"""llama.cpp as a library: loaded once, silent unless asked, and stoppable inside a prefill.

llama.cpp prints its log to stderr unless a callback is set; the callback is referenced here
for the life of the process, or the garbage collector would pull it from under the C code.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import sys
from collections import deque
from collections.abc import Iterator
from typing import Any

import llama_cpp

from mhmcli.errors import Interrupted
from mhmcli.printable import printable

_ERROR = 4  # ggml_log_level
_recent: deque[str] = deque(maxlen=8)
_verbose = False


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(level: int, text: bytes, _user: Any) -> None:
    line = text.decode("utf-8", "replace")
    if level == _ERROR and line.strip():
        _recent.append(line.strip())
    if _verbose:
        sys.stderr.write(printable(line))


def start(*, verbose: bool = False) -> None:
    """llama.cpp is initialised, and its log goes nowhere, or to stderr when `verbose`."""
    global _verbose  # noqa: PLW0603  the C library has one log for the whole process
    _verbose = verbose
    llama_cpp.llama_log_set(_on_log, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()


def forget_errors() -> None:
    """What llama.cpp complained about before is no reason for what fails next."""
    _recent.clear()


def last_error() -> str:
    """What llama.cpp last complained about, in its own words; empty when it did not."""
    if not _recent:
        return ""
    line = _recent[0]
    _recent.clear()
    return line.split(": ", 1)[-1] if line.startswith(("llama_", "load", "gguf_")) else line


def build() -> str:
    """The version of llama.cpp, and of its Python binding."""
    return (
        f"llama.cpp {llama_cpp.llama_version().decode()} (llama-cpp-python {llama_cpp.__version__})"
    )


class Stop:
    """Stops llama.cpp from outside: while it loads a model, and inside a running `llama_decode`.

    llama.cpp asks its abort callback once for each node of the graph, some 700 times a token.
    A Python callback would take the interpreter's lock each time and wait for a view that is
    drawing; so the callback is the C library's `atoi`, reading a one-letter string: "0" goes
    on, "1" stops.
    """

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(b"0")
        c = ctypes.CDLL("msvcrt" if os.name == "nt" else ctypes.util.find_library("c"))
        self.abort_callback = ctypes.cast(c.atoi, llama_cpp.ggml_abort_callback)
        self.abort_data = ctypes.cast(self._text, ctypes.c_void_p)
        self.load_callback = llama_cpp.llama_progress_callback(
            lambda _share, _data: not self.is_set
        )
        self._computing = 0

    def stop(self) -> None:
        """What runs stops within milliseconds, and so does all that is started later."""
        self._text.value = b"1"

    @property
    def is_set(self) -> bool:
        """True once `stop` was called."""
        return self._text.value != b"0"

    @property
    def is_computing(self) -> bool:
        """True while C code runs that looks at this, and whose caller will raise."""
        return self._computing > 0

    @contextlib.contextmanager
    def computing(self) -> Iterator[None]:
        """C code runs within this. What a signal handler raised there would be swallowed by the
        callback that it interrupts, so handlers leave raising to the end of this.

        Raises:
            Interrupted: `stop` was called before the end.
        """
        self._computing += 1
        try:
            yield
        finally:
            self._computing -= 1
        if self.is_set:
            raise Interrupted("stopped")
