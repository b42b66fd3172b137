"""All that a document says of something: judged one by one, counted by the program."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli import prompts
from mhmcli.candidates import Weighed
from mhmcli.census import Affords, Judged, census
from mhmcli.chunk import Chunk, cut
from mhmcli.counting import _is_told, as_answer, counted
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.events import Found, Item, is_entry, marks_of, masked, named_in, process_of, told_once
from mhmcli.prompter import Prompter, run
from mhmcli.score import Query, Seen, Signals
from mhmcli.sorts import boundary, confirmed, upper_heap
from mhmcli.source import Break, Passage, Place, units
from mhmcli.stretches import stretches
from mhmcli.weights import Weight

QUESTION = "How many log-ins failed?"


def test_what_varies_is_masked() -> None:
    """Numbers, addresses, times and ids; words stay."""
    one, other = (
        f"Dec {n} 07:0{n}:01 host sshd[2{n}]: Failed password for root from 1.2.3.{n} port 4{n}"
        for n in (1, 2)
    )
    assert masked(one) == masked(other)
    assert "Failed password for root" in masked(one)
    assert masked("for root") != masked("for admin")
    assert masked("port 22, pid 7", {"22"}) == "port 22, pid #"
    assert masked("Received blk_-4198 of attempt_1445_m_0") == "Received blk_-# of attempt_#"
    asked = '1.2.3.4 - - [10/Dec] "GET /{} HTTP/1.1" {} 512 '
    assert masked(asked.format(7, 500)) == masked(asked.format(8, 500))
    assert masked(asked.format(7, 500)) != masked(asked.format(7, 200)), "it says what happened"
    assert masked("request 7 took 110 ms") == masked("request 8 took 450 ms")


def test_words_beside_numbers_are_no_part_of_them() -> None:
    """They say what happened, as a status does."""
    assert masked("main exited, status=1/FAILURE") == "main exited, status=#/FAILURE"
    assert masked("GET http://10.0.0.1:8080/login 200") == "GET http://#/login #"
    assert (
        masked("id 54fadb41-2c4e-40cd-baba-6335c7e76d0c at 2015-10-18T18:01:47.978Z") == "id # at #"
    )
    for line in ('{"id": 7, "status":500, "took": 7}', "id=7 status=500 took=7"):
        assert "500" in masked(line)
        assert "7" not in masked(line)


def test_a_proxy_tells_the_status_before_the_bytes() -> None:
    proxy = 'haproxy[7]: 10.0.0.1:57317 in static/srv1 10/0/30/69/109 {} 2750 - - "GET /a HTTP/1.1"'
    assert masked(proxy.format(503)) != masked(proxy.format(200))
    iis = "2024-01-02 07:01:02 10.0.0.1 GET /a.htm - 80 - 10.0.0.7 Mozilla {} 0 0 15"
    assert masked(iis.format(404)) != masked(iis.format(200))
    squid = "1286536310.077 7 10.0.0.7 TCP_MISS/{} 507 GET http://a.b/ - DIRECT/10.0.0.1 text/html"
    assert masked(squid.format(404)) != masked(squid.format(200))
    assert masked("took 503 of 999 s") == masked("took 200 of 999 s")


@pytest.mark.parametrize(
    "line",
    [
        'the user "ann" 192.168.1.{} came',
        '"GET /p" {}.4ms',
        "20241210-name-{}.jpg was read",
        "pod web-7d9f-xk{}qz was started",
        '10.0.0.{} - - [10/Dec/2015:07:01:{} +0000] "GET /a" 200 512',
        "status={}.5 of all",
    ],
)
def test_names_of_files_and_addresses_are_of_one_sort(line: str) -> None:
    """Each would be judged by itself."""
    assert masked(line.replace("{}", "121")) == masked(line.replace("{}", "234"))


def test_months_are_no_sorts() -> None:
    line = '10.0.0.7 - - [10/{}/2015:07:01:02 +0000] "GET /a HTTP/1.1" 200 512'
    assert masked(line.format("Dec")) == masked(line.format("Jan"))


def test_a_number_that_the_question_names_is_no_part_of_what_varies() -> None:
    """Where it stands with a port, a time or a plural, too; a short one names no time."""
    assert named_in("How many 404s from 10.0.0.5 on 2015-10-18?") == {
        "404",
        "10.0.0.5",
        "2015-10-18",
    }
    assert masked("from 10.0.0.5:5231 and 10.0.0.51:7", {"10.0.0.5"}) == "from 10.0.0.5# and #"
    assert masked("2015-10-18T18:01 x", {"2015-10-18"}) == "2015-10-18# x"
    assert masked("22:01:47 port 22", {"22"}) == "# port 22"


def test_two_heaps_are_parted_where_they_lie_apart() -> None:
    assert upper_heap([0.1, 5.0, -0.3, 4.6, 0.2, 0.0]) == [False, True, False, True, False, False]
    assert upper_heap([0.1, 0.4, -0.3, 0.6, 0.2, 0.0]) == [False] * 6
    assert upper_heap([]) == []
    assert upper_heap([9.0]) == [False]


def test_sentences_are_confirmed_by_both_verdicts() -> None:
    """Of other ships the model says yes as well with the question before them; what only stands out
    is not to be rejected."""

    def taken(*pairs: tuple[float, float | None]) -> list[bool]:
        return confirmed([said for said, _ in pairs], [Weight(0.0, after) for _, after in pairs])

    meant, others = [(0.57, 0.69), (0.22, -0.34)], [(0.06, -0.64), (0.05, -0.56), (-0.05, -1.8)]
    assert taken(*meant, *others) == [True, True, False, False, False]
    assert taken((-0.5, -0.8), (-0.6, -1.2)) == [True, False]
    assert taken((0.3, None)) == [True], "by a model that knows no yes from no"


def test_a_boundary_lies_in_the_widest_gap() -> None:
    assert boundary([-2.0, 0.31, 0.35, 0.55, 0.9], 0.3, 0.6) == pytest.approx(0.45)
    assert boundary([-2.0, 0.5, 0.9], 0.3, 0.6) == pytest.approx(0.4)
    assert boundary([], 0.3, 0.6) == pytest.approx(0.45)


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20), st.integers(1, 5))
def test_a_heap_that_is_far_above_is_found_whatever_the_sizes(
    rest: list[float], above: int
) -> None:
    assert upper_heap([*rest, *[20.0] * above]) == [False] * len(rest) + [True] * above


def judge(prompt: str) -> float:
    return 6.0 if "Failed password" in prompt or "was turned away" in prompt else -1.0


def found(chunks: list[Chunk], worth: list[float] | None = None) -> tuple[list[str], int]:
    """The items, and how many texts the model was asked about."""
    engine = ScriptedEngine([], judge=judge)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    query, seen = Query.of(QUESTION), Seen()
    likelihoods = worth or [0.0] * len(chunks)
    for likely, chunk in zip(likelihoods, chunks, strict=True):
        seen = seen.after(Signals.of(likely, query, chunk.text))
    before = engine.fed_tokens
    made = run(census(prompter, QUESTION, Weighed(lambda: chunks, likelihoods, seen)))
    assert engine.open_sequences == 1
    return [item.text for item in made.items], engine.fed_tokens - before


def log(lines: list[str], number: int = 0) -> Chunk:
    passages = tuple(
        Passage(f"{line}\n", Place("a.log", line=n + 1)) for n, line in enumerate(lines)
    )
    return Chunk(number, passages, 10)


def test_lines_of_a_log_are_counted_and_alike_ones_judged_once() -> None:
    """A hundred lines of two sorts cost hardly more than two."""
    some = [f"Failed password for root from 10.0.0.{n}" for n in range(50)]
    others = [f"Session {n} opened for ann" for n in range(50)]
    mixed = [line for pair in zip(some, others, strict=True) for line in pair]
    items, cost = found([log(mixed[:40], 0), log(mixed[40:], 1)])
    assert items == some
    _, cost_of_two = found([log([*mixed[:2], "Session 7 opened for ann"])])
    assert cost == cost_of_two


def test_a_log_of_nothing_but_what_is_meant_is_counted() -> None:
    """`grep "Failed password" auth.log | mhm ask "how many log-ins failed?"`: all yes."""
    some = [f"07:01 Failed password for {who} from 10.0.0.1" for who in ("ann", "bob", "cyd")]
    some.append("07:02 Repeated: [ Failed password for ann, Failed password for bob ]")
    assert found([log(some)])[0] == some
    others = log([f"07:01 Session of {who} opened" for who in ("ann", "bob", "cyd")])
    assert found([others])[0] == []
    sentences = [f"A man called {who} was turned away." for who in ("Ann", "Bob", "Cyd")]
    prose = Passage(" ".join(sentences), Place("a.txt", line=1))
    assert found([Chunk(0, (prose,), 9)])[0] == sentences


@pytest.mark.parametrize(("no", "number"), [(-1.0, "0"), (-0.2, None)])
def test_of_what_is_not_there_there_are_0(no: float, number: str | None) -> None:
    """If the model is sure of each line of a log; else nothing is said of how many there are."""
    chunks = [log([f"07:01 Session of {who} opened" for who in ("ann", "bob", "cyd", "dan")])]
    prompter = Prompter(ScriptedEngine([], judge=lambda _: no), prompts.SYSTEM, Sampling())
    document = Weighed(lambda: chunks, [0.0], Seen())
    made = run(counted(prompter, QUESTION, document))
    assert (made.text if made else None) == number
    assert made is None or made.found
    assert run(counted(prompter, "List all failures.", document)) is None
    fields = [log(["Name: Roy & Sons", "Employees: 4,500 people", "Founded: 1843 in Bergen"])]
    no_log = Weighed(lambda: fields, [0.0], Seen())
    assert run(counted(prompter, QUESTION, no_log)) is None


def test_what_stands_out_of_a_log_is_not_meant_for_it() -> None:
    """Of segmentation faults there are none in it, and failed log-ins are a little like them."""
    lines = [f"07:01 Session of {who} opened" for who in ("ann", "bob", "cyd", "dan", "eve")]
    chunks = [log([*lines, "07:02 Failed password for ann"])]
    engine = ScriptedEngine([], judge=lambda p: -0.6 if "Failed" in p else -2.0)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    document = Weighed(lambda: chunks, [0.0], Seen())
    made = run(counted(prompter, "How many segmentation faults were there?", document))
    assert made is not None
    assert made.text == "0"
    assert run(counted(prompter, "List all segmentation faults.", document)) is None


def test_a_sentence_that_the_model_rejects_is_not_listed() -> None:
    """However much it stands out."""
    prose = "Rain fell. The cook swept the yard. The road was bad. A boy was late. Tea was\nserved."
    chunks = [Chunk(0, (Passage(prose, Place("a.txt", line=1)),), 9)]
    seen = Seen().after(Signals.of(0.0, Query.of(QUESTION), prose))

    def listed(yes: float) -> list[str]:
        engine = ScriptedEngine([], judge=lambda p: yes if "boy" in p else -4.0)
        prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        made = run(census(prompter, QUESTION, Weighed(lambda: chunks, [0.0], seen)))
        return [item.text for item in made.items]

    assert listed(-1.0) == ["A boy was late."]
    assert listed(-1.3) == []


def test_what_cannot_be_afforded_is_not_counted() -> None:
    """The price is known before the first line is judged: nothing is computed in vain."""
    lines = [f"07:01 {who} failed" for who in ("ann", "bob", "cyd", "dan")]
    engine = ScriptedEngine([], judge=lambda _: 3.0)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    document, prices = Weighed(lambda: [log(lines)], [0.0], Seen()), list[int]()
    before = engine.fed_tokens

    def too_much(tokens: int) -> bool:
        prices.append(tokens)
        return False

    assert run(counted(prompter, QUESTION, document, too_much)) is None
    assert engine.fed_tokens == before
    made = run(counted(prompter, QUESTION, document, lambda tokens: tokens <= prices[0]))
    assert made is not None
    assert made.text == "4"
    assert engine.fed_tokens - before == pytest.approx(prices[0], rel=0.15)


def test_of_a_long_line_what_there_is_room_for_is_judged() -> None:
    """A line of digits may have a token for each."""
    engine = ScriptedEngine([], judge=judge, window_tokens=400)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    lines = [f"{n} {what} {'7 ' * 700}" for n in range(4) for what in ("Failed password", "Tea")]
    made = run(census(prompter, QUESTION, Weighed(lambda: [log(lines)], [0.0], Seen())))
    assert [item.text for item in made.items] == [" ".join(line.split()) for line in lines[::2]]


@pytest.mark.parametrize("together", [1, 2, 40])
def test_lines_of_a_log_are_counted_however_long_they_are(together: int) -> None:
    """A chunk may have room for one of them alone; prose of one sentence a chunk stays prose."""
    said = ["Failed password for root", "Session opened", "Failed password for bob", "Tea served"]
    lines = [f"Jul {1 + n % 28} host sshd[{n}]: {said[n % 4]} from 10.0.0.{n}" for n in range(40)]
    chunks = [log(lines[at : at + together], n) for n, at in enumerate(range(0, 40, together))]
    items, _ = found(chunks)
    assert items == [line for line in lines if "Failed" in line]


def test_a_line_that_several_chunks_have_a_piece_of_is_one() -> None:
    """Of JSON with a long field, say: what is meant may stand in both halves of it."""
    entry = [
        f'{{"at": "07:01", "event": "Failed password", "path": "{"/x" * 40}",',
        ' "said": "Failed password"}\n',
    ]
    other = [f'{{"at": "07:01", "event": "opened", "path": "{"/y" * 40}",', ' "said": "hello"}\n']
    chunks, number = [], 0
    for line in [entry, other] * 6:
        for half, text in enumerate(line):
            place = Place("a.json", line=1 + number // 2)
            opens = Break.ANYWHERE if half else Break.LINE
            chunks.append(Chunk(number, (Passage(text, place, opens),), 9))
            number += 1
    items, _ = found(chunks)
    assert items == ["".join(entry).strip()] * 6


@pytest.mark.parametrize("words", [3, 30, 60, 80])
@pytest.mark.parametrize("form", ["2015-10-18 12:00:{} host: {}", '{{"at": {}, "said": "{}"}}'])
def test_lines_are_whole_if_they_take_several_chunks_each(words: int, form: str) -> None:
    """With sentences in them, too, and at both ends of the log."""
    said = "Failed password. The server, at last, closed." + " com.acme.web" * words
    lines = [form.format(n + 10, said) for n in range(40)]
    text = "".join(f"{line}\n" for line in lines)
    chunks = list(cut([Passage(text, Place("a.log", line=1))], 60, lambda text: len(text) // 6 + 1))
    found = [
        " ".join(unit.text.split())
        for stretch in stretches(chunks)
        for unit in units(stretch.passages, lines=stretch.of_lines)
    ]
    assert found == lines


def test_a_figure_that_is_told_is_no_count() -> None:
    """One sentence tells of seven: the answer is written from it, as any other."""
    asked = "How many children does Roy have?"
    told = Item("Mr. Roy has seven grown children.", Place("a.txt"), 0)
    assert _is_told(asked, [told])
    for text in (
        "It has 1,703 large rooms.",
        "Some 2.1 million people live in Paris.",
        "He was in prison from 1962 to 1990.",
        "The tenant gives notice two weeks before.",
    ):
        assert _is_told("How many are there?", [replace(told, text=text)])
    assert not _is_told(asked, [replace(told, text="A child of Roy was turned away.")])
    assert _is_told("How often does the ferry sail?", [replace(told, text="It sails at dawn.")] * 5)
    line = Item("07:01 seven children called", Place("a.log"), 0, of_log=True)
    assert not _is_told(asked, [line])
    assert not _is_told(asked, [replace(line, text="7,Roy,Bergen")])
    assert _is_told(asked, [replace(line, text="Children: 7, all of age")])
    assert not _is_told(asked, [])
    assert not _is_told("How often did it fail?", [line])
    assert not _is_told("How often did it fail?", [replace(line, text="error: lost")] * 3)
    assert _is_told(asked, [told] * 3)
    lost = replace(told, text="Seventeen men were lost.")
    assert _is_told("How many men were lost?", [lost] * 3)
    assert not _is_told("How many men were lost?", [replace(told, text="A man was lost.")] * 3)
    notice = replace(told, text="Ninety days of notice must be given.")
    assert _is_told("How many days of notice must be given?", [notice] * 3)
    assert not _is_told("How many ships called?", [replace(told, text="The Vigo called.")] * 3)


def test_a_stack_trace_is_no_prose() -> None:
    """What is indented goes on from the line above."""
    trace = ["java.net.ConnectException: refused", "\tat com.foo.Bar", "\tat com.foo.Baz"]
    some = [line for n in range(6) for line in (f"Failed password {n} for ann", *trace)]
    others = [f"Session of {who} opened" for who in ("ann", "bob", "cyd", "dan")]
    items, _ = found([log([*some, *others])])
    assert items == some[::4]


def test_lines_that_are_not_meant_are_not_kept() -> None:
    """However long the log is: ten times as many of them take no more memory."""

    def peak_bytes(lines: int) -> int:
        def chunks() -> Iterator[Chunk]:
            for n in range(lines // 20):
                yield log([f"Session {20 * n + k} opened for ann" for k in range(20)], n)
            yield log(["Failed password for root", "Session 9 closed", "Tea was served"], n + 1)

        engine = ScriptedEngine([], judge=judge)
        prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        tracemalloc.start()
        made = run(census(prompter, QUESTION, Weighed(chunks, [0.0] * (lines // 20 + 1), Seen())))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert [item.text for item in made.items] == ["Failed password for root"]
        return peak

    peak_bytes(400)  # what is kept in caches from the first time on
    assert peak_bytes(8000) < 1.5 * peak_bytes(800)


def test_the_count_is_told_while_it_grows() -> None:
    engine = ScriptedEngine([], judge=judge)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    lines = [f"{what} for ann" for what in ("Failed password", "Opened", "Failed password 2")]
    some = [f"{line} {word}" for line in lines for word in ("a", "b", "c", "d")]
    query = Query.of(QUESTION)
    seen = Seen().after(Signals.of(0.0, query, " ".join(some)))
    counting = census(prompter, QUESTION, Weighed(lambda: [log(some)], [0.0], seen))
    told: list[Judged] = []
    while True:
        try:
            told.append(next(counting))
        except StopIteration as stop:
            items = stop.value.items
            break
    assert [one.text for one in told] == some
    assert told[0].so_far == 0, "of one nothing can be said"
    assert told[7].so_far == 4
    assert told[-1].so_far == len(items) == 8


def test_of_prose_the_passages_that_stand_out_are_judged() -> None:
    """Sentence by sentence, each with its place; the rest of the document costs nothing."""
    good = (
        "Rain fell that day and\nthe boy was turned away. Tea was\nserved. She was turned away too."
    )
    dull = "Rain fell on the road and\nthe cook swept the yard. It rained\nagain."
    chunks = [
        Chunk(n, (Passage(text, Place("a.txt", line=1)),), 9)
        for n, text in enumerate([dull, good, *[dull] * 9])
    ]
    items, cost = found(chunks, [0.0, 5.0, *[0.0] * 9])
    assert items == ["Rain fell that day and the boy was turned away.", "She was turned away too."]
    more = [Chunk(n, chunks[0].passages, 9) for n in range(11, 20)]
    assert found([*chunks, *more], [0.0, 5.0, *[0.0] * 18]) == (items, cost)
    assert found(chunks[:3], [0.0] * 3)[0] == items, "of so little, all is judged"


def of_prose(holding: int, of: int) -> list[Chunk]:
    """Passages of three sentences each, the first of which hold one that is meant."""
    rest = "The cook swept yard {0}, and\nit was late. Rain fell on\nroad {0}."
    made = []
    for n in range(of):
        name = chr(ord("a") + n % 26) * (1 + n // 26)  # a word, for what differs in numbers is one
        meant = f"The boy of house {name} was turned away. " if n < holding else ""
        made.append(Passage(meant + rest.format(name), Place("a.txt", line=n + 1)))
    return [Chunk(n, (passage,), 9) for n, passage in enumerate(made)]


LIST = "List all who were turned back."


def in_tranches(
    chunks: list[Chunk], standing_out: int, judge: Callable[[str], float], affords: Affords | None
) -> Found:
    """What a census finds of passages of which only the first few stand out."""
    prompter = Prompter(ScriptedEngine([], judge=judge), prompts.SYSTEM, Sampling())
    query, seen = Query.of(LIST), Seen()
    likelihoods = [3.0 if n < standing_out else -n / 100 for n in range(len(chunks))]
    for likely, chunk in zip(likelihoods, chunks, strict=True):
        seen = seen.after(Signals.of(likely, query, chunk.text))
    document = Weighed(lambda: chunks, likelihoods, seen)
    return run(census(prompter, LIST, document, affords))


def turned_away(prompt: str) -> float:
    return 4.0 if "was turned away" in prompt else -4.0


@pytest.mark.parametrize(("holding", "left_out"), [(40, 0), (18, 13), (4, 32), (0, 36)])
def test_of_prose_more_is_judged_as_long_as_it_pays(
    holding: int, left_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is listed in nearly every passage stands out in few of them; what was not gone through
    is told."""
    monkeypatch.setattr("mhmcli.census._MOST_TOKENS", 10)
    made = in_tranches(of_prose(holding, 40), 4, turned_away, None)
    assert (len(made.items), made.left_out) == (holding, left_out)
    first_only = iter([True, *[False] * 40])
    some = in_tranches(of_prose(holding, 40), 4, turned_away, lambda _: next(first_only))
    assert (len(some.items), some.left_out) == (min(holding, 4), 36)


