"""`mhm chat`: one question after another on a session, each answered as by `mhm ask --session`."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from mhmcli.cli import options, serving
from mhmcli.cli.arguments import cache_bytes_of, password_of
from mhmcli.cli.configuring import Profile, loaders_of
from mhmcli.cli.output import say, say_error
from mhmcli.cli.request import Request
from mhmcli.cli.sessions import Session, folder
from mhmcli.errors import ExitStatus, ModelError, SourceError, UsageError, WindowFullError
from mhmcli.printable import one_line

if TYPE_CHECKING:  # it is heavy, and completion needs none
    from mhmcli.engine import Engine
    from mhmcli.engine.llama import Stop

_PROMPT = "> "
_LONGEST_QUESTION = "word " * 300  # that the window has room for
_LONGEST_ANSWER = 300  # characters of it, that the next question is understood from
_REPLY_TOKENS = 80
_GOES_ON = re.compile(
    r"\A\W*(?:and|but|so|or|what about|how about|why)\b|"
    r"\b(?:he|she|it|they|him|her|his|its|their|them|theirs|hers|that|this|those|these|then|"
    r"one(?!-)|ones|same|else|former|latter)\b|"
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b(?! (?:is|are|was|were)\b)|"
    r"\b(?:was|were) there\b(?! (?:an?|any|no|some|more|other|enough)\b)",
    re.IGNORECASE,
)


def chat(  # noqa: PLR0913  one parameter is one option
    context: typer.Context,
    session: Session = "last",
    *,
    profile: Profile = None,
    model: options.Model = "default",
    threads: options.Threads = None,
    gpu_layers: options.GpuLayers = -1,
    offline: options.Offline = False,
    server: serving.Url = None,
    server_key_file: serving.KeyFile = None,
    server_window: serving.Window = None,
    server_timeout: serving.Timeout = "10m",
    jobs: serving.Jobs = None,
    cache_size: options.CacheSize = "0",
    no_history: options.NoHistory = False,
    password_file: options.PasswordFile = None,
    answer_tokens: options.AnswerTokens = None,
    cite: options.CiteOption = options.Cite.QUOTES,
    quiet: options.Quiet = False,
) -> None:
    """Ask one question after another about the documents of a session.

    What it has in memory is asked first, and the documents are read again for what it does not say.
    A question that goes on from the one before ("and when did he die?") is put into words of its
    own first, which are shown. The model is loaded once. Ends at the end of the input.
    """
    del profile
    request = Request(
        sources=("-",),
        questions=(_LONGEST_QUESTION,),
        model=options.model_of(context, model, session),
        session=folder().find(session).stem,
        history=not no_history,
        cache_bytes=cache_bytes_of(context, cache_size, no_history=no_history),
        password=password_of(password_file),
        loaders=loaders_of(context),
        answer_tokens=answer_tokens,
        threads=threads,
        gpu_layers=gpu_layers,
        offline=offline,
        server=serving.server_of(
            server,
            server_key_file,
            window=server_window,
            jobs=jobs,
            timeout=server_timeout,
            offline=offline,
        ),
        cite=cite,
        quiet=quiet,
    )
    from mhmcli.cli.signals import stopping  # noqa: PLC0415
    from mhmcli.engine.llama import Stop  # noqa: PLC0415

    stop = Stop()
    status = ExitStatus.ANSWERED
    with stopping(stop):
        engine = _loaded(request, stop)
        try:
            talk = _Talk(request, stop, engine)
            for question in _questions(quiet=quiet):
                try:
                    status = talk.ask(question)
                except (UsageError, SourceError, ModelError) as error:  # of this question
                    say_error(error)
                    status = error.status
        finally:
            engine.shut()
    raise typer.Exit(status)


def _questions(*, quiet: bool) -> Iterator[str]:
    """Lines of the input that are not empty; a person is shown where to write them."""
    if sys.stdin is None:
        return
    if reconfigure := getattr(sys.stdin, "reconfigure", None):
        reconfigure(errors="replace")
    asks = sys.stdin.isatty()
    prompt = _PROMPT if sys.stdout.isatty() else ""  # which gets the answers and nothing else
    if asks:
        with contextlib.suppress(ImportError):  # not every Python has it
            import readline  # noqa: F401, PLC0415  what was asked comes back with the arrow keys

        if not quiet:
            say("mhm: a question a line; Ctrl-D ends it")
    while True:
        try:
            line = input(prompt) if asks else next(sys.stdin)
        except (EOFError, StopIteration):
            return
        if line.strip():
            yield line.strip()


class _Talk:
    """What was asked and answered last, and of which session."""

    def __init__(self, request: Request, stop: Stop, engine: Engine) -> None:
        self._request = request
        self._stop = stop
        self._engine = engine
        self._before: tuple[str, str] | None = None

    def ask(self, question: str) -> ExitStatus:
        """The question is answered and printed."""
        from mhmcli.cli.run import run_with  # noqa: PLC0415

        asked = question
        if self._before and _GOES_ON.search(question):
            asked = self._standalone(question, *self._before)
            if asked != question and not self._request.quiet:
                say(f"mhm: asked as: {one_line(asked)}")
        ended = run_with(replace(self._request, questions=(asked,)), self._stop, self._engine)
        if ended.session:
            self._request = replace(self._request, session=ended.session)
        self._before = asked, ended.answers[0].text[:_LONGEST_ANSWER]
        return ended.status(partial_ok=False)

    def _standalone(self, question: str, before: str, answer: str) -> str:
        """The question in words that need no other; as it is, if nothing of use comes of it."""
        from mhmcli import prompts  # noqa: PLC0415
        from mhmcli.engine import Sampling  # noqa: PLC0415
        from mhmcli.prompter import Prompter, run  # noqa: PLC0415

        prompter = Prompter(self._engine, prompts.SYSTEM, Sampling())
        try:
            asking = prompts.standalone(question, before, answer)
            reply = run(prompter.reply(asking, _REPLY_TOKENS))
        except WindowFullError:  # whoever answers it will say that it is too long
            return question
        finally:
            prompter.forget(prompter.base)
        said = reply.text.strip().strip('"')
        is_one = reply.ended and said.endswith("?") and "\n" not in said
        return said if is_one else question


def _loaded(request: Request, stop: Stop) -> Engine:
    """The model of the session, with a window for the longest question."""
    from mhmcli.cli.again import session_of  # noqa: PLC0415
    from mhmcli.cli.preparing import engine_of, fitted  # noqa: PLC0415

    with session_of(request) as (wanted, _):
        return engine_of(wanted, fitted(wanted), stop)
