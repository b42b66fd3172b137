"""What a question asks for."""

from __future__ import annotations

import pytest

from mhmcli.asked import Asked, asked


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("How many failed passwords for root are there?", Asked.COUNT),
        ("how often did it rain", Asked.COUNT),
        ("At which ports did the Gannet call?", Asked.LIST),
        ("Which invalid users tried to log in?", Asked.LIST),
        ("List every deadline.", Asked.LIST),
        ("What are the three pass phrases of Brook Farm?", Asked.LIST),
        ("Which commander led the attack?", Asked.ONE),
        ("Which process was killed?", Asked.ONE),
        ("Who is the keeper of the light?", Asked.ONE),
        ("What is the pass phrase of Brook Farm?", Asked.ONE),
        ("Who lives in the county?", Asked.ONE),
        ("What is the total number of failed log-ins?", Asked.COUNT),
        ("Number of ships that called?", Asked.COUNT),
        ("Count the failed log-ins.", Asked.COUNT),
        ("What is the phone number of the keeper?", Asked.ONE),
        ("What is the number of the house?", Asked.ONE),
        ("Who is the Count of Monte Cristo?", Asked.ONE),
        ("Which of the ships called at Riga?", Asked.LIST),
        ("Give me all deadlines.", Asked.LIST),
        ("Could you list every deadline?", Asked.LIST),
        ("How did Roy and Anna know each other?", Asked.ONE),
        ("What did he eat every morning?", Asked.ONE),
        ("Who saved all the sailors?", Asked.ONE),
        ("How frequently did it restart?", Asked.COUNT),
        ("Give me a count of errors.", Asked.COUNT),
        ("What number of ships called?", Asked.COUNT),
        ("How many different users failed to log in?", Asked.ONE),
        ("Count Dracula lives where?", Asked.ONE),
        ("Which company owns the reef?", Asked.ONE),
        ("Which ship carries coal?", Asked.ONE),
        ("Which of the two men was older?", Asked.ONE),
        ("Which species is the largest?", Asked.ONE),
        ("What are both a reef and a rock?", Asked.ONE),
        ("What is the name the captain gave his ship?", Asked.ONE),
        ("Name the ships.", Asked.LIST),
        ("Count ERROR lines.", Asked.COUNT),
        ("Who is the count of Monte Cristo?", Asked.ONE),
        ("Which clauses mention termination?", Asked.LIST),
        ("Which ships does the log mention?", Asked.LIST),
        ("Which users log in from 10.0.0.5?", Asked.LIST),
        ("Which ones mention coal?", Asked.LIST),
        ("Which ships from Bergen called?", Asked.LIST),
        ("Read the log and list all errors.", Asked.LIST),
        ("In this contract, list all deadlines.", Asked.LIST),
        ("Which five-star hotel is it?", Asked.ONE),
        ("What news came from Riga?", Asked.ONE),
        ("What physics did he study?", Asked.ONE),
        ("What users tried to log in?", Asked.LIST),
        ("Which people came ashore?", Asked.LIST),
        ("Which three addresses were used?", Asked.LIST),
    ],
)
def test_what_a_question_wants(question: str, wants: Asked) -> None:
    assert asked(question) is wants
