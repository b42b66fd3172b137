"""What a server says of itself: its models, how long a request may be, how many at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mhmcli.engine.server.client import Client
from mhmcli.errors import ModelError, UsageError
from mhmcli.server_options import ServerOptions

UNSAID_WINDOW_TOKENS = 4096


class Kind(StrEnum):
    """A server that knows more than all do, by what it calls the owner of its models."""

    LLAMA_CPP = "llamacpp"
    VLLM = "vllm"
    OTHER = "other"


_TELLING = ("id", "root", "meta", "max_model_len")
_TOGETHER = {Kind.LLAMA_CPP: 4, Kind.VLLM: 16, Kind.OTHER: 1}  # requests, where it does not say


@dataclass(frozen=True, slots=True)
class Offer:
    """The model that is asked for, and what the server says of it; `identity` is another where the
    model of that name is another, as far as the server tells."""

    kind: Kind
    model: str
    build: str
    window_tokens: int
    together: int
    identity: str


def offered(client: Client, options: ServerOptions) -> Offer:
    """What the server has of what is asked for.

    Raises:
        UsageError: it has several models, and none is named.
        ModelError: it has no such model, or is not there.
    """
    about = _chosen(client.models(), options, client.root)
    owner = about.get("owned_by")
    kind = Kind(owner) if owner in {each.value for each in Kind} else Kind.OTHER
    props = client.about("props") if kind is Kind.LLAMA_CPP else {}
    if kind is Kind.LLAMA_CPP:
        build = f"llama-server {props.get('build_info', '')}".strip()
    elif kind is Kind.VLLM:
        build = f"vLLM {client.about('version').get('version', '')}".strip()
    else:
        build = "an OpenAI-compatible server"
    return Offer(
        kind,
        str(about.get("id", "")),
        build,
        options.window_tokens or _window(about, props),
        options.together or _number(props, "total_slots") or _TOGETHER[kind],
        json.dumps([build, *(about.get(name) for name in _TELLING)], sort_keys=True),
    )


def _chosen(
    models: Sequence[Mapping[str, Any]], options: ServerOptions, root: str
) -> Mapping[str, Any]:
    """The model that is asked for."""
    names = [str(model.get("id", "")) for model in models]
    if options.model is None and len(models) == 1:
        return models[0]
    if options.model in names:
        return models[names.index(options.model)]
    there = ", ".join(names) or "none"
    if options.model is None and models:
        raise UsageError(f"{root} has several models", hint=f"-m NAME; there are: {there}")
    raise ModelError(
        f"{root} has no model {options.model or ''}".rstrip(), hint=f"there are: {there}"
    )


def _window(about: Mapping[str, Any], props: Mapping[str, Any]) -> int:
    """Tokens of a request, as the server says."""
    settings = props.get("default_generation_settings")
    of_slot = _number(settings, "n_ctx") if isinstance(settings, dict) else None
    return of_slot or _number(about, "max_model_len") or UNSAID_WINDOW_TOKENS


def _number(of: Mapping[str, Any], name: str) -> int | None:
    value = of.get(name)
    return value if isinstance(value, int) and value > 0 else None
