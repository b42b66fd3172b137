"""The tasks: the same seed makes the same documents, and what is needed is in them."""

from __future__ import annotations

import json
import re
from itertools import groupby, islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhmcli.bench.case import Case, Task
from mhmcli.bench.match import contains, contains_all
from mhmcli.bench.tasks import BabiTask, HotpotTask, LogTask, NeedleTask, OwnTask
from mhmcli.bench.tasks.kinds import KINDS
from mhmcli.bench.tasks.wordless import ASSOCIATIONS
from mhmcli.errors import UsageError
from mhmcli.write.ground import words

BABI = """1 Mary went to the kitchen.
2 John took the apple there.
3 Where is Mary? \tkitchen\t1
4 Mary went to the garden.
5 How many objects is John carrying? \tone\t2
1 Sandra got the milk, then the football.
2 What is Sandra carrying? |milk,football|1
"""
BOOK = " ".join(f"Sentence number {n} of the book says little." for n in range(400))


def count(text: str) -> int:
    return len(text.split())


def first(task: Task, number: int, length: int = 800) -> list[Case]:
    return list(islice(task.cases(length, count), number))


@given(st.integers(0, 1000), st.sampled_from(sorted(KINDS)), st.integers(500, 4000))
def test_needles_are_those_of_the_seed_and_stand_in_the_document(
    seed: int, kind: str, length: int
) -> None:
    """Two tasks of one seed agree; the document is nearly as long as asked, and never longer."""
    case, again = (first(NeedleTask(seed=seed, kinds=[kind]), 1, length)[0] for _ in range(2))
    assert case == again
    assert length * 0.8 < count(case.text) <= length
    assert case.facts or kind == "absent"
    assert all(fact in case.text for fact in case.facts)


def test_a_seed_makes_other_documents_than_the_next() -> None:
    """And so do a number and a length."""
    texts = {
        case.text
        for seed in (0, 1)
        for length in (700, 800)
        for case in first(NeedleTask(seed=seed), 8, length)
    }
    assert len(texts) == 2 * 2 * 8


def test_the_answer_follows_from_the_facts_alone() -> None:
    """It is in its facts, and nowhere else in the document; a count is the number of its facts."""
    for case in first(NeedleTask(), 40):
        if case.traceable:
            assert contains_all(" ".join(case.facts), case.answers)
            rest = case.text
            for fact in case.facts:
                rest = rest.replace(fact, "")
            assert not any(contains(rest, spelling) for (spelling,) in case.answers), case.key
        elif case.answers:
            assert case.answers[0][0] == str(len(case.facts))
        else:
            assert case.kind == "absent"


def test_chained_facts_share_only_their_links() -> None:
    """The question names the first link; the fact with the answer has no word of the question."""
    for case in first(NeedleTask(kinds=["chained"]), 10):
        shared = [words(case.question) & words(fact) for fact in case.facts]
        assert shared[0]
        assert not shared[1]
        assert not shared[2]


@pytest.mark.parametrize(("kind", "links"), [("chained-2", 2), ("chained", 3), ("chained-4", 4)])
def test_a_chain_has_as_many_facts_as_it_says(kind: str, links: int) -> None:
    """Each shares with the next what it was reached by."""
    for case in first(NeedleTask(kinds=[kind]), 10):
        assert len(case.facts) == links
        for one, following in zip(case.facts, case.facts[1:], strict=False):
            assert words(one) & words(following) - words(case.question)


def test_a_wordless_fact_shares_no_word_with_its_question() -> None:
    """Of all that there are, whoever they are about."""
    for fact, question in ASSOCIATIONS:
        assert not words(fact.format(who="Ivo Brandt")) & words(question), question
    (case,) = first(NeedleTask(kinds=["wordless"]), 1)
    assert contains_all(case.facts[0], case.answers)


def test_the_latest_value_is_the_last_that_the_document_gives() -> None:
    for case in first(NeedleTask(kinds=["latest"]), 10):
        farm = case.question.split(" of ")[1].split(" at ")[0]
        changes = re.findall(rf"The pass phrase of {farm} was changed to '([\w ]+)'", case.text)
        assert len(changes) == 3
        assert case.answers == ((changes[-1],),)


