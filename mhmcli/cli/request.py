"""What the user asks for, once its parts are read."""

from __future__ import annotations

from dataclasses import dataclass

from mhmcli.cli.options import Cite
from mhmcli.format_kind import Format
from mhmcli.memory_kind import MemoryKind


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, as given; None where it is left to the program."""

    sources: tuple[str, ...]
    questions: tuple[str, ...]
    model: str
    memory: MemoryKind
    heads: int | None
    head_tokens: int | None
    chunk_tokens: int | None
    overlap_tokens: int
    quick: bool
    skim: float | None  # a share, 0 to 1
    budget: float | None  # seconds
    session: str | None  # whose memory may have the answer, and whose documents are read if not
    fresh: bool  # nothing that an earlier run has read
    history: bool  # whether the run is written down
    cache_bytes: int  # that may be kept for the next question
    password: str | None
    temperature: float
    top_p: float
    seed: int
    threads: int | None
    gpu_layers: int
    offline: bool
    partial_ok: bool
    cite: Cite
    form: Format
    schema: str  # of JSON, as JSON; empty for other forms
    as_json: bool
    quiet: bool
    verbose: int

    @property
    def looks_up_quotes(self) -> bool:
        """Whether anybody is to see the quotations."""
        return self.as_json or (self.cite is Cite.QUOTES and not self.quiet)
