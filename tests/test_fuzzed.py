"""What is spoiled at random is refused or read, and crashes nothing."""

from __future__ import annotations

from tests.fuzzed import main


def test_spoiled_inputs_crash_nothing() -> None:
    """`python -m tests.fuzzed 5000` does the same longer."""
    found = main(340)
    assert found["crashes"] == {}
    assert len(found["tried"]) == 16
    assert {"gzip", "pdf", "gguf header", "session"} <= found["refused"].keys()
