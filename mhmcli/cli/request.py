"""What the user asks for, once its parts are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mhmcli.cli.options import Cite
from mhmcli.format_kind import Format
from mhmcli.memory_kind import DEFAULT_MEMORY, MemoryKind
from mhmcli.server_options import ServerOptions


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, as given; None where it is left to the program."""

    sources: tuple[str, ...]
    questions: tuple[str, ...]
    is_row: bool = False  # one of the documents of --each
    model: str = "default"
    memory: MemoryKind = DEFAULT_MEMORY
    heads: int | None = None
    head_tokens: int | None = None
    chunk_tokens: int | None = None
    overlap_tokens: int = 0
    answer_tokens: int | None = None
    quick: bool = False
    skim: float | None = None  # a share, 0 to 1
    budget: float | None = None  # seconds
    session: str | None = None  # whose memory is asked first, and whose documents are then read
    fresh: bool = False  # nothing that an earlier run has read
    history: bool = True  # whether the run is written down
    cache_bytes: int = 0  # that may be kept for the next question
    password: str | None = None
    loaders: Mapping[str, str] = field(default_factory=dict)  # commands by suffix
    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0
    threads: int | None = None
    gpu_layers: int = -1
    offline: bool = False
    server: ServerOptions | None = None  # that is the engine
    strict: bool = False  # an answer where the model is sure of it alone
    partial_ok: bool = False
    cite: Cite = Cite.QUOTES
    form: Format = Format.SHORT
    schema: str = ""  # of JSON, as JSON; empty for other forms
    as_json: bool = False
    as_events: bool = False
    quiet: bool = False
    verbose: int = 0

    @property
    def known_model(self) -> str | None:
        """The name or path of a model of ours; None of a server's."""
        return None if self.server else self.model

    @property
    def looks_up_quotes(self) -> bool:
        """Whether anybody is to see the quotations."""
        return self.as_json or self.as_events or (self.cite is Cite.QUOTES and not self.quiet)

    @property
    def is_for_programs(self) -> bool:
        """Whether stdout is to be parsed."""
        return self.as_json or self.as_events or self.form is Format.JSON
