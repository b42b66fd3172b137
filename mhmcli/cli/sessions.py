"""`mhm sessions`: what was asked of what, when, with which model, and how far it came."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mhmcli.cli.limits import parse_duration
from mhmcli.cli.output import print_json, print_line, say
from mhmcli.errors import SessionError, UsageError
from mhmcli.printable import one_line, printable

if TYPE_CHECKING:  # it is heavy, and completion needs none
    from mhmcli.memory import Note
    from mhmcli.session import Folder, Store

app = typer.Typer(no_args_is_help=True, help="What earlier runs have read, asked and answered.")


def ids(incomplete: str) -> list[str]:
    """The sessions whose names begin with what was typed, for completion."""
    from mhmcli.session import LAST  # noqa: PLC0415

    try:
        names = [path.stem for path in folder().sessions()]
    except SessionError:
        return []
    return [name for name in [LAST, *names] if name.startswith(incomplete)]


Session = Annotated[
    str,
    typer.Argument(
        help="`last`, or as much of a name as tells it from others.",
        autocompletion=ids,
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_NOTE_CHARS = 160


def sources_of(session: str) -> tuple[str, ...]:
    """The documents of a session.

    Raises:
        SessionError: there is none of that name, or it is damaged.
    """
    with _opened(folder().find(session)) as store:
        return store.about.sources


@app.command("list")
def list_sessions(*, as_json: Json = False) -> None:
    """List the sessions, the one that was written to last first."""
    there = folder()
    found: list[dict[str, Any]] = []
    for path in there.sessions():
        try:
            with _opened(path) as store:
                found.append(_facts(store))
        except SessionError as error:
            say(f"mhm: {one_line(error.message)}")
    if as_json:
        print_json(found)
        return
    if not found:
        say(f"mhm: no sessions in {there.path}")
        return
    for one in found:
        print_line(_row(one))


@app.command()
def show(session: Session = "last", *, as_json: Json = False) -> None:
    """Show one session: what it was asked, its runs, its memory, its answers."""
    with _opened(folder().find(session)) as store:
        facts = _facts(store)
        memories = store.memories()
    facts["heads"] = [
        [[_note(note) for note in head.notes] for head in memory.heads] for memory in memories
    ]
    if as_json:
        print_json(facts)
        return
    for name in ("session", "state", "model", "memory", "chunks", "tokens", "bytes"):
        value = facts[name]
        print_line(f"{name + ':':<10}{f'{value:,}' if isinstance(value, int) else one_line(value)}")
    for source in facts["sources"]:
        print_line(f"{'of:':<10}{one_line(source)}")
    for run in facts["runs"]:
        ended = _when(run["ended"]) if run["ended"] else "-"
        print_line(f"{'run:':<10}{_when(run['started'])} to {ended}: {one_line(run['how'])}")
    for number, question in enumerate(facts["questions"]):
        print_line(f"\n{one_line(question)}")
        if answer := facts["answers"].get(number):
            print_line(f"  answer: {printable(answer['text'])}")
        for head, notes in enumerate(facts["heads"][number], start=1):
            for note in notes:
                print_line(f"  head {head}: {one_line(note['place'])}: {_short(note['text'])}")


@app.command()
def rm(
    sessions: Annotated[list[str], typer.Argument(help="Their names.", autocompletion=ids)],
) -> None:
    """Remove sessions."""
    there = folder()
    for path in dict.fromkeys(there.find(name) for name in sessions):
        freed = there.remove(path)
        say(f"mhm: removed {path.stem}, {freed / 1e6:.1f} MB freed")


@app.command()
def prune(
    *,
    older_than: Annotated[
        str, typer.Option(help="Not written to for as long as this: 30d, 12h.", metavar="TIME")
    ] = "30d",
    keep: Annotated[
        int, typer.Option(min=0, help="So many stay, however old, the newest ones.")
    ] = 0,
) -> None:
    """Remove old sessions."""
    from mhmcli.session import written_at  # noqa: PLC0415

    before = time.time() - _age(older_than)
    there = folder()
    removed = freed = 0
    for path in there.sessions()[keep:]:
        if written_at(path) < before:
            try:
                freed += there.remove(path)
            except SessionError as error:
                say(f"mhm: {one_line(error.message)}")
                continue
            removed += 1
    say(f"mhm: removed {removed} session{'' if removed == 1 else 's'}, {freed / 1e6:.1f} MB freed")


@app.command("export")
def export_session(session: Session, file: Path) -> None:
    """Write a session into a file, for another machine or a bug report."""
    path = folder().find(session)
    try:
        with _opened(path) as store:
            store.save_as(file)
    except FileExistsError as error:
        raise UsageError(f"{file} is there already", hint="name another file") from error
    except OSError as error:
        raise SessionError(
            f"cannot write {file}: {error.strerror}", hint="name another file"
        ) from error


@app.command("import")
def import_session(file: Path) -> None:
    """Take a session from a file that `mhm sessions export` has written."""
    there = folder()
    if not os.path.isfile(file):  # noqa: PTH113  which a folder that may not be entered is none
        raise UsageError(f"{file} is no file", hint="mhm sessions export SESSION FILE makes one")
    with _opened_from(file) as store:
        try:
            path = there.place_for(store.about)
            store.save_as(path)
        except OSError as error:
            raise SessionError(
                f"cannot write to {there.path}: {error.strerror}", hint="is there room?"
            ) from error
    print_line(path.stem)


def folder() -> Folder:
    """Where this user's sessions are."""
    from mhmcli.session import Folder, directory  # noqa: PLC0415

    return Folder(directory())