def test_a_list_has_its_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some twice what it costs to read the document, and no more; here, less."""
    monkeypatch.setattr("mhmcli.census._MOST_TOKENS", 1.2)
    made = in_tranches(of_prose(40, 40), 4, turned_away, None)
    assert 4 < len(made.items) == 40 - made.left_out < 40


def test_prose_of_which_nothing_stands_out_is_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the same in all of it."""
    monkeypatch.setattr("mhmcli.census._MOST_TOKENS", 10)
    monkeypatch.setattr("mhmcli.candidates._LEAST_WORTH", 9.0)
    made = in_tranches(of_prose(40, 40), 4, turned_away, None)
    assert (len(made.items), made.left_out) == (40, 0)


def test_what_was_found_is_not_lost_to_what_comes_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rest of the document is so full of it that nothing stands out any more."""
    monkeypatch.setattr("mhmcli.census._MOST_TOKENS", 10)
    chunks = []
    for n in range(40):
        name = chr(ord("a") + n % 26) * (1 + n // 26)
        meant = [f"The boy of {what} {name} was turned away." for what in ("house", "barn", "mill")]
        other = [f"The cook {did} the yard\nof {name}." for did in ("swept", "saw", "left", "knew")]
        said = [meant[0], *other] if n < 8 else [*meant, other[0]]
        chunks.append(Chunk(n, (Passage(" ".join(said), Place("a.txt", line=n + 1)),), 9))

    def noisy(prompt: str) -> float:
        part = prompt.rpartition("<part>")[2].partition("</part>")[0]
        return turned_away(part) / 2 + random.Random(part).uniform(-0.6, 0.6)

    made = in_tranches(chunks, 8, noisy, None)
    assert len(made.items) >= 8


def test_what_stands_beside_a_log_does_not_change_its_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are told apart by themselves; and of nothing meant in both there are 0."""
    monkeypatch.setattr("mhmcli.census._MOST_TOKENS", 10)
    lines = [f"07:0{n} Session of {who} opened" for n, who in enumerate(("ann", "bob", "cyd"))]
    prose = [replace(chunk, index=chunk.index + 1) for chunk in of_prose(0, 6)]
    chunks = [log([*lines, "07:05 Failed password for ann"]), *prose]
    query, seen = Query.of(QUESTION), Seen()
    for chunk in chunks:
        seen = seen.after(Signals.of(0.0, query, chunk.text))

    def count(yes: float) -> str | None:
        engine = ScriptedEngine([], judge=lambda p: yes if "Failed" in p else -2.0)
        prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        made = run(counted(prompter, QUESTION, Weighed(lambda: chunks, [0.0] * 7, seen)))
        return made.text if made else None

    assert count(0.7) == "1"
    assert count(-0.6) == "0"


