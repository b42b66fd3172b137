"""JSON Schemas as grammars, by llama-cpp-python's converter."""

from __future__ import annotations

import json
from typing import Any

from llama_cpp import llama_grammar

from mhmcli.errors import UsageError


def grammar_of(schema: str) -> str:
    """The grammar (GBNF) of the JSON that a JSON Schema describes.

    Raises:
        UsageError: the schema has something that is not supported.
    """
    try:
        return str(llama_grammar.json_schema_to_gbnf(schema, _order(json.loads(schema))))
    except Exception as error:  # the converter asserts, and indexes what is not there
        raise UsageError(
            f"the schema cannot be used: {type(error).__name__}: {error}",
            hint="objects, arrays, strings, numbers, enums and references are understood",
        ) from error


def _order(schema: Any) -> list[str]:
    """The names of properties in the order in which they stand, which the converter loses."""
    if isinstance(schema, list):
        return [name for part in schema for name in _order(part)]
    if not isinstance(schema, dict):
        return []
    names = list(schema.get("properties", {})) if isinstance(schema.get("properties"), dict) else []
    return names + [name for part in schema.values() for name in _order(part)]
