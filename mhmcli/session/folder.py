"""Where sessions are, what they are called, and which run may write to one.

20261122-043012-a1b2c3d4.db      when it began, and the first of its key
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path

from filelock import FileLock, Timeout

from mhmcli.errors import SessionError
from mhmcli.folders import in_state
from mhmcli.session.records import About
from mhmcli.session.store import Store

LAST = "last"
_KEY_CHARS = 8
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}(?:-\d{1,3})?")
_MOST_AT_ONCE = 100


def directory() -> Path:
    """Where sessions are kept: `MHM_STATE_DIR`, or `sessions` in the user's state directory.

    Raises:
        SessionError: the user has no home.
    """
    return in_state("sessions", "MHM_STATE_DIR", what="sessions", error=SessionError)


class Folder:
    """The sessions in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def sessions(self, key: str = "") -> list[Path]:
        """Their files, the one that was written to last the first; of one key, if one is given."""
        try:
            found = [
                (written_at(path), path)
                for path in self.path.glob(f"*-{key[:_KEY_CHARS]}*.db")
                if _ID.fullmatch(path.stem)
            ]
        except OSError as error:
            raise SessionError(
                f"cannot read {self.path}: {error.strerror}", hint="check its permissions"
            ) from error
        return [path for _, path in sorted(found, reverse=True)]

    def find(self, name: str) -> Path:
        """The session of that name: `last`, or how its name begins, or ends.

        Raises:
            SessionError: there is none, or several.
        """
        there = self.sessions()
        if name == LAST:
            found = there[:1]
        else:
            found = [path for path in there if path.stem == name] or [
                path for path in there if path.stem.startswith(name) or path.stem.endswith(name)
            ]
        if not found or not name:
            raise SessionError(f"there is no session {name}", hint="see: mhm sessions list")
        if len(found) > 1:
            raise SessionError(
                f"{len(found)} sessions are called {name}...: {found[0].stem}, {found[1].stem}",
                hint="give more of the name",
            )
        return found[0]

    def create(self, about: About) -> tuple[Store, FileLock]:
        """A new session, and the lock by which it is this run's.

        Raises:
            OSError: it cannot be made.
            sqlite3.Error: it cannot be written to.
        """
        while True:
            path = self.place_for(about)
            lock = held(path)
            if lock is None:
                continue  # another run was here first
            try:
                return Store.create(path, about), lock
            except FileExistsError:
                lock.release()
            except BaseException:
                lock.release()
                raise

    def place_for(self, about: About) -> Path:
        """Where there is no session yet; two that begin in the same second get different places.

        Raises:
            OSError: there can be none in this folder.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        began = time.strftime("%Y%m%d-%H%M%S", time.localtime(about.started))
        for number in range(_MOST_AT_ONCE):
            again = f"-{number}" if number else ""
            path = self.path / f"{began}-{about.key[:_KEY_CHARS]}{again}.db"
            if not path.exists() and is_free(path):
                return path
        raise FileExistsError(f"there are {_MOST_AT_ONCE} sessions called {began}")

    def remove(self, path: Path) -> int:
        """A session is gone; the bytes that it took.

        Raises:
            SessionError: it is being written to, or cannot be removed.
        """
        lock = held(path)
        if lock is None:
            raise SessionError(
                f"the session {path.stem} is being written to", hint="stop that run first"
            )
        try:
            freed = size_of(path)
            for file in (*parts_of(path), Path(lock.lock_file)):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise SessionError(
                f"cannot remove {path}: {error.strerror}", hint="check the folder's permissions"
            ) from error
        finally:
            lock.release()
        return freed


def held(path: Path, *, waiting_s: float = 0.0) -> FileLock | None:
    """The lock of a session, by which it is this run's; None while another run holds it, and is not
    done with it in time. It is released with the process, however that ends.

    Raises:
        OSError: there can be no lock.
    """
    lock = FileLock(path.with_suffix(".lock"), mode=0o600)
    with contextlib.suppress(Timeout):
        lock.acquire(timeout=waiting_s)
        return lock
    return None


def is_free(path: Path) -> bool:
    """Whether no run writes to the session."""
    if not path.with_suffix(".lock").exists():
        return True
    try:
        lock = held(path)
    except OSError:
        return False
    if lock:
        lock.release()
    return lock is not None


def parts_of(path: Path) -> list[Path]:
    """The files of a session: the database, its log and the index of that, or its journal."""
    return [path, *(path.with_name(f"{path.name}{part}") for part in ("-wal", "-shm", "-journal"))]


def written_at(path: Path) -> float:
    """When a session was last written to, in seconds since 1970. Who reads one leaves an empty
    log."""
    times = [0.0]
    for file in parts_of(path)[:2]:
        with contextlib.suppress(OSError):
            found = os.stat(file)  # noqa: PTH116
            if found.st_size:
                times.append(found.st_mtime)
    return max(times)


def size_of(path: Path) -> int:
    """In bytes, of all of its files."""
    total = 0
    for file in parts_of(path):
        with contextlib.suppress(OSError):
            total += os.stat(file).st_size  # noqa: PTH116
    return total
