"""Sentences under their titles, and the lines of a log."""

from __future__ import annotations

import pytest

from mhmcli.source import (
    Break,
    Passage,
    Place,
    is_lines,
    parts,
    split_sentences,
    units,
    units_of,
)


def split(text: str) -> list[tuple[str, str, int | None]]:
    """Title, text and line of each unit."""
    passage = Passage(text, Place("doc", line=5, last_line=5 + text.count("\n")))
    found = units([passage], lines=is_lines(text))
    return [(unit.title, unit.text, unit.place.line) for unit in found]


def test_a_title_on_a_line_of_its_own_is_that_of_the_sentences_below() -> None:
    text = "Document 3:\nOld Dogs\nOld Dogs is a film of 2009. It was not\nwell received.\n"
    assert split(text) == [
        ("Old Dogs", "Old Dogs is a film of 2009.", 7),
        ("Old Dogs", "It was not well received.", 7),
    ]


def test_a_sentence_under_a_title_has_its_own_bytes() -> None:
    """Also where blank lines come between them."""
    text = "The keeper\n\nRoy trims the wicks each evening.\n\nHe is old.\n\n"
    whole = Place("doc", line=1, last_line=6, start_byte=100, end_byte=100 + len(text))
    found = [
        text.encode()[unit.place.start_byte - 100 : unit.place.end_byte - 100].decode().strip()
        for unit in units([Passage(text, whole)], lines=False)
        if unit.place.start_byte is not None and unit.place.end_byte is not None
    ]
    assert found == ["Roy trims the wicks each evening.", "He is old."]


def test_what_stands_above_a_title_is_not_lost() -> None:
    """Headings one below the other are one title; a field is no title."""
    text = "# The light\n## Its keeper\nMr. Roy trims the wicks each evening, and\nis old.\n"
    title, sentence = (
        "# The light: ## Its keeper",
        "Mr. Roy trims the wicks each evening, and is old.",
    )
    assert split(text) == [(title, sentence, 7)]
    fields = "Keeper: Roy\nAddress: 12 Harbour Street\nTelephone of the station: 555-0123 456\n"
    long = "The light was lit in 1843 and has been burning ever since, but for one night.\n"
    told = " ".join(f"{title} {text}" for title, text, _ in split(fields + long))
    assert all(value in told for value in ("Roy", "12 Harbour Street", "555-0123", "1843"))


@pytest.mark.parametrize(
    "text",
    [
        "Call me Ishmael. Some years ago, never mind how\nlong precisely, I went to sea.\n",
        "He had left.\nAnd nobody in the whole house knew what he had meant to say by that.\n",
        "The air is\nclose, and Jonah gasps in the berth that they have given him below deck.\n",
        "One line alone",
        "\n\n",
    ],
)
def test_prose_has_no_title(text: str) -> None:
    found = split(text)
    assert all(title == "" for title, _, _ in found)
    assert " ".join(unit for _, unit, _ in found) == " ".join(text.split())


@pytest.mark.parametrize(
    "sentence",
    [
        "He joined the U.S. Navy in 1943 and left it in 1950.",
        "J.R.R. Tolkien and C. S. Lewis met there.",
        "Die Laterne brannte z.B. Ende Mai.",
        "Gov. Roy and Sen. Lyle came to the light.",
    ],
)
def test_initials_end_no_sentence(sentence: str) -> None:
    """But the time of day may."""
    text = f"The bell rang at 5 p.m. {sentence} The lamp was lit."
    expected = ["The bell rang at 5 p.m.", sentence, "The lamp was lit."]
    assert [unit for _, unit, _ in split(text)] == expected


