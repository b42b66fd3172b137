"""What a model computed of the parts of a document, kept on disk for the next question.

The keys and values of a part depend on the part, the model and the system prompt, and on nothing
else (`mhmcli.prompts`), so who asks again of the same document has it read from disk. Some 30 kB
a token with the default model: the user says how much room there is. When it is used up, what was
used longest ago makes room, but nothing that this run has kept or used: of a document that does not
fit, the first parts stay, and are found again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from mhmcli.errors import UsageError

if TYPE_CHECKING:  # it is heavy, and `mhm cache` needs none
    from mhmcli.engine import Engine

_PREFIX = "part-"
_CHECK_BYTES = 4


def directory() -> Path:
    """Where parts are kept: `MHM_CACHE_DIR`, or `parts` in the user's cache directory.

    Raises:
        UsageError: the user has no home.
    """
    named = os.environ.get("MHM_CACHE_DIR")
    try:
        return Path(named) if named else Path(platformdirs.user_cache_dir("mhm", False)) / "parts"
    except RuntimeError as error:
        raise UsageError(
            f"there is no place to keep what was read: {error}", hint="name one with MHM_CACHE_DIR"
        ) from error


def files(folder: Path) -> list[Path]:
    """Those in which parts are kept, and what is left of one that was not finished."""
    with contextlib.suppress(OSError):
        return [path for path in folder.iterdir() if path.name.startswith(_PREFIX)]
    return []


class PartCache:
    """Keys and values of parts, by their tokens, in a folder of at most `limit_bytes`. `of` names
    all else that they depend on. What cannot be read is not there; what cannot be written is not
    kept, and the run goes on.

    `found` and `kept` are the tokens of the parts that were there, and that were added.
    """

    def __init__(self, folder: Path, limit_bytes: int, of: str) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._of = hashlib.sha256(of.encode()).hexdigest()[:16]
        self._started = time.time()
        self._sizes: dict[str, int] = {}  # of what may make room, the longest unused first
        self._used = 0
        self.found = self.kept = 0
        self._make_ready()

    def _make_ready(self) -> None:
        found = []
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in files(self._folder):
                stat = path.stat()
                found.append((stat.st_mtime, path.name, stat.st_size))
        self._sizes = {name: size for _, name, size in sorted(found)}
        self._used = sum(self._sizes.values())
        self._make_room(0)

    def restored(self, engine: Engine, tokens: Sequence[int], behind: int) -> int | None:
        """A new sequence that has read the part behind that one; None where it is not kept."""
        state = self.get(tokens)
        if state is None:
            return None
        sequence = engine.restore(state, behind)
        if sequence is None:
            self.drop(tokens)
            return None
        self.found += len(tokens)
        return sequence

    def keep(self, engine: Engine, tokens: Sequence[int], behind: int, sequence: int) -> None:
        """The part that the sequence has read behind the other one is kept, if there is room."""
        if self._limit:
            self.put(tokens, engine.save(sequence, behind))

    def get(self, tokens: Sequence[int]) -> bytes | None:
        """What was computed of the part, if it is there and whole."""
        path = self._path(tokens)
        try:
            whole = path.read_bytes()
        except OSError:
            return None
        check, state = whole[:_CHECK_BYTES], whole[_CHECK_BYTES:]
        if _check(state) != check:
            self.drop(tokens)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        self._sizes.pop(path.name, None)
        return state

    def put(self, tokens: Sequence[int], state: bytes) -> None:
        """What was computed of the part is kept, if there is room."""
        size = len(state) + _CHECK_BYTES
        if not self._make_room(size):
            return
        path = self._path(tokens)
        try:
            # Which nobody else may read.
            descriptor, written = tempfile.mkstemp(prefix=_PREFIX, dir=self._folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_check(state))
                    file.write(state)
                Path(written).replace(path)
            except BaseException:
                Path(written).unlink(missing_ok=True)
                raise
        except OSError:  # the disk is full, or cannot be written to
            self._limit = 0
            return
        self._used += size
        self.kept += len(tokens)

    def drop(self, tokens: Sequence[int]) -> None:
        """The part is not kept any more: what was there is of no use."""
        path = self._path(tokens)
        with contextlib.suppress(OSError):
            self._used -= path.stat().st_size
            path.unlink()
        self._sizes.pop(path.name, None)

    def _make_room(self, size: int) -> bool:
        """Whether so many bytes fit, after what was used longest ago is gone."""
        if size > self._limit:
            return False
        for name in list(self._sizes):
            if self._used + size <= self._limit:
                break
            with contextlib.suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)
            self._used -= self._sizes.pop(name)
        return self._used + size <= self._limit

    def _path(self, tokens: Sequence[int]) -> Path:
        part = hashlib.sha256(",".join(map(str, tokens)).encode()).hexdigest()[:32]
        return self._folder / f"{_PREFIX}{self._of}-{part}"


def _check(state: bytes) -> bytes:
    return zlib.crc32(state).to_bytes(_CHECK_BYTES, "little")
