"""A server as the engine: what is sent, what is made of what comes back, and its failures."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.chunk import cut
from mhmcli.engine import Engine, Feed, Grammar, Sampling, Want
from mhmcli.engine.llama import LlamaEngine, LlamaOptions
from mhmcli.engine.server import ServerEngine, ServerOptions, client, texts
from mhmcli.engine.server.texts import Exactly, Roughly, without_control
from mhmcli.errors import ModelError, UsageError, WindowFullError
from mhmcli.memory import Memory
from mhmcli.memory_kind import MemoryKind
from mhmcli.presets import preset
from mhmcli.prompter import Prompter
from mhmcli.reader import Lane, Step, read
from mhmcli.source import Documents, open_source
from mhmcli.tokens import Vocabulary, read_header
from mhmcli.verdicts import judges

from .conftest import Ran

Said = dict[str, Any] | tuple[int, dict[str, str], str]
PAGE = "Mr. Roy keeps the light.\n\nThe road was as bad as ever.\n\n"
QUESTION = "Who keeps the light?"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked again is asked at once."""
    soon = client._RETRIES.new(backoff_factor=0.0, backoff_jitter=0.0)
    monkeypatch.setattr(client, "_RETRIES", soon)


class Stub:
    """An OpenAI-compatible server whose replies a test makes of the requests."""

    def __init__(self, say: Callable[[dict[str, Any]], Said], **about: Any) -> None:
        self.say = say
        self.about = {"id": "a-model", "owned_by": "somebody", **about}
        self.props: dict[str, Any] = {}
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.at_once = self.most_at_once = 0
        self.url = ""
        self._lock = threading.Lock()

    def answer(self, path: str, body: dict[str, Any] | None) -> Said:
        """What a request is answered with."""
        if path == "/v1/models":
            return {"data": [self.about]}
        if path == "/props" and self.props:
            return self.props
        if path == "/v1/chat/completions" and body:
            with self._lock:
                self.requests.append(body)
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                return self.say(body)
            finally:
                with self._lock:
                    self.at_once -= 1
        return 404, {}, '{"error": {"message": "no such path"}}'


@contextmanager
def serving(stub: Stub) -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(body)

        def _answer(self, body: dict[str, Any] | None) -> None:
            stub.keys.append(self.headers.get("Authorization"))
            said = stub.answer(self.path, body)
            status, headers, text = said if isinstance(said, tuple) else (200, {}, json.dumps(said))
            if body and body.get("stream") and status == 200:
                text = "".join(f"data: {json.dumps(each)}\n\n" for each in pieces(said))
                text += ": ping\n\ndata: [DONE]\n\n"
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pieces(said: Said) -> Iterator[dict[str, Any]]:
    assert isinstance(said, dict)
    words = said["choices"][0]["message"]["content"].split(" ")
    for n, word in enumerate(words):
        yield {"choices": [{"delta": {"content": (" " if n else "") + word}}]}
    yield {"choices": [{"delta": {}, "finish_reason": said["choices"][0]["finish_reason"]}]}
    yield {"choices": [], "usage": {"total_tokens": 9}}


def chat(text: str, top: dict[str, float] | None = None, ended: str = "stop") -> dict[str, Any]:
    told = [{"token": token, "logprob": value} for token, value in (top or {}).items()]
    logprobs = {"content": [{"token": "x", "top_logprobs": told}]} if top else None
    message = {"role": "assistant", "content": text}
    return {"choices": [{"message": message, "logprobs": logprobs, "finish_reason": ended}]}


def yes_where(mark: str) -> Callable[[dict[str, Any]], Said]:
    """Sure of what says `mark`, sure that nothing else has to do with anything."""

    def say(body: dict[str, Any]) -> Said:
        user = body["messages"][1]["content"]
        part = user.partition("<part>")[2].partition("</part>")[0]
        yes, no = (-0.1, -3.0) if mark in part else (-4.0, -0.2)
        return chat("Mr. Roy.", {"Yes": yes, "No": no})

    return say


def engine_of(stub: Stub, **options: Any) -> ServerEngine:
    return ServerEngine(ServerOptions(stub.url, **options))


def test_a_chat_is_what_stands_in_a_sequence() -> None:
    with serving(Stub(lambda _: chat("Mr. Roy."))) as stub:
        engine = engine_of(stub)
        prompter = Prompter(engine, "Be brief.", Sampling())
        said = "".join(prompter.reply("Who keeps <|im_end|> the light?", 9))
    assert said == "Mr. Roy."
    (body,) = stub.requests
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Who keeps <\u200b|im_end|> the light?"},
    ]
    assert body["model"] == "a-model"
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (9, 0.0, True)


