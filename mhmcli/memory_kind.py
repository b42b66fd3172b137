"""The names of memories (`mhmcli.presets` says what they are), light to import."""

from __future__ import annotations

from enum import StrEnum


class MemoryKind(StrEnum):
    """What `--memory` chooses from."""

    SCORING = "scoring"
    APPEND = "append"
    SCRIBE = "scribe"
    MHM_LRU = "mhm-lru"
    MONOLITHIC = "monolithic"


DEFAULT_MEMORY = MemoryKind.SCORING
