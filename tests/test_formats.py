"""Answers in the form that was asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mhmcli import prompts
from mhmcli.answer import Answer
from mhmcli.cli.answers import print_answers
from mhmcli.cli.arguments import schema_of
from mhmcli.engine import Sampling
from mhmcli.engine.llama import LlamaEngine, grammar_of
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import UsageError
from mhmcli.format_kind import Format
from mhmcli.formats import Form, shaped
from mhmcli.prompter import Prompter, run
from mhmcli.source import Place
from tests.conftest import Ran

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "keeper": {"type": "string", "maxLength": 20},
            "age": {"type": "integer"},
            "lights": {"type": "array", "items": {"enum": ["north", "south"]}, "maxItems": 3},
        },
        "required": ["keeper", "age", "lights"],
    }
)
NONE = '{"keeper": "", "age": 0, "lights": []}'
ANSWER = Answer("Who?", "Roy", True, telling=("Roy keeps it.",), facts="Roy keeps the light.")
ITEMS = (("Failed a|b", Place("a.log", line=3)), ("Failed c", Place("a.log", line=7)))
COUNTED = Answer("How many failed?", "2", True, counted=(("Failed", 2),), items=ITEMS)


def made(answer: Answer, kind: Format, *replies: str) -> tuple[Answer, ScriptedEngine]:
    engine = ScriptedEngine(list(replies))
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    form = Form(kind, SCHEMA if kind is Format.JSON else "")
    found = run(shaped(prompter, answer, form, 60))
    assert engine.open_sequences == 1
    return found, engine


def test_a_full_answer_has_its_facts() -> None:
    assert made(ANSWER, Format.FULL)[0].text == "Roy keeps the light.\n\nRoy"
    assert made(ANSWER, Format.SHORT)[0] is ANSWER


def test_the_model_puts_its_answer_into_form() -> None:
    """It is shown the answer with the sentences that it is from."""
    found, engine = made(ANSWER, Format.LIST, "- Roy\n")
    assert found.text == "- Roy"
    assert "Roy keeps it.\nRoy\n" in engine.prompts[0]


def test_a_table_without_end_has_each_of_its_rows_once() -> None:
    """A small model repeats the last of them until its limit; the one that is cut off is none."""
    table = "| who | what |\n|---|---|\n| Roy | keeper |\n"
    found, _ = made(ANSWER, Format.TABLE, table + "| Roy | keeper |\n" * 40)
    assert found.text == table.rstrip()
    assert not found.complete


def test_the_program_puts_what_it_counted_into_form() -> None:
    assert made(COUNTED, Format.LIST)[0].text == "- Failed a|b (a.log:3)\n- Failed c (a.log:7)"
    assert made(COUNTED, Format.TABLE)[0].text.splitlines() == [
        "| place | text |",
        "| --- | --- |",
        "| a.log:3 | Failed a\\|b |",
        "| a.log:7 | Failed c |",
    ]
    none = replace(COUNTED, text="0", counted=(), items=())
    assert made(none, Format.TABLE)[0] is none


def test_json_is_on_one_line_and_null_where_there_is_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Also where the model came to no end of it."""
    found, _ = made(ANSWER, Format.JSON, '{"keeper": "Roy",\n "age": 7, "lights": []}')
    assert found.text == '{"keeper": "Roy", "age": 7, "lights": []}'
    cut, _ = made(ANSWER, Format.JSON, '{"keeper": "Ro')
    assert (cut.text, cut.complete) == ("null", False)
    none, _ = made(Answer("Who?", "The document does not say.", False), Format.JSON)
    print_answers([found, none], of=2, form=Format.JSON)
    lines = capsys.readouterr().out.splitlines()
    whole = {"keeper": "Roy", "age": 7, "lights": []}
    assert [json.loads(line) for line in lines] == [whole, None]
    null, _ = made(ANSWER, Format.JSON, "null")
    assert (null.text, null.found, null.complete) == ("null", False, True)
    assert null.said == "", "the reply was not made up"


@pytest.mark.parametrize("reply", ['{"keeper": "Roy"}', '"Roy"', "3"])
def test_json_without_what_the_schema_requires_is_none(reply: str) -> None:
    """As a server may write it that knows no schemas."""
    found, _ = made(ANSWER, Format.JSON, reply)
    assert (found.text, found.complete) == ("null", False)


def test_what_knows_no_grammars_is_brought_into_form() -> None:
    """Bullets of another sort, words round a table; no table at all is said."""
    found, _ = made(ANSWER, Format.LIST, "1. Roy - the old\n* Ann\n\nBob\n")
    assert (found.text, found.complete) == ("- Roy - the old\n- Ann\n- Bob", True)
    table = "| who |\n| --- |\n| Roy |"
    found, _ = made(ANSWER, Format.TABLE, f"Here it is:\n\n{table}\n")
    assert (found.text, found.complete) == (table, True)
    found, _ = made(ANSWER, Format.TABLE, "Roy keeps it.")
    assert (found.text, found.complete) == ("Roy keeps it.", False)