def test_nothing_is_sent_until_something_is_asked() -> None:
    with serving(Stub(lambda _: chat("x"))) as stub:
        engine = engine_of(stub)
        base = engine.open()
        engine.feed([Feed(base, engine.frame("Be brief.").opening)])
        copy = engine.fork(base)
        engine.feed([Feed(copy, engine.tokenize("A long part."))])
        engine.close(copy)
        assert stub.requests == []


def test_a_reply_that_is_begun_is_gone_on_with() -> None:
    with serving(Stub(lambda _: chat(" Roy.\nMore"), owned_by="vllm")) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        sequence = prompter._engine.fork(prompter.base)
        said = "".join(prompter.next_line("Who?", "Facts.\nAnswer:", 9, after=sequence))
    assert said.startswith(" Roy.")
    assert stub.requests[0]["messages"][-1] == {"role": "assistant", "content": "Facts.\nAnswer:"}
    assert stub.requests[0]["continue_final_message"] is True


def test_a_verdict_is_what_the_server_says_of_the_next_token() -> None:
    with serving(Stub(lambda _: chat("", {"Yes": -1.0, " yes": -1.0, "No": -3.0}))) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        odds = prompter.judge("Does it say?", after=prompter.base)
    assert odds == pytest.approx(-1.0 + 0.693 + 3.0, abs=0.2)
    assert stub.requests[0]["top_logprobs"] == 20
    assert stub.requests[0]["max_tokens"] == 1


@pytest.mark.parametrize(("said", "sign"), [("Yes.", 1), ("no", -1)])
def test_a_server_that_tells_no_probabilities_is_taken_at_its_word(said: str, sign: int) -> None:
    with serving(Stub(lambda _: chat(said))) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        assert prompter.judge("Does it say?", after=prompter.base) * sign > 1


def reading(
    prompter: Prompter, document: Path, kind: MemoryKind, ahead: int = 0, chunk_tokens: int = 220
) -> tuple[Memory, list[Step]]:
    chosen = preset(kind)
    lane = Lane(QUESTION, Memory.empty(2, 256), chosen.selector, chosen.writer)
    documents = Documents([open_source(str(document), sys.stdin.buffer)])
    documents.open()
    chunks = cut(documents.passages(), chunk_tokens, prompter.count)
    events = read(chunks, [lane], prompter=prompter, ahead=ahead)
    steps = [event for event in events if isinstance(event, Step)]
    documents.close()
    return steps[-1].memory, steps


def test_passages_are_weighed_by_its_verdicts_several_at_once(tmp_path: Path) -> None:
    """As many requests are in flight as it has slots, and what comes of it is the same."""
    text = "".join(f"Nobody came on day {n}, and the road was bad.\n\n" for n in range(200))
    document = tmp_path / "log.txt"
    document.write_text(text + PAGE + text)
    say = yes_where("Roy")

    def slowly(body: dict[str, Any]) -> Said:
        time.sleep(0.02)
        return say(body)

    memories = []
    for together, ahead in ((1, 0), (4, 3)):
        with serving(Stub(slowly)) as stub:
            prompter = Prompter(engine_of(stub, together=together), prompts.SYSTEM, Sampling())
            memory, steps = reading(prompter, document, MemoryKind.SCORING, ahead)
            assert len(stub.requests) == len(steps) > 8
            assert stub.most_at_once == together
        memories.append([[note.text for note in head.notes] for head in memory.heads])
        likely = {step.signals.likelihood for step in steps if step.signals}
        assert max(likely) == pytest.approx(2.9, abs=0.2)
    assert memories[0] == memories[1]
    assert any("Roy" in note for head in memories[0] for note in head)


def test_what_a_server_says_of_itself_is_gone_by() -> None:
    with serving(Stub(lambda _: chat(""), owned_by="vllm", max_model_len=2000)) as stub:
        info = engine_of(stub).info
        assert info.window_tokens == 1700  # a part is left free: tokens are counted roughly
        assert info.together == 16
    stub = Stub(lambda _: chat(""), owned_by="llamacpp")
    stub.props = {
        "total_slots": 3,
        "build_info": "b1234",
        "default_generation_settings": {"n_ctx": 1000},
    }
    with serving(stub):
        info = engine_of(stub).info
    assert (info.window_tokens, info.together, info.build) == (850, 3, "llama-server b1234")
    with serving(Stub(lambda _: chat(""))) as stub:
        info = engine_of(stub, window_tokens=3000, together=2).info
    assert (info.window_tokens, info.together) == (2550, 2)


