"""Read the metadata of a GGUF file: a small, read-only, bounds-checked parser.

It reads the key-value section alone: no tensor is looked at, nothing is executed, and a
length that points past the end of the file is an error, not an allocation.
Source: the GGUF specification of ggml (docs/gguf.md), versions 2 and 3.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mhmcli.errors import ModelError

MAGIC = b"GGUF"
Value = int | float | bool | str | list["Value"]

# GGUF value type -> struct format of one scalar. 8 is a string and 9 an array.
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING = 8
_ARRAY = 9
_MAX_DEPTH = 4
_MOST_HEADER_BYTES = 1 << 28  # vocabularies of 250,000 tokens take some 20 MB


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The metadata of one GGUF file."""

    path: Path
    version: int
    tensor_count: int
    file_bytes: int
    metadata: Mapping[str, Value]

    def text(self, key: str, default: str = "") -> str:
        """The value of a string key, or the default where it is absent or no string."""
        value = self.metadata.get(key, default)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int = 0) -> int:
        """The value of an integer key, or the default where it is absent or no integer."""
        value = self.metadata.get(key, default)
        return value if isinstance(value, int) else default

    def strings(self, key: str) -> list[str]:
        """The value of an array of strings; empty where it is absent."""
        value = self.metadata.get(key, [])
        return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []

    def numbers(self, key: str) -> list[int]:
        """The value of an array of integers; empty where it is absent."""
        value = self.metadata.get(key, [])
        return [v for v in value if isinstance(v, int)] if isinstance(value, list) else []

    @property
    def name(self) -> str:
        """What the model calls itself, or else its file's name."""
        return self.text("general.name") or self.path.stem

    @property
    def window_tokens(self) -> int:
        """The context length that the model was trained for, in tokens; 0 when unsaid."""
        return self.number(f"{self.text('general.architecture')}.context_length")

    @property
    def cell_bytes(self) -> int:
        """What the keys and values of a token take, as 16-bit numbers; 0 when unsaid."""
        architecture = self.text("general.architecture")

        def number(key: str, otherwise: int = 0) -> int:
            return self.number(f"{architecture}.{key}") or otherwise

        heads = number("attention.head_count")
        each = number("embedding_length") // heads if heads else 0
        of_keys = number("attention.key_length", each)
        of_values = number("attention.value_length", each)
        return (
            2
            * number("block_count")
            * number("attention.head_count_kv", heads)
            * (of_keys + of_values)
        )


class _Reader:
    """A cursor over the file's bytes that refuses to leave them."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def unpack(self, fmt: str, count: int = 1) -> tuple[int | float | bool, ...]:
        layout = f"<{count}{fmt}"
        size = struct.calcsize(layout)
        if self.at + size > len(self.data):
            raise EOFError
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += size
        return values

    def length(self) -> int:
        return int(self.unpack("Q")[0])

    def string(self) -> str:
        size = self.length()
        if self.at + size > len(self.data):
            raise EOFError
        raw = self.data[self.at : self.at + size]
        self.at += size
        return raw.decode("utf-8", "replace")

    def value(self, kind: int, depth: int = 0) -> Value:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY and depth < _MAX_DEPTH:
            return self.array(depth + 1)
        if kind in _SCALARS:
            return self.unpack(_SCALARS[kind])[0]
        raise ValueError(f"unknown value type {kind}")

    def array(self, depth: int) -> list[Value]:
        kind = int(self.unpack("I")[0])
        count = self.length()
        if count > len(self.data) - self.at:  # each element takes at least one byte
            raise EOFError
        if kind in _SCALARS:
            return list(self.unpack(_SCALARS[kind], count))
        return [self.value(kind, depth) for _ in range(count)]


def read_header(path: Path) -> GgufHeader:
    """The metadata of the file at `path`.

    Raises:
        ModelError: the file is missing, is no GGUF, or ends inside its header.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise ModelError(
                    f"{path} is not a GGUF model",
                    hint="mhm runs the GGUF files of llama.cpp; named ones: mhm models list",
                )
            size = path.stat().st_size
            length = min(size, _MOST_HEADER_BYTES)
            with mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ) as data:
                return _parse(path, data, size)
    except FileNotFoundError:
        raise ModelError(
            f"no model at {path}", hint="name one of the catalog instead: mhm models list"
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            raise ModelError(f"cannot read the model {path}: {error.strerror}") from error
        raise ModelError(
            f"{path} has a damaged GGUF header: {error}", hint="fetch the file again"
        ) from error
    except EOFError:
        raise ModelError(
            f"{path} is cut short: the GGUF header ends after {path.stat().st_size} bytes",
            hint="fetch the file again; for a named model: mhm models pull NAME",
        ) from None


def _parse(path: Path, data: mmap.mmap, size: int) -> GgufHeader:
    reader = _Reader(data)
    reader.at = len(MAGIC)
    version = int(reader.unpack("I")[0])
    if version not in (2, 3):
        raise ValueError(f"version {version}, where 2 and 3 are known")
    tensor_count, pairs = reader.length(), reader.length()
    metadata: dict[str, Value] = {}
    for _ in range(pairs):
        key = reader.string()
        metadata[key] = reader.value(int(reader.unpack("I")[0]))
    return GgufHeader(path, version, tensor_count, size, metadata)
