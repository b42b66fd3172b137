"""The form of an answer: as it is, with the facts that it follows from, as a list, a table, or JSON
of a schema.

What a model has answered is put into a form by the model too, under a grammar: the next token is
one with which the text can still become a list, a table or JSON, so what comes always parses.
What the program has counted or listed, the program puts into form.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mhmcli import prompts
from mhmcli.answer import Answer
from mhmcli.chunk import Count
from mhmcli.engine import Grammar
from mhmcli.format_kind import Format
from mhmcli.printable import one_line
from mhmcli.prompter import Prompter, run
from mhmcli.replies import ITEM

_LINE = r"[^\n]"
_CELL = r"[^|\n]"
_MOST_COLUMNS = 6
_LEAST_ROWS = 3  # of a table: its header, the line below it, and what it says
_TEMPLATE_TOKENS = 64  # round the notes, at most
_LIST = f'root ::= item+\nitem ::= "- " {_LINE}+ "\\n"'
NOTHING = "null"
_ARRAY = '"array"'  # of a schema that has room for items


@dataclass(frozen=True, slots=True)
class Form:
    """A form of answers. A JSON `schema` comes with its `grammar` (GBNF)."""

    kind: Format
    schema: str = ""
    grammar: str = ""


def shaped(
    prompter: Prompter, answer: Answer, form: Form, max_tokens: int
) -> Generator[str, None, Answer]:
    """The answer with its text in that form; pieces are yielded as they are decoded. Of no answer
    there is no list and no table, but JSON there is: null."""
    if not answer.found:
        return replace(answer, text=NOTHING) if form.kind is Format.JSON else answer
    if form.kind is Format.SHORT:
        return answer
    if form.kind is Format.FULL:
        facts = f"{answer.facts}\n\n" if answer.facts else ""
        return replace(answer, text=facts + answer.text)
    if form.kind is not Format.JSON and (answer.items or answer.counted is not None):
        return replace(answer, text=_of_items(answer, form.kind)) if answer.items else answer
    asking = prompts.in_form(answer.question, _DESCRIPTIONS[form.kind].format(form.schema))
    room = prompter.room_tokens - max_tokens - prompter.count(asking) - _TEMPLATE_TOKENS
    notes, is_shown = _notes(answer, prompter.count, room, items=_ARRAY in form.schema)
    answer = replace(answer, complete=answer.complete and is_shown)
    rules = form.grammar or _GRAMMARS.get(form.kind, "")
    grammar = Grammar(rules, form.schema) if rules else None
    sequence = run(prompter.read(prompts.notes(notes), of_document=False))
    try:
        reply = yield from prompter.reply(asking, max_tokens, after=sequence, grammar=grammar)
    finally:
        prompter.forget(sequence)
    if form.kind is Format.JSON:
        return _as_json(answer, reply.text, json.loads(form.schema))
    text = reply.text if reply.ended else _without_loop(reply.text)
    text, is_whole = _lines_of(form.kind, text)
    return replace(answer, text=text, complete=answer.complete and reply.ended and is_whole)


def _lines_of(kind: Format, text: str) -> tuple[str, bool]:
    """A list or a table, and whether it is one: what a server writes that knows no grammars may
    have words around it, and other bullets."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if kind is Format.LIST:
        return "\n".join(f"- {ITEM.sub('', line)}" for line in lines), bool(lines)
    rows = [line for line in lines if line.startswith("|")]
    is_one = len(rows) >= _LEAST_ROWS
    return "\n".join(rows) if is_one else text, is_one


def _without_loop(text: str) -> str:
    """A list or a table that came to no end, each of its whole lines once."""
    lines = text.splitlines()
    return "\n".join(dict.fromkeys(lines[:-1] or lines))


def _notes(answer: Answer, count: Count, room: int, *, items: bool) -> tuple[list[str], bool]:
    """What is shown of the answer: the sentences that it is from, what was counted with its places,
    as much as there is room for, and the answer itself, or the beginning of it; and whether the
    answer is shown whole, with all its items if these are wanted."""
    text = answer.text
    while text and count(text) > room:
        text = text[: len(text) // 2]
    room -= count(text)
    kept = []
    for note in (*answer.telling, *(f"{place}: {item}" for item, place in answer.items)):
        room -= count(note) + 1
        if room < 0:
            break
        kept.append(note)
    all_items = len(kept) == len(answer.telling) + len(answer.items)
    is_shown = text == answer.text and (all_items or not items or not answer.items)
    return [*kept, text], is_shown


def _as_json(answer: Answer, text: str, schema: Mapping[str, Any]) -> Answer:
    """On one line, in ASCII: no character in it can end the line, or reach a terminal as a control.
    Null, if the model came to no end within its limit, or a server let it write something else."""
    try:
        value = json.loads(text, strict=False)
        line = json.dumps(value, allow_nan=False).replace("\x7f", "\\u007f")
    except (ValueError, RecursionError):
        return replace(answer, text=NOTHING, complete=False)
    if value is None:  # where the schema allows it
        return replace(answer, text=NOTHING, found=False, said="")
    if not _has_its_fields(value, schema):
        return replace(answer, text=NOTHING, complete=False)
    return replace(answer, text=line)


def _has_its_fields(value: Any, schema: Any) -> bool:
    """Whether objects are objects and have what is required of them, as far as the schema says so
    where they stand (references are not followed)."""
    if not isinstance(schema, dict):
        return True
    if isinstance(value, list):
        return all(_has_its_fields(item, schema.get("items")) for item in value)
    if not isinstance(value, dict):
        return schema.get("type") != "object"
    properties = schema.get("properties", {})
    return value.keys() >= set(schema.get("required", ())) and all(
        _has_its_fields(value[name], of) for name, of in properties.items() if name in value
    )


def _of_items(answer: Answer, kind: Format) -> str:
    """What was counted or listed, item by item."""
    if kind is Format.LIST:
        items = ((ITEM.sub("", text), one_line(str(place))) for text, place in answer.items)
        return "\n".join(f"- {text} ({place})" for text, place in items)
    rows = [(one_line(str(place)), text) for text, place in answer.items]
    cells = [("place", "text"), ("---", "---"), *((_cell(a), _cell(b)) for a, b in rows)]
    return "\n".join(f"| {a} | {b} |" for a, b in cells)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _table(columns: int) -> str:
    """A table of so many columns, as a rule of a grammar."""
    row = " ".join([f'"|" {_CELL}+'] * columns) + ' "|\\n"'
    line = '"' + "|---" * columns + '|\\n"'
    return f"t{columns} ::= r{columns} {line} r{columns}+\nr{columns} ::= {row}"


_TABLE = "\n".join(
    [
        "root ::= " + " | ".join(f"t{n}" for n in range(2, _MOST_COLUMNS + 1)),
        *(_table(n) for n in range(2, _MOST_COLUMNS + 1)),
    ]
)
_GRAMMARS = {Format.LIST: _LIST, Format.TABLE: _TABLE}
_DESCRIPTIONS = {
    Format.LIST: "as a list: each item on a line of its own",
    Format.TABLE: "as a Markdown table with a header",
    Format.JSON: "as JSON of this schema: {}",
}
