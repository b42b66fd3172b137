"""The database of a session: its tables, its version, and what is wrong with one.

SQLite with a write-ahead log: what is committed survives the end of the process and of the machine.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from mhmcli.errors import SessionError

SCHEMA = 1
_APPLICATION = 0x6D686D31  # "mhm1": how `file` and we know whose database it is
_TABLES = """
CREATE TABLE about (about TEXT NOT NULL);
CREATE TABLE runs (started REAL NOT NULL, ended REAL, how TEXT, whole INTEGER NOT NULL DEFAULT 0);
CREATE TABLE ends (lane INTEGER PRIMARY KEY, heads TEXT NOT NULL);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, digest BLOB NOT NULL, tokens INTEGER NOT NULL, place TEXT NOT NULL,
    text BLOB
);
CREATE TABLE steps (
    chunk INTEGER NOT NULL REFERENCES chunks, lane INTEGER NOT NULL, head INTEGER NOT NULL,
    outcome TEXT NOT NULL, said TEXT NOT NULL, at REAL NOT NULL, notes TEXT,
    tokens INTEGER NOT NULL, turn INTEGER NOT NULL, signals TEXT, PRIMARY KEY (chunk, lane)
) WITHOUT ROWID;
CREATE TABLE answers (question INTEGER PRIMARY KEY, answer TEXT NOT NULL, at REAL NOT NULL);
"""
ADD_STEP = "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ALL_STEPS = (
    "SELECT number, digest, chunks.tokens, place, lane, head, outcome, said, at, notes, "
    "steps.tokens, turn, signals FROM chunks JOIN steps ON chunk = number "
    "ORDER BY number, lane"
)
_BUSY_S = 5.0


def made(path: Path, about: str) -> sqlite3.Connection:
    """A new database in which it stands what it is about, in a file that only its owner may read.

    Raises:
        OSError: the file is there already, or cannot be made.
        sqlite3.Error: it cannot be written to.
    """
    private(path)
    database = connected(path, "rw")
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(f"BEGIN;{_TABLES}")
        database.execute("INSERT INTO about VALUES (?)", (about,))
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute("COMMIT")
    except sqlite3.Error:
        database.close()
        path.unlink(missing_ok=True)
        raise
    return database


def opened(path: Path, *, to_write: bool) -> sqlite3.Connection:
    """The database in the file.

    Raises:
        SessionError: there is none, it is damaged, or another version's.
    """
    with contextlib.ExitStack() as undo:
        try:
            database = connected(path, "rw" if to_write else "ro")
            undo.callback(database.close)
            if not to_write and not os.access(path.parent, os.W_OK):
                _check_log(path)
                database = connected(path, "ro&immutable=1")  # there can be no index of its log
                undo.callback(database.close)
            _check_version(path, database)
            if to_write:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = FULL")
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise unreadable(path, error) from error
        undo.pop_all()
    return database


def _check_log(path: Path) -> None:
    """What is in the log can be read where there is room for its index alone."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise SessionError(
            f"the session {path.stem} was not closed, and its log cannot be read here",
            hint=f"copy {path.name}* to a folder that can be written to (MHM_STATE_DIR)",
        )


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """In autocommit mode: a statement is on disk when it returns."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_S, isolation_level=None
    )


def private(path: Path) -> None:
    """An empty file that only its owner may read.

    Raises:
        OSError: it is there already, or cannot be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _check_version(path: Path, database: sqlite3.Connection) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        raise SessionError(f"{path} is no session of mhm", hint="see: mhm sessions list")
    if version != SCHEMA:
        age = "a newer" if version > SCHEMA else "an older"
        raise SessionError(
            f"the session {path.stem} is {age} version's: its schema is {version}, "
            f"this mhm knows {SCHEMA}",
            hint="use that version, or start over with --fresh",
        )


def unreadable(path: Path, why: object) -> SessionError:
    """The error that a session is not there, or why it is of no use."""
    if not path.exists():
        return SessionError(f"there is no session {path.stem}", hint="see: mhm sessions list")
    busy = isinstance(why, sqlite3.OperationalError) and "malformed" not in str(why)
    return SessionError(
        f"the session {path.stem} cannot be read: {why}",
        hint=f"check {path}" if busy else f"mhm sessions rm {path.stem} removes it",
    )
