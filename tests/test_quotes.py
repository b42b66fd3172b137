"""What is quoted stands in the document, at that place; what does not is not found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.answer import Answer
from mhmcli.cli.answers import say_behind
from mhmcli.cli.options import Cite
from mhmcli.cli.quoting import say_quotes, with_quotes
from mhmcli.quotes import Quote, canonical, find, in_marks, look_up
from mhmcli.source import Passage, Place


def passages(*texts: str, pages: bool = False) -> list[Passage]:
    """Of one file, one after the other; each on a page of its own if there are pages."""
    made, line, byte = [], 1, 0
    for n, text in enumerate(texts):
        size = len(text.encode())
        last = line + text.rstrip().count("\n")
        where = (
            Place("a.pdf", page=n + 1, last_page=n + 1)
            if pages
            else Place("a.txt", line=line, last_line=last, start_byte=byte, end_byte=byte + size)
        )
        made.append(Passage(text, where))
        line, byte = line + text.count("\n"), byte + size
    return made


def test_a_quotation_has_its_lines_and_bytes() -> None:
    (place,) = find(
        ["The keeper trims the wicks."],
        passages("Rain fell.\n\n", "It was late. The keeper\ntrims the wicks. Tea\nwas served.\n"),
    ).values()
    assert (place.line, place.last_line) == (3, 4)
    assert (place.start_byte, place.end_byte) == (25, 52)


def test_what_printing_changes_is_no_difference() -> None:
    """Hyphens at line ends, ligatures, quotation marks, dashes, soft hyphens, case."""
    told = "He said: “The ﬁnest light­house — of all\nthe North-\nern coast”, and left.\n"
    for quoted in (
        'he said: "The finest lighthouse - of all the Northern coast"',
        "the finest light-house – of all the Northern Coast",
    ):
        assert find([quoted], passages(told))[quoted].line == 1


def test_other_words_are_not_found() -> None:
    told = passages("The keeper trims the wicks at dusk.\n")
    assert find(["The keeper trims the wicks at dawn."], told) == {}
    assert find(["the"], told) == {}, "so little stands anywhere"
    assert find([], told) == {}


@pytest.mark.parametrize(
    ("quoted", "told"),
    [
        ("the rent is 120", "the rent is 1200 a month"),
        ("was -5 degrees at noon", "was 5 degrees at noon"),
        ("were 1-5 men in it", "were 15 men in it"),
        ("not able to swim", "notable to swim"),
        ("is there foremost", "is therefore most"),
        ("and he was ill", "and he was illegal"),
        ("met the rapist, a well-known man", "met therapist, a well-known man"),
        ("5 degrees were measured", "-5 degrees were measured"),
        ("5 million were lost at sea", "1.5 million were lost at sea"),
        ("the fine that he paid is 1", "the fine that he paid is 1,500 euros"),
        ("the tariff of it is 12.", "the tariff of it is 12.5 per cent"),
    ],
)
def test_other_numbers_and_words_are_not_found(quoted: str, told: str) -> None:
    """Though their letters are the same."""
    assert find([quoted], passages(f"{told}.\n")) == {}
    assert find([quoted], passages(f"{told}.\n", f"{quoted}\n"))[quoted].line == 2


@pytest.mark.parametrize(
    ("quoted", "told"),
    [
        ("he served from 1990-1995", "He served from 1990–1995."),
        ("a minus of -5 degrees", "A minus of −5 degrees."),
        ("the light-house of the north", "The light\u00adhouse of the North."),
        ("the coast - of all coasts", "The coast—of all coasts."),
        ("he was a well known keeper", "He was a well-known keeper."),
    ],
)
def test_dashes_are_no_difference(quoted: str, told: str) -> None:
    """Between numbers, before them, in words and between them."""
    assert find([quoted], passages(f"{told}\n"))[quoted].line == 1


def test_of_what_is_too_short_nothing_is_said() -> None:
    """It may stand there or not."""
    assert look_up(["He died.", "他叫王明。"], passages("He lived.\n")) == {}


def test_a_script_without_spaces_is_quoted() -> None:
    told = passages("有一天，守灯人王明在灯塔里点亮了灯。\n然后他睡了。\n")
    assert find(["守灯人王明在灯塔里点亮了灯"], told)["守灯人王明在灯塔里点亮了灯"].line == 1


def test_a_quotation_goes_over_pages() -> None:
    """Of several passages; none goes from one document to another."""
    told = passages("The water over the", "reef is three", "fathoms deep.", pages=True)
    place = find(["water over the reef is three fathoms"], told)[
        "water over the reef is three fathoms"
    ]
    assert (place.page, place.last_page) == (1, 3)
    other = [Passage("fathoms deep.", Place("b.txt", line=1))]
    assert find(["reef is three fathoms deep"], [*told[:2], *other]) == {}


def test_the_first_of_several_places_is_told() -> None:
    told = passages(*["Tea was served.\n"] * 40)
    assert find(["Tea was served."], told)["Tea was served."].line == 1


def test_a_sentence_of_a_note_is_quoted_from_where_it_was_read() -> None:
    """Though it stands elsewhere as well, even just before; elsewhere, if it is not there."""
    told = passages(*(f"Door {door}\nThe fire rating is EI30.\n" for door in "ABC"))
    text = "The fire rating is EI30."
    for number in (0, 1, 2):
        place = told[number].place
        quote = look_up([text], told, notes={text: [place]})[text]
        assert quote.place is not None
        assert quote.place.begins_in(place)
    gone = look_up([text], told, notes={text: [Place("b.txt", line=1)]})[text]
    assert gone.place == look_up([text], told)[text].place


def test_what_stands_behind_a_title_is_quoted_without_it() -> None:
    told = passages("The keeper\n\nHe is old. He trims the wicks at dusk.\n")
    text = "The keeper: He trims the wicks at dusk."
    quote = look_up([text], told, notes={text: []})[text]
    assert (quote.text, quote.place and quote.place.line) == ("He trims the wicks at dusk.", 3)
    twice = "Chapter 1: The keeper: He trims the wicks at dusk."
    quote = look_up([twice], told, notes={twice: []})[twice]
    assert quote.text == "He trims the wicks at dusk."
    other = "The keeper: He sleeps."
    assert look_up([other], told, notes={other: []})[other] == Quote(other, None)
    said = "The captain: He trims the wicks at dusk."
    assert look_up([said], told)[said] == Quote(said, None), "another is made to say it"


def test_words_in_quotation_marks_are_quoted() -> None:
    """A name in them, or one word, says nothing of the document."""
    said = 'He said "the light is out", and „es ist schon spät“; the «Pryce» is a "ship".'
    assert in_marks(said) == ["the light is out", "es ist schon spät"]
    assert in_marks('"The light is out," he said. "It was ... not seen [then] by any man!"') == [
        "The light is out",
        "by any man",
    ]
    assert in_marks('a pipe of 5" and then a valve of 6"') == []
    assert in_marks("»es ist spät heute« und dann »es ist noch früh«") == [
        "es ist spät heute",
        "es ist noch früh",
    ]
    assert in_marks("He said ‘it isn’t the light’ to them.") == ["it isn’t the light"]
    assert in_marks("他说「守灯人王明点亮了灯」。") == ["守灯人王明点亮了灯"]
    assert in_marks("“王明”") == [], "a name"


def test_quotations_are_shown_with_their_places(capsys: pytest.CaptureFixture[str]) -> None:
    """The best three in the order of the document, and what stands nowhere as such."""
    told = passages(*(f"The keeper trims wick number {n} at dusk.\n" for n in range(9)))
    telling = tuple(f"The keeper trims wick number {n} at dusk." for n in (7, 2, 5, 4))
    text = 'He said "the light has gone out".'
    answer = Answer("Who trims them?", text, found=True, telling=telling, said=text)
    (checked,) = with_quotes([answer], told, of_all=True)
    say_quotes(checked)
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[0] for line in said[:3]] == ["a.txt:3:", "a.txt:6:", "a.txt:8:"]
    assert 'NOT IN THE DOCUMENTS, though the answer quotes it: "the light has' in said[3]
    (some,) = with_quotes([answer], told[:1], of_all=False)
    say_quotes(some)
    assert capsys.readouterr().err == "", "what was not kept may yet say so"
    (none,) = with_quotes(
        [Answer("Who?", "Roy", True, telling=("Roy it is, ever.",))], told, of_all=True
    )
    say_quotes(none)
    assert "no sentence that it is from stands in the documents" in capsys.readouterr().err


def test_what_is_not_shown_quotes_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """A reply that was not taken is told, without its quotations."""
    said = 'It was "The Wild Bunch of Corran".'
    answer = Answer("Which film?", "The document does not say.", found=False, said=said)
    (checked,) = with_quotes([answer], passages("It rained.\n"), of_all=True)
    say_behind(checked, Cite.QUOTES, of=1)
    assert capsys.readouterr().err.strip() == f"made up, and not taken: {said}"
    say_behind(replace(checked, said="The notes do not say."), Cite.QUOTES, of=1)
    assert capsys.readouterr().err == ""


def test_lines_of_the_document_quote_nobody() -> None:
    """What is listed may have a quotation mark here and there."""
    listed = '"I saw the whale.\nThe mate saw it at dusk.\n"There she blows," cried Tashtego.'
    answer = Answer("Who saw it?", listed, found=True, said=listed, counted=(("saw it", 3),))
    (checked,) = with_quotes([answer], passages("It rained.\n"), of_all=True)
    assert checked.quotes == ()


@given(st.text(), st.text())
def test_what_is_joined_is_canonical_joined(one: str, other: str) -> None:
    """Or a quotation over two passages would not be found: but for what composes anew."""
    if not any(map(_composes, other[:1])):
        assert canonical(f"{one} {other}") == canonical(one) + canonical(other)


def _composes(char: str) -> bool:
    return canonical(f"e{char}") != canonical("e") + canonical(char)


@given(
    st.lists(st.text(alphabet="abc é\n-ﬁ.", min_size=1, max_size=30), min_size=1, max_size=6),
    st.data(),
)
def test_every_stretch_of_a_document_is_found_where_it_stands(
    texts: list[str], data: st.DataObject
) -> None:
    """At its own words, or at the same words before them."""
    whole = "".join(texts)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    quoted = whole[start:end]
    found = find([quoted], passages(*texts))
    if len(canonical(quoted)) < 8:
        assert found == {}
        return
    stripped = quoted.strip(" \n-")
    start += quoted.index(stripped)
    around = whole[:start][-1:] + stripped[:1], stripped[-1:] + whole[start + len(stripped) :][:1]
    if any(len(pair) > 1 and pair.isalnum() for pair in around):
        return  # it begins or ends within a word
    place = found[quoted]
    assert place.start_byte is not None
    told = whole.encode()[place.start_byte : place.end_byte].decode()
    assert canonical(told) == canonical(quoted)
    assert place.start_byte <= len(whole[:start].encode()) + len(quoted.encode())


@pytest.mark.parametrize(
    ("quoted", "told"),
    [
        ("the rent is due monthly", "That the **rent** is due monthly is known."),
        ("the *rent* is due monthly", "That the rent is due monthly is known."),
        ("it was a very fine day", "It was a _very_ fine _day_."),
    ],
)
def test_emphasis_is_no_difference(quoted: str, told: str) -> None:
    """A model leaves out, or puts in, what Markdown has."""
    assert find([quoted], [Passage(told, Place("a.md", line=1))])
    assert not find(["set read ahead here"], [Passage("Set read_ahead here.", Place("a", line=1))])
