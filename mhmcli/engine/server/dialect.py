"""Requests as a server understands them: what it may be asked for, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mhmcli.engine import Sampling
from mhmcli.engine.server.client import RefusedError
from mhmcli.engine.server.offer import Kind

_TOPS = (20, 5, 0)  # of the likeliest tokens: so many most servers tell, some fewer, some none
_GO_ON = "Go on with what you began to write, from where it ends, and write nothing else."


@dataclass(frozen=True, slots=True)
class Turns:
    """A chat: the system prompt, the user's message, and what the reply begins with."""

    system: str
    user: str
    begun: str


class Dialect:
    """What is asked of one server. Where it refuses a part of a request that can be left out, it is
    left out from then on."""

    def __init__(self, kind: Kind, model: str) -> None:
        self._kind = kind
        self._model = model
        self._tops = list(_TOPS)
        self._has_system = True
        self._forms = ["json_schema", "json_object"]
        if kind is Kind.OTHER:
            self._forms.reverse()

    @property
    def goes_on(self) -> bool:
        """Whether a reply that is begun is gone on with, token for token."""
        return self._kind is not Kind.OTHER

    def chat(self, turns: Turns, max_tokens: int) -> dict[str, Any]:
        """A request for what comes after these turns."""
        system, user = turns.system, turns.user
        messages = [{"role": "system", "content": system}] if system else []
        if system and not self._has_system:
            messages, user = [], f"{system}\n\n{user}"
        messages.append({"role": "user", "content": user})
        body: dict[str, Any] = {"model": self._model, "max_tokens": max_tokens}
        if turns.begun:
            messages.append({"role": "assistant", "content": turns.begun})
        if turns.begun and not self.goes_on:
            messages.append({"role": "user", "content": _GO_ON})
        if turns.begun and self._kind is Kind.VLLM:
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        if self._kind is not Kind.OTHER:
            body["chat_template_kwargs"] = {"enable_thinking": False}
        return {**body, "messages": messages}

    def verdict(self, turns: Turns) -> dict[str, Any]:
        """A request for how likely each token is to come next."""
        told = {"logprobs": True, "top_logprobs": self._tops[0]} if self._tops[0] else {}
        return {**self.chat(turns, 1), "temperature": 0, **told}

    def reply(self, turns: Turns, max_tokens: int, sampling: Sampling) -> dict[str, Any]:
        """A request for a reply, which is drawn as asked, and of the form that is asked for."""
        body = {**self.chat(turns, max_tokens), "temperature": sampling.temperature}
        if sampling.temperature > 0:
            body |= {"top_p": sampling.top_p, "seed": sampling.seed}
        grammar = sampling.grammar
        if grammar and grammar.schema:
            body |= self._of_form(json.loads(grammar.schema))
        elif grammar and self._kind is Kind.LLAMA_CPP:
            body["grammar"] = grammar.rules
        return body

    def _of_form(self, schema: dict[str, Any]) -> dict[str, Any]:
        """That the reply is to be of that schema, in the server's words; nothing where it knows
        none: what comes is looked at in any case."""
        if not self._forms:
            return {}
        if self._forms[0] == "json_object":
            return {"response_format": {"type": "json_object", "schema": schema}}
        named = {"name": "answer", "schema": schema, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": named}}

    def gives_way(self, refused: RefusedError, body: dict[str, Any]) -> bool:
        """Whether what was refused is left out from now on, and is worth asking again."""
        said = refused.said.lower()
        if "logprob" in said and "top_logprobs" in body:
            if self._tops[0] == body["top_logprobs"]:  # no other request was told so before
                del self._tops[0]
            return True
        if "system" in said and "role" in said and body["messages"][0]["role"] == "system":
            self._has_system = False
            return True
        form = body.get("response_format", {}).get("type")
        if form and ("response_format" in said or "json_" in said):
            if self._forms[:1] == [form]:
                del self._forms[0]
            return True
        return False
