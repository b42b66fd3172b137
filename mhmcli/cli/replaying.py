"""`mhm replay`: the live view of a session again, without a model; and as a cast or a picture."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mhmcli.cli.output import print_line
from mhmcli.cli.sessions import Session, folder
from mhmcli.cli.signals import stopping
from mhmcli.errors import UsageError
from mhmcli.printable import one_line, printable

if TYPE_CHECKING:  # they are heavy, and completion needs none
    from rich.console import Console

    from mhmcli.session import Store
    from mhmcli.view import RunState

_COLUMNS, _ROWS = 82, 26
_FRAMES_PER_S = 8.0
_ANSWER_S = 2.0  # for which an answer is shown
_HOME, _BELOW = "\x1b[H", "\x1b[J"


def replay(
    session: Session = "last",
    *,
    speed: Annotated[
        float, typer.Option(min=0.0, help="So many times as fast as it was; 0 does not wait.")
    ] = 8.0,
    cast: Annotated[
        Path | None, typer.Option(help="Write an asciinema cast instead of showing it.")
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(help="Write a picture of its end instead of showing it.")
    ] = None,
) -> None:
    """Show a session's reading again, without a model, and print its answers."""
    from mhmcli.session import Store  # noqa: PLC0415

    with closing(Store.open(folder().find(session))) as store, stopping():
        if cast or svg:
            _written(store, speed or 1.0, cast, svg)
        else:
            _shown(store, speed)
            if answers := store.answers().values():
                print_line("\n\n".join(printable(answer.text) for answer in answers))


def _shown(store: Store, speed: float) -> None:
    from rich.console import Console  # noqa: PLC0415

    from mhmcli.view import LiveView, PlainView, View, is_drawable  # noqa: PLC0415

    tape = _Tape(store)
    console = Console(stderr=True)
    live = is_drawable(console)
    view: View = LiveView(console, tape.state) if live else PlainView(sys.stderr, tape.state)
    view.start()
    try:
        for took in tape:
            view.update()
            if live and speed:
                time.sleep(took / speed)
    finally:
        view.stop()


def _written(store: Store, speed: float, cast: Path | None, svg: Path | None) -> None:
    tape = _Tape(store)
    lines, drawn, at = [_head(store)], "", -1.0
    for _ in tape:
        if cast and tape.now - at >= speed / _FRAMES_PER_S:
            at = tape.now
            frame = _frame(tape.state)
            if frame != drawn:
                drawn = frame
                lines.append(_event(at / speed, frame))
    if cast:
        lines.append(_event(tape.now / speed, _frame(tape.state)))
        _write(cast, "\n".join(lines) + "\n")
    if svg:
        console = _console(record=True)
        _draw(console, tape.state)
        _write(svg, console.export_svg(title=_title(store)))


class _Tape:
    """A session's events, played into a state that has the session's own clock. Iterated over, it
    tells how many seconds each took."""

    def __init__(self, store: Store) -> None:
        from mhmcli.view import RunState  # noqa: PLC0415

        self.now = 0.0
        self._store = store
        self._of = max(1, store.tokens)
        self._opened = 0
        about = store.about
        self.state: RunState = RunState(
            about.questions,
            about.empty_memories(),
            lambda: self._opened / self._of,
            now=lambda: self.now,
        )

    def __iter__(self) -> Iterator[float]:
        from mhmcli.reader import ChunkOpened  # noqa: PLC0415
        from mhmcli.session import played  # noqa: PLC0415

        for took, event in played(self._store):
            self.now += took
            if isinstance(event, ChunkOpened):
                self._opened += event.chunk.text_tokens
            self.state.take(event)
            yield took
        for number, answer in self._store.answers().items():
            self.state.answering(number)
            self.state.writing = answer.text
            self.now += _ANSWER_S
            yield _ANSWER_S


def _console(*, record: bool = False) -> Console:
    """One of a fixed size, that writes nowhere but into a text."""
    from rich.console import Console  # noqa: PLC0415

    return Console(
        file=io.StringIO(),
        width=_COLUMNS,
        height=_ROWS,
        force_terminal=True,
        color_system="256",
        record=record,
    )


def _draw(console: Console, state: RunState) -> None:
    from mhmcli.view import LiveView  # noqa: PLC0415

    console.print(LiveView(console, state))


def _frame(state: RunState) -> str:
    console = _console()
    _draw(console, state)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    return _HOME + "".join(f"{line}\x1b[K\r\n" for line in lines) + _BELOW


def _head(store: Store) -> str:
    """The first line of a cast. Source: asciicast v2."""
    head = {"version": 2, "width": _COLUMNS, "height": _ROWS, "title": _title(store)}
    return json.dumps({**head, "timestamp": int(store.about.started)})


def _event(at: float, text: str) -> str:
    return json.dumps([round(at, 3), "o", text])


def _title(store: Store) -> str:
    names = " ".join(Path(source).name for source in store.about.sources)
    return one_line(f'mhm ask {names} "{store.about.questions[0]}"')


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="name another file"
        ) from error