def test_a_form_is_asked_for_as_the_server_understands_it() -> None:
    grammar = Grammar("root ::= [0-9]+", '{"type": "integer"}')
    wanted = {
        "vllm": ("response_format", "json_schema"),
        "llamacpp": ("response_format", "json_schema"),
        "somebody": ("response_format", "json_object"),
    }
    for owner, (field, kind) in wanted.items():
        with serving(Stub(lambda _: chat("7"), owned_by=owner)) as stub:
            prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
            assert "".join(prompter.reply("How many?", 9, grammar=grammar)) == "7"
            assert stub.requests[0][field]["type"] == kind


@pytest.mark.parametrize("known", [("json_schema", "text"), ("text",)])
def test_a_form_that_a_server_refuses_is_asked_for_otherwise_or_not(known: tuple[str, ...]) -> None:
    """LM Studio knows no `json_object`; what comes without a form is looked at in any case."""

    def say(body: dict[str, Any]) -> Said:
        form = body.get("response_format", {"type": "text"})["type"]
        if form not in known:
            return (
                400,
                {},
                "{\"error\": \"'response_format.type' must be 'json_schema' or 'text'\"}",
            )
        return chat("7")

    grammar = Grammar("root ::= [0-9]+", '{"type": "integer"}')
    with serving(Stub(say)) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        for _ in range(2):
            assert "".join(prompter.reply("How many?", 9, grammar=grammar)) == "7"
        forms = [
            request.get("response_format", {}).get("type", "text") for request in stub.requests
        ]
    assert forms == ["json_object", "json_schema", *["text"] * (2 - len(known)), known[0]]


def test_a_grammar_is_for_llama_cpp_alone() -> None:
    with serving(Stub(lambda _: chat("7"), owned_by="llamacpp")) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        "".join(prompter.reply("How many?", 9, grammar=Grammar("root ::= [0-9]+")))
        assert stub.requests[0]["grammar"] == "root ::= [0-9]+"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_is_temporary_is_asked_again(status: int) -> None:
    left = [status, status]

    def say(_: dict[str, Any]) -> Said:
        if left:
            return left.pop(), {"Retry-After": "0"}, '{"error": "loading"}'
        return chat("Roy.")

    with serving(Stub(say)) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        assert "".join(prompter.reply("Who?", 9)) == "Roy."
        assert len(stub.requests) == 3


FAILURES = [
    ((401, {}, '{"error": {"message": "bad key"}}'), ModelError, "401", "MHM_SERVER_KEY"),
    ((404, {}, '{"detail": "gone"}'), ModelError, "404", "-m NAME"),
    ((307, {"Location": "http://elsewhere.invalid/"}, ""), ModelError, "307", "log"),
    ((503, {"Retry-After": "0"}, "busy"), ModelError, "failing (503): busy", "log"),
    (
        (400, {}, '{"error": {"message": "maximum context length is 2048 tokens"}}'),
        WindowFullError,
        "2048",
        "--server-window 2048",
    ),
    ((422, {}, '{"detail": [{"msg": "no such field"}]}'), ModelError, "422", "log"),
    ((200, {}, "<html>"), ModelError, "does not speak", "/v1/models"),
    ((200, {}, '{"choices": []}'), ModelError, "does not speak", "/v1/models"),
    ((200, {}, "[]"), ModelError, "does not speak", "/v1/models"),
]


@pytest.mark.parametrize(("said", "kind", "message", "hint"), FAILURES)
def test_failures_are_told_apart(
    said: Said, kind: type[ModelError], message: str, hint: str
) -> None:
    with serving(Stub(lambda _: said)) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        with pytest.raises(kind) as caught:
            prompter.judge("Does it say?", after=prompter.base)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match="no server at"):
        ServerEngine(ServerOptions(f"http://127.0.0.1:{port}"))
    for wrong in ("localhost:8080", "http://[::1", "http://me:word@here:1", "http://here:1/?key=x"):
        with pytest.raises(UsageError, match="no address") as caught:
            ServerEngine(ServerOptions(wrong))
        assert wrong not in caught.value.message
    with pytest.raises(UsageError, match="key"):
        ServerEngine(ServerOptions("http://127.0.0.1:1", key="two words"))


