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
    ("page", "said"),
    [
        ("<p>a<sup>2</sup> is<a>Home</a><a>About</a></p>", ["a^2 isHome About"]),
        ("<p>|x| &lt; |y|</p>", ["|x| < |y|"]),
        ("<tr><th><th>May</tr><tr><td>Oil<td>9</tr>", ["May\nOil | 9"]),
        ("<tr><th>a<th></tr><tr><td><td>b</tr>", ["a\nb"]),
        ("<tr><td>a<td><td>c</tr>", ["a | | c"]),
        ("<h1><div>One</div></h1><p>x</p>", ["One", "x"]),
        ("<h1>Head<p>Text</p>", ["Head", "Text"]),
        (
            "<p>intro<p><svg><path d=1><title>t</title><p>The body.<h2>More",
            ["intro", "The body.", "More"],
        ),
        ("<template><p>kept</p></template><dialog>Sure?</dialog>No", ["kept", "Sure?", "No"]),
        ("<p><![CDATA[ very <important> text ]]></p>", ["very <important> text"]),
        ("<button>Yes</button><button>No</button>", ["Yes", "No"]),
        ("<table><tr><td><pre>def f():\n  pass</pre></td></tr></table>", ["def f():\n  pass"]),
        ("<pre/>a   b", ["a b"]),
        ("<p>x</p><![ endif]--><p>y</p>", ["x", "y"]),
        ("<pre>if (a <![0])</pre>", ["if (a"]),
        (
            "<!--[if mso]><!-- note --><table><![endif]--><p>It is 12.</p><script>a[0]>1</script>",
            ["It is 12."],
        ),
        (
            "<tr><td>Post<td><svg><title>Yes</title></svg> on</tr>",
            ["Post | on"],
        ),
        ("<p>Call <svg><title>Phone</title></svg> 555 1234.</p>", ["Call 555 1234."]),
    ],
)
def test_nothing_is_lost_or_glued(page: str, said: list[str]) -> None:
    assert [passage.text.strip() for passage in read(page, 9)] == said


def test_long_lists_without_spaces_keep_every_word() -> None:
    """In `pre` and with line breaks; what is not closed is not read as one passage of megabytes."""
    ids = [f"id{n:06}" for n in range(6000)]
    for page in (f"<pre>{chr(10).join(ids)}</pre>", f"<p>{'<br>'.join(ids)}</p>"):
        assert "".join(passage.text for passage in read(page, 1000)).split() == ids
    assert max(len(p.text) for p in read("<p>" + "x" * 100_000, 70_000)) < 20_000


def test_a_page_that_ends_in_a_script_may_have_lost_something(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<html><p>Text</p><script>let a = 1; <p>more</p>")
    source = open_source(str(path), NO_STDIN)
    assert text_of(source).strip() == "Text"
    assert not source.report.complete


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


@pytest.mark.parametrize(
    ("name", "kind"), [("a.html", "html"), ("a.md", "text"), ("a.php", "text")]
)
def test_a_name_helps_where_the_beginning_does_not(tmp_path: Path, name: str, kind: str) -> None:
    """A page may begin with anything, and a program with a page."""
    path = tmp_path / name
    path.write_text("<html><?php echo 1 ?>" if kind == "text" and "php" in name else "<p>Text</p>")
    assert open_source(str(path), NO_STDIN).report.kind == kind


def test_markdown_with_tags_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Title\n\nA <b>word</b>.\n")
    source = open_source(str(path), NO_STDIN)
    assert text_of(source) == "# Title\n\nA <b>word</b>.\n"
    assert source.report.kind == "text"
