"""Named models: a small catalog, where their files are, and how they get there."""

from typing import TYPE_CHECKING

from mhmcli.models.catalog import CATALOG, DEFAULT, CatalogModel, find
from mhmcli.models.store import (
    directory,
    is_installed,
    not_here,
    path_of,
    remove,
    resolve,
    sha256_of,
)

if TYPE_CHECKING:
    from mhmcli.models.fetching import Fetching, fetch

__all__ = [
    "CATALOG",
    "DEFAULT",
    "CatalogModel",
    "Fetching",
    "directory",
    "fetch",
    "find",
    "is_installed",
    "not_here",
    "path_of",
    "remove",
    "resolve",
    "sha256_of",
]


def __getattr__(name: str) -> object:
    if name in {"Fetching", "fetch"}:
        from mhmcli.models import fetching  # noqa: PLC0415  heavy: HTTP, and a lock

        return getattr(fetching, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