def test_one_that_does_not_reply_is_waited_for_so_long() -> None:
    release = threading.Event()

    def say(_: dict[str, Any]) -> Said:
        release.wait(30)
        return chat("late")

    with serving(Stub(say)) as stub:
        prompter = Prompter(engine_of(stub, timeout_s=0.2), "Be brief.", Sampling())
        try:
            with pytest.raises(ModelError, match="did not reply in time"):
                prompter.judge("Does it say?", after=prompter.base)
        finally:
            release.set()


@pytest.mark.parametrize("end", ['data: {"error": "gone"}\n\n', ""])
def test_a_reply_that_breaks_off_is_no_answer(end: str) -> None:
    broken = 'data: {"choices": [{"delta": {"content": "Mr."}}]}\n\n' + end
    with serving(Stub(lambda _: chat("x"))) as stub:
        stub.answer = lambda path, body: (  # type: ignore[method-assign]
            (203, {}, broken) if body else {"data": [stub.about]}
        )
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        with pytest.raises(ModelError, match="broke off"):
            "".join(prompter.reply("Who?", 9))


def test_a_reply_that_breaks_off_before_it_began_is_asked_for_again() -> None:
    with serving(Stub(lambda _: chat("Mr. Roy."))) as stub:
        answer, said = stub.answer, []

        def at_first_nothing(path: str, body: dict[str, Any] | None) -> Said:
            said.append(path)
            return (203, {}, ": ping\n\n") if body and len(said) == 2 else answer(path, body)

        stub.answer = at_first_nothing  # type: ignore[method-assign]
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        assert "".join(prompter.reply("Who?", 9)) == "Mr. Roy."


def test_one_of_several_models_is_to_be_named() -> None:
    with serving(Stub(lambda _: chat("x"))) as stub:
        stub.answer = lambda *_: {"data": [{"id": "one"}, {"id": "two"}]}  # type: ignore[method-assign]
        with pytest.raises(UsageError, match="several") as caught:
            engine_of(stub)
        assert "one, two" in (caught.value.hint or "")
        with pytest.raises(ModelError, match="no model three"):
            engine_of(stub, model="three")
        assert engine_of(stub, model="two").info.model == "two"


