"""PDF: pages counted from 1, printed labels, pages without text, passwords."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

from mhmcli.errors import SourceError
from mhmcli.source import Break, Passage, Source, open_source, pdfium
from tests.conftest import SAMPLE

MakePdf = Callable[..., Path]


@pytest.fixture(autouse=True, params=["pypdf", "pdfium"])
def _extractor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test holds with either."""
    if request.param == "pypdf":
        monkeypatch.setattr(pdfium, "pypdfium2", None)


def opened(path: Path, password: str | None = None) -> Source:
    return open_source(str(path), io.BytesIO(), password=password)


def page_with(passages: list[Passage], text: str) -> Passage:
    return next(p for p in passages if text in " ".join(p.text.split()))


def test_pages_count_from_one_and_have_their_printed_label() -> None:
    """Page 3 of the sample is the first after the front matter, and is printed as 1."""
    passages = list(opened(SAMPLE).passages())
    first = passages[0].place
    assert (first.page, first.label) == (1, "i")
    taken = page_with(passages, "Mr. Roy takes the station over").place
    assert (taken.page, taken.label) == (3, "1")
    assert str(taken).endswith("corran-head.pdf p. 3 (1)")


def test_a_new_page_is_a_break() -> None:
    """Each page's first passage opens a page, the document's first a document."""
    passages = list(opened(SAMPLE).passages())
    opens: dict[int | None, Break] = {}
    for passage in passages:
        opens.setdefault(passage.place.page, passage.opens)
    assert opens.pop(1) is Break.DOCUMENT
    assert set(opens.values()) == {Break.PAGE}


def test_a_label_that_is_the_position_is_not_repeated(make_pdf: MakePdf) -> None:
    """Where a PDF has no labels of its own, a place has none."""
    passages = list(opened(make_pdf("one", "two")).passages())
    assert [(p.place.page, p.place.label) for p in passages] == [(1, None), (2, None)]


def test_blank_pages_are_counted_and_read(make_pdf: MakePdf) -> None:
    """A page with nothing on it takes nothing from the coverage."""
    source = opened(make_pdf("one", "", "three"))
    list(source.passages())
    assert source.report.blank_pages == (2,)
    assert source.report.pages_read == 3
    assert source.report.complete


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small grey picture, as a scan would be."""
    path = tmp_path / "scan.pgm"
    path.write_bytes(b"P5\n20 20\n255\n" + bytes([200]) * 400)
    return path


def test_pages_that_are_pictures_are_named(tmp_path: Path, picture: Path) -> None:
    """Text beside scanned pages is read; the scanned ones are reported as unread."""
    pdf = FPDF()
    pdf.set_font("Helvetica")
    for text in ("one", "", ""):
        pdf.add_page()
        if text:
            pdf.cell(text=text)
        else:
            pdf.image(str(picture), w=100)
    path = tmp_path / "part.pdf"
    pdf.output(str(path))
    source = opened(path)
    assert [p.place.page for p in source.passages()] == [1]
    assert source.report.image_pages == (2, 3)
    assert not source.report.complete


def test_a_picture_inside_a_form_or_inline_is_a_picture(tmp_path: Path, picture: Path) -> None:
    """Scanners write both; a form without one is no picture, and the page blank."""
    pdf = FPDF()
    pdf.add_page()
    pdf.image(str(picture), w=100)
    pdf.output(str(tmp_path / "scan.pdf"))
    writer = PdfWriter(clone_from=str(tmp_path / "scan.pdf"))
    images = writer.pages[0]["/Resources"]
    for drawn in (b"/F Do", b"/F Do", b"q BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"):
        page = writer.add_blank_page(100, 100)
        form = StreamObject()
        form.update({NameObject("/Type"): NameObject("/XObject")})
        form.update({NameObject("/Subtype"): NameObject("/Form")})
        if len(writer.pages) == 2:
            form.update({NameObject("/Resources"): images})
        forms = DictionaryObject({NameObject("/F"): writer._add_object(form)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
        content = DecodedStreamObject()
        content.set_data(drawn)
        page[NameObject("/Contents")] = writer._add_object(content)
    last = writer.add_blank_page(100, 100)
    last.merge_page(opened_page("the end", tmp_path))
    writer.write(str(tmp_path / "forms.pdf"))
    source = opened(tmp_path / "forms.pdf")
    assert [p.text.strip() for p in source.passages()] == ["the end"]
    assert source.report.image_pages == (1, 2, 4)
    assert source.report.blank_pages == (3,)


def opened_page(text: str, folder: Path) -> PageObject:
    pdf = FPDF()
    pdf.set_font("Helvetica")
    pdf.add_page()
    pdf.cell(text=text)
    pdf.output(str(folder / "text.pdf"))
    return PdfReader(folder / "text.pdf").pages[0]


def test_a_scanned_pdf_is_refused_with_the_command_to_run(tmp_path: Path, picture: Path) -> None:
    """No page has text: the error names the pages, and ocrmypdf."""
    pdf = FPDF()
    for _ in range(3):
        pdf.add_page()
        pdf.image(str(picture), w=100)
    path = tmp_path / "scan.pdf"
    pdf.output(str(path))
    with pytest.raises(SourceError, match="pages 1-3") as caught:
        list(opened(path).passages())
    assert "ocrmypdf" in (caught.value.hint or "")


def test_an_encrypted_pdf_opens_with_its_password_alone(make_pdf: MakePdf) -> None:
    """No password, a wrong one and the right one are told apart."""
    path = make_pdf("the secret is 42", password="sesame")
    with pytest.raises(SourceError, match="it is encrypted") as caught:
        opened(path)
    assert "MHM_PDF_PASSWORD" in (caught.value.hint or "")
    with pytest.raises(SourceError, match="does not open it"):
        opened(path, "wrong")
    assert "42" in "".join(p.text for p in opened(path, "sesame").passages())


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.95])
def test_a_cut_pdf_is_refused_or_reported(tmp_path: Path, keep: float) -> None:
    """A PDF without its end is repaired by pypdf, or refused; never read as if whole."""
    raw = SAMPLE.read_bytes()
    path = tmp_path / "cut.pdf"
    path.write_bytes(raw[: int(len(raw) * keep)])
    try:
        source = opened(path)
        list(source.passages())
    except SourceError as error:
        assert "damaged" in error.message or "extracted" in error.message
    else:
        assert source.report.pages_total is not None


def test_both_extractors_find_the_same_words() -> None:
    """Page by page, in the same order."""
    words: list[list[tuple[int | None, str]]] = []
    for library in (pypdfium2, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pdfium, "pypdfium2", library)
            passages = opened(SAMPLE).passages()
            words.append([(p.place.page, word) for p in passages for word in p.text.split()])
    assert words[0] == words[1]


def test_a_hyphen_at_the_end_of_a_line_is_one(tmp_path: Path) -> None:
    """Whatever an extractor makes of it: quotations are folded over it later."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica")
    pdf.multi_cell(0, 6, "They provided infor-\nmation on the light.")
    path = tmp_path / "hyphen.pdf"
    pdf.output(str(path))
    text = "".join(passage.text for passage in opened(path).passages())
    assert "infor-\nmation" in text
