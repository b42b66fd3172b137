"""What a model computed of the parts of a document, kept on disk for the next question.

The keys and values of a part depend on the part, the model and what stands before it, and on
nothing else (`mhmcli.prompts`), so who asks again of the same document has them read from disk.
They take some 30 kB a token with the default model: the user says how much room there is. When it
is used up, what was used longest ago makes room, but nothing that this run has kept or used: of a
document that does not fit, the first parts stay, and are found again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mhmcli.errors import UsageError
from mhmcli.folders import in_cache

if TYPE_CHECKING:  # it is heavy, and `mhm cache` needs none
    from mhmcli.engine import Engine

_PREFIX, _UNFINISHED = "part-", ".tmp"
_FILE = re.compile(r"part-(?:[0-9a-f]{16}-[0-9a-f]{32}|\w{8}\.tmp)")
_CHECK_BYTES = 4
_RESERVE_BYTES = 1 << 30  # of the disk, that are left free


def directory() -> Path:
    """Where parts are kept: `MHM_CACHE_DIR`, or `parts` in the user's cache directory.

    Raises:
        UsageError: the user has no home.
    """
    return in_cache("parts", "MHM_CACHE_DIR", what="what was read", error=UsageError)


def files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The files in which parts are kept, and what is left of those that were not finished. None of
    a folder that is not there, and nothing that others have put into it.

    Raises:
        OSError: the folder cannot be read.
    """
    with contextlib.suppress(FileNotFoundError):
        for path in folder.iterdir():
            if _FILE.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):  # another run has removed it
                    found = path.lstat()
                    if stat.S_ISREG(found.st_mode):
                        yield path, found


class PartCache:
    """Keys and values of parts, by their tokens, in a folder of at most `limit_bytes`; so many are
    left free on its disk. `of` names all else that they depend on. What cannot be read is not
    there, and what cannot be written is not kept: the run goes on.

    `found` and `kept` are the tokens of parts that an earlier run had kept, and that this one did;
    `trouble` says why no more could be kept, if it was not the limit.
    """

    def __init__(
        self, folder: Path, limit_bytes: int, of: str, *, reserve_bytes: int = _RESERVE_BYTES
    ) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._reserve = reserve_bytes
        self._of = hashlib.sha256(of.encode()).hexdigest()[:16]
        self._in_use: set[str] = set()  # by this run
        self._written: set[str] = set()
        self._full = not limit_bytes
        self.found = self.kept = 0
        self.trouble: str | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(0)
        except OSError as error:
            self.trouble = str(error.strerror)

    def restored(self, engine: Engine, tokens: Sequence[int], behind: int) -> int | None:
        """A new sequence that has read the part behind that one; None where it is not kept, or is
        of no use."""
        state = self._read(tokens)
        sequence = engine.restore(state, behind) if state else None
        if sequence is not None and self._name(tokens) not in self._written:
            self.found += len(tokens)
        return sequence

    def keep(self, engine: Engine, tokens: Sequence[int], behind: int, sequence: int) -> None:
        """The part that the sequence has read behind the other one is kept, if there is room."""
        if not self.trouble and not self._full:
            self._write(tokens, engine.save(sequence, behind))

    def _read(self, tokens: Sequence[int]) -> bytes | None:
        path = self._folder / self._name(tokens)
        try:
            whole = path.read_bytes()
        except OSError:
            return None
        check, state = whole[:_CHECK_BYTES], whole[_CHECK_BYTES:]
        if _check(state) != check:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        self._in_use.add(path.name)
        return state

    def _write(self, tokens: Sequence[int], state: bytes) -> None:
        name, size = self._name(tokens), len(state) + _CHECK_BYTES
        try:
            if not self._make_room(size):
                self._full = True  # of what this run uses, which is not to make room
                return
            # Which nobody else may read.
            descriptor, unfinished = tempfile.mkstemp(_UNFINISHED, _PREFIX, self._folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_check(state))
                    file.write(state)
                Path(unfinished).replace(self._folder / name)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise
        except FileNotFoundError:  # it was cleared meanwhile
            return
        except OSError as error:
            self.trouble = str(error.strerror)
            return
        self._in_use.add(name)
        self._written.add(name)
        self.kept += len(tokens)

    def _make_room(self, size: int) -> bool:
        """Whether so many bytes fit, after what was used longest ago is gone. What is in the folder
        now counts: other runs may have kept more, or removed it.

        Raises:
            OSError: the folder is not there.
        """
        if size > self._limit:
            return False
        there = sorted((s.st_mtime, p.name, s.st_size) for p, s in files(self._folder))
        used = sum(bytes_of for *_, bytes_of in there)
        for _, name, bytes_of in there:
            if used + size <= self._limit:
                break
            if name not in self._in_use:
                with contextlib.suppress(OSError):
                    (self._folder / name).unlink(missing_ok=True)
                    used -= bytes_of
        if shutil.disk_usage(self._folder).free < size + self._reserve:
            self.trouble = "the disk is nearly full"
            return False
        return used + size <= self._limit

    def _name(self, tokens: Sequence[int]) -> str:
        part = hashlib.sha256(",".join(map(str, tokens)).encode()).hexdigest()[:32]
        return f"{_PREFIX}{self._of}-{part}"


def _check(state: bytes) -> bytes:
    return zlib.crc32(state).to_bytes(_CHECK_BYTES, "little")
