"""Whether the yes of a model means anything."""

from __future__ import annotations

from pathlib import Path

from mhmcli import models
from mhmcli.judge import can_judge
from mhmcli.prompter import Prompter


def judges(name: str, prompter: Prompter) -> bool:
    """What the catalog says of the model of that name; one that nobody has measured is asked."""
    found = models.resolve(name)
    known = None if isinstance(found, Path) else found.judges
    return can_judge(prompter) if known is None else known
