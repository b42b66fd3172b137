"""JSON Schemas as grammars, by llama-cpp-python's converter."""

from __future__ import annotations

import json
from typing import Any

import llama_cpp
from llama_cpp import llama_grammar

from mhmcli.errors import UsageError


def grammar_of(schema: str) -> str:
    """The grammar (GBNF) of the JSON that a JSON Schema describes, one that llama.cpp takes.

    Raises:
        UsageError: the schema has something that is not supported.
    """
    order = list(dict.fromkeys(_order(json.loads(schema))))
    try:
        grammar = str(llama_grammar.json_schema_to_gbnf(schema, order))
    except Exception as error:  # the converter asserts, and indexes what is not there
        raise _unusable(f"{type(error).__name__}: {error}") from error
    parsed = llama_cpp.llama_sampler_init_grammar(None, grammar.encode(), b"root")
    if not parsed:
        raise _unusable("llama.cpp does not take a pattern, a value or a limit in it")
    llama_cpp.llama_sampler_free(parsed)
    return grammar


def _unusable(reason: str) -> UsageError:
    return UsageError(
        f"the schema cannot be used: {reason}",
        hint="objects, arrays, strings, numbers, enums and references in $defs are understood",
    )


def _order(schema: Any) -> list[str]:
    """The names of properties in the order in which they stand, those of the outermost objects
    first; the converter loses it."""
    if isinstance(schema, list):
        return [name for part in schema for name in _order(part)]
    if not isinstance(schema, dict):
        return []
    names = schema.get("properties")
    own = list(names) if isinstance(names, dict) else []
    return own + [name for part in schema.values() for name in _order(part)]
