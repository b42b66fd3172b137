"""Requests to an OpenAI-compatible server: retried where that helps, and their failures told apart.

What is temporary (busy, restarting, still loading its model) is asked again, later each time and
when the server says; what is not is a `ModelError` with the server's own words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.exceptions import TimeoutError as Timeout

from mhmcli.errors import ModelError, UsageError, WindowFullError
from mhmcli.printable import one_line

_CONNECT_S = 10.0
_TEMPORARY = (429, 500, 502, 503, 504)
_RETRIES = urllib3.Retry(  # for a minute
    total=7,
    connect=7,
    read=1,
    redirect=0,
    status_forcelist=_TEMPORARY,
    allowed_methods=None,
    backoff_factor=0.5,
    backoff_jitter=0.2,
    retry_after_max=120,
    raise_on_status=False,
    raise_on_redirect=False,
)
_TOO_LONG = re.compile(r"context[ _](?:length|size|window)|exceed_context", re.IGNORECASE)
_ITS_WINDOW = re.compile(
    r"(?:context (?:length|size|window)\D{0,20}|n_ctx\D{0,5})(\d{2,8})", re.IGNORECASE
)
_DONE = "[DONE]"
_SHOWN = 300  # characters of what a server says


class RefusedError(ModelError):
    """A request that the server does not take, with what it says of it."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message, hint="look into the server's log")
        self.said = said


class BrokenOffError(ModelError):
    """A reply that did not come to its end."""


