"""Where models are on this machine, and which file a name stands for."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from mhmcli.errors import ModelError
from mhmcli.folders import in_cache
from mhmcli.models.catalog import CatalogModel, find

_HASH_BLOCK = 1 << 22


def directory() -> Path:
    """Where models are kept: `MHM_MODELS_DIR`, or `models` in the user's cache directory.

    Raises:
        ModelError: the user has no home.
    """
    return in_cache("models", "MHM_MODELS_DIR", what="models", error=ModelError)


def path_of(model: CatalogModel) -> Path:
    """Where the model's file is, or would be."""
    return directory() / model.file


def is_installed(model: CatalogModel) -> bool:
    """True when the whole file is there. Its hash was checked before it took that name."""
    with contextlib.suppress(OSError):
        return path_of(model).stat().st_size == model.size_bytes
    return False


def not_here(model: CatalogModel) -> ModelError:
    """What is said where the model would have to be fetched, and the network is forbidden."""
    return ModelError(
        f"the model {model.name} is not on this machine, and the network is forbidden",
        hint=f"fetch it while online: mhm models pull {model.name}",
    )


def resolve(name: str) -> Path | CatalogModel:
    """The file that `-m NAME` means when it is a path, otherwise the model of the catalog.

    Raises:
        ModelError: it looks like a path and nothing is there, or no model has that name.
    """
    if os.sep not in name and not name.endswith(".gguf"):
        with contextlib.suppress(ModelError):  # a file that is called as a model is, is not meant
            return find(name)
    try:
        path = Path(name).expanduser()
    except RuntimeError as error:
        raise ModelError(f"no model file at {name}: {error}", hint="check the path") from error
    if os.path.isfile(path):  # noqa: PTH113  pathlib's own raises on a name that is too long
        return path
    if os.path.isdir(path):  # noqa: PTH112
        raise ModelError(f"{name} is a directory", hint="name the GGUF file in it")
    if name.endswith(".gguf") or os.sep in name:
        raise ModelError(f"no model file at {name}", hint="for the named ones see: mhm models list")
    return find(name)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def remove(model: CatalogModel) -> int:
    """The model's file, and what is left of an unfinished download, are gone; bytes freed.

    Raises:
        ModelError: one of them cannot be removed.
    """
    freed = 0
    for path in (path_of(model), partial_of(model), lock_of(model)):
        try:
            size = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ModelError(
                f"cannot remove {path}: {error.strerror}", hint="check the folder's permissions"
            ) from error
        freed += size
    return freed


def partial_of(model: CatalogModel) -> Path:
    """Where an unfinished download is kept until it is whole and its hash is right."""
    return directory() / f"{model.file}.partial"


def lock_of(model: CatalogModel) -> Path:
    """The lock that a download holds."""
    return directory() / f"{model.file}.lock"
