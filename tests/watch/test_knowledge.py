"""What is asked again, what counts as news, and which checks that concerns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.worlds import MadeUpHost, Watcher, course_of, question, registry_of, spec
from tutor.grading.finding import failed, passed
from tutor.grading.grade import Run, judge, judge_again
from tutor.grading.verdict import Finding, Status, Verdict
from tutor.host.host import Host
from tutor.host.question import Observation, Question, Unobservable
from tutor.text import text
from tutor.watch.knowledge import SILENCE, Knowledge, concerned, settled
from tutor.watch.topics import LIBVIRT, RULESET, Place, domain

DOMAIN = Question("libvirt.domain", object, ("qemu:///system", "a")).key
SNAPSHOTS = Question("libvirt.snapshots", object, ("qemu:///system", "a")).key
FIREWALL = Question("firewall", object).key
OTHER = Question("third.party", object).key


def seen(key: str, value: Any = None, reason: str | None = None) -> Observation:
    failure = None if reason is None else Unobservable(reason, text("no"))
    return Observation(key, value, failure, "", 0.0, 0.0)


def verdict(name: str, *evidence: str, needs: tuple[str, ...] = ()) -> Verdict:
    return Verdict(spec(name, *needs), {}, Finding(Status.PASS, None), evidence=evidence)


@pytest.fixture
def knowledge() -> Knowledge:
    known = Knowledge(Place("/home/ada"))
    observations = [seen(key, 1) for key in (DOMAIN, SNAPSHOTS, FIREWALL, OTHER, "unused[]")]
    known.keep(observations, [verdict("x", DOMAIN, SNAPSHOTS), verdict("y", FIREWALL, OTHER)])
    return known


def test_only_evidence_is_kept(knowledge: Knowledge) -> None:
    assert set(knowledge.keys) == {DOMAIN, SNAPSHOTS, FIREWALL, OTHER}


def test_an_event_touches_what_hangs_on_it(knowledge: Knowledge) -> None:
    assert knowledge.touched({domain("a")}) == {DOMAIN, SNAPSHOTS}
    assert knowledge.touched({domain("b")}) == frozenset()
    assert knowledge.touched({RULESET}) == {FIREWALL}


def test_what_no_event_tells_of_is_polled(knowledge: Knowledge) -> None:
    soon, seldom = knowledge.to_poll()
    assert soon == {SNAPSHOTS}
    assert seldom == {DOMAIN, OTHER}
    assert knowledge.to_poll({domain("a")})[0] == {SNAPSHOTS, DOMAIN}


def test_what_failed_for_the_moment_is_tried_again_but_never_with_sudo(knowledge: Knowledge) -> None:
    knowledge.learn([seen(DOMAIN, reason="timed-out"), seen(FIREWALL, reason="failed")], 0.0)
    assert DOMAIN in knowledge.to_poll()[0]
    assert FIREWALL not in knowledge.to_poll()[0] | knowledge.to_poll()[1]


def test_news_is_another_answer(knowledge: Knowledge) -> None:
    assert knowledge.learn([seen(DOMAIN, 1), seen(SNAPSHOTS, 2)], 0.0) == {SNAPSHOTS}
    assert knowledge.learn([seen(SNAPSHOTS, 2), seen("forgotten[]", 3)], 0.0) == frozenset()


def test_a_silence_is_no_news_at_first(knowledge: Knowledge) -> None:
    """A daemon that restarts must not turn everything unknown for the blink of an eye."""
    silence = [seen(DOMAIN, reason="not-answering")]
    assert knowledge.learn(silence, 10.0) == frozenset()
    assert knowledge.is_silent(DOMAIN)
    assert DOMAIN in knowledge.to_poll()[0]
    assert knowledge.learn(silence, 10.0 + SILENCE / 2) == frozenset()
    assert knowledge.learn(silence, 10.0 + SILENCE) == {DOMAIN}
    assert not knowledge.is_silent(DOMAIN)
    assert knowledge.learn([seen(DOMAIN, 1)], 13.0) == {DOMAIN}


def test_an_answer_ends_the_silence(knowledge: Knowledge) -> None:
    knowledge.learn([seen(DOMAIN, reason="timed-out")], 10.0)
    assert knowledge.learn([seen(DOMAIN, 1)], 10.5) == frozenset()
    assert knowledge.learn([seen(DOMAIN, reason="timed-out")], 30.0) == frozenset()


def test_a_refusal_is_news_at_once(knowledge: Knowledge) -> None:
    assert knowledge.learn([seen(DOMAIN, reason="not-permitted")], 10.0) == {DOMAIN}


def test_libvirt_touches_all_of_libvirt(knowledge: Knowledge) -> None:
    assert knowledge.touched({LIBVIRT}) == {DOMAIN, SNAPSHOTS}


# Which checks are judged again: as a run of all of them would have it.


def test_who_needs_a_concerned_check_is_concerned() -> None:
    verdicts = {
        one.spec.id: one
        for one in (
            verdict("a", "k"),
            verdict("b", "l", needs=("a",)),
            verdict("c", needs=("b",)),
            verdict("d"),
        )
    }
    assert concerned(verdicts, {"k"}) == {"l/s/a", "l/s/b", "l/s/c"}
    assert concerned(verdicts, {"l"}) == {"l/s/b", "l/s/c"}
    assert concerned(verdicts, {"m"}) == frozenset()


def test_a_check_waits_for_answers_on_their_way_and_so_does_who_needs_it() -> None:
    named = (verdict("a", "k"), verdict("b", "l", needs=("a",)), verdict("c", "m"))
    verdicts = {one.spec.id: one for one in named}
    rests_on = {one.spec.id: one.evidence for one in named}.__getitem__
    assert settled(verdicts, set(verdicts), {"k"}, rests_on) == {"l/s/c"}
    assert settled(verdicts, set(verdicts), {"l"}, rests_on) == {"l/s/a", "l/s/c"}
    assert settled(verdicts, {"l/s/b"}, {"k"}, rests_on) == {"l/s/b"}


def test_what_a_blocked_check_rested_on_is_remembered(knowledge: Knowledge) -> None:
    knowledge.keep([], [verdict("x"), verdict("y", FIREWALL)])
    assert set(knowledge.rests_on("l/s/x")) == {DOMAIN, SNAPSHOTS}
    assert set(knowledge.keys) == {FIREWALL}


NUMBERS = range(6)


def _check(number: int, asks: list[int]) -> Any:
    def function(host: Host) -> Finding:
        """It is so."""
        answers = [host.ask(question(str(each))) for each in asks]
        return (
            passed(text("yes"))
            if sum(answers) % 3
            else failed(f"code-{number}", text("no"), why=text("so"), hint=text("do"))
        )

    return function


@given(
    st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=6, max_size=6),
    st.lists(st.sets(st.integers(0, 5), max_size=2), min_size=6, max_size=6),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
)
def test_judging_the_concerned_is_judging_all(
    asks: list[list[int]], needs: list[set[int]], before: list[int], after: list[int]
) -> None:
    """Whatever the checks ask and need: the verdicts of a round are those of a run from nothing."""
    specs = [
        spec(f"c{number}", *(f"c{need}" for need in sorted(needs[number]) if need < number))
        for number in NUMBERS
    ]
    registry = registry_of(**{f"c{number}": _check(number, asks[number]) for number in NUMBERS})
    run = Run(course_of(*specs), {}, "ada", "2026-01-01T12:00:00+00:00", "0")
    ids = [one.id for one in specs]

    def host(answers: list[int]) -> MadeUpHost:
        return MadeUpHost({question(str(key)).key: value for key, value in enumerate(answers)})

    old = judge(run, ids, host(before), registry, Watcher())
    changed = {question(str(key)).key for key in range(5) if before[key] != after[key]}
    new = judge_again(run, host(after), registry, Watcher(), again=concerned(old, changed), verdicts=old)
    whole = judge(run, ids, host(after), registry, Watcher())
    assert list(new) == list(whole)
    for name, one in whole.items():
        assert (new[name].finding, new[name].blocked_by) == (one.finding, one.blocked_by)
