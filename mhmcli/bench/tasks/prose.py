"""Prose made from nothing but chance: paragraphs about an estate where little happens.

It is there to be read past. It has no numbers, and none of the things that needles are about.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

_WHO = (
    "the gardener", "an old carter", "the miller's daughter", "our neighbour", "the schoolmaster",
    "a travelling tailor", "the vicar", "one of the farm hands", "the postman", "a retired clerk",
    "the innkeeper", "her eldest brother", "the cook", "a stranger in a grey coat", "the shepherd",
)  # fmt: skip
_DID = (
    "mended the fence", "walked down to the ford", "complained about the price of hay",
    "told a long story of the great frost", "slept through the afternoon", "painted the shutters",
    "looked for the lost ferret", "counted the swallows on the wire", "brought in the washing",
    "argued about the weather", "read aloud from an almanac", "swept the yard twice over",
    "waited for the carrier's cart", "planted a row of beans", "sharpened the scythes",
)  # fmt: skip
_WHEN = (
    "before breakfast", "on the first dry day of the week", "while the kettle boiled",
    "towards evening", "after the bells had stopped", "in the middle of the sermon",
    "when the rain let up", "long after the lamps were lit", "at the turn of the year",
    "during the sheep fair", "as the fog came up from the marsh", "on the way home",
)  # fmt: skip
_BECAUSE = (
    "because nobody else would", "and thought no more of it", "which surprised no one",
    "although the ground was still wet", "as had been agreed at Michaelmas",
    "and was none the worse for it", "to the great amusement of the children",
    "without a word to anybody", "for want of anything better to do", "as people there always do",
)  # fmt: skip
_SAID = (
    "People said that it had always been so.", "The dog barked once and lay down again.",
    "Nobody wrote it down.", "It made no difference in the end.", "The swallows came back late.",
    "There was soup, and afterwards there was cheese.", "The road was as bad as ever.",
    "A door banged somewhere in the house.", "The clock in the hall had stopped again.",
    "By then the light was gone.", "The river was high but kept to its bed.",
)  # fmt: skip
_SHORTEST, _LONGEST = 4, 8  # sentences of a paragraph


def paragraphs(chance: random.Random) -> Iterator[str]:
    """Paragraphs without end, each with a blank line after it."""
    while True:
        count = chance.randint(_SHORTEST, _LONGEST)
        yield " ".join(sentence(chance) for _ in range(count)) + "\n\n"


def sentence(chance: random.Random) -> str:
    """One sentence."""
    text = _clause(chance)
    return text[0].upper() + text[1:]


def _clause(chance: random.Random) -> str:
    shape = chance.randrange(5)
    who, did, when = chance.choice(_WHO), chance.choice(_DID), chance.choice(_WHEN)
    if shape == 0:
        return chance.choice(_SAID)
    if shape == 1:
        return f"{when} {who} {did}."
    if shape == 2:  # noqa: PLR2004
        return f"{who} {did} {when}, {chance.choice(_BECAUSE)}."
    if shape == 3:  # noqa: PLR2004
        other = chance.choice([name for name in _WHO if name != who])
        return f"{who} {did}, and {other} {chance.choice(_DID)}."
    return f"{who} {did} {chance.choice(_BECAUSE)}."