@contextmanager
def _opened(path: Path) -> Iterator[Store]:
    from mhmcli.session import Store  # noqa: PLC0415

    with closing(Store.open(path)) as store:
        yield store


@contextmanager
def _opened_from(file: Path) -> Iterator[Store]:
    """A session that is not among the others yet."""
    try:
        with _opened(file) as store:
            store.check()
            yield store
    except SessionError as error:
        hint = "give a file that `mhm sessions export` has written"
        raise SessionError(f"cannot take {file}: {error.message}", hint=hint) from error


def _facts(store: Store) -> dict[str, Any]:
    """What is known of a session, by name."""
    from mhmcli.session import is_free, size_of  # noqa: PLC0415

    runs = store.runs()
    about = store.about
    last = runs[-1].how if runs else None
    state = last or ("stopped" if is_free(store.path) else "running")
    return {
        "session": store.id,
        "started": about.started,
        "state": state,
        "sources": list(about.sources),
        "questions": list(about.questions),
        "model": about.model,
        "memory": about.memory,
        "settings": about.settings,
        "chunks": store.chunks,
        "tokens": store.tokens,
        "bytes": size_of(store.path),
        "runs": [
            {
                "started": run.started,
                "ended": run.ended,
                "how": run.how or "killed, or still running",
                "read_all": bool(run.whole),
            }
            for run in runs
        ],
        "answers": {
            number: {
                "text": answer.text,
                "found": answer.found,
                "places": [str(p) for p in answer.places],
            }
            for number, answer in store.answers().items()
        },
    }


def _row(facts: dict[str, Any]) -> str:
    """A session on one line, as wide as the terminal, if it goes to one."""
    sources = one_line(", ".join(Path(source).name for source in facts["sources"]))
    start = f"{facts['session']}  {one_line(facts['state'])[:8]:<8} {facts['chunks']:>6,} chunks  "
    line = f"{start}{sources}: {one_line(' / '.join(facts['questions']))}"
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else len(line)
    return line if len(line) <= width else f"{line[: width - 3]}..."


def _note(note: Note) -> dict[str, str]:
    places = ", ".join(str(place) for place in note.places)
    return {"place": places or "source lost", "text": note.text}


def _short(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= _NOTE_CHARS else f"{shown[:_NOTE_CHARS]}..."


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _age(text: str) -> float:
    """'30d' -> seconds; otherwise as of --budget."""
    days = text.strip().removesuffix("d")
    if text.strip().endswith("d") and days.isdecimal() and len(days) < 6:  # noqa: PLR2004
        return int(days) * 86400.0
    return parse_duration(text)
