"""Who is stuck on what, and how the machines of each kind did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from statistics import mean, median

from tutor.report.findings import EnvironmentGroup, Stuck
from tutor.report.hand_in import HandIn
from tutor.report.records import CourseInfo, Student

_DONE = ("pass", "skip")


def stuck(students: Iterable[Student]) -> tuple[Stuck, ...]:
    """The step that each student tried most in vain: most attempts first, then longest without progress."""
    return tuple(sorted(_stuck(students), key=lambda one: (-one.attempts, -one.idle, one.student)))


def _stuck(students: Iterable[Student]) -> Iterator[Stuck]:
    for student in students:
        hand_in = student.hand_in
        if hand_in is None:
            continue
        not_done = {step.id for step in hand_in.steps if step.status not in _DONE}
        tried = [one for one in hand_in.attempts if one.step in not_done]
        if tried:
            worst = max(tried, key=lambda one: one.attempts)
            since = worst.progress or worst.first
            yield Stuck(student.key, worst.step, worst.attempts, since, _seconds(since, hand_in.made))


def decided(students: Iterable[Student]) -> list[HandIn]:
    """The hand-ins whose points are settled: those that wait for a person's decision would be too low."""
    hand_ins = (student.hand_in for student in students)
    return [one for one in hand_ins if one is not None and not one.undecided]


def environments(hand_ins: Iterable[HandIn], course: CourseInfo) -> tuple[EnvironmentGroup, ...]:
    """The kinds of machines, the most frequent first."""
    most = {step.id: step.max_points for lesson in course.lessons for step in lesson.steps}
    groups = defaultdict[tuple[object, ...], list[HandIn]](list)
    for hand_in in hand_ins:
        machine = hand_in.environment
        groups[machine.os, machine.libvirt, machine.kvm, machine.virtualization].append(hand_in)
    found = [_group(members, most) for members in groups.values()]
    return tuple(sorted(found, key=lambda group: (-group.students, str(group.os), str(group.libvirt))))


def _group(members: list[HandIn], most: Mapping[str, int]) -> EnvironmentGroup:
    machine = members[0].environment
    shares = [share for one in members for share in _share(one, most)]
    return EnvironmentGroup(
        machine.os,
        machine.libvirt,
        machine.kvm,
        machine.virtualization,
        len(members),
        round(mean(shares), 4) if shares else None,
        round(median(shares), 4) if shares else None,
        sum(bool(one.undecided) for one in members),
    )


def _share(one: HandIn, most: Mapping[str, int]) -> Iterator[float]:
    """The share of the points that are decided, where some are."""
    possible = one.max_points - sum(most.get(step, 0) for step in one.undecided)
    if possible > 0:
        yield one.points / possible


def _seconds(earlier: str, later: str) -> int:
    return max(0, int((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()))
