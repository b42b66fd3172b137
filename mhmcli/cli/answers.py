"""How answers and receipts are told to a person."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from mhmcli.answer import Answer
from mhmcli.asked import Asked, asked
from mhmcli.cli.options import Cite
from mhmcli.cli.output import print_line, say
from mhmcli.cli.quoting import say_quotes
from mhmcli.format_kind import Format
from mhmcli.printable import one_line, printable
from mhmcli.receipt import Receipt
from mhmcli.refusal import says_none
from mhmcli.source import Place

_MOST_PLACES = 8
_SORT_CHARS = 100
_LOST = "the model's notes alone: their source is lost"


def print_answers(answers: Sequence[Answer], *, of: int, form: Format = Format.SHORT) -> None:
    """The answers, each behind its question where it is one `of` several; JSON alone, a line
    each."""
    texts = [printable(answer.text) for answer in answers]
    if form is Format.JSON:
        print_line("\n".join(texts))
        return
    if of > 1:
        texts = [f"{one_line(a.question)}\n{t}" for a, t in zip(answers, texts, strict=True)]
    print_line("\n\n".join(texts))


def say_receipt(receipt: Receipt, answers: Sequence[Answer], cite: Cite = Cite.QUOTES) -> None:
    """The coverage receipt, and the places that the answers were taken from, with quotations."""
    for answer in answers:
        say_behind(answer, cite, of=len(answers))
    for line in receipt.lines():
        say(line)


def say_behind(answer: Answer, cite: Cite, *, of: int) -> None:
    """What stands behind an answer, one `of` several: where it was taken from, what was counted for
    it, and what was not done."""
    _say_where(answer, cite, of=of)
    if not answer.found and answer.said and not says_none(answer.said):
        made_up = one_line(answer.said)[:_SORT_CHARS]
        say(f"        made up, and not taken: {made_up}")
    if answer.unnamed:
        say(f"        named nowhere in it: {one_line(', '.join(answer.unnamed))[:_SORT_CHARS]}")
    wanted = asked(answer.question)
    if answer.counted is None and answer.found and wanted is not Asked.ONE:
        not_done = "counted" if wanted is Asked.COUNT else "listed one by one"
        say(f"        not {not_done}: it is what the model makes of the sentences it was shown")
    _say_sorts("counted ", answer.counted or ())
    _say_sorts("as one  ", answer.told_again)
    if answer.left_out:
        say(f"        not gone through sentence by sentence: {answer.left_out:,} passages")
    if not answer.complete:
        say(f"        the answer ran into its limit: {one_line(answer.question)}")


def _say_where(answer: Answer, cite: Cite, *, of: int) -> None:
    is_written = answer.found and answer.counted is None
    cited = _cited(answer.places) or (_LOST if is_written else "")
    if cited and cite is not Cite.NONE:
        about = f"{one_line(answer.question)} " if of > 1 else ""
        say(f"from    {about}{cited}")
    if cite is Cite.QUOTES:
        say_quotes(answer)


def _say_sorts(label: str, sorts: Sequence[tuple[str, int]]) -> None:
    for sort, number in sorts[:_MOST_PLACES]:
        say(f"{label}{number} x {one_line(sort)[:_SORT_CHARS]}")
    if len(sorts) > _MOST_PLACES:
        say(f"        and {len(sorts) - _MOST_PLACES} sorts of line more")


def _cited(places: Sequence[Place]) -> str:
    """Places as a person would cite them: 'a.pdf p. 3, p. 7; b.log line 12 and 2 more'."""
    named = dict.fromkeys((one_line(p.source), one_line(p.in_source())) for p in places)
    by_source: dict[str, list[str]] = {}
    for source, place in islice(named, _MOST_PLACES):
        by_source.setdefault(source, []).append(place)
    cited = "; ".join(f"{source} {', '.join(found)}" for source, found in by_source.items())
    more = len(named) - _MOST_PLACES
    return cited + (f" and {more} more" if more > 0 else "")