def test_a_small_number_ends_a_sentence() -> None:
    """But for the day of a German date."""
    text = "He lives at number 12. Julia lives at 14. Er kam am 1. März. Mail came."
    assert [unit for _, unit, _ in split(text)] == [
        "He lives at number 12.",
        "Julia lives at 14.",
        "Er kam am 1. März.",
        "Mail came.",
    ]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (
            "● Pay the deposit of the flat\n  by 1 March\n● Hand over the keys\n",
            ["● Pay the deposit of the flat by 1 March", "● Hand over the keys"],
        ),
        ("a) Bring soup\nb) Bring cheese\n", ["a) Bring soup", "b) Bring cheese"]),
        ("一、安娜付押金\n二、鲍勃交钥匙\n", ["一、安娜付押金", "二、鲍勃交钥匙"]),
        ("- Kaution bis 1. März zahlen\n- Umzug\n", ["- Kaution bis 1. März zahlen", "- Umzug"]),
        (
            "Actions:\nAnna: draft the report\nBob Roy: send the budget\n",
            ["Anna: draft the report", "Bob Roy: send the budget"],
        ),
        (
            "| Name | City |\n| --- | --- |\n| Ann | Riga |\n",
            ["| Name | City |", "| --- | --- |", "| Ann | Riga |"],
        ),
        (
            "Note: it rained,\nand all went\nhome again.\n",
            ["Note: it rained, and all went home again."],
        ),
        ("- He came. He saw.\n- He left.\n", ["- He came.", "He saw.", "- He left."]),
    ],
)
def test_items_of_a_list_and_rows_of_a_table_are_units(text: str, items: list[str]) -> None:
    """Between prose, where lines are none."""
    prose = "The keeper came to the light in May, and\nhe was glad of it. It rained.\n\n"
    passages = [Passage(p, Place("doc", line=1), Break.PARAGRAPH) for p in (prose, text, prose)]
    found = [unit.text for unit in units(passages, lines=False)]
    assert found[2:-2] == items


def test_what_is_cut_out_of_a_paragraph_begins_with_no_title() -> None:
    """The end of a line, where the sentence before it was cut off, is none."""
    text = (
        "For now the\nWhale was upon them, and it was far too late for any of them to do a thing.\n"
    )
    cut = Passage(text, Place("doc", line=5), Break.SENTENCE)
    assert [unit.title for unit in units([cut], lines=False)] == [""]
    whole = Passage(text, Place("doc", line=5), Break.PARAGRAPH)
    assert [unit.title for unit in units([whole], lines=False)] == ["For now the"]


def test_the_items_of_a_list_between_prose_are_units() -> None:
    """Under the line that leads to them."""
    text = "Deadlines:\n- the plans by May\n- the roof by June\n- the rest\n"
    found = list(units([Passage(text, Place("doc", line=5))], lines=False))
    assert [(unit.title, unit.text) for unit in found] == [
        ("Deadlines", "- the plans by May"),
        ("Deadlines", "- the roof by June"),
        ("Deadlines", "- the rest"),
    ]


def test_a_log_without_times_is_no_wrapped_prose() -> None:
    """Though its lines begin in lower case."""
    levels = ("error", "info", "warn")
    log = "".join(f"{levels[n % 3]}: the pump of tank {n} answered late\n" for n in range(9))
    assert is_lines(log)
    assert not is_lines("The pump answered late and\nthe tank was empty, so that\nwe left it\n")


def test_only_a_line_end_ends_a_line() -> None:
    """Not what a progress bar overwrites, and not what JSON may have in a string."""
    text = "10:00 pull 10%\r20%\r30%\n10:01 done\x0c\n10:02 said \u2028 so\n10:03 end\n"
    found = list(units_of([Passage(text, Place("a.log", line=1))]))
    assert [unit.place.line for unit in found] == [1, 2, 3, 4]
    old = "10:00 a\r10:01 b\r10:02 c\r"
    assert len(list(units_of([Passage(old, Place("a.log", line=1))]))) == 3


def test_a_place_has_no_empty_lines_at_its_end() -> None:
    text = "The keeper left. He was ill.\n\n"
    found = list(units_of([Passage(text, Place("a.txt", line=41, last_line=42))]))
    assert [(unit.place.line, unit.place.last_line) for unit in found] == [(41, 41), (41, 41)]


