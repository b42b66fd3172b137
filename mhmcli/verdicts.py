"""Whether the yes of a model means anything."""

from __future__ import annotations

from mhmcli import models
from mhmcli.errors import ModelError
from mhmcli.judge import can_judge
from mhmcli.prompter import Prompter


def judges(name: str | None, prompter: Prompter, *, strict: bool = False) -> bool:
    """What the catalog says of the model of that name; one that nobody has measured is asked, as is
    one without a name of ours.

    Raises:
        ModelError: it means nothing, and answers are to be strict.
    """
    found = models.resolve(name) if name is not None else None
    known = found.judges if isinstance(found, models.CatalogModel) else None
    can = can_judge(prompter) if known is None else known
    if strict and not can:
        raise ModelError(
            "this model's yes and no say nothing, and --strict goes by them",
            hint="leave --strict out, or choose another model",
        )
    return can
