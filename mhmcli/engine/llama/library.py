"""llama.cpp as a library: loaded once, silent unless asked, and stoppable inside a prefill.

llama.cpp prints its log to stderr unless a callback is set; the callback is referenced here
for the life of the process, or the garbage collector would pull it from under the C code.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from collections import deque
from typing import Any

import llama_cpp

_ERROR = 4  # ggml_log_level
_recent: deque[str] = deque(maxlen=8)
_verbose = False


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(level: int, text: bytes, _user: Any) -> None:
    line = text.decode("utf-8", "replace")
    if level == _ERROR and line.strip():
        _recent.append(line.strip())
    if _verbose:
        sys.stderr.write(line)


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


class AbortFlag:
    """A flag that stops a running `llama_decode` when it is set, from any thread.

    llama.cpp asks its abort callback once for each node of the graph, some 700 times a token.
    A Python callback would take the interpreter's lock each time and wait for a view that is
    drawing; so the callback is the C library's `atoi`, reading a one-letter string: "0" goes
    on, "1" stops.
    """

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(b"0")
        c = ctypes.CDLL("msvcrt" if os.name == "nt" else ctypes.util.find_library("c"))
        self.callback = ctypes.cast(c.atoi, llama_cpp.ggml_abort_callback)
        self.data = ctypes.cast(self._text, ctypes.c_void_p)

    def set(self) -> None:
        """The running computation stops, and so does every later one."""
        self._text.value = b"1"

    @property
    def is_set(self) -> bool:
        """True once `set` was called."""
        return self._text.value != b"0"