def test_what_is_asked_in_vain_is_named_and_no_more() -> None:
    """The place stands in the document, its pass phrase does not."""
    for case in first(NeedleTask(kinds=["absent"]), 10):
        farm = case.question.removeprefix("What is the pass phrase of ").removesuffix("?")
        assert case.text.count(farm) == 1
        assert case.answers == ()


def test_hostile_sentences_are_hidden_if_they_are_asked_for() -> None:
    """They stand in the document as they are, and say nothing of the answer."""
    (case,) = first(NeedleTask(kinds=["hostile"]), 1, 1500)
    assert case.text.count("BANANA") == 5
    assert "<|im_end|>" in case.text
    assert "banana" not in str(case.answers).lower()
    assert not any(case.kind == "hostile" for case in first(NeedleTask(), 30, 1500))


@given(st.integers(0, 99), st.permutations(sorted(KINDS)))
def test_needles_of_one_document_have_no_name_in_common(seed: int, kinds: list[str]) -> None:
    """So each answer follows from the facts of its own case, and stands nowhere else."""
    cases = first(NeedleTask(seed=seed, kinds=kinds, together=4), 12, 1500)
    assert [case.kind for case in cases] == [*kinds, *kinds][:12]
    documents = [list(group) for _, group in groupby(cases, key=lambda case: case.passages)]
    assert 3 <= len(documents) < 12
    assert max(map(len, documents)) <= 4
    for case in cases:
        assert count(case.text) <= 1500
        rest = case.text
        for fact in case.facts:
            assert fact in case.text
            rest = rest.replace(fact, "")
        if case.traceable:
            assert not any(contains(rest, spelling) for (spelling,) in case.answers), case.key
    assert len({case.digest for case in cases}) == 12


def test_what_shares_a_document_is_filed_apart() -> None:
    """Documents with more in them are another task."""
    assert NeedleTask().name == "needles"
    assert NeedleTask(together=3).name == "needles, up to 3 a document"
    alone, other = (first(NeedleTask(together=n), 4, 1500) for n in (1, 4))
    assert [case.key for case in alone] == [case.key for case in other]
    assert len({case.passages for case in alone}) == 4 > len({case.passages for case in other})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="no needles of kind 'loud'"):
        NeedleTask(kinds=["loud"])


SSHD = "".join(
    f"Dec 10 07:{n:02} host sshd[{n}]: {said}\n"
    for n, said in enumerate(
        ["Failed password for root from 1.2.3.4 port 22", "session closed", "Accepted password"]
        * 20
    )
)


def test_lines_of_a_log_are_counted(tmp_path: Path) -> None:
    """The answer is the number of lines that the pattern finds in the stretch that is read."""
    (tmp_path / "sshd.log").write_text(SSHD)
    for case in first(LogTask(tmp_path), 5, 200):
        assert case.question == "How many failed passwords for root are there?"
        assert case.answers[0][0] == str(case.text.count("Failed password for root"))
        assert 2 <= len(case.facts) <= 10
        assert not case.traceable
        assert 150 < count(case.text) <= 200


def test_a_stretch_of_a_log_is_asked_several_things(tmp_path: Path) -> None:
    """Of what there is to ask, as much as it has enough of."""
    path = tmp_path / "sshd.log"
    path.write_text(SSHD.replace("session closed", "Connection closed by 1.2.3.4"))
    cases = first(LogTask(path, together=4), 4, 200)
    assert cases[0].passages == cases[1].passages != cases[2].passages
    assert [case.question.split()[2] for case in cases] == ["failed", "times"] * 2
    assert len({case.key for case in cases}) == 4


def test_values_in_a_log_are_listed(tmp_path: Path) -> None:
    """Each value once, and all of them."""
    users = ["ann", "bob", "ann", "cyd"]
    lines = [f"Jul 1 host sshd[1]: Invalid user {user} from 1.2.3.4\n" for user in users]
    path = tmp_path / "one.log"
    path.write_text("".join(lines))
    (case,) = first(LogTask(path), 1)
    assert sorted(case.answers) == [("ann",), ("bob",), ("cyd",)]
    assert case.traceable


def test_a_log_with_too_little_to_ask_about_is_an_error(tmp_path: Path) -> None:
    """And no search without end."""
    path = tmp_path / "one.log"
    path.write_text("Dec 10 host sshd[1]: Failed password for root from 1.2.3.4 port 22\n")
    with pytest.raises(UsageError, match="too little to ask about"):
        first(LogTask(path), 1)


