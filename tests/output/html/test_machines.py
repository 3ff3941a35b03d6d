"""Trouble of machines, told from trouble of learning."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.output.html.classes import large
from tutor.output.html.machines import by_chance, peculiar
from tutor.output.html.overview import lessons, reasons
from tutor.report.hand_in import Check, Environment, Step
from tutor.report.records import Report, Student


def test_by_chance_is_fishers_exact_test() -> None:
    """Fisher's own lady tasting tea (The Design of Experiments, 1935): 3 of 4 right is 17 in 70."""
    assert by_chance(3, 4, 4, 8) == pytest.approx(17 / 70)
    assert by_chance(4, 4, 4, 8) == pytest.approx(1 / 70)
    assert by_chance(0, 4, 4, 8) == 1


def on(student: Student, os: str, status: str, number: int) -> Student:
    assert student.hand_in is not None
    seen = "sudo was refused" if status == "unknown" else None
    check = Check("networks/nat/rule", status, observed=seen)  # type: ignore[arg-type]
    step = Step("networks/nat", status, None, (check,))  # type: ignore[arg-type]
    hand_in = replace(student.hand_in, environment=Environment(os=os, libvirt="10.0.0"), steps=(step,))
    return replace(student, key=str(number), hand_in=hand_in)


def class_of(report: Report, *groups: tuple[str, str, int]) -> Report:
    one = next(student for student in report.students if student.hand_in)
    students = [(os, status) for os, status, count in groups for _ in range(count)]
    return replace(
        report, students=tuple(on(one, os, status, number) for number, (os, status) in enumerate(students))
    )


def test_what_goes_wrong_on_one_system_only_is_told(report: Report) -> None:
    one_sided = class_of(report, ("ubuntu 24.04", "unknown", 5), ("debian 12", "pass", 20))
    (found,) = peculiar(one_sided)
    assert (found.check, found.machine.os) == ("networks/nat/rule", "ubuntu 24.04")
    assert (found.here, found.of_here, found.elsewhere, found.of_elsewhere) == (5, 5, 0, 20)
    assert found.observed == "sudo was refused"


@pytest.mark.parametrize(
    "groups",
    [
        [("ubuntu", "fail", 5), ("debian", "fail", 20)],  # all alike: no matter of the machine
        [("ubuntu", "fail", 1), ("debian", "pass", 20)],  # one is none
        [("ubuntu", "fail", 5)],  # nothing to compare with
        [("ubuntu", "blocked", 5), ("debian", "pass", 20)],  # follows from something else
    ],
)
def test_what_may_be_learning_is_not_told(report: Report, groups: list[tuple[str, str, int]]) -> None:
    assert peculiar(class_of(report, *groups)) == []


def test_reasons_say_what_is_the_machines(report: Report) -> None:
    listed = reasons(report, {"networks/nat/forward"})
    found = {one.check: one for one in listed}
    assert found["install/cpu/flags"].everybody  # all were recorded in containers
    assert found["networks/port-forward/forward"].machine  # unknown: nobody could look
    assert not any(one.startswith("domains/virt-manager/") for one in found)  # optional
    counts = [one.cause.count for one in listed]
    assert counts == sorted(counts, reverse=True)


def test_lessons_are_shares_of_what_can_be_done(report: Report) -> None:
    shares = {lesson.id: share for lesson, share in lessons(report)}
    assert all(0 < share < 1 for share in shares.values())
    assert lessons(replace(report, students=())) == []
    assert lessons(large(report, 22)) == lessons(report)
