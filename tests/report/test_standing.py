"""How machines and the class did: what could not be looked at is no zero there either."""

from __future__ import annotations

from msgspec.structs import replace

from tests.report.small import (
    COURSE,
    EXTRA_FAILED,
    IMAGE_DONE,
    IMAGE_FAILED,
    IMAGE_UNKNOWN,
    NAT_DONE,
    NAT_FAILED,
    hand_in,
    report,
)
from tutor.output.class_table import render_class
from tutor.output.class_views import render_stuck
from tutor.output.html.charts import distribution
from tutor.output.html.matrix import columns
from tutor.output.html.overview import lessons, numbers
from tutor.output.style import Style
from tutor.report.records import StepInfo
from tutor.report.standing import decided, environments

DONE = hand_in("done", (NAT_DONE, EXTRA_FAILED, IMAGE_DONE))
HALF = hand_in("half", (NAT_FAILED, EXTRA_FAILED, IMAGE_DONE))
NONE = hand_in("none", (NAT_FAILED, EXTRA_FAILED, IMAGE_FAILED))
OPEN = hand_in("open", (NAT_DONE, EXTRA_FAILED, IMAGE_UNKNOWN))


def test_shares_are_of_what_is_decided() -> None:
    (group,) = environments([DONE, HALF, NONE, OPEN], COURSE)
    assert (group.students, group.unknown) == (4, 1)
    assert (group.mean, group.median) == (0.65, 0.8)  # 5/5, 3/5, 0/5, and 2/2


def test_of_nothing_there_is_no_share() -> None:
    image = StepInfo("disk/image", "An image", False, 5, ("disk/image/file",))
    course = replace(COURSE, lessons=(replace(COURSE.lessons[1], steps=(image,)),))
    (group,) = environments([hand_in("open", (IMAGE_UNKNOWN,))], course)
    assert (group.mean, group.median, group.unknown) == (None, None, 1)


def test_the_class_s_points_are_those_that_are_settled() -> None:
    class_ = report()
    assert [one.digest for one in decided(class_.students)] == ["a1", "c3", "x9"]
    assert (numbers(class_).middle, numbers(class_).undecided) == (0, 1)
    assert sum(count for _, count in distribution(class_)) == 3
    told = render_class(class_, str, Style())
    assert "with a hand-in: 4" in told
    assert "Left out of that, for you to decide: 1." in told


def test_what_could_not_be_looked_at_is_no_step_that_is_missing() -> None:
    """One of four has the image, and of one it is not known."""
    class_ = report()
    assert {lesson.id: share for lesson, share in lessons(class_)} == {"net": 1 / 4, "disk": 1 / 3}
    assert {column.info.id: column.share for column in columns(class_)} == {
        "net/nat": 1 / 4,
        "net/extra": 1 / 4,
        "disk/image": 1 / 3,
    }


def test_a_kind_of_machine_of_which_nothing_is_known() -> None:
    (group,) = environments([DONE], COURSE)
    nothing = replace(group, mean=None, median=None, unknown=1)
    told = render_stuck(replace(report(), environments=(nothing,)), str, Style())
    assert "? % of the points" in told