def test_a_document_without_any_has_none() -> None:
    items, _ = found([log([f"Session {word} opened" for word in ("one", "two", "three", "four")])])
    assert items == []


def sshd(chunks: list[list[str]]) -> list[str]:
    """What is counted in a log of an sshd, some lines of which the model takes to be meant."""
    items, _ = found([log(lines, n) for n, lines in enumerate(chunks)])
    return items


def attempt(pid: int, *said: str) -> list[str]:
    """The lines of one process, and one of another sort after them."""
    lines = [f"Dec 10 07:01:02 host sshd[{pid}]: {one} rhost=10.0.0.1" for one in said]
    return [*lines, f"Dec 10 07:01:03 host cron[{pid + 5000}]: job {pid} done by host {pid * 7}"]


FAILED, PAM = "Failed password for root from", "Failed password check: authentication failure"


def test_lines_beside_each_other_with_the_same_number_tell_of_one_event() -> None:
    """Each log-in that failed is told by two lines of its process, and counted once."""
    lines = [line for pid in range(300, 312) for line in attempt(pid, PAM, FAILED)]
    assert len(sshd([lines])) == 12
    assert len(sshd([[line for line in lines if "cron" in line or FAILED in line]])) == 12


def test_a_time_is_no_mark() -> None:
    """To the millisecond, and with a zone, wherever it stands."""
    line = "2024-01-02T03:04:05.123Z host sshd[2423]: from 10.0.0.7"
    assert marks_of(line) == {"2423", "10.0.0.7"}
    assert marks_of('{"pid": 2423, "time": "2024-01-02T03:04:05.123Z"}') == {"2423"}