def test_a_log_in_another_format_is_refused(tmp_path: Path) -> None:
    """So is one that is missing."""
    path = tmp_path / "other.log"
    path.write_text("nothing that anyone asks about\n")
    for wrong in (path, tmp_path / "gone.log", tmp_path / "empty"):
        with pytest.raises(UsageError):
            LogTask(wrong)


@pytest.fixture
def babi(tmp_path: Path) -> BabiTask:
    (tmp_path / "qa1_made_test.txt").write_text(BABI)
    (tmp_path / "book.txt").write_text(BOOK)
    return BabiTask(tmp_path, tmp_path / "book.txt")


def test_babi_facts_stand_in_order_in_the_book(babi: BabiTask) -> None:
    """All that was told before the question is hidden; the supporting facts are named."""
    where, many, carrying = first(babi, 9)
    assert where.facts == ("Mary went to the kitchen.",)
    assert "garden" not in where.text
    assert where.text.index("kitchen") < where.text.index("John took")
    assert (many.answers, many.traceable) == ((("one", "1"),), False)
    assert "Mary went to the garden." in many.text
    assert carrying.answers == (("milk",), ("football",))
    assert carrying.traceable
    for case in (where, many, carrying):
        assert 700 < count(case.text) <= 800
        assert "of the book says little" in case.text


def test_a_book_shorter_than_the_length_is_told_again(babi: BabiTask) -> None:
    """400 sentences of 8 words fill 6,000."""
    (case,) = first(babi, 1, 6000)
    assert count(case.text) > 5900


def test_bad_babi_input_is_said(tmp_path: Path) -> None:
    """The file and the line are named."""
    (tmp_path / "qa1.txt").write_text("1 Mary went.\nno number here\n")
    (tmp_path / "book.txt").write_text(BOOK)
    with pytest.raises(UsageError, match=r"qa1.txt line 2"):
        BabiTask(tmp_path / "qa1.txt", tmp_path / "book.txt")
    (tmp_path / "qa1.txt").write_text("1 Mary went.\n2 Where is Mary?\thome\t9\n")
    with pytest.raises(UsageError, match=r"qa1.txt line 2: there is no line 9 before it"):
        BabiTask(tmp_path / "qa1.txt", tmp_path / "book.txt")
    (tmp_path / "qa1.txt").write_text(BABI)
    (tmp_path / "book.pdf").write_bytes(b"%PDF-1.4 ...")
    with pytest.raises(UsageError, match=r"book.pdf is not text"):
        BabiTask(tmp_path / "qa1.txt", tmp_path / "book.pdf")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no bAbI questions"):
        BabiTask(tmp_path / "empty", tmp_path / "book.txt")


PARAGRAPHS = {
    "Gold One": ["Ann Lee wrote Red Sky.", " It was printed in Rome."],
    "Gold Two": ["Ann Lee was born in Oslo.", " She had a dog."],
    "Own Context": ["Ann Lee is a name."],
    "Leak": ["Many people live in Oslo."],
    **{f"Other {n}": [f"Other thing {n} is not about it.", " " + "word " * 20] for n in range(60)},
}
QUESTION = "Where was the author of Red Sky born?"


@pytest.fixture
def one_file(tmp_path: Path) -> Path:
    return hotpot_file(tmp_path)


def hotpot_file(folder: Path) -> Path:
    """HotpotQA's own format: two questions with contexts."""
    titles = list(PARAGRAPHS)
    entry = {
        "_id": "q1",
        "question": QUESTION,
        "answer": "Oslo",
        "type": "bridge",
        "supporting_facts": [["Gold One", 0], ["Gold Two", 0]],
        "context": [[t, PARAGRAPHS[t]] for t in titles[:3]],
    }
    other = {
        "_id": "q2",
        "question": "Is it?",
        "answer": "yes",
        "supporting_facts": [["Other 1", 0]],
        "context": [[t, PARAGRAPHS[t]] for t in titles[3:]],
    }
    path = folder / "hotpot.json"
    path.write_text(json.dumps([entry, other]))
    return path


