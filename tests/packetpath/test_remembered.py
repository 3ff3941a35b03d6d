"""The same question about the same rules and machine is answered once, and about no others."""

from __future__ import annotations

import pytest

from tutor.packetpath import remembered as memory
from tutor.packetpath.remembered import remembered
from tutor.packetpath.ruleset import Ruleset
from tutor.packetpath.world import Link, World

RULES, OTHERS = Ruleset.parse({"nftables": []}), Ruleset.parse({"nftables": []})
WORLD, ELSEWHERE = World((Link("lo"),)), World((Link("lo"),))


def test_each_is_asked_once() -> None:
    asked = []

    @remembered
    def question(ruleset: Ruleset, world: World, name: str) -> object:
        asked.append((ruleset, world, name))
        return object()

    for _ in range(2):
        answers = {
            id(question(rules, world, name))
            for rules in (RULES, OTHERS)
            for world in (WORLD, ELSEWHERE)
            for name in ("a", "b")
        }
        assert len(answers) == 8
    assert len(asked) == 8


def test_it_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 2)
    asked = []

    @remembered
    def numbered(_ruleset: Ruleset, _world: World, number: int) -> int:
        asked.append(number)
        return number

    for number in (1, 2, 3, 1):
        assert numbered(RULES, WORLD, number) == number
    assert asked == [1, 2, 3, 1]
    assert len(memory._known) <= 2


def test_what_fails_fails_again() -> None:
    @remembered
    def failing(_ruleset: Ruleset, _world: World) -> int:
        raise ValueError("no such link")

    for _ in range(2):
        with pytest.raises(ValueError, match="no such link"):
            failing(RULES, WORLD)