def test_two_things_of_one_kind_are_two_events() -> None:
    """A client asks for two files that are not there, and both lines have its address."""
    lines = [
        f'2024-01-02 07:{n}:{m} host web: {{"from": "10.0.0.{n}", "path": "{path}", "said": "no"}}'
        for n in range(10, 22)
        for m, path in enumerate(("/a.png", "/b.png"))
    ]
    others = [f"2024-01-02 07:{n}:09 host cron: job {n} done" for n in range(10, 22)]
    mixed = [line for n in range(12) for line in (*lines[2 * n : 2 * n + 2], others[n])]
    engine = ScriptedEngine(
        [], judge=lambda p: 4.0 if "said" in p.rpartition("<part>")[2] else -4.0
    )
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    document = Weighed(lambda: [log(mixed)], [0.0], Seen())
    made = run(counted(prompter, "How many requests failed?", document))
    assert made is not None
    assert made.text == "24"


def test_a_stack_trace_is_counted_with_its_line() -> None:
    """In a log, what has no time goes on from the line above."""
    failed = ["2024-01-02 07:{}:01 ERROR Failed password check", "ValueError: Failed password"]
    lines = [
        line.format(n) for n in range(10, 18) for line in (*failed, "2024-01-02 07:{}:02 done")
    ]
    assert sshd([lines]) == lines[::3]