@pytest.fixture
def two_files(tmp_path: Path) -> Path:
    """Questions apart from paragraphs."""
    folder = tmp_path / "hotpot"
    folder.mkdir()
    with (folder / "paragraphs.jsonl").open("w") as file:
        for title, sentences in PARAGRAPHS.items():
            file.write(json.dumps({"title": title, "text": "".join(sentences)}) + "\n")
    question = {
        "id": "q1",
        "question": QUESTION,
        "answer": "Oslo",
        "type": "bridge",
        "supporting_titles": ["Gold One", "Gold Two"],
        "supporting_facts": [["Gold One", 0], ["Gold Two", 0]],
        "context_titles": ["Gold One", "Gold Two", "Own Context"],
    }
    bare = {**question, "id": "q2", "supporting_facts": None, "context_titles": None}
    (folder / "questions.json").write_text(json.dumps([question, bare]))
    return folder


def test_facts_that_are_not_where_they_should_be_are_unknown(two_files: Path) -> None:
    """All of a question's: the paragraphs were cut into other sentences than HotpotQA's."""
    path = two_files / "questions.json"
    question = json.loads(path.read_text())[0]
    question["supporting_facts"] = [["Gold One", 0], ["Gold Two", 99]]
    path.write_text(json.dumps([question]))
    assert first(HotpotTask(two_files), 1)[0].facts == ()


@pytest.mark.parametrize("form", ["one_file", "two_files"])
def test_gold_paragraphs_stand_among_distractors(form: str, request: pytest.FixtureRequest) -> None:
    """Both are there with their facts, the question's own context too, and nothing that leaks."""
    case = first(HotpotTask(request.getfixturevalue(form)), 1)[0]
    assert (case.key, case.kind) == ("q1", "bridge")
    assert case.facts == ("Ann Lee wrote Red Sky.", "Ann Lee was born in Oslo.")
    assert all(fact in case.text for fact in case.facts)
    assert "Ann Lee is a name." in case.text
    assert "Many people live in Oslo." not in case.text
    assert case.text.startswith("Document 1:\n")
    assert 650 < count(case.text) <= 800
    assert case.traceable


def test_each_question_and_length_has_an_order_of_its_own(two_files: Path) -> None:
    """The gold paragraphs do not stand in the same places in each document."""
    task = HotpotTask(two_files)
    places = {
        (case.text.index("Gold One") / len(case.text), case.text.index("Gold Two"))
        for length in (500, 600, 700, 800)
        for case in first(task, 2, length)
    }
    assert len(places) == 8
    assert first(task, 2) == first(HotpotTask(two_files), 2)
    assert first(task, 2) != first(HotpotTask(two_files, seed=1), 2)


def test_questions_share_a_document_unless_one_gives_another_away(one_file: Path) -> None:
    """The gold of all is there, and no answer of any elsewhere."""
    entries = json.loads(one_file.read_text())
    entries[1] |= {"answer": "blue"}
    entries += [{**entries[1], "_id": "q3", "answer": "violet"}]
    one_file.write_text(json.dumps(entries))
    one, two, three = first(HotpotTask(one_file, together=3), 3)
    assert one.passages == two.passages == three.passages
    assert "Gold One" in one.text
    assert "Other 1" in one.text
    assert "Many people live in Oslo." not in one.text
    entries[2] |= {"supporting_facts": [["Leak", 0]], "answer": "green"}
    one_file.write_text(json.dumps(entries))
    one, two, three = first(HotpotTask(one_file, together=3), 3)
    assert one.passages == two.passages != three.passages, "its gold has the answer of another"


def test_of_half_of_the_questions_nothing_is_there(one_file: Path) -> None:
    """Neither their own paragraphs nor any that has their answers, or names what they are about.
    Of a comparison or a yes, anything may tell."""
    entries = json.loads(one_file.read_text())
    entries[1] |= {"answer": "blue", "supporting_facts": [["Other 1", 0]]}
    one_file.write_text(json.dumps(entries))
    task = HotpotTask(one_file, together=2, half_absent=True)
    one, two = first(task, 2)
    assert one.passages == two.passages
    assert one.answers
    assert (two.answers, two.facts, two.traceable, two.kind) == ((), (), False, "absent")
    gold = {title for title, _ in entries[1]["supporting_facts"]}
    assert gold
    assert not any(f"\n{title}\n" in two.text for title in gold)
    assert "blue" not in two.text
    assert "half without an answer" in task.name
    entries[1]["supporting_facts"] = [["Other (band)", 0]]
    entries[1]["context"].append(["Other (band)", ["They are from Oslo."]])
    one_file.write_text(json.dumps(entries))
    _, two = first(HotpotTask(one_file, together=2, half_absent=True), 2)
    assert two.kind == "absent"
    assert "Other" not in two.text
    for answer, kind in (("yes", "bridge"), ("blue", "comparison")):
        entries[1] |= {"answer": answer, "type": kind}
        one_file.write_text(json.dumps(entries))
        assert first(HotpotTask(one_file, together=2, half_absent=True), 2)[1].answers


