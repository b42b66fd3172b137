"""What was read is kept for another look."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from mhmcli.chunk import Chunk
from mhmcli.source import Passage, Place
from mhmcli.spool import Spool


def chunks(number: int) -> list[Chunk]:
    return [
        Chunk(n, (Passage(f"Text of chunk {n}. ", Place("a.txt", line=n + 1)),), 5)
        for n in range(number)
    ]


@pytest.mark.parametrize("memory_bytes", [0, 1000, 1 << 20])
def test_chunks_are_kept_as_they_pass(memory_bytes: int) -> None:
    """All of them, with their places, as often as one looks: in memory, on disk, and in both."""
    spool = Spool[Chunk](memory_bytes=memory_bytes)
    assert list(spool.through(chunks(20))) == chunks(20)
    assert list(spool.kept()) == chunks(20)
    assert list(spool.kept()) == chunks(20)
    assert (len(spool), spool[7]) == (20, chunks(20)[7])
    spool.close()


def test_beyond_the_limit_nothing_is_kept_and_nothing_is_lost() -> None:
    """The reading goes on; what is kept are the first chunks, whole."""
    spool = Spool[Chunk](limit_bytes=2000)
    assert list(spool.through(chunks(50))) == chunks(50)
    kept = list(spool.kept())
    assert 0 < len(kept) < 50
    assert kept == chunks(50)[: len(kept)]
    assert spool.missed == 50 - len(kept)
    spool.close()


def test_a_full_disk_ends_the_keeping_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("r+b", buffering=0) as full:
        monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full)
        spool = Spool[Chunk](memory_bytes=0)
        assert list(spool.through(chunks(3))) == chunks(3)
        assert (len(spool), spool.missed) == (0, 3)


def test_what_was_kept_before_the_disk_was_full_can_be_read() -> None:
    """And the spool still closes."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    spool = Spool[Chunk](memory_bytes=0)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limit[1]))
        assert list(spool.through(chunks(50))) == chunks(50)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    kept = list(spool.kept())
    assert 0 < len(kept) < 50
    assert kept == chunks(50)[: len(kept)]
    assert spool.missed == 50 - len(kept)
    spool.close()


def test_a_machine_without_temporary_files_reads_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(**_: object) -> None:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.TemporaryFile", nowhere)
    spool = Spool[Chunk](memory_bytes=1000)
    assert list(spool.through(chunks(50))) == chunks(50)
    assert 0 < len(spool) < 10
    assert spool.missed == 50 - len(spool)
    assert list(spool.kept()) == chunks(len(spool))
    spool.close()


def test_what_was_kept_can_be_read_while_more_comes() -> None:
    spool = Spool[Chunk]()
    for number, _ in enumerate(spool.through(chunks(9))):
        assert spool[number // 2] == chunks(9)[number // 2]
    assert list(spool.kept()) == chunks(9)
    spool.close()
