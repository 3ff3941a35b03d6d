"""How checks end: each once, what they need first, and nothing that one does can lose another."""

from __future__ import annotations

import sys
from typing import Any, NoReturn, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.worlds import MadeUpHost, Watcher, course_of, registry_of, spec
from tutor.course.records import CheckSpec
from tutor.grading.finding import failed, passed, skipped
from tutor.grading.grade import Run, grade
from tutor.grading.outcome import exit_code
from tutor.grading.registry import DuplicateCheck, Registry
from tutor.grading.runner import Runner
from tutor.grading.verdict import Finding, Grade, Status, Verdict
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.host.xml import NotWellFormed
from tutor.text import text

T = TypeVar("T")

P, F, B, U, S = Status.PASS, Status.FAIL, Status.BLOCKED, Status.UNKNOWN, Status.SKIP


def good(_host: Host) -> Finding:
    """It is so."""
    return passed(text("so"))


def bad(_host: Host) -> Finding:
    """It is not so."""
    return failed("wrong", text("not so"), why=text("w"), hint=text("h"), fix=("mend the root",))


def hidden(_host: Host) -> Finding:
    """Nobody can see it."""
    raise Unobservable("timed-out", text("too late"), ("wake it",))


def absent(_host: Host) -> Finding:
    """It is nothing to this machine."""
    return skipped("no-such-thing", text("none"))


REGISTRY = registry_of(good=good, bad=bad, hidden=hidden, absent=absent)


def run(
    *specs: CheckSpec, registry: Registry = REGISTRY, watcher: Watcher | None = None
) -> dict[str, Verdict]:
    verdicts = Runner(registry, MadeUpHost(), {}, watcher or Watcher()).run(specs)
    return {name.rpartition("/")[2]: verdict for name, verdict in verdicts.items()}


def graded(
    selected: list[str], *specs: CheckSpec, registry: Registry = REGISTRY, optional: bool = False
) -> Grade:
    made = Run(course_of(*specs, optional=optional), {}, "student", "2026-01-01T12:00:00+00:00", "0")
    return grade(made, [f"l/s/{name}" for name in selected], MadeUpHost(), registry, Watcher())


def test_the_root_is_named_through_a_chain() -> None:
    found = run(spec("a", check="bad"), spec("b", "a", check="good"), spec("c", "b", check="good"))
    assert [(one.status, one.blocked_by) for one in found.values()] == [(F, None), (B, "l/s/a"), (B, "l/s/a")]
    assert found["c"].finding.code == "need-failed"
    assert found["c"].finding.fix == ("mend the root",)


def test_what_is_blocked_is_not_run() -> None:
    def never(_host: Host) -> NoReturn:
        raise AssertionError

    watcher = Watcher()
    registry = registry_of(bad=bad, never=never)
    found = run(spec("a", check="bad"), spec("b", "a", check="never"), registry=registry, watcher=watcher)
    assert found["b"].status is B
    assert watcher.errors == []
    assert watcher.begun == ["l/s/a", "l/s/b"]


def test_blocked_by_what_could_not_be_seen() -> None:
    found = run(spec("a", check="hidden"), spec("b", "a", check="good"))
    assert (found["a"].status, found["a"].finding.code, found["a"].finding.fix) == (
        U,
        "timed-out",
        ("wake it",),
    )
    assert (found["b"].status, found["b"].finding.code) == (B, "need-unknown")


@pytest.mark.parametrize("order", [("u", "f"), ("f", "u")])
def test_a_failure_outweighs_what_could_not_be_seen(order: tuple[str, str]) -> None:
    found = run(spec("u", check="hidden"), spec("f", check="bad"), spec("b", *order, check="good"))
    assert (found["b"].blocked_by, found["b"].finding.code) == ("l/s/f", "need-failed")


def test_also_where_both_are_behind_others() -> None:
    found = run(
        spec("u", check="hidden"),
        spec("f", check="bad"),
        spec("behind-u", "u", check="good"),
        spec("behind-f", "f", check="good"),
        spec("b", "behind-u", "behind-f", check="good"),
    )
    assert (found["b"].blocked_by, found["b"].finding.code) == ("l/s/f", "need-failed")


def test_a_skipped_need_is_met() -> None:
    found = run(spec("a", check="absent"), spec("b", "a", check="good"))
    assert [one.status for one in found.values()] == [S, P]


def test_a_blocked_checks_fix_is_the_roots_and_its_own() -> None:
    registry = registry_of(bad=bad)
    registry.check("remedied", remedy=lambda _host: ("then mine",))(good)
    registry.check("clumsy", remedy=lambda _host: sys.exit(1))(good)
    found = run(
        spec("a", check="bad"),
        spec("b", "a", check="remedied"),
        spec("c", "b", check="remedied"),
        spec("d", "a", check="clumsy"),
        registry=registry,
    )
    assert found["b"].finding.fix == ("mend the root", "then mine")
    # Not the one in between: the root's fix and its own are all that stands in its way.
    assert found["c"].finding.fix == ("mend the root", "then mine")
    assert found["d"].finding.fix == ("mend the root",)


