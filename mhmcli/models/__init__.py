"""Named models: a small catalog, where their files are, and how they get there."""

from mhmcli.models.catalog import CATALOG, DEFAULT, CatalogModel, find
from mhmcli.models.fetch import Fetching, fetch
from mhmcli.models.store import (
    directory,
    is_installed,
    not_here,
    path_of,
    remove,
    resolve,
    sha256_of,
)

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
