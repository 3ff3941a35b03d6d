"""Which machines a proof takes."""

from __future__ import annotations

from tests.proving.samples import COURSE, ELSEWHERE, GONE, INSTALL, MACHINES, MORE, SPOILT, STATES, USE
from tutor.proving.plan import plan, prerequisites


def test_the_whole_course_in_order_and_each_lesson_after_what_it_builds_on() -> None:
    course, one, two = plan(COURSE, STATES, MACHINES, tuple(COURSE.steps))
    assert (course.lesson, course.image, course.lead_up, course.states) == (None, "bare", (), ())
    assert course.steps == (INSTALL, USE, MORE)
    assert (one.lesson, one.image, one.steps, one.states) == ("one", "ready", (INSTALL,), (GONE, ELSEWHERE))
    assert (two.lesson, two.lead_up, two.steps, two.states) == ("two", (INSTALL,), (USE, MORE), (SPOILT,))


def test_alone_begins_with_nothing_of_the_course() -> None:
    assert {one.image for one in plan(COURSE, STATES, MACHINES, tuple(COURSE.steps), alone=True)} == {"bare"}


def test_twice_is_all_of_it_twice() -> None:
    errands = plan(COURSE, STATES, MACHINES, tuple(COURSE.steps), twice=True)
    assert [(one.name, one.run) for one in errands] == [
        ("course", 1),
        ("one", 1),
        ("two", 1),
        ("course", 2),
        ("one", 2),
        ("two", 2),
    ]


def test_a_part_is_its_lessons_alone() -> None:
    (errand,) = plan(COURSE, STATES, MACHINES, (MORE,))
    assert (errand.lesson, errand.lead_up, errand.steps, errand.states) == (
        "two",
        (INSTALL, USE),
        (MORE,),
        (),
    )


def test_a_state_of_another_release_is_left_out() -> None:
    for around, states in (({"bookworm", "iptables"}, ()), ({"trixie"}, (SPOILT,))):
        (errand,) = plan(COURSE, STATES, MACHINES, (USE,), surroundings=around)
        assert errand.states == states


def test_prerequisites_are_not_the_steps_themselves() -> None:
    assert prerequisites(COURSE, (USE, MORE)) == (INSTALL,)
    assert prerequisites(COURSE, (INSTALL,)) == ()