@pytest.mark.parametrize(
    ("selected", "checks", "code"),
    [
        (["b"], ("good", "good"), 0),
        (["b"], ("absent", "good"), 0),
        (["b"], ("bad", "good"), 1),
        (["b"], ("hidden", "good"), 3),
        (["a"], ("good", "bad"), 0),
        ([], ("bad", "bad"), 0),
    ],
)
def test_needs_outside_the_selection(selected: list[str], checks: tuple[str, str], code: int) -> None:
    """They are run, not listed and not counted; what they block still decides the exit code (rule 3)."""
    result = graded(selected, spec("a", check=checks[0]), spec("b", "a", check=checks[1]))
    listed = [verdict.spec.id for step in result.steps for verdict in step.verdicts]
    assert listed == [f"l/s/{name}" for name in selected]
    assert exit_code(result) == code


def test_an_optional_step_never_decides() -> None:
    assert exit_code(graded(["a"], spec("a", check="bad"), optional=True)) == 0


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("x"),
        SystemExit(0),
        RecursionError(),
        KeyError("x"),
        AssertionError(),
        UnicodeError(),
        OSError(),
    ],
)
def test_a_bug_in_a_check_is_unknown_and_written_down(error: BaseException) -> None:
    def buggy(_host: Host) -> Finding:
        raise error

    watcher = Watcher()
    registry = registry_of(buggy=buggy, good=good)
    found = run(spec("a", check="buggy"), spec("b", check="good"), registry=registry, watcher=watcher)
    assert (found["a"].status, found["a"].finding.code) == (U, "internal-error")
    assert found["a"].finding.observed is not None
    assert "/the/log" in found["a"].finding.observed.render(str)
    assert found["b"].status is P
    assert watcher.errors == [error]


def test_an_interrupt_is_none_of_a_checks_business() -> None:
    def interrupted(_host: Host) -> Finding:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(spec("a", check="interrupted"), registry=registry_of(interrupted=interrupted))


@pytest.mark.parametrize("returned", [None, True, "pass", Status.PASS, Finding(P, "so")])  # type: ignore[arg-type]
def test_what_is_no_finding_is_a_bug_too(returned: Any) -> None:
    found = run(spec("a", check="odd"), registry=registry_of(odd=lambda _host: returned))
    assert found["a"].finding.code == "internal-error"


def test_xml_that_was_cut_off_is_malformed() -> None:
    def parses(_host: Host) -> Finding:
        raise NotWellFormed("Premature end", 3, 1)

    watcher = Watcher()
    found = run(spec("a", check="parses"), registry=registry_of(parses=parses), watcher=watcher)
    assert (found["a"].status, found["a"].finding.code, watcher.errors) == (U, "malformed", [])


def test_a_check_that_nobody_brings() -> None:
    found = run(spec("a", check="nowhere"), spec("b", "a", check="good"))
    assert found["a"].finding.code == "no-such-check"
    assert (found["b"].status, found["b"].finding.code) == (B, "need-unknown")


def test_the_sentence_of_a_check_is_what_is_expected() -> None:
    registry = Registry()

    @registry.check("named")
    def named(_host: Host, *, who: str, many: list[str]) -> Finding:
        """It is {who}, of {many}.

        Not this.
        """
        return passed(text("{who}, {n}", who=who, n=len(many)))

    found = run(CheckSpec("l/s/a", "named", {"who": "x", "many": ["y", "z"]}), registry=registry)
    assert found["a"].finding.expected is not None
    assert found["a"].finding.expected.render(str) == "It is x, of y, z."


# Names.


def test_two_checks_of_one_name() -> None:
    registry = Registry()
    registry.check("x")(good)
    registry.check("x")(good)  # the same one again, as when a module is loaded twice, is none
    with pytest.raises(DuplicateCheck) as error:
        registry.check("x")(bad)
    assert error.value.modules == (__name__, __name__)
    with pytest.raises(DuplicateCheck):
        registry.check("quiz")(good)


# Any course.

_KINDS = ("good", "bad", "hidden", "absent")


@given(st.data())
def test_any_course(data: st.DataObject) -> None:
    """Each check has one verdict, and each blocked one a root that is not itself blocked."""
    specs: list[CheckSpec] = []
    for number in range(data.draw(st.integers(1, 8))):
        known = [one.id.rpartition("/")[2] for one in specs]
        needs = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
        specs.append(spec(f"n{number}", *needs, check=data.draw(st.sampled_from(_KINDS))))
    verdicts = Runner(REGISTRY, MadeUpHost(), {}, Watcher()).run(specs)
    assert set(verdicts) == {one.id for one in specs}
    for one in specs:
        _hold(one, verdicts)


def _hold(one: CheckSpec, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[one.id]
    unmet = [verdicts[need] for need in one.needs if verdicts[need].status not in (P, S)]
    assert (verdict.status is B) == bool(unmet)
    if verdict.status is not B:
        assert verdict.status is {"good": P, "bad": F, "hidden": U, "absent": S}[one.check]
        return
    root = verdicts[verdict.blocked_by or ""]
    assert root.status in (F, U)
    roots = {verdicts[need.blocked_by or need.spec.id].status for need in unmet}
    assert (root.status is F) == (F in roots)
    assert verdict.finding.code == ("need-failed" if root.status is F else "need-unknown")
