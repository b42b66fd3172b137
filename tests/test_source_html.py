"""The text of HTML: what is said, under which heading, however the tags stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.source import Break, Passage, open_source
from mhmcli.source.markup import Markup
from tests.test_source_open import NO_STDIN, text_of

PAGE = """<!DOCTYPE html>
<html><head><title>The light &amp; its keepers</title><style>p { color: red }</style>
<script>if (a < b) document.write("<p>no</p>")</script></head>
<body><nav><ul><li>Home<li>Log</ul></nav>
<h1>Corran <b>Head</b></h1><p>The lamp was lit
 at <i>9</i>.05.<br>It burnt.</p><p>Second.
<h2>Oil</h2>
<table><tr><th>Year<th>Barrels</tr><tr><td><p>1843</p></td><td><p>12</p></td></tr></table>
<pre>a
  b</pre>tail<svg><title>An icon</title></svg><div>more<div>deep</div></div></body></html>
"""
SAID = [
    ("The light & its keepers\n\n", "The light & its keepers"),
    ("Home\nLog\n\n", "The light & its keepers"),
    ("Corran Head\n\n", "Corran Head"),
    ("The lamp was lit at 9.05.\nIt burnt.\n\n", "Corran Head"),
    ("Second.\n\n", "Corran Head"),
    ("Oil\n\n", "Oil"),
    ("Year | Barrels\n1843 | 12\n\n", "Oil"),
    ("a\n  b\n\n", "Oil"),
    ("tail\n\n", "Oil"),
    ("more\n\n", "Oil"),
    ("deep\n\n", "Oil"),
]


def read(text: str, step: int) -> list[Passage]:
    markup = Markup("a.html")
    found = [p for at in range(0, len(text), step) for p in markup.fed(text[at : at + step])]
    return [*found, *markup.ended()]


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_what_a_page_says_stands_under_its_headings(step: int) -> None:
    """However few characters come at a time; scripts, styles and drawings say nothing."""
    found = read(PAGE, step)
    assert [(passage.text, passage.place.section) for passage in found] == SAID
    assert found[0].opens is Break.DOCUMENT
    assert [p.text for p in found if p.opens is Break.HEADING] == ["Corran Head\n\n", "Oil\n\n"]
    assert str(found[6].place) == "a.html § Oil"


@given(
    st.text(alphabet="ab <>/&;!-\"'=\n\u00e9\ud800ph123litdrex", max_size=300), st.integers(1, 40)
)
def test_any_markup_is_read_to_its_end(text: str, step: int) -> None:
    """The byte spans are those of the text that comes out, and touch one another."""
    end = 0
    for passage in read(text, step):
        assert passage.place.start_byte == end
        end += len(passage.text.encode())
        assert passage.place.end_byte == end


def test_a_page_of_one_paragraph_is_read_in_pieces() -> None:
    """What has no tags for a megabyte is not kept in memory until it ends."""
    text = "<p>" + "The lamp burnt all night. " * 40_000
    markup = Markup("a.html")
    early = [p for at in range(0, 200_000, 1000) for p in markup.fed(text[at : at + 1000])]
    assert sum(len(passage.text) for passage in early) > 150_000
    rest = [*markup.fed(text[200_000:]), *markup.ended()]
    whole = "".join(passage.text for passage in [*early, *rest])
    assert whole.split() == text.removeprefix("<p>").split()


def test_a_cell_of_a_table_is_short_and_a_layout_is_none() -> None:
    """Old pages stand in one cell as a whole, and have paragraphs all the same."""
    long = "The keeper wrote of the weather. " * 12
    page = f"<table><tr><td><p>{long}</p><p>{long}</p><p>Last.</p></td></tr></table>"
    texts = [passage.text.strip() for passage in read(page, 50)]
    assert texts[0] == long.strip()
    assert "Last." in texts[-1]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("<html><p>Häfen</p>".encode(), "Häfen"),
        ('<html><meta charset="shift_jis"><p>灯台</p>'.encode("shift_jis"), "灯台"),
        ('<?xml version="1.0"?><!-- x --><html><p>Caf\xe9</p>'.encode("cp1252"), "Café"),
        (b'<html><meta charset="rot13"><p>As it is</p>', "As it is"),
    ],
)
def test_a_page_is_in_the_encoding_that_it_says(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "page"
    path.write_bytes(raw)
    source = open_source(str(path), NO_STDIN)
    assert text_of(source).strip() == said
    assert (source.report.kind, source.report.complete) == ("html", True)


def test_markdown_with_tags_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Title\n\nA <b>word</b>.\n")
    source = open_source(str(path), NO_STDIN)
    assert text_of(source) == "# Title\n\nA <b>word</b>.\n"
    assert source.report.kind == "text"