class Client:
    """A server by its address, with or without the `/v1` of its interface.

    Raises:
        UsageError: it is no address, or the key is none.
    """

    def __init__(self, url: str, key: str | None, *, timeout_s: float, together: int = 16) -> None:
        if not is_address(url):
            raise UsageError(
                "that is no address of a server, or more than one: it has no name, key or query",
                hint="--server http://127.0.0.1:8080, with --server-key-file FILE",
            )
        self.root = re.sub(r"/v\d+/?$|/$", "", url)
        self._interface = url.rstrip("/") if re.search(r"/v\d+/?$", url) else f"{self.root}/v1"
        headers = {"Content-Type": "application/json", "User-Agent": "mhm"}
        if key and not re.fullmatch(r"[!-~]+", key):
            raise UsageError(
                "the server's key has blanks or letters that no key has",
                hint="--server-key-file FILE has the key and nothing else",
            )
        if key:
            headers["Authorization"] = f"Bearer {key}"
        timeout = urllib3.Timeout(connect=_CONNECT_S, read=timeout_s)
        self._pool = urllib3.PoolManager(headers=headers, timeout=timeout, maxsize=together)

    def models(self) -> list[Mapping[str, Any]]:
        """What it says of the models that it serves.

        Raises:
            ModelError: it is not there, does not let us in, or speaks something else.
        """
        found = self._asked("GET", f"{self._interface}/models", None, _RETRIES.new(connect=1))
        models = found.get("data")
        if not isinstance(models, list) or not all(isinstance(each, dict) for each in models):
            raise self._speaks_otherwise()
        return models

    def about(self, path: str) -> Mapping[str, Any]:
        """What it says under a path of its own; nothing, where it does not know that."""
        try:
            response = self._pool.request("GET", f"{self.root}/{path}", retries=_RETRIES)
            found = response.json() if response.status == 200 else {}  # noqa: PLR2004
        except (HTTPError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def chat(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The one choice that is made of a chat.

        Raises:
            ModelError: the server fails, or refuses.
            WindowFullError: the chat is longer than its window.
        """
        return self._choice(self._asked("POST", f"{self._interface}/chat/completions", body))

    def stream(self, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The same piece by piece; asked for once more where it breaks off before the first. A
        server that is no longer listened to stops writing."""
        has_begun = False
        try:
            for choice in self._streamed(body):
                has_begun = True
                yield choice
        except BrokenOffError:
            if has_begun:
                raise
            yield from self._streamed(body)

    def _streamed(self, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        response = self._response(
            "POST", f"{self._interface}/chat/completions", {**body, "stream": True}, whole=False
        )
        try:
            for line in response:
                name, _, value = line.decode("utf-8", "replace").strip().partition(":")
                if name == "error" or (name == "data" and '"error"' in value[:20]):
                    raise self._broken(value)
                if name == "data" and value.strip() == _DONE:
                    return
                if name == "data" and (found := self._json(value)).get("choices"):
                    yield self._choice(found)
            raise self._broken("it ended without its end")
        except HTTPError as error:
            raise self._broken(str(error)) from error
        finally:
            response.close()

    def _asked(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None,
        retries: urllib3.Retry | None = None,
    ) -> Mapping[str, Any]:
        response = self._response(method, url, body, retries=retries)
        return self._json(response.data.decode("utf-8", "replace"))

    def _response(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None,
        *,
        whole: bool = True,
        retries: urllib3.Retry | None = None,
    ) -> urllib3.BaseHTTPResponse:
        data = None if body is None else json.dumps(body).encode()
        try:
            response = self._pool.request(
                method, url, body=data, preload_content=whole, retries=retries or _RETRIES
            )
        except HTTPError as error:
            raise self._unreachable(error) from error
        if response.status >= 300:  # noqa: PLR2004
            try:
                said = response.data.decode("utf-8", "replace")
            except HTTPError:
                said = ""
            raise self._refused(response.status, said)
        return response

    def _json(self, text: str) -> Mapping[str, Any]:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            raise self._speaks_otherwise() from None
        if not isinstance(found, dict):
            raise self._speaks_otherwise()
        return found

    def _choice(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            choice = found["choices"][0]
        except (KeyError, IndexError, TypeError):
            raise self._speaks_otherwise() from None
        if not isinstance(choice, dict):
            raise self._speaks_otherwise()
        return choice

    def _speaks_otherwise(self) -> ModelError:
        return ModelError(
            f"{self.root} does not speak as an OpenAI-compatible server does",
            hint="give the address that has /v1/models and /v1/chat/completions",
        )

    def _broken(self, reason: str) -> BrokenOffError:
        return BrokenOffError(
            f"{self.root} broke off its reply: {one_line(reason)[:_SHOWN]}",
            hint="look into the server's log; the same command goes on where it was",
        )

    def _unreachable(self, error: HTTPError) -> ModelError:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ReadTimeoutError):
            return ModelError(
                f"{self.root} did not reply in time",
                hint="is it busy? --server-timeout 30m waits longer, --jobs 1 asks less at once",
            )
        if isinstance(reason, (NewConnectionError, Timeout)):
            return ModelError(
                f"no server at {self.root}", hint="is it running, and reachable from here?"
            )
        return ModelError(
            f"cannot talk to {self.root}: {one_line(str(reason))[:_SHOWN]}",
            hint="check the address; https:// where it uses TLS",
        )

    def _refused(self, status: int, said: str) -> ModelError:
        words = _words(said)
        if status in (401, 403):
            return ModelError(
                f"{self.root} does not let us in ({status}): {words}",
                hint="its key: --server-key-file FILE, or MHM_SERVER_KEY",
            )
        if _TOO_LONG.search(said):
            window = _ITS_WINDOW.search(said)
            return WindowFullError(
                f"more tokens than the window of {self.root} holds: {words}",
                hint=f"--server-window {window[1] if window else 'TOKENS'} says how many it has; a "
                "smaller one leaves more of it free",
            )
        if status == 404:  # noqa: PLR2004
            return ModelError(
                f"{self.root} has no such thing ({status}): {words}",
                hint="check the address, and the model's name: -m NAME",
            )
        if status in _TEMPORARY:
            return ModelError(
                f"{self.root} is failing ({status}): {words}",
                hint="look into the server's log; the same command goes on where it was",
            )
        return RefusedError(f"{self.root} refuses ({status}): {words}", said)


def is_address(url: str) -> bool:
    """Whether it is the address of a server and no more: what stands in it is shown."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  it is looked at
    except ValueError:
        return False
    more = parts.username or parts.password or parts.query or parts.fragment
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not more


def _words(said: str) -> str:
    """What an error says, out of the JSON round it."""
    try:
        found = json.loads(said)
        error = found.get("error", found)
        text = error if isinstance(error, str) else error.get("message") or error.get("detail")
    except (ValueError, AttributeError, RecursionError):
        text = said
    return one_line(str(text or said))[:_SHOWN] or "it says no more"
