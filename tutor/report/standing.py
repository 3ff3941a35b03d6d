"""Who is stuck on what, and how the machines of each kind did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from statistics import mean, median

from tutor.report.findings import EnvironmentGroup, Stuck
from tutor.report.hand_in import HandIn
from tutor.report.records import Student

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


def environments(hand_ins: Iterable[HandIn]) -> tuple[EnvironmentGroup, ...]:
    """The kinds of machines, the most frequent first."""
    groups = defaultdict[tuple[object, ...], list[HandIn]](list)
    for hand_in in hand_ins:
        machine = hand_in.environment
        groups[machine.os, machine.libvirt, machine.kvm, machine.virtualization].append(hand_in)
    found = [_group(members) for members in groups.values()]
    return tuple(sorted(found, key=lambda group: (-group.students, str(group.os), str(group.libvirt))))


def _group(members: list[HandIn]) -> EnvironmentGroup:
    machine = members[0].environment
    shares = [one.points / one.max_points if one.max_points else 0.0 for one in members]
    return EnvironmentGroup(
        machine.os,
        machine.libvirt,
        machine.kvm,
        machine.virtualization,
        len(members),
        round(mean(shares), 4),
        round(median(shares), 4),
        sum(bool(one.undecided) for one in members),
    )


def _seconds(earlier: str, later: str) -> int:
    return max(0, int((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()))