def test_titles_above_titles_have_an_end() -> None:
    """Or a block of them would be shown with every sentence below it."""
    text = (
        "".join(f"# Heading number {n} of many\n" for n in range(90)) + "The keeper left at noon.\n"
    )
    *_, last = units([Passage(text, Place("a.md", line=1))], lines=False)
    assert last.text == "The keeper left at noon."
    assert "number 89" in last.title
    assert len(last.title) < 300


def test_lines_of_a_log_are_units() -> None:
    log = "Jul 9 sshd: opened\nJul 9 sshd: closed\n\nJul 9 cron: started\n"
    assert split(log) == [
        ("", "Jul 9 sshd: opened", 5),
        ("", "Jul 9 sshd: closed", 6),
        ("", "Jul 9 cron: started", 8),
    ]


def test_prose_with_a_paragraph_on_each_line_is_no_log() -> None:
    text = (
        "The cook left. The dog slept.\n\nRain fell. It was cold.\n\nA boy came. He sang.\n"
        "He went.\n"
    )
    assert [unit for _, unit, _ in split(text)] == [
        "The cook left.",
        "The dog slept.",
        "Rain fell.",
        "It was cold.",
        "A boy came.",
        "He sang.",
        "He went.",
    ]


def test_rows_of_a_table_are_units() -> None:
    """In lower case, too; a comma in each line of prose is no column."""
    rows = ["apple;3;red", "plum;40;blue", "pear;5;green"]
    assert [unit for _, unit, _ in split("\n".join(rows))] == rows
    rows = [row.replace(";", ",") for row in rows]
    assert [unit for _, unit, _ in split("\n".join(rows))] == rows
    prose = "it rained all day, and he\nsat there, and was cold, or\nso he said, and slept."
    assert [unit for _, unit, _ in split(prose)] == [" ".join(prose.split())]


def test_lines_that_begin_with_a_time_are_a_log_whatever_they_say() -> None:
    lines = [f"2015-10-18 18:01:0{n} INFO Retrying. Already tried {n} times." for n in range(4)]
    assert [unit for _, unit, _ in split("\n".join(lines))] == lines


def test_wrapped_prose_is_no_log_even_if_no_line_begins_in_lower_case() -> None:
    text = "Her master, Captain\nAase, came ashore. He\nThanked us all. Mr. Roy\nGave him tea.\n"
    assert [unit for _, unit, _ in split(text)] == [
        "Her master, Captain Aase, came ashore.",
        "He Thanked us all.",
        "Mr. Roy Gave him tea.",
    ]


WRAPPED = (
    "8 June. Wind SE. Washed\nthe panes. Passed: a steamer.\n"
    "They measured the depth at low springs as three fathoms\nand a half, not five.\n"
)


def test_wrapped_prose_is_cut_at_sentences() -> None:
    """One that begins on a line of its own is the better one to begin a chunk with."""
    whole = Passage(WRAPPED, Place("log.pdf", page=3))
    assert [(piece.text, piece.opens) for piece in parts(whole)] == [
        ("8 June. ", Break.PARAGRAPH),
        ("Wind SE. ", Break.SENTENCE),
        ("Washed\nthe panes. ", Break.SENTENCE),
        ("Passed: a steamer.\n", Break.SENTENCE),
        (
            "They measured the depth at low springs as three fathoms\nand a half, not five.\n",
            Break.LINE,
        ),
    ]