def test_a_yes_is_not_traced_and_leaks_nowhere(one_file: Path) -> None:
    """That the word is in a memory says nothing."""
    assert not first(HotpotTask(one_file), 2)[1].traceable


ENTRY = '"context": [["T", ["s"]]], "supporting_facts": [["T", 0]]'


@pytest.mark.parametrize(
    "text",
    [
        *("not json", '{"a": 1}', '[{"question": "q"}]', "[1]", "[]"),
        f'[{{"_id": "1", "question": 5, "answer": "a", {ENTRY}}}]',
        '[{"_id": "1", "question": "q", "answer": "a", "context": [["T", 5]],'
        ' "supporting_facts": []}]',
    ],
)
def test_bad_hotpot_input_is_said(text: str, tmp_path: Path) -> None:
    """One line that names the file."""
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"bad.json"):
        HotpotTask(path)
    with pytest.raises(UsageError, match=r"cannot read .*questions.json|paragraphs.jsonl"):
        HotpotTask(tmp_path)


def test_own_questions_take_paths_and_texts(tmp_path: Path) -> None:
    """A document with a line break is the text; spellings and evidence are optional."""
    (tmp_path / "doc.txt").write_text("The mast is red.\n")
    lines = [
        {"document": "doc.txt", "question": "What colour?", "answer": ["red", "crimson"]},
        {"id": "b", "document": "A\nB", "question": "q", "answer": "B", "evidence": "B"},
    ]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    one, two = first(OwnTask(path), 9)
    assert (one.key, one.text, one.answers) == (
        "own.jsonl line 1",
        "The mast is red.\n",
        (("red", "crimson"),),
    )
    assert (two.key, two.text, two.facts) == ("b", "A\nB", ("B",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "line 1 is not JSON"),
        ("[]", "has no document"),
        ('{"document": "d", "question": "q"}', "has no answer"),
        ('{"document": "d", "question": "", "answer": "a"}', "question is empty"),
        ('{"document": "d", "question": "q", "answer": [1]}', "answer must be texts"),
        ('{"document": "d", "question": "q", "answer": "..."}', "no word in it"),
        ('{"document": "a\\nb", "question": "q", "answer": "a", "evidence": 5}', "must be texts"),
        (2 * '{"id": 7, "document": "a\\nb", "question": "q", "answer": "a"}\n', "id of line 1"),
        ("", "no questions"),
    ],
)
def test_bad_own_questions_are_said(line: str, said: str, tmp_path: Path) -> None:
    """The line is named, before a model is loaded."""
    path = tmp_path / "own.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(UsageError, match=said):
        OwnTask(path)


def test_evidence_must_stand_in_the_document(tmp_path: Path) -> None:
    """Over a line end too; what does not would count as never captured, for every memory."""
    path = tmp_path / "own.jsonl"
    case = {"document": "The mast\nis red.", "question": "q", "answer": "red", "id": None}
    for evidence in (["The mast is red."], None):
        path.write_text(json.dumps(case | {"evidence": evidence}))
        (found,) = first(OwnTask(path), 9)
        assert (found.key, found.facts) == ("own.jsonl line 1", tuple(evidence or ()))
    path.write_text(json.dumps(case | {"evidence": ["The mast is blue."]}))
    with pytest.raises(UsageError, match="line 1: this evidence is not in the document: 'The mast"):
        first(OwnTask(path), 9)


def test_a_document_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    """Not at its question, hours later."""
    path = tmp_path / "own.jsonl"
    path.write_text('{"document": "gone.txt", "question": "q", "answer": "a"}\n')
    with pytest.raises(UsageError, match=r"line 1: there is no file gone.txt"):
        OwnTask(path)
