"""Text sources: exact re-joining, places, encodings, and endless lines."""

from __future__ import annotations

import codecs
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.source import Break, Passage
from mhmcli.source.code import definition_in
from mhmcli.source.text import TextSource


def read(raw: bytes) -> tuple[list[Passage], TextSource]:
    source = TextSource("doc", io.BytesIO(raw), total_bytes=len(raw))
    return list(source.passages()), source


def joined(passages: list[Passage]) -> str:
    return "".join(passage.text for passage in passages)


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda t: t[:1] != "\ufeff"))
def test_passages_join_to_the_source(text: str) -> None:
    """Whatever the text, its passages joined are that text, and nothing was recoded."""
    passages, source = read(text.encode())
    assert joined(passages) == text
    assert source.report.recoded_bytes == source.report.replaced_bytes == 0
    assert source.report.bytes_read == len(text.encode())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_to_the_end(raw: bytes) -> None:
    """No bytes stop the reading, and the report counts every one of them."""
    passages, source = read(b"text\n" + raw)
    assert source.report.bytes_read == len(raw) + 5
    assert joined(passages).startswith("text\n")


@given(st.lists(st.text("ab \n", max_size=40), max_size=30))
def test_byte_spans_and_lines_point_at_the_text(parts: list[str]) -> None:
    """The bytes and lines that a passage names are those that it was read from."""
    raw = "".join(parts).encode()
    passages, _ = read(raw)
    lines = raw.decode().splitlines(keepends=True)
    for passage in passages:
        place = passage.place
        assert raw[place.start_byte : place.end_byte].decode() == passage.text
        assert place.line is not None
        assert place.last_line is not None
        assert "".join(lines[place.line - 1 : place.last_line]) == passage.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.py",
            "import os\n\ndef one():\n    pass\n@cached\nclass Two:\n    def three(self): ...\n",
        ),
        ("a.rs", "use x;\npub(crate) fn one() {\n}\nimpl Two {\n    fn three() {}\n}\n"),
        ("a.js", "let a;\nexport default function one() {\n}\nclass Two {\n  three() {}\n}\n"),
        ("a.go", "package a\nfunc one() {\n}\ntype Two struct {\n\tthree int\n}\n"),
    ],
)
def test_code_is_best_cut_where_a_definition_begins(name: str, text: str) -> None:
    """Not where one stands in another; and a text that speaks of a class is no code."""

    def headings(name: str) -> int:
        lines = TextSource(name, io.BytesIO(text.encode()))._lines()
        return sum(1 for line in lines if line.opens is Break.HEADING)

    assert headings(name) == 2
    assert headings("a.txt") == 0


DEFINITIONS = {
    "a.c": [
        "int main(int argc, char **argv) {",
        "static const char *name_of(struct light *light)",
        "void stop(void)",
        "int add(int a,",
        "size_t copy(",
        "int twice(int a) { return 2 * a; }",
        "struct light *found(int n) {",
    ],
    "a.cpp": [
        "template <typename T> T most(std::vector<T>& all) {",
        "Light::Light(int n) : n_(n) {",
        "sea::Light::~Light() {",
        "std::string Light::name() const {",
        "bool Light::is_lit() const",
    ],
    "a.sh": ["build() {", "build ()", "is-lit() ( test -e lit )", "function build {"],
    "a.lua": ["local function lit(n)", "function M.lit(n)"],
    "a.ex": ["defmodule Light do", "defp lit(n) do", "def lit?(n), do: n", "defmacro lit(n) do"],
    "a.kt": ["data class Light(val n: Int)", "sealed class Sea {", "suspend fun lit() {"],
    "a.js": [
        "const lit = (n) => n + 1;",
        "export const lit = async (n, { m = f(1) }) => {",
        "const lit = (",
        "const Lit = ({",
        "let lit = n => n;",
        "const lit = async function () {",
        "async function lit() {",
        "export default function () {",
    ],
    "a.tsx": ["const Lit: React.FC<Sea> = ({ n }) => {", "const lit = (n: number): string => {"],
}
NO_DEFINITIONS = {
    "a.c": [
        "main();",
        "foo(1)",
        "int add(int a, int b);",
        "#define ADD(a, b) {",
        'MODULE_LICENSE("GPL")',
        "EXPORT_SYMBOL(add);",
        "DEFINE_LIGHT(a, b) {",
        "static int lit = add(1, 2);",
        "else if (lit(n)) {",
        "return add(n) {",
        "while (lit) {",
        "    int indented(int n) {",
        "Returns the light (or the lights)",
        "Puts out the light(s)",
        "typedef int (*lit)(int n);",
        "std::vector<int> all({1, 2});",
    ],
    "a.sh": ["lit=()", "echo lit() {", "build", "lit)"],
    "a.lua": ["local type = 7", "lit(1)"],
    "a.js": [
        "main();",
        "const lit = (a + b) * 2;",
        "const lit = await light();",
        "const rows = (await all()).map((row) => {",
        "const functions = functional(1);",
    ],
    "a.py": ["defined = 1", "lit()", "int main(int n) {"],
}


