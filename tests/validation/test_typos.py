"""Seeded mistakes in every part of a domain and a network: named, on the right line."""

from __future__ import annotations

import random

import pytest

from tests.validation.documents import DOMAIN, NETWORK
from tests.validation.judging import Tally, tally
from tests.validation.reference import verdict
from tests.validation.typos import tags, typos
from tutor.validation.judge import judge

DOCUMENTS = {"domain": DOMAIN, "network": NETWORK}


@pytest.fixture(scope="module", params=DOCUMENTS)
def total(request: pytest.FixtureRequest) -> Tally:
    chance = random.Random(1)  # noqa: S311
    return tally(typos(DOCUMENTS[request.param], chance))


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_documents_are_right_to_begin_with(text: str) -> None:
    assert verdict(text.encode()) is True
    assert judge(text.encode()).valid


def test_there_are_hundreds_of_every_kind_together(total: Tally) -> None:
    assert sum(total.made.values()) >= 180
    assert len(total.made) == 8


def test_the_first_problem_is_on_the_line_of_the_mistake(total: Tally) -> None:
    for kind, rate in total.lines().items():
        assert rate >= (0.95 if kind == "attribute removed" else 1), (kind, total.missed)


def test_a_misspelt_name_is_told_how_it_is_spelt(total: Tally) -> None:
    rates = total.named()
    assert rates["element renamed"] >= 0.95, rates
    assert rates["attribute renamed"] >= 0.95, rates
    assert rates["wrong value"] >= 0.8, rates


def test_the_mistakes_are_the_same_each_time() -> None:
    first, second = (list(typos(NETWORK, random.Random(3))) for _ in range(2))  # noqa: S311
    assert first == second


def test_the_tags_of_a_text() -> None:
    found = tags('<a>\n <b c="1"/> <!-- <d> --> <e>x</e>\n</a>')
    assert [(tag.name, tag.parent) for tag in found] == [("a", None), ("b", 0), ("e", 0)]