def test_lines_below_a_date_are_no_trace() -> None:
    """In a changelog, say: what they report is not one thing for each date."""
    fixed = [
        f"- Fixed a failed password in the {what}" for what in ("mast", "sail", "hull", "keel")
    ]
    lines = []
    for n in range(8):
        lines += [f"2024-01-{n + 10} 1.0.{n}", fixed[n % 4], fixed[(n + 1) % 4], "- Tea was served"]
    engine = ScriptedEngine([], judge=lambda p: 4.0 if "Fixed" in p else -4.0)
    prompter = Prompter(engine, prompts.SYSTEM, Sampling())
    document = Weighed(lambda: [log(lines)], [0.0], Seen())
    made = run(counted(prompter, "How many faults were mended?", document))
    assert made is not None
    assert made.text == "16"


def test_rows_of_a_table_are_their_own_entries() -> None:
    """Though some have a date and others have none."""
    names = ["ann", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"]
    rows = [f"{who},Failed password,{'2024-01-02' * (n % 2)}" for n, who in enumerate(names)]
    others = [f"{who},Tea,2024-01-02" for who in names]
    assert len(sshd([[*rows, *others]])) == 8
    numbered = [f"{n},{row}" for n, row in enumerate([*rows, *others], 100)]
    assert len(sshd([numbered])) == 8


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("[   12.345678] Out of memory: Killed process", True),
        ("081109 203615 148 INFO dfs.DataNode: Deleting block", True),
        ("Traceback (most recent call last):", False),
        ("7,Roy,Bergen", False),
    ],
)
def test_an_entry_has_a_time(line: str, *, is_one: bool) -> None:
    assert is_entry(line) == is_one


