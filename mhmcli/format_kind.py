"""The names of the forms of an answer (`mhmcli.formats` makes them), light to import."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What `--format` chooses from."""

    SHORT = "short"
    FULL = "full"
    LIST = "list"
    TABLE = "table"
    JSON = "json"