def begins_definition(name: str, line: str) -> bool:
    pattern = definition_in(name)
    assert pattern is not None
    return bool(pattern.match(line))


@pytest.mark.parametrize(
    ("name", "line"), [(n, line) for n in DEFINITIONS for line in DEFINITIONS[n]]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_definition_is_known_by_its_line(name: str, line: str, end: str) -> None:
    assert begins_definition(name, line + end)


@pytest.mark.parametrize(
    ("name", "line"), [(n, line) for n in NO_DEFINITIONS for line in NO_DEFINITIONS[n]]
)
def test_a_call_or_a_sentence_is_no_definition(name: str, line: str) -> None:
    """Nor are macros, prototypes, and what is in another language."""
    assert not begins_definition(name, line + "\n")


def test_what_is_underlined_is_a_heading() -> None:
    """A line of its own after a blank one; neither a rule, nor the head of a table, nor code."""
    raw = (
        b"Light\n=====\nIt is lit.\n\nThe keeper\n----------\n\nRoy.\n\nname   age\n----------\n"
        b"Roy    61\n\n| name |\n--------\n\n---\n\nTwo lines\nof prose\n---\n\n- item\n---\n\n"
        b"Signed\n--\n"
    )
    passages, _ = read(raw)
    assert joined(passages).encode() == raw
    first = [passage.text.split("\n")[0] for passage in passages if passage.opens is Break.HEADING]
    assert first == ["The keeper"]
    assert passages[0].opens is Break.DOCUMENT
    code = TextSource("a.py", io.BytesIO(raw))
    assert not any(passage.opens is Break.HEADING for passage in code.passages())


def test_paragraphs_and_headings_are_the_breaks() -> None:
    """A blank line opens a paragraph; a Markdown heading or a chapter line, a heading."""
    passages, _ = read(b"one\ntwo\n\nthree\n\n# Four\nfive\n\nCHAPTER 12. Six\n")
    assert [(p.text, p.opens) for p in passages] == [
        ("one\ntwo\n\n", Break.DOCUMENT),
        ("three\n\n", Break.PARAGRAPH),
        ("# Four\nfive\n\n", Break.HEADING),
        ("CHAPTER 12. Six\n", Break.HEADING),
    ]


def test_the_blank_line_after_a_long_paragraph_is_a_part_of_it() -> None:
    long = "It was said of the keeper that he slept. " * 40
    found, _ = read(f"{long}.\n\n\nMore.\n".encode())
    assert [passage.text for passage in found] == [f"{long}.\n\n\n", "More.\n"]


def test_a_long_paragraph_is_not_cut_within_a_sentence() -> None:
    """Hard-wrapped prose: a passage ends where a sentence does, if one ends soon enough."""
    line = "The keeper trims the wicks each evening,\nand winds the clockwork before dusk.\n"
    passages, _ = read((line * 60).encode())
    assert len(passages) > 2
    assert all(passage.text.endswith("dusk.\n") for passage in passages)


def test_cp1252_bytes_are_recoded_and_counted() -> None:
    """b'caf\\xe9' is read as cp1252; a byte in no encoding is replaced; both are counted."""
    passages, source = read("naïve ".encode() + b"caf\xe9 \x93q\x94 \x81\n")
    assert joined(passages) == "naïve café “q” \ufffd\n"
    assert (source.report.recoded_bytes, source.report.replaced_bytes) == (3, 1)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
    ],
)
def test_a_byte_order_mark_decides(encoding: str, mark: bytes) -> None:
    """The mark is no part of the text, and all bytes count as read."""
    text = "Grüße 你好 🙂\n" * 3000
    raw = mark + text.encode(encoding)
    passages, source = read(raw)
    assert joined(passages) == text
    assert source.report.bytes_read == len(raw)


def test_fifty_megabytes_on_one_line_in_constant_memory() -> None:
    """A line without an end is handed on in pieces, none of which cuts a character."""

    class Endless(io.RawIOBase):
        left = 50_000_000

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return ("é" * (size // 2 + 1)).encode()[:size]

    source = TextSource("doc", Endless())  # type: ignore[arg-type]
    tracemalloc.start()
    characters = sum(len(passage.text) for passage in source.passages())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert characters == 25_000_000
    assert source.report.recoded_bytes == 0
    assert peak < 2_000_000


def test_all_invalid_bytes_on_a_long_line() -> None:
    """Thousands of bytes that are no UTF-8 do not exhaust the stack."""
    passages, source = read(b"\xe9" * 20_000)
    assert joined(passages) == "é" * 20_000
    assert source.report.recoded_bytes == 20_000