def test_a_log_is_one_though_few_of_its_lines_have_no_time() -> None:
    """0 of what is not there; where one line is enough to tell, all that is there."""
    lines = [f"07:01 Session of {who} opened" for who in ("ann", "bob", "cyd", "dan")]
    prompter = Prompter(ScriptedEngine([], judge=lambda _: -2.0), prompts.SYSTEM, Sampling())
    document = Weighed(lambda: [log([*lines, "and a line without a time"])], [0.0], Seen())
    made = run(counted(prompter, QUESTION, document))
    assert made is not None
    assert made.text == "0"


def test_what_is_not_named_by_the_lines_is_not_counted() -> None:
    """How many are of the tenth of December, of times like 2015-12-10, is not known."""
    lines = [f"2015-12-{n} 07:01 {what}" for n in (10, 11) for what in ("Failed password", "Tea")]
    document = Weighed(lambda: [log(lines * 3)], [0.0], Seen())

    def count(question: str, meant: str = "Failed") -> str | None:
        engine = ScriptedEngine([], judge=lambda p: 4.0 if meant in p else -4.0)
        prompter = Prompter(engine, prompts.SYSTEM, Sampling())
        made = run(counted(prompter, question, document))
        return made.text if made else None

    assert count("How many log-ins failed on 10 December?") is None
    assert count("How many log-ins of 2015-12-10 failed?", "<part>\n2015-12-10 07:01 Failed") == "3"
    assert count("How many log-ins failed?") == "6"
    assert count("How many of the 9 log-ins failed?") == "6"
    assert count("How many 5xx log-ins failed?") == "6"
    assert count("Which log-ins failed on 10 December?") is None
    assert count("List 3 log-ins that failed.") == "\n".join(
        f"2015-12-{n} 07:01 Failed password" for n in (10, 11)
    )


