"""The receipt says what was not read, and what was not looked at twice."""

from __future__ import annotations

from dataclasses import replace

from mhmcli.engine import EngineInfo, Spent
from mhmcli.receipt import Receipt, duration
from mhmcli.source import SourceReport

ENGINE = EngineInfo("model", "", "CPU", "build", 4096, 512)


WHOLE = Receipt((), 900, 3, {"wrote": 3}, Spent(), 9.0, 1.0, ENGINE, finished=True)


def test_what_there_was_no_room_to_keep_is_no_full_coverage() -> None:
    """A count, or a choice, may have missed it."""
    assert WHOLE.complete
    assert not replace(WHOLE, not_kept=1200).complete
    (line,) = (line for line in replace(WHOLE, not_kept=1200).lines() if "NO ROOM" in line)
    assert "THE LAST 1,200 PASSAGES" in line
    assert not any("NO ROOM" in line for line in WHOLE.lines())


def test_of_a_memory_that_had_it_all_the_documents_may_have_gone() -> None:
    gone = SourceReport("a.txt", "gone", bytes_read=0, bytes_total=None, cut_short="gone")
    assert not replace(WHOLE, sources=(gone,)).complete
    assert replace(WHOLE, sources=(gone,), remembered="20261122-1").complete


def test_a_scan_that_was_stopped_has_read_nothing() -> None:
    """And one that took everything has no rest."""
    scanned = replace(WHOLE, chunks=0, scanned=500, document_tokens=0)
    stopped = "\n".join(replace(scanned, share_read=0.0, finished=False).lines())
    assert "model read  nothing of 500 passages" in stopped
    assert "STOPPED BEFORE THE END" in stopped
    assert "THE REST" not in stopped
    assert "THE REST" in "\n".join(replace(scanned, share_read=0.3).lines())
    assert "THE REST" not in "\n".join(scanned.lines())


def test_what_was_scanned_before_it_was_read_is_scanned() -> None:
    """All of it, when the reading was stopped; in part, when the scan was."""
    source = SourceReport("a.txt", "text", bytes_read=900, bytes_total=900, lines=9)
    stopped = replace(WHOLE, sources=(source,), scanned=90, share_read=0.4, finished=False)
    shown = "\n".join(stopped.lines())
    assert "scanned a.txt: 9 lines" in shown
    assert "40% of the document" in shown
    assert "THE REST WAS ONLY SCANNED; STOPPED BEFORE THE END" in shown
    assert "SCANNED IN PART a.txt" in "\n".join(replace(stopped, chunks=0).lines())


def test_of_a_document_without_a_known_end_no_share_is_known() -> None:
    """Nothing of one whose end is known is another thing."""
    line = next(line for line in replace(WHOLE, share_read=None).lines() if "model read" in line)
    assert "of a document without a known end" in line
    assert "THE REST WAS ONLY SCANNED" in line
    line = next(line for line in replace(WHOLE, share_read=0.0).lines() if "model read" in line)
    assert "0% of the document" in line


def test_scanning_is_no_reading() -> None:
    """A pipe may have been waited for."""
    made = replace(WHOLE, scanning_seconds=30.0, share_read=0.5)
    assert f"30.0 s scanning + {duration(WHOLE.seconds)} reading" in "\n".join(made.lines())
    assert made.tokens_per_s == WHOLE.tokens_per_s
    assert "scanning +" not in "\n".join(replace(made, scanning_seconds=0.3).lines())


def test_the_rest_of_a_skim_is_named() -> None:
    assert "THE REST WAS ONLY SCANNED" in "\n".join(replace(WHOLE, share_read=0.2).lines())
    assert "20% of the document" in "\n".join(replace(WHOLE, share_read=0.2).lines())
    assert "SCANNED" not in "\n".join(WHOLE.lines())


def test_what_has_documents_in_it_tells_of_them_together() -> None:
    """How many there are, what is no text, and what could not be read; not each by its own line."""
    pdf = SourceReport("logs.zip/a.pdf", "pdf", 90, 90, pages_total=3, image_pages=(3,))
    source = SourceReport(
        "logs.zip",
        "zip",
        bytes_read=100,
        bytes_total=100,
        members=(SourceReport("logs.zip/a.txt", "text", 10, 10, lines=2), pdf),
        passed_over=tuple(f"logs.zip/{n}.png" for n in range(5)),
        failed_parts=("logs.zip/b.txt: Bad CRC-32",),
    )
    made = replace(WHOLE, sources=(source,))
    assert not made.complete
    assert made.lines()[:4] == [
        "READ IN PART logs.zip: 2 documents, 100 of 100 bytes",
        "        logs.zip: no text, passed over: logs.zip/0.png, logs.zip/1.png, logs.zip/2.png "
        "and 2 more",
        "        logs.zip: logs.zip/b.txt: Bad CRC-32",
        "        logs.zip/a.pdf: pictures without text, not read: page 3 (ocrmypdf would add the "
        "text)",
    ]
