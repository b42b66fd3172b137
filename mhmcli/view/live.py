"""The live view: a panel for each head, what is being read, how far, and the answer.

Drawn on stderr. Everything from a document or a model goes through `printable` and into
`Text`, which knows no markup. Fits 80x24, and uses a wide screen for more columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mhmcli.answer import Answer
from mhmcli.events import is_entry
from mhmcli.memory import Head, Note
from mhmcli.printable import one_line, printable
from mhmcli.receipt import duration
from mhmcli.source import is_lines
from mhmcli.view.state import Doing, RunState

_LEAST_COLUMN = 38
_LEAST_PANEL = 4
_FIXED_ROWS = 4  # the question, the place, the bar, and one row that is left free
_REFRESH_PER_S = 8
_ANSWER_ROWS = 6


def is_drawable(console: Console) -> bool:
    """Whether a view can be drawn there: on a terminal that can move, and has the characters."""
    return console.file.isatty() and not (console.is_dumb_terminal or console.options.ascii_only)


class LiveView:
    """Shows a `RunState` while it changes; leaves nothing on the screen at the end. What is written
    to stderr meanwhile stands above it."""

    shown: ClassVar[LiveView | None] = None  # on this process's terminal

    def __init__(self, console: Console, state: RunState) -> None:
        self._console = console
        self._state = state
        self._live: Live | None = None
        self._turning = RLock()  # another thread takes it off the screen, and puts it back

    def start(self) -> None:
        """The view is on the screen and draws itself from now on."""
        with self._turning:
            self._live = Live(  # one that was stopped would erase what was printed since
                self,
                console=self._console,
                refresh_per_second=_REFRESH_PER_S,
                transient=True,
                redirect_stdout=False,
                vertical_overflow="crop",
            )
            self._live.start(refresh=True)
            LiveView.shown = self

    def update(self) -> None:
        """Nothing to do: the view draws the state a few times a second by itself."""

    def stop(self) -> None:
        """The view is gone from the screen and the cursor is back."""
        with self._turning:
            live, self._live = self._live, None
            LiveView.shown = None
            if live:
                live.stop()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Within this it is off the screen, as while the process is stopped."""
        with self._turning:
            live = self._live
            if live:
                live.stop()
        yield
        with self._turning:
            if live and live is self._live:  # which nobody has stopped meanwhile
                self.start()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Rows in order: question, provisional answer, heads, answer while it is written, place,
        progress."""
        width = options.max_width
        height = (options.height or console.size.height) - _FIXED_ROWS
        told = self._state.provisional[self._state.question :][:1]  # at once: another thread writes
        height -= len(told)
        answer = min(_ANSWER_ROWS, height - 1) if self._state.doing is Doing.ANSWERING else 0
        yield self._question(width)
        if told:
            yield self._provisional(told[0], width)
        yield self._heads(console, width, height - answer)
        if answer:
            yield self._answer(console, width, answer)
        yield self._reading(width)
        yield self._progress()

    def _question(self, width: int) -> Text:
        state = self._state
        asked, question = list(dict.fromkeys(state.questions)), state.questions[state.question]
        number = f"[{asked.index(question) + 1}/{len(asked)}] " if len(asked) > 1 else ""
        text = Text(number + one_line(question), style="bold")
        text.truncate(width, overflow="ellipsis")
        return text

    def _provisional(self, answer: Answer, width: int) -> Text:
        """What is known before the end, until the reading proves or overturns it."""
        share = self._state.share_read or 0.0
        said = one_line(answer.text)
        text = Text(f"provisional, {share:.0%} read: ", style="dim")
        text.append(said, style="not dim italic")
        text.truncate(width, overflow="ellipsis")
        return text

    def _heads(self, console: Console, width: int, height: int) -> Table:
        heads = self._state.memory.heads
        columns = max(1, min(len(heads), width // _LEAST_COLUMN))
        rows = -(-len(heads) // columns)
        columns = -(-len(heads) // rows)  # 4 heads in 3 columns stand better 2 by 2
        panel = height // rows
        grid = Table.grid(expand=True)
        if panel < _LEAST_PANEL:
            for index in range(min(len(heads), max(1, height))):
                grid.add_row(self._head_line(index, heads[index], width))
            return grid
        for _ in range(columns):
            grid.add_column(ratio=1)
        inner = width // columns - 4
        panels = [
            self._head_panel(console, index, head, inner, panel) for index, head in enumerate(heads)
        ]
        for row in range(rows):
            grid.add_row(*panels[row * columns : (row + 1) * columns])
        return grid

    def _head_panel(
        self, console: Console, index: int, head: Head, width: int, height: int
    ) -> Panel:
        active = index == self._state.head
        text = Text("\n".join(printable(_flowing(note)) for note in head.notes))
        writing = active and bool(self._state.writing)
        if writing:
            text.append("\n" if head.notes else "")
            text.append(printable(self._state.writing), style="italic")
        if not text.plain:
            text = Text("empty", style="dim")
        return Panel(
            _last_lines(console, text, width, height - 2),
            title=Text(f"{'▶ ' if active else ''}head {index + 1}{' writing' if writing else ''}"),
            title_align="left",
            subtitle=Text(self._head_facts(head, width - 2)),
            subtitle_align="right",
            border_style="bold green" if active else "",
            height=height,
        )

    def _head_line(self, index: int, head: Head, width: int) -> Text:
        """A head in one row, where there are too many heads for panels."""
        active = index == self._state.head
        body = self._state.writing if active and self._state.writing else head.text
        text = Text(f"{'▶' if active else ' '} {index + 1:>2} {self._head_facts(head, width):<24} ")
        text.append(one_line(body)[-max(0, width - len(text.plain)) :])
        text.stylize("bold green" if active else "")
        text.truncate(width, overflow="ellipsis")
        return text

    def _head_facts(self, head: Head, width: int) -> str:
        """Where the head was last written from, how long ago, and how full it is; with fewer words
        where there is little room."""
        share = f"{100 * head.tokens // self._state.memory.head_tokens}%"
        if not head.notes:
            return f"{share} full"
        ago = self._state.chunk - 1 - head.written
        when = "just now" if ago <= 0 else f"{ago} chunk{'s' if ago > 1 else ''} ago"
        place = one_line(head.last_place.in_source() if head.last_place else "source lost")
        facts = (f"{place} · {when} · {share} full", f"{place} · {when} · {share}")
        return next((fact for fact in facts if len(fact) <= width), f"{place} · {share}")

    def _answer(self, console: Console, width: int, height: int) -> Panel:
        text = Text(printable(self._state.writing) or "...")
        shown = _last_lines(console, text, width - 4, height - 2)
        return Panel(shown, title="answer", title_align="left", border_style="bold", height=height)

    def _reading(self, width: int) -> Text:
        state = self._state
        text = Text(f"{state.doing.value:<10}")
        if state.place and state.doing in (Doing.READING, Doing.WRITING):
            text.append(f"chunk {state.chunk}: {one_line(str(state.place))}")
        text.truncate(width, overflow="ellipsis")
        return text

    def _progress(self) -> Table:
        state = self._state
        share = state.share_read
        facts = [] if share is None else [f"{share:.0%}"]
        facts.append(f"{state.tokens_read:,} tokens")
        if state.tokens_per_s:
            facts.append(f"{state.tokens_per_s:.0f}/s")
        if state.left_s is not None and state.doing is not Doing.ANSWERING:
            facts.append(f"{duration(state.left_s)} left")
        else:
            facts.append(duration(state.elapsed_s))
        row = Table.grid(expand=True, padding=(0, 1))
        row.add_column(ratio=1)
        row.add_column(justify="right", no_wrap=True)
        bar = ProgressBar(total=1.0, completed=share, width=None) if share is not None else Text("")
        row.add_row(bar, Text(" · ".join(facts)))
        return row


@lru_cache(maxsize=256)
def _flowing(note: Note) -> str:
    """A passage of prose without the line ends that a page or a file gave it; a log has its lines,
    and so has what a model wrote."""
    keeps = note.signals is None or is_lines(note.text) or is_entry(note.text)
    return note.text if keeps else " ".join(note.text.split())


def _last_lines(console: Console, text: Text, width: int, count: int) -> Text:
    """The end of the text, as many lines as there is room for: what is new stands at the end."""
    lines = text.wrap(console, max(8, width), overflow="fold")
    return Text("\n").join(lines[-max(1, count) :])