def test_a_process_is_named_before_a_colon() -> None:
    """Of nginx it is the connection; an index is none."""
    assert process_of("Jul 9 combo sshd(pam_unix)[2000]: failed") == "2000"
    assert process_of("2024/12/10 [error] 7#7: *56 open() failed") == "56"
    assert process_of("array a[0] overflowed") == ""


def test_what_is_told_again_is_named() -> None:
    some = [Item("a 300", Place("a.log"), 3 * n, frozenset({f"30{n}"})) for n in range(4)]
    again = [Item("b of 300", Place("a.log"), 3 * n + 1, frozenset({f"30{n}"})) for n in range(4)]
    made = told_once([some, again], frozenset(f"30{n}" for n in range(4)))
    assert (made.items, made.again) == (some, again)
    answer = as_answer(QUESTION, made)
    assert (answer.text, answer.counted, answer.told_again) == (
        "4",
        (("a #", 4),),
        (("b of #", 4),),
    )


def test_one_sort_may_tell_again_what_two_others_tell() -> None:
    """Failures of root and of bob, and a line that the library logs of each."""
    who = ["root", "bob"]
    lines = [
        line
        for pid in range(300, 312)
        for line in attempt(pid, f"Failed password for {who[pid % 2]} from", PAM)
    ]
    assert len(sshd([lines])) == 12


@pytest.mark.parametrize(
    ("why", "lines"),
    [
        (
            "an attacker tries two names, with a process for each",
            [
                f"Dec 10 07:01:02 host sshd[{300 + 2 * n + k}]: {said} from 10.0.{n}.1"
                for n in range(12)
                for k, said in enumerate(
                    ("Failed password for root", "Failed password for admin", "closed")
                )
            ],
        ),
        (
            "a client asks for two files over two connections",
            [
                f"2024/12/10 [error] 7#7: *{100 + 2 * n + k} {said}, client: 10.0.{n}.1"
                for n in range(12)
                for k, said in enumerate(
                    ("Failed password for /a", "Failed password for /b", "opened /c")
                )
            ],
        ),
        (
            "each has a process of its own",
            [line for pid in range(300, 312) for line in attempt(pid, (FAILED, PAM)[pid % 2])],
        ),
        (
            "there are too few to tell",
            [line for pid in (300, 301) for line in attempt(pid, FAILED, PAM)],
        ),
        (
            "the address of an attacker is no mark of an attempt",
            [
                f"Dec 10 07:01:02 host sshd: {said} rhost=10.0.0.1"
                for _ in range(12)
                for said in (FAILED, PAM, "closed")
            ],
        ),
        (
            "nor is the time",
            [
                f"2015-10-18 18:01:{n:02},978 {said}"
                for n in range(12)
                for said in (FAILED, PAM, "closed")
            ],
        ),
    ],
)
def test_other_lines_tell_of_other_events(why: str, lines: list[str]) -> None:
    assert len(sshd([lines])) == sum("Failed password" in line for line in lines), why