def test_a_long_sentence_of_a_contract_is_one() -> None:
    """However many lines it goes over; a list without full stops is taken line by line."""
    clause = (
        "The Tenant may end this Agreement by notice in writing, given to the Landlord at\n"
        "the address that is named in Schedule 2 or at such other address as the Landlord\n"
        "may from time to time have named to the Tenant for this purpose, and the notice\n"
        "period shall be, where the Premises are let for a term of more than one year,\n"
        "ninety days prior to the end of the quarter, and where they are let for less,\n"
        "thirty days prior to the end of the month in which the notice was received.\n"
    )
    assert len(clause) > 400
    assert [unit for _, unit, _ in split(clause)] == [" ".join(clause.split())]
    names = "\n".join(f"Member {n} of the committee of the harbour" for n in range(14))
    assert len(split(names)) == 14


def test_a_log_is_cut_at_lines() -> None:
    log = "Jul 9 sshd: opened. Really.\nJul 9 sshd: closed. Now.\nJul 9 cron: started.\n"
    assert [piece.text for piece in parts(Passage(log, Place("a.log", line=1)))] == [
        line + "\n" for line in log.splitlines()
    ]


def test_a_sentence_that_goes_on_in_the_next_piece_is_one() -> None:
    """Pieces of a page, or lines of a file that were cut apart; a paragraph begins anew."""
    place = Place("log.pdf", page=3)
    pieces = [Passage(line, place, Break.LINE) for line in WRAPPED.splitlines(keepends=True)]
    pieces.append(Passage("Another paragraph\n", place, Break.PARAGRAPH))
    assert [unit.text for unit in units(pieces, lines=False)] == [
        "8 June.",
        "Wind SE.",
        "Washed the panes.",
        "Passed: a steamer.",
        "They measured the depth at low springs as three fathoms and a half, not five.",
        "Another paragraph",
    ]


def test_a_title_is_that_of_all_pieces_below_it() -> None:
    place = Place("a.txt", line=1, last_line=3)
    whole = Passage("The lamp\nIt burns rape oil and nothing else. It is trimmed at dusk.\n", place)
    found = units(parts(whole), lines=False)
    assert [unit.title for unit in found] == ["The lamp", "The lamp"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The rent is payable no later than Jan. 31, 2025.",
        "12. The Tenant may end this Agreement by notice.",
        "3.1. The Tenant pays.",
        "Sie ist nach Ziff. 4 Abs. 2 bis zum Ende zu zahlen.",
        "Die Frist beträgt mind. 3 Monate, vgl. § 7 des Vertrags.",
    ],
)
def test_a_full_stop_may_stand_within_a_sentence(sentence: str) -> None:
    """After a month or a German abbreviation before a number, and after that of a clause."""
    assert split_sentences(f"{sentence} He left.") == [f"{sentence} ", "He left."]
    for ends in ("He changed his mind. Then he left.", "They met Max. He left."):
        assert len(split_sentences(ends)) == 2


def test_an_item_of_two_sentences_is_one_of_a_list() -> None:
    text = "- Anna: send it by 1 June\n- Bob: call the roofer. Ask for 3 offers\n- Carl: draft it\n"
    found = units([Passage(text, Place("doc", line=1))], lines=False)
    assert [unit.text for unit in found] == [
        "- Anna: send it by 1 June",
        "- Bob: call the roofer.",
        "Ask for 3 offers",
        "- Carl: draft it",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "[Mon Jan 02 07:01:02.1 2024] [core:error] No file. Check {}\n",
        'time="2024-01-02T07:01:02Z" level=error msg="No link {}. Retrying in 5 s"\n',
        "WARNING:root:The lamp is out. Light lamp {}\n",
        "E0101 12:00:00.1 pod {} is gone. It was old\n",
        "host1 2024-01-02T07:01:02 lamp {} is out. Light it\n",
        '{} Roy,"It was good. I liked it, a lot.",5\n',
    ],
)
def test_messages_of_two_sentences_are_lines(lines: str) -> None:
    """Of logs of many programs, and of a table with comments in quotes."""
    text = "".join(lines.format(name) for name in ("Anna", "Bob", "Carl", "Dora"))
    assert is_lines(text)
    assert len(split(text)) == 4
