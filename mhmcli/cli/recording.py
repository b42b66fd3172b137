"""Which session a run is written down in, and what is said of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from pathlib import Path

from mhmcli import __version__
from mhmcli.cli.output import say
from mhmcli.cli.request import Request
from mhmcli.errors import ModelError, SessionError
from mhmcli.models import resolve
from mhmcli.session import About, Folder, Journal, Past, as_text, directory
from mhmcli.sizes import Sizes
from mhmcli.source import STDIN, STDIN_NAME, files_in

_OF_THE_ANSWER = ("answer_tokens", "window_tokens")  # a session goes on with others of these
_SHOWN_SETTINGS = ("quick", "skim", "budget", "temperature", "top_p", "seed")


def journal_for(request: Request, sizes: Sizes, model: tuple[str | int, ...]) -> Journal:
    """Where the run is written down; nowhere, if the user does not want that, or there is no place
    for it."""
    about = _about(request, sizes, model)
    if not request.history:
        return Journal(None, about)
    try:
        return Journal(Folder(directory()), about, fresh=request.fresh)
    except SessionError as error:
        journal = Journal(None, about)
        journal.trouble = error.message
        return journal


def _about(request: Request, sizes: Sizes, model: tuple[str | int, ...]) -> About:
    """Runs with the same key take the same steps on the same documents: the rest of the request is
    of how an answer is written and shown."""
    settings: dict[str, str | int | float | bool | None] = {
        name: getattr(request, name) for name in _SHOWN_SETTINGS
    }
    settings |= sizes.as_dict()
    sources = tuple(_absolute(source) for source in request.sources)
    stamps = tuple(stamp_of(source) for source in sources)
    same_steps = (
        __version__,
        sources,
        request.questions,
        model,
        request.memory.value,
        {name: value for name, value in settings.items() if name not in _OF_THE_ANSWER},
    )
    return About(
        key=hashlib.sha256(as_text(same_steps).encode()).hexdigest(),
        sources=sources,
        names=request.sources,
        questions=request.questions,
        model=_model_of(request),
        memory=request.memory.value,
        heads=sizes.heads,
        head_tokens=sizes.head_tokens,
        started=time.time(),
        mhm=__version__,
        stamps=stamps,
        streams=tuple(
            STDIN_NAME if source == STDIN else name
            for source, name, stamp in zip(sources, request.sources, stamps, strict=True)
            if stamp is None
        ),
        settings=settings,
        server=request.server.url if request.server else "",
    )


def _model_of(request: Request) -> str:
    """As it was named; a file by all of its path, for the next run may be elsewhere."""
    if request.server:
        return request.model
    try:
        found = resolve(request.model)
    except ModelError:  # whoever needs it will say so
        return request.model
    return str(found.absolute()) if isinstance(found, Path) else request.model


def stamp_of(source: str) -> tuple[int, int] | None:
    """How large a file is and when it was changed, and of a directory all of its files that can be
    looked at, and the last of them; None of what is neither."""
    if source == STDIN:
        return None
    try:
        found = os.stat(source)  # noqa: PTH116
        if stat.S_ISDIR(found.st_mode):
            files = [found]
            for path in files_in(Path(source)):
                with contextlib.suppress(OSError):  # a link to itself, what has just been deleted
                    files.append(path.stat())
            return sum(file.st_size for file in files), max(file.st_mtime_ns for file in files)
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _absolute(source: str) -> str:
    return source if source == STDIN else os.path.abspath(source)  # noqa: PTH100  no link is followed


def say_past(journal: Journal, past: Past) -> None:
    """Why less is read than the document has, if it is."""
    for notice in journal.notices:
        say(f"mhm: {notice}")
    if past.is_all:
        say(f"mhm: an earlier run has read the same ({journal.id}); --fresh reads it again")
    elif past.chunks and past.same:
        say(f"mhm: goes on after {past.chunks:,} chunks ({journal.id}); --fresh starts over")
    elif past.chunks:
        say(
            f"mhm: the first {past.chunks:,} chunks are what an earlier run has read, and the rest "
            f"is not ({journal.id}); --fresh starts over"
        )


def say_where_to_go_on(journal: Journal, sources: tuple[str, ...]) -> None:
    """What a run that was stopped has on disk."""
    if journal.trouble:
        say(f"mhm: not all of it is kept: {journal.trouble}")
    elif journal.id and journal.chunks:
        how = "the same command, given the same input," if STDIN in sources else "the same command"
        say(f"mhm: {how} goes on after {journal.chunks:,} chunks ({journal.id})")