def test_a_name_of_a_file_makes_no_rows() -> None:
    place = Place("a.zip/x\n| b | 0 errors |", line=1)
    answer = Answer("How many?", "1", True, items=(("Failed.", place),))
    assert len(made(answer, Format.TABLE)[0].text.splitlines()) == 3
    assert len(made(answer, Format.LIST)[0].text.splitlines()) == 1


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ('{"a": "x\u2028y\u0085z"}', {"a": "x\u2028y\u0085z"}),
        ('{"a": "x\ty"}', {"a": "x\ty"}),
        ('{"a": 1e999}', None),
        ("[" * 3000, None),
    ],
)
def test_json_always_parses(reply: str, value: object, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, whatever stands in it."""
    engine = ScriptedEngine([reply])
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    found = run(shaped(prompter, ANSWER, Form(Format.JSON, "{}"), 4000))
    print_answers([found], of=1, form=Format.JSON)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == value


def test_a_long_list_is_put_into_form_as_far_as_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was counted is shown with its places; that it is not all of it is told."""
    items = tuple((f"Failed number {n}", Place("a.log", line=n)) for n in range(900))
    answer = Answer("List all.", "\n".join(text for text, _ in items), found=True, items=items)
    number = replace(answer, text="900")
    assert made(answer, Format.JSON, NONE)[0].complete
    monkeypatch.setattr(Prompter, "room_tokens", 2000)
    found, engine = made(number, Format.JSON, NONE)
    assert (found.text, found.complete) == (NONE, False)
    assert "a.log:1: Failed number 1\n" in engine.prompts[0]
    assert "Failed number 800" not in engine.prompts[0]
    cut, _ = made(answer, Format.JSON, NONE)
    assert (cut.text, cut.complete) == (NONE, False)
    schema = '{"type": "integer"}'
    prompter = Prompter(ScriptedEngine(["900"]), prompts.SYSTEM, Sampling())
    found = run(shaped(prompter, number, Form(Format.JSON, schema), 60))
    assert (found.text, found.complete) == ("900", True), "no items are wanted"


def test_no_answer_is_no_list() -> None:
    nothing = Answer("Who?", "The document does not say.", found=False)
    assert made(nothing, Format.LIST)[0] is nothing


def test_a_schema_and_its_form_go_together(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text(SCHEMA)
    assert json.loads(schema_of(file, Format.JSON)) == json.loads(SCHEMA)
    assert schema_of(None, Format.LIST) == ""
    for path, form in ((None, Format.JSON), (file, Format.LIST), (tmp_path / "no", Format.JSON)):
        with pytest.raises(UsageError):
            schema_of(path, form)
    for text in ("{", "[]", "7"):
        file.write_text(text)
        with pytest.raises(UsageError):
            schema_of(file, Format.JSON)


def test_a_schema_that_is_none_is_refused() -> None:
    for schema in ('{"type": "banana"}', '{"type": "string", "maxLength": 9000}'):
        with pytest.raises(UsageError, match="the schema cannot be used"):
            grammar_of(schema)


def test_properties_are_asked_for_in_their_order() -> None:
    """Also where a name stands twice in the schema: who answers before he reasons, guesses."""
    source = {"type": "object", "properties": {"answer": {"type": "string"}}}
    properties = {
        "reasoning": {"type": "string"},
        "answer": {"type": "string"},
        "sources": {"type": "array", "items": source},
    }
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    (root,) = (line for line in grammar_of(json.dumps(schema)).splitlines() if "root ::=" in line)
    assert root.index("reasoning-kv") < root.index("answer-kv") < root.index("sources-kv")


@pytest.mark.model
@pytest.mark.parametrize("kind", [Format.LIST, Format.TABLE, Format.JSON])
def test_what_a_model_writes_has_the_form(kind: Format, tiny_engine: LlamaEngine) -> None:
    """Whatever it would rather say: the tiny model is asked for something else, and hot."""
    form = Form(kind, SCHEMA, grammar_of(SCHEMA) if kind is Format.JSON else "")
    prompter = Prompter(tiny_engine, prompts.SYSTEM, Sampling(temperature=2.0, seed=5))
    try:
        text = run(shaped(prompter, ANSWER, form, 200)).text
    finally:
        tiny_engine.close(prompter.base)
    if kind is Format.JSON:
        assert text == "null" or set(json.loads(text)) == {"keeper", "age", "lights"}
        return
    lines = text.splitlines()
    form_of_line = {Format.LIST: r"- .*", Format.TABLE: r"\|.*"}[kind]
    assert lines
    assert all(re.fullmatch(form_of_line, line) for line in lines)


@pytest.mark.model
def test_json_of_a_schema_is_all_of_stdout(
    mhm: Callable[..., Ran], tiny_model: Path, tmp_path: Path
) -> None:
    """A line for each question."""
    (tmp_path / "schema.json").write_text(SCHEMA)
    (tmp_path / "a.txt").write_text("Mr. Roy, 61, keeps the north light.\n" * 9)
    ran = mhm(
        *("ask", "-m", tiny_model, "--format", "json", "--schema", "schema.json", "a.txt"),
        *("-q", "Who keeps the light?", "-q", "Which light does he keep?"),
    )
    assert ran.status in {0, 1}, ran.err
    values = [json.loads(line) for line in ran.out.splitlines()]
    assert len(values) == 2
    assert all(value is None or isinstance(value["age"], int) for value in values)
