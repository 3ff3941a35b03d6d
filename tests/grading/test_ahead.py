"""What checks find before their turn, and what is sought for them meanwhile."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar

from tests.grading.worlds import MadeUpHost, Watcher, course_of, question, registry_of, spec
from tutor.course.records import CheckSpec
from tutor.grading.ahead import Ahead, scout
from tutor.grading.finding import passed
from tutor.grading.grade import Run, look_ahead
from tutor.grading.registry import Registry
from tutor.grading.runner import A_WHILE, Runner
from tutor.grading.verdict import Finding, Status, Verdict
from tutor.host.host import Host, together
from tutor.host.question import Question
from tutor.text import text

T = TypeVar("T")


def good(_host: Host) -> Finding:
    """It is so."""
    return passed(text("so"))


def run(host: Host, registry: Registry, *specs: CheckSpec) -> dict[str, Verdict]:
    ahead = Ahead(host, {})
    ahead.look(specs, registry)
    return Runner(registry, host, {}, Watcher(), ahead).run(specs)


class QuickHost:
    """Answers what is called quick, and must never be asked anything else."""

    def ask(self, wanted: Question[T]) -> T:
        assert wanted.source == "quick"
        return True  # type: ignore[return-value]

    def start(self, questions: Iterable[Question[Any]]) -> None:
        raise AssertionError(list(questions))

    def is_slow(self, wanted: Question[Any]) -> bool:
        return wanted.source != "quick"


def test_a_scout_gets_no_slow_answer() -> None:
    reached: list[str] = []

    def two(host: Host) -> Finding:
        reached.append("begun")
        host.ask(question("quick"))
        host.ask(question("one"))
        reached.append("answered")
        host.ask(question("two"))
        return good(host)

    def careless(host: Host) -> Finding:
        try:
            host.ask(question("three"))
        except Exception:  # noqa: BLE001 - what a careless check does
            reached.append("caught")
        return good(host)

    def buggy(_host: Host) -> Finding:
        raise RuntimeError

    def leaves(_host: Host) -> Finding:
        sys.exit(7)

    def several(host: Host) -> Finding:
        together(host, question("four"), question("five"))
        return good(host)

    def catches_all(host: Host) -> Finding:
        with suppress(BaseException):
            host.ask(question("six"))
        return good(host)

    registry = registry_of(
        two=two,
        careless=careless,
        buggy=buggy,
        leaves=leaves,
        several=several,
        good=good,
        catches_all=catches_all,
    )
    names = ("two", "careless", "buggy", "leaves", "several", "good", "two", "nowhere", "catches_all")
    scouted = list(scout([spec(name) for name in names], registry, {}, QuickHost()))
    wanted = [question.source for one in scouted for question in one.wanted]
    assert wanted == ["one", "three", "four", "five", "one", "six"]
    assert reached == ["begun", "begun"]
    assert [one.spec.id for one in scouted if one.found is not None] == [spec("good").id]


def test_what_a_scout_has_found_is_not_sought_again() -> None:
    asked: list[str] = []

    def quick(host: Host) -> Finding:
        asked.append("quick")
        host.ask(question("quick"))
        return good(host)

    class NothingSlow(QuickHost):
        def start(self, questions: Iterable[Question[Any]]) -> None:
            assert not list(questions)

    verdict = run(NothingSlow(), registry_of(quick=quick), spec("quick"))[spec("quick").id]
    assert asked == ["quick"]
    assert verdict.status is Status.PASS
    assert verdict.evidence == (question("quick").key,)


def test_what_is_asked_next_is_sought_while_others_are_waited_for() -> None:
    """The first check waits long; meanwhile the answer of the second has come in, and it asks further."""
    order: list[str] = []

    class Busy(QuickHost):
        """Answers at once what has been begun."""

        def ask(self, wanted: Question[T]) -> T:
            order.append(f"ask {wanted.source}")
            return True  # type: ignore[return-value]

        def start(self, questions: Iterable[Question[Any]]) -> None:
            order.extend(f"begin {one.source}" for one in questions)

        def is_slow(self, wanted: Question[Any]) -> bool:
            return f"begin {wanted.source}" not in order

    def long(host: Host) -> Finding:
        host.ask(question("long"))
        time.sleep(2 * A_WHILE)
        return good(host)

    def two(host: Host) -> Finding:
        for name in ("one", "two"):
            host.ask(question(name))
        order.append("two done")
        return good(host)

    registry = registry_of(long=long, two=two)
    verdicts = run(Busy(), registry, spec("long"), spec("two"))
    assert [one.status for one in verdicts.values()] == [Status.PASS] * 2
    assert order == [
        *("begin long", "begin one", "ask long"),
        *("ask one", "begin two"),  # while the first one's turn has just ended
        *("ask one", "ask two", "two done"),
    ]


class Slow(QuickHost):
    """Answers one question after another, and only to whoever waits."""

    def __init__(self, *order: str) -> None:
        self.log: list[str] = []
        self._coming = list(order)
        self._answered = {"quick"}

    def ask(self, wanted: Question[T]) -> T:
        if wanted.source not in self._answered:
            self.log.append(f"blocked by {wanted.source}")
        return True  # type: ignore[return-value]

    def start(self, questions: Iterable[Question[Any]]) -> None:
        self.log.extend(f"begin {one.source}" for one in questions)

    def is_slow(self, wanted: Question[Any]) -> bool:
        return wanted.source not in self._answered

    def await_any(self, questions: Iterable[Question[Any]]) -> bool:
        wanted = {one.source for one in questions}
        assert wanted
        assert not wanted & self._answered, "what is there already is not waited for"
        if not self._coming:
            return False
        self._answered.add(self._coming.pop(0))
        return bool(wanted & self._answered)


def asking(*names: str) -> Any:
    def ask(host: Host) -> Finding:
        for name in names:
            host.ask(question(name))
        return good(host)

    return ask


def test_whoever_has_to_wait_lets_others_go_on() -> None:
    host = Slow("b", "c", "a")
    verdicts = run(host, registry_of(a=asking("a"), bc=asking("b", "c")), spec("a"), spec("bc"))
    assert host.log == ["begin a", "begin b", "begin c"], "c was begun before a was there, and nobody blocked"
    assert all(one.status is Status.PASS for one in verdicts.values())


def test_what_does_not_come_is_left_to_whoever_judges() -> None:
    host = Slow()
    run(host, registry_of(a=asking("a")), spec("a"))
    assert host.log == ["begin a", "blocked by a"]


def test_what_is_blocked_is_not_waited_for() -> None:
    host = Slow()
    needing = spec("needing", "nowhere", check="a")
    verdicts = run(host, registry_of(a=asking("a")), spec("nowhere"), needing)
    assert verdicts[needing.id].status is Status.BLOCKED
    assert host.log == ["begin a"]


def test_a_check_that_is_known_later_is_looked_at_then() -> None:
    host = Slow("a", "b")
    ahead = Ahead(host, {})
    specs = [spec("a"), spec("b")]
    ahead.look(specs, registry_of(a=asking("a")))
    assert host.log == ["begin a"]
    whole = registry_of(a=asking("a"), b=asking("b"))
    ahead.look(specs, whole)
    assert host.log == ["begin a", "begin b"], "a is not asked twice"
    Runner(whole, host, {}, Watcher(), ahead).run(specs)
    assert host.log == ["begin a", "begin b"]


def test_what_is_wanted_is_sought_before_the_next_is_looked_at() -> None:
    """A check may compute for long: what the one before it wants has been asked for by then."""
    host = Slow("both", "more")

    def computing(asked: Host) -> Finding:
        asked.ask(question("both"))
        host.log.append("computing")
        return good(asked)

    registry = registry_of(first=asking("both", "more"), second=computing)
    run(host, registry, spec("first"), spec("second"))
    assert host.log.index("begin more") < host.log.index("computing")


def test_what_is_known_later_is_looked_at_last() -> None:
    """It was loaded later because it is much, and computes long; the others have others answer meanwhile."""
    order: list[str] = []

    def noting(name: str, *wanted: str) -> Any:
        def ask(host: Host) -> Finding:
            for one in wanted:
                host.ask(question(one))
            order.append(name)
            return good(host)

        return ask

    host = Slow("one", "both")
    soon, late = noting("soon", "one", "both"), noting("late", "both")
    whole, specs = registry_of(late=late, soon=soon), [spec("late"), spec("soon")]
    ahead = Ahead(host, {})
    ahead.look(specs, registry_of(soon=soon))
    ahead.look(specs, whole)
    Runner(whole, host, {}, Watcher(), ahead).run(specs)
    assert order == ["soon", "late"]


def test_a_recording_is_not_looked_at_ahead() -> None:
    course = course_of(spec("good"))
    wanted = Run(course, {}, "student", "2026-01-01T12:00:00+00:00", "0")
    assert look_ahead(wanted, [spec("good").id], MadeUpHost(), registry_of(good=good)) is None