def test_sentences_are_events_of_their_own() -> None:
    """Two of them may well name the same year."""
    text = " ".join(f"{who} was turned away in 1843." for who in ("Ann", "Bob", "Cyd", "Dan"))
    text += " Tea was served. It rained."
    dull = "Rain fell on the road and the cook swept the yard. It rained again."
    chunks = [
        Chunk(n, (Passage(said, Place("a.txt", line=1)),), 9)
        for n, said in enumerate([dull, text, *[dull] * 8])
    ]
    items, _ = found(chunks, [0.0, 5.0, *[0.0] * 8])
    assert len(items) == 4


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("How many vacation days do employees get?", "Employees get 25 days of vacation a year."),
        ("How many employees does Acme have?", "It has 4,500 employees in twelve countries."),
        ("How many employees does Acme have?", "Employees,4500"),
        ("How many days' notice must the tenant give?", "She gives ninety (90) days' notice."),
        ("How many rows were imported?", "2024-01-02 07:02:02 INFO imported 4512 rows"),
    ],
)
def test_the_figure_of_what_is_asked_for_is_told(question: str, line: str) -> None:
    """Also on a line of its own, and where three lines tell it."""
    items = [Item(line, Place("a.txt"), n, of_log=True) for n in range(3)]
    assert _is_told(question, items[:1])
    assert _is_told(question, items) or "25 days of" not in line
    lines = [replace(item, text="07:01 lost") for item in items]
    assert not _is_told(question, [*items[:1], *lines]), "it is one of them"
    other = [replace(item, text="07:01 days turned, employees came, rows fell") for item in items]
    assert not _is_told(question, other)


def test_a_line_that_was_repeated_counts_as_often() -> None:
    """As rsyslog writes it: the five are five more than the one before."""
    failed = "Jul  9 07:01:02 host sshd[24]: Failed password for root from 1.2.3.4 port 22"
    again = f"Jul  9 07:01:09 host sshd[24]: message repeated 5 times: [ {failed[28:]}]"
    sorts = [
        [Item(text, Place("a.txt", line=n), n, marks_of(text), of_log=True) for n in numbers]
        for text, numbers in ((failed, (0, 2, 4, 6)), (again, (1, 3, 5, 7)))
    ]
    found = told_once(sorts, frozenset({"24", "1.2.3.4"}))
    assert (len(found.items), found.again) == (8, [])
    made = as_answer("How many failed passwords are there?", found)
    assert made.text == "24"
    assert made.counted is not None
    assert sum(number for _, number in made.counted) == 24


def test_the_line_before_is_what_came_again() -> None:
    """As syslogd writes it: without a word of what it was."""
    failed = "Jul 9 07:01:02 host sshd[24]: Failed password for root from 1.2.3.4"
    opened = "Jul 9 07:01:03 host cron[7]: session opened"
    again = "Jul 9 07:01:{} host last message repeated {}"
    lines = [
        again.format("01", "9 times"),
        *(failed, again.format("04", "5 times"), again.format("05", "1 time")),
        *(opened, again.format("09", "40 times")),
        failed,
    ]
    document = Weighed(lambda: [log(lines)], [0.0], Seen())
    prompter = Prompter(ScriptedEngine([], judge=judge), prompts.SYSTEM, Sampling())
    made = run(counted(prompter, "How many failed passwords are there?", document))
    assert made is not None
    assert made.text == "8"
    assert [text for text, _ in made.items] == [failed, failed]


def test_one_exception_is_one_though_it_has_three_lines() -> None:
    """Unlike ones, once each, are the usual case."""
    lines = [
        "2024-01-02 07:01:02 ERROR Request failed",
        "java.lang.NullPointerException: no lamp",
        "Caused by: java.io.IOException: no oil",
    ]
    sorts = [
        [Item(line, Place("a.txt", line=n), n, of_log=True, entry=0)]
        for n, line in enumerate(lines)
    ]
    found = told_once(sorts, frozenset(), in_entries=True)
    assert [item.text for item in found.items] == lines[:1]
    bullets = [[replace(sort[0], text=f"2024-01-02 bullet {n}")] for n, sort in enumerate(sorts)]
    assert len(told_once(bullets, frozenset(), in_entries=True).items) == 3
