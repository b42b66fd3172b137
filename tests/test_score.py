"""BM25 against the formula worked by hand."""

from __future__ import annotations

import math

import pytest

from mhmcli.score import BM25
from mhmcli.score.tokens import tokens


def test_the_formula() -> None:
    """Two passages of 3 and 1 words, mean 2: 'cat' twice in the first, nowhere else."""
    ranking = BM25(["cat and cat", "dog"])
    weight = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    expected = weight * 2 * 2.2 / (2 + 1.2 * (1 - 0.75 + 0.75 * 3 / 2))
    assert ranking.scores("A CAT?") == pytest.approx([expected, 0.0])


def test_the_best_come_in_reading_order_and_only_if_they_share_a_word() -> None:
    """Of five passages, the two that are about it."""
    passages = ["rain", "the red ship", "sun", "a ship, a red ship and a ship", "ship of fools"]
    ranking = BM25(passages)
    assert ranking.best("red ship", 2) == [1, 3]
    assert ranking.best("red ship", 9) == [1, 3, 4]
    assert ranking.best("mountain", 3) == []
    assert BM25([]).best("red", 3) == []


def test_words_are_found_in_scripts_with_and_without_spaces() -> None:
    assert tokens("The Keeper's STRASSE, Straße") == ["the", "keeper", "s", "strasse", "strasse"]
    assert tokens("灯台守はGannet号で") == ["灯台", "台守", "守は", "gannet", "号で"]
    assert tokens("灯 台") == ["灯", "台"]
    assert tokens("") == []
    passages = ["港の風は冷たい。", "灯台守は毎晩ランプに火を点ける。", "船は来なかった。"]
    assert BM25(passages).best("灯台守は何をするか", 1) == [1]


def test_vowel_signs_are_part_of_their_words() -> None:
    assert tokens("हिन्दी भाषा") == ["हिन्दी", "भाषा"]
    assert tokens("தமிழ் മലയാളം שָׁלוֹם") == ["தமிழ்", "മലയാളം", "שָׁלוֹם"]
