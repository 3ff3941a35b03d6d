"""Judging that remembers comes to what judging each by itself comes to."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.handin.samples import NAMES, handin_of, line_of, the_course
from tests.report.generate import make
from tests.report.outcomes import OUTCOMES
from tutor.course.records import CheckSpec
from tutor.grading.finding import failed, passed
from tutor.grading.registry import Registry
from tutor.grading.verdict import Finding, Grade
from tutor.handin import memo
from tutor.handin.format import HandIn, canonical
from tutor.handin.judge import judge
from tutor.handin.memo import IN_VAIN, Judge
from tutor.host.host import Host
from tutor.host.question import Question
from tutor.host.recorded import RecordedHost
from tutor.text import text

#: Hand-ins with something otherwise. More were tried: 400, and each time another seed.
ROUNDS = 80


def told(grade: Grade) -> list[Any]:
    """All of it, but how long it took."""
    return [
        (one.spec.id, one.params, one.finding, one.evidence, one.blocked_by, step.status, step.points)
        for step in grade.steps
        for one in step.verdicts
    ]


def remembered(memory: Judge, handin: HandIn) -> list[Any]:
    return told(memory.grade(handin, RecordedHost(handin.recording)))


def test_the_same_of_every_recording_in_any_order() -> None:
    course, registry = the_course()
    memory = Judge(course, registry)
    for name in (*NAMES, *reversed(NAMES)):
        handin = handin_of(line_of(name))
        assert remembered(memory, handin) == told(judge(handin, course, registry)), name


def mutated(document: dict[str, Any], lot: random.Random) -> bytes:
    """The hand-in with something in what was observed otherwise: a value, a shape, or nothing at all."""
    document = copy.deepcopy(document)
    seen = document["recording"]["observations"]
    for _ in range(lot.randrange(1, 4)):
        key = lot.choice(sorted(seen))
        kind = lot.randrange(5)
        if kind == 0:
            del seen[key]
        elif kind == 1:
            failure = {"reason": lot.choice(["timed-out", "not-permitted"]), "message": "no", "values": {}}
            seen[key] = {"by": "", "when": 0, "failure": {**failure, "fix": []}}
        else:
            places = list(_places(seen[key], "value"))
            where, name = lot.choice(places) if places else (seen[key], "value")
            where[name] = _other(where[name], lot) if places else None
    if lot.random() < 0.1:
        document["variables"]["vm_nat"] = document["recording"]["variables"]["vm_nat"] = "another"
    return canonical(document)


def _places(inside: Any, name: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in there, by the list or object that holds it and its place."""
    if name in inside if isinstance(inside, dict) else True:
        yield inside, name
        value = inside[name]
        if isinstance(value, (dict, list)):
            for inner in value if isinstance(value, dict) else range(len(value)):
                yield from _places(value, inner)


def _other(value: Any, lot: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + lot.choice([-1, 1, 1000])
    if isinstance(value, str) and value:
        place = lot.randrange(len(value))
        return value[:place] + lot.choice(["", "x", "<!-- -->", "\ue0000", "9"]) + value[place + 1 :]
    return lot.choice([None, [], {}, 0, "", True])


def test_the_same_of_a_class_in_which_anything_may_be_otherwise() -> None:
    course, registry = the_course()
    memory, lot = Judge(course, registry), random.Random(5)  # noqa: S311 - the same each time
    documents = [json.loads(make(number, name=name).line) for number, name in enumerate(OUTCOMES)]
    for _ in range(ROUNDS):
        handin = handin_of(mutated(lot.choice(documents), lot))
        assert remembered(memory, handin) == told(judge(handin, course, registry))


class Sample:
    """A course of one check, which asks for ``b`` only where ``a`` is above nought."""

    def __init__(self) -> None:
        course, _ = the_course()
        spec = CheckSpec("x", "sample", {"least": 3})
        step = replace(next(course.steps), quiz=(), specs=(spec,))
        self.course = replace(course, lessons=(replace(course.lessons[0], steps=(step,)),))
        self.registry, self.runs = Registry(), 0
        self.registry.check("sample")(self.sample)
        self.memory = Judge(self.course, self.registry)

    def sample(self, host: Host, *, least: int) -> Finding:
        """There is enough."""
        self.runs += 1
        found = host.ask(Question("a", int))
        if found > 0:
            found += host.ask(Question("b", int)) + host.ask(Question("a", int))
        if found >= least:
            return passed(text("{found}", found=found))
        return failed("little", text("{found}", found=found), why=text("so"), hint=text("so"))

    def found(self, **answers: Any) -> tuple[Finding, int]:
        """What is found where questions were answered so, and how many times the check was run for that.

        A word for an answer is the reason why there is none.
        """
        handin = handin_of(_observed(answers))
        alone = told(judge(handin, self.course, self.registry))
        before = self.runs
        assert remembered(self.memory, handin) == alone
        finding: Finding = alone[0][2]
        return finding, self.runs - before


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(line_of("fresh"))
    return document


def _observed(answers: Mapping[str, Any]) -> bytes:
    document = copy.deepcopy(_document())
    document["recording"]["observations"] = {
        f"{name}[]": {"by": "", "when": 0, "value": answer} if isinstance(answer, int) else _none(answer)
        for name, answer in answers.items()
    }
    return canonical(document)


def _none(reason: str) -> dict[str, Any]:
    return {"by": "", "when": 0, "failure": {"reason": reason, "message": "no", "values": {}, "fix": []}}


def test_it_runs_once_for_the_same_answers() -> None:
    sample = Sample()
    runs = [
        sample.found(a=a, b=b)[1] for a, b in ((0, 1), (1, 1), (1, 2), (2, 1), (1, 1), (0, 9), (1, 2), (0, 1))
    ]
    assert runs == [1, 1, 1, 1, 0, 0, 0, 0]


def test_a_failure_to_answer_is_an_answer() -> None:
    sample = Sample()
    told_ = [sample.found(a=1, b=reason) for reason in ("timed-out", "not-permitted", "timed-out")]
    assert [(finding.code, runs) for finding, runs in told_] == [
        ("timed-out", 1),
        ("not-permitted", 1),
        ("timed-out", 0),
    ]


def test_no_answer_is_not_the_answer_none() -> None:
    sample = Sample()
    assert sample.found(a=0)[0].code == "little"
    assert sample.found()[0].code == "not-recorded"


def test_it_gives_up_on_what_no_two_have_alike() -> None:
    sample = Sample()
    assert all(sample.found(a=number)[1] for number in range(IN_VAIN + 1))
    assert sample.found(a=0)[1] == 1  # it is no longer remembered


def test_it_forgets_before_it_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "MOST", 60)
    sample = Sample()
    for number in range(60):
        assert sample.found(a=number)[1] == 1
        assert sample.found(a=number)[1] == 0
    sample.found(a=-1)
    assert sample.found(a=0)[1] == 1
    assert sample.found(a=-1)[1] == 0


def test_what_is_very_long_is_not_kept() -> None:
    course, registry = the_course()
    document = json.loads(line_of("done"))
    user = document["recording"]["observations"]["user[]"]["value"]
    user["groups"] = user["session_groups"] = ["x" * 100_000]
    memory, handin = Judge(course, registry), handin_of(canonical(document))
    assert remembered(memory, handin) == told(judge(handin, course, registry))
    for known in memory._memory._known.values():
        assert len(repr(known.first)) < 50_000
