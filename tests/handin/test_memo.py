"""Checks that remember find what they would have found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.handin.samples import NAMES, handin_of, line_of, the_course
from tutor.grading.finding import failed, passed
from tutor.grading.registry import Registry
from tutor.grading.verdict import Finding, Grade
from tutor.handin.judge import judge
from tutor.handin.memo import MOST, remembering
from tutor.host.host import Host
from tutor.host.question import Question, Unobservable
from tutor.text import text


def told(grade: Grade) -> list[Any]:
    return [
        (verdict.spec.id, verdict.params, verdict.finding, verdict.evidence, verdict.blocked_by)
        for step in grade.steps
        for verdict in step.verdicts
    ]


def test_the_same_of_every_recording_in_any_order() -> None:
    course, registry = the_course()
    memory = remembering(registry)
    for name in (*NAMES, *reversed(NAMES)):
        handin = handin_of(line_of(name))
        assert told(judge(handin, course, memory)) == told(judge(handin, course, registry)), name


class Answers:
    """A host with answers by source; counts nothing, changes nothing."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def ask(self, question: Question[Any]) -> Any:
        answer = self.answers[question.source]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def counted() -> tuple[Registry, list[int]]:
    """A check that asks for ``b`` only where ``a`` is above nought, and how often it ran."""
    registry, runs = Registry(), [0]

    @registry.check("sample")
    def sample(host: Host, *, least: int) -> Finding:
        """There is enough."""
        runs[0] += 1
        found = host.ask(Question("a", int))
        if found > 0:
            found += host.ask(Question("b", int)) + host.ask(Question("a", int))
        if found >= least:
            return passed(text("{found}", found=found))
        return failed("little", text("{found}", found=found), why=text("so"), hint=text("so"))

    return registry, runs


def find(registry: Registry, host: Answers, least: int = 3) -> Finding:
    check = registry.get("sample")
    assert check is not None
    return check.function(host, least=least)


def test_it_runs_once_for_the_same_answers(counted: tuple[Registry, list[int]]) -> None:
    registry, runs = counted
    memory = remembering(registry)
    for a, b in ((0, 1), (1, 1), (1, 2), (2, 1), (1, 1), (0, 9), (1, 2)):
        host = Answers(a=a, b=b)
        before = runs[0]
        assert find(memory, host) == find(registry, host)
        runs[0] = before if runs[0] == before + 1 else before + 1
    assert runs[0] == 4  # (0, 1) and (0, 9) are the same to it
    find(memory, Answers(a=0, b=0), least=0)
    assert runs[0] == 5


def test_a_failure_to_answer_is_an_answer(counted: tuple[Registry, list[int]]) -> None:
    memory = remembering(counted[0])
    for reason in ("timed-out", "not-permitted", "timed-out"):
        host = Answers(a=1, b=Unobservable(reason, text("no")))
        with pytest.raises(Unobservable) as failure:
            find(memory, host)
        assert failure.value.reason == reason


def test_it_forgets_before_it_grows_without_end(counted: tuple[Registry, list[int]]) -> None:
    registry, _ = counted
    memory = remembering(registry)
    for number in range(MOST * 3):
        assert find(memory, Answers(a=number, b=1)) == find(registry, Answers(a=number, b=1))
        assert find(memory, Answers(a=1, b=1), least=number).status


def test_what_is_said_of_a_check_stays() -> None:
    _, registry = the_course()
    for check, memory in zip(registry, remembering(registry), strict=True):
        assert check.sentence({}) == memory.sentence({})
        assert replace(check, function=memory.function) == memory