def test_a_reply_that_is_begun_is_asked_for_where_it_is_not_gone_on_with() -> None:
    with serving(Stub(lambda _: chat("Roy."))) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        sequence = prompter._engine.fork(prompter.base)
        "".join(prompter.next_line("Who?", "Facts.\nAnswer:", 9, after=sequence))
    roles = [message["role"] for message in stub.requests[0]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


def test_what_a_server_refuses_is_left_out() -> None:
    """So many probabilities, probabilities at all, a system prompt: each is asked for once."""

    def say(body: dict[str, Any]) -> Said:
        if body.get("top_logprobs", 0) > 5:
            return 400, {}, '{"error": {"message": "top_logprobs must be at most 5"}}'
        if body["messages"][0]["role"] == "system":
            return 400, {}, '{"error": {"message": "System role not supported"}}'
        return chat("", {"Yes": -0.1, "No": -3.0})

    with serving(Stub(say)) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        assert prompter.judge("Does it say?", after=prompter.base) > 2
        assert len(stub.requests) == 3
        assert stub.requests[-1]["messages"][0]["content"] == "Be brief.\n\nDoes it say?"
        assert "".join(prompter.reply("Who?", 9)) == ""
        assert prompter.judge("Does it say?", after=prompter.base) > 2
        assert len(stub.requests) == 5

    def refuses(body: dict[str, Any]) -> Said:
        return (422, {}, "logprobs are not supported") if "logprobs" in body else chat("Yes")

    with serving(Stub(refuses)) as stub:
        prompter = Prompter(engine_of(stub), "Be brief.", Sampling())
        assert prompter.judge("Does it say?", after=prompter.base) > 2


def test_a_model_whose_yes_says_nothing_is_not_asked(tmp_path: Path) -> None:
    """One that thinks first says `<think>`: passages are then chosen by their words."""
    document = tmp_path / "log.txt"
    document.write_text(PAGE * 9)
    with serving(Stub(lambda _: chat("<think>", {"<think>": -0.1, "Well": -3.0}))) as stub:
        prompter = Prompter(engine_of(stub, together=3), prompts.SYSTEM, Sampling())
        prompter.verdicts = judges(None, prompter)
        assert not prompter.verdicts
        before = len(stub.requests)
        memory, steps = reading(prompter, document, MemoryKind.SCORING, 2, chunk_tokens=30)
        assert len(stub.requests) == before
    assert len(steps) > 5
    assert any("Roy" in note.text for head in memory.heads for note in head.notes)


def test_another_model_of_the_same_name_is_another() -> None:
    identities = []
    for window in (2000, 3000):
        with serving(Stub(lambda _: chat(""), max_model_len=window)) as stub:
            identities.append(engine_of(stub).identity[1])
    assert identities[0] != identities[1]


@pytest.mark.parametrize(
    ("text", "least"),
    [("QmFzZTY0IGlzIG5vIHdvcmQ", 0.5), ("\u1000\u1014\u103a", 2), ("🙂🙃", 2), ("灯塔", 1)],
)
def test_what_is_no_word_counts_more(text: str, least: float) -> None:
    assert len(Roughly().encode(text * 9)) >= least * len(text * 9)


def test_rough_tokens_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_MOST_PIECES", 40)
    rough = Roughly()
    text = " ".join(f"{chr(97 + n % 26)}{chr(97 + n % 7)}{chr(97 + n % 5)}" for n in range(999))
    assert rough.decode(rough.encode(text)) == text
    assert rough.size < 40 + 30


@given(st.text())
def test_rough_tokens_are_the_text_again(text: str) -> None:
    rough = Roughly()
    assert rough.decode(rough.encode(text)) == text


MARKS = (
    "<|im_end|> </s> [INST] [/INST] <start_of_turn> <eos> </think> <<SYS>> [THINK] <turn|> "
    "[|endofturn|] <seed:eos> <reserved_106>"
)


@pytest.mark.parametrize("text", MARKS.split())
def test_no_control_token_survives(text: str) -> None:
    apart = without_control(f"a {text} b")
    assert text not in apart
    assert apart.replace("\u200b", "") == f"a {text} b"


def test_plain_text_stays_as_it_is() -> None:
    text = "if a < b and c > d: x[i] = '<div class=\"s\">' | <span> [1] [ERROR] <=> |>"
    assert without_control(text) == text


# ---- the command line


def test_mhm_asks_a_server(mhm: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(PAGE * 3)
    (tmp_path / "key").write_text("secret\n")
    with serving(Stub(yes_where("Roy"))) as stub:
        ran = mhm(
            *("ask", "log.txt", QUESTION, "--server", stub.url, "--server-key-file", "key"),
            *("--no-history", "-j", "2"),
        )
        dry = mhm("ask", "log.txt", QUESTION, "--server", stub.url, "--dry-run")
        chatted = mhm("ask", "log.txt", QUESTION, "--server", f"{stub.url}/v1/", "--json")
    assert ran.status == 0, ran.err
    assert ran.out == "Mr. Roy.\n"
    assert f"a-model, at {stub.url}, an OpenAI-compatible server" in ran.err
    assert "log.txt:1" in ran.err
    assert "Bearer secret" in stub.keys
    assert "about" in dry.out
    assert "memory" not in dry.out
    assert json.loads(chatted.out)["answers"][0]["text"] == "Mr. Roy."


def test_a_session_of_a_server_goes_on_with_it(mhm: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(PAGE * 3)
    with serving(Stub(yes_where("Roy"))) as stub:
        asking = ("ask", "log.txt", QUESTION, "--server", stub.url)
        mhm(*asking)
        before = len(stub.requests)
        again = mhm(*asking)
        assert "an earlier run has read the same" in again.err
        told = mhm("ask", "--session", "last", "Who is it?", "--server", stub.url)
        assert told.status == 0, told.err
        assert f"--server {stub.url}" in mhm("ask", "--session", "last", "Who is it?").err
        chatted = mhm("chat", "--server", stub.url, stdin=b"Who keeps it?\n")
        assert chatted.out == "Mr. Roy.\n"
        assert len(stub.requests) > before


def test_several_documents_are_asked_at_once(mhm: Callable[..., Ran], tmp_path: Path) -> None:
    """As many as there are slots; their rows come in their order."""
    for n in range(6):
        (tmp_path / f"{n}.txt").write_text(f"Mr. Roy keeps light {n}.\n")

    def say(body: dict[str, Any]) -> Said:
        time.sleep(0.1)
        return yes_where("Roy")(body)

    with serving(Stub(say)) as stub:
        names = [f"{n}.txt" for n in range(6)]
        ask = ("ask", "--each", *names, QUESTION, "--server", stub.url, "-j", "3")
        ran = mhm(*ask)
        assert (ran.status, stub.most_at_once) == (0, 3), ran.err
        assert ran.out.splitlines() == [f"{name}: Mr. Roy." for name in names]
        (tmp_path / "3.txt").unlink()
        told = [json.loads(line) for line in mhm(*ask, "--ndjson").out.splitlines()]
        assert [one["event"] for one in told] == ["document"] * 6
        assert [one["source"] for one in told] == names
        assert "no such file" in told[3]["error"]


def test_a_server_elsewhere_is_not_asked_offline(mhm: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(PAGE)
    ran = mhm("ask", "log.txt", QUESTION, "--server", "http://10.0.0.9:1", "--offline")
    assert ran.status == 2
    assert "another machine" in ran.err
    (tmp_path / ".mhm.toml").write_text('server = "http://10.0.0.9:1"\n')
    ran = mhm("ask", "log.txt", QUESTION)
    assert ran.status == 2
    assert "which is for you to set" in ran.err


# ---- a real server, over loopback


@pytest.fixture(scope="module")
def real_server(tiny_model: Path) -> Iterator[str]:
    """llama-cpp-python's own server, with the tiny model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(tiny_model)]
    command += ["--port", str(port), "--n_ctx", "2048", "--n_batch", "128", "--logits_all", "true"]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"{url}/v1/models", process)
            yield url
        finally:
            process.terminate()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            assert process.poll() is None, "the server did not start"
            time.sleep(0.2)
    raise AssertionError("the server did not start in time")


@pytest.mark.model
@pytest.mark.parametrize("kind", [MemoryKind.MHM_LRU, MemoryKind.SCORING])
def test_a_real_server_writes_the_heads_that_the_engine_in_process_does(
    real_server: str, tiny_model: Path, tmp_path: Path, kind: MemoryKind
) -> None:
    """Greedy, token for token; passages weighed by verdicts in both. (Not of `append`, which
    forbids the first token of a reply: this server cannot.)"""
    document = tmp_path / "log.txt"
    document.write_text("".join(f"{PAGE}Ship {n} came in at dusk.\n\n" for n in range(12)))
    exactly = Exactly(Vocabulary(read_header(tiny_model)))
    options = ServerOptions(real_server, window_tokens=2048)
    there = ServerEngine(options, lambda _: exactly)
    here = LlamaEngine(tiny_model, LlamaOptions(window_tokens=2048, batch_tokens=128))
    here.info = replace(here.info, weighs=False)
    found: list[list[str]] = []
    try:
        engines: tuple[Engine, ...] = (there, here)
        for engine in engines:
            prompter = Prompter(engine, prompts.SYSTEM, Sampling())
            memory, steps = reading(prompter, document, kind, chunk_tokens=120)
            assert len(steps) > 2
            found.append([note.text for head in memory.heads for note in head.notes])
    finally:
        here.shut()
    assert found[0] == found[1]


@pytest.mark.model
def test_mhm_asks_a_real_server(mhm: Callable[..., Ran], real_server: str, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(PAGE * 3)
    ran = mhm("ask", "log.txt", QUESTION, "--server", real_server, "--server-window", "2048")
    assert ran.status in (0, 1), ran.err
    assert f"at {real_server}" in ran.err


@pytest.mark.model
def test_the_likeliest_token_is_the_servers(real_server: str, tiny_model: Path) -> None:
    exactly = Exactly(Vocabulary(read_header(tiny_model)))
    there = ServerEngine(ServerOptions(real_server, window_tokens=2048), lambda _: exactly)
    here = LlamaEngine(tiny_model, LlamaOptions(window_tokens=2048, batch_tokens=128))
    rows = []
    try:
        engines: tuple[Engine, ...] = (there, here)
        for engine in engines:
            frame = engine.frame("Be brief.")
            sequence = engine.open()
            tokens = [*frame.opening, *engine.tokenize("Is the sky blue?"), *frame.closing]
            rows.append(engine.feed([Feed(sequence, tokens, Want.LAST)])[0][0])
    finally:
        here.shut()
    assert int(rows[0].argmax()) == int(rows[1].argmax())
