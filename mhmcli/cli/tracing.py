"""`mhm why`: the steps of a session at which a text came into memory, changed, and left it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mhmcli.cli.configuring import set_in
from mhmcli.cli.output import print_json, print_line, say
from mhmcli.cli.sessions import Json, Session, folder
from mhmcli.errors import ExitStatus, MhmError, UsageError
from mhmcli.printable import one_line

if TYPE_CHECKING:  # it is heavy, and completion needs none
    from mhmcli.session import Moment, Passed, Store
    from mhmcli.source import Passage, Place


def why(
    context: typer.Context,
    session: Session,
    text: Annotated[str, typer.Argument(help="What memory should have: a name, a sentence.")],
    *,
    as_json: Json = False,
) -> None:
    """Show what became of a text: when it entered memory, how its wording changed, how it left.

    Exit status 0 where memory has it at the end, 1 where it has not.
    """
    from mhmcli.session import Store, at_place  # noqa: PLC0415
    from mhmcli.session import why as moments_of  # noqa: PLC0415

    if not text.strip():
        raise UsageError("there is no text to look for", hint='mhm why last "a sentence"')
    with closing(Store.open(folder().find(session))) as store:
        moments = list(moments_of(store, text))
        passed = [] if moments else list(at_place(store, _places(store, text, context)))
        questions = store.about.questions
    kept = _kept(moments)
    if as_json:
        print_json(
            {
                "text": text,
                "in_memory": kept,
                "moments": [_as_json(moment) for moment in moments],
                "passed": [_as_json(one) for one in passed],
            }
        )
    else:
        _print(questions, moments, passed)
    raise typer.Exit(ExitStatus.ANSWERED if kept else ExitStatus.NOT_IN_DOCUMENT)


def _kept(moments: Sequence[Moment]) -> bool:
    """Whether some head has it at the end."""
    from mhmcli.session import Turn  # noqa: PLC0415

    last = {(moment.lane, moment.head): moment.turn for moment in moments}
    return any(turn is not Turn.LEFT for turn in last.values())


def _print(questions: Sequence[str], moments: Sequence[Moment], passed: Sequence[Passed]) -> None:
    for lane, question in enumerate(questions):
        print_line(one_line(question))
        of_lane = [moment for moment in moments if moment.lane == lane]
        for moment in of_lane:
            when = "looked up" if moment.number is None else f"chunk {moment.number + 1}"
            print_line(
                f"  {when} ({one_line(str(moment.place))}): {moment.turn.value} "
                f'head {moment.head + 1} ({moment.outcome.value}): "{one_line(moment.wording)}"'
            )
        for one in (one for one in passed if one.lane == lane):
            print_line(
                f"  chunk {one.number + 1} ({one_line(str(one.place))}) has it, and head "
                f"{one.head + 1} did not take it: {one.outcome.value}: {one_line(one.said)}"
            )
        if of_lane:
            print_line(f"  at the end: {'in memory' if _kept(of_lane) else 'not in memory'}")
        elif not passed:
            print_line("  it never was in memory, and is in no part of the documents that is known")


def _places(store: Store, text: str, context: typer.Context) -> list[Place]:
    """Where the text stands in the documents, as far as they can be read again."""
    from mhmcli.quotes import find  # noqa: PLC0415

    found = find([text], _passages(store, set_in(context).loaders))
    return list(found.values())


def _passages(store: Store, loaders: Mapping[str, str]) -> Iterator[Passage]:
    """Those of the chunks that are kept, or of the files that are as they were."""
    from mhmcli.cli.recording import stamp_of  # noqa: PLC0415
    from mhmcli.source import open_source  # noqa: PLC0415

    about = store.about
    for chunk in store.texts():
        yield from chunk.passages
    stamps = about.stamps or (None,) * len(about.sources)
    for path, name, then in zip(about.sources, about.names, stamps, strict=True):
        is_now = stamp_of(path)
        if is_now is None:
            continue
        if is_now != then:
            say(f"mhm: {one_line(name)} has changed since then, and is not looked at")
            continue
        opened = partial(open_source, path, io.BytesIO(), loaders=loaders)
        with contextlib.suppress(MhmError), closing(opened()) as source:
            for passage in source.passages():
                named = _as_named(passage.place.source, path, name)
                yield replace(passage, place=replace(passage.place, source=named))


def _as_named(source: str, path: str, name: str) -> str:
    """The document below `path` as it was cited when that was called `name`: the files of `docs/`
    are `docs/a.txt`, and those of `.` are `a.txt`."""
    member = source.removeprefix(path)
    if not Path(path).is_dir():
        return name + member
    folder = str(Path(name))
    return member.lstrip("/") if folder == "." else folder.rstrip("/") + member


def _as_json(told: Moment | Passed) -> dict[str, object]:
    """The parts of it by name."""
    return {**asdict(told), "place": str(told.place)}
