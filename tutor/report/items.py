"""The class check by check: how many fail, on which cause, and on what was seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tutor.course.records import Course
from tutor.grading.outcome import max_points
from tutor.report.findings import Cause, Item, Observed, Undecided
from tutor.report.hand_in import Check, HandIn
from tutor.report.record import Status
from tutor.report.records import Student

#: Of what was seen, the most frequent.
MOST_OBSERVED = 5


def items(course: Course, hand_ins: Iterable[HandIn]) -> tuple[Item, ...]:
    """An item for each check of the course, in its order."""
    # Most students have the very same record of a check: they are counted before they are looked at.
    counts = defaultdict[str, Counter[Check]](Counter)
    for hand_in in hand_ins:
        for step in hand_in.steps:
            for check in step.checks:
                counts[check.id][check] += 1
    return tuple(_item(id_, step.id, counts[id_]) for step in course.steps for id_ in step.check_ids)


def undecided(course: Course, students: Iterable[Student]) -> tuple[Undecided, ...]:
    """Every check that a person has to decide on, because it could not be looked at."""
    points = {step.id: max_points(step) for step in course.steps}
    return tuple(_undecided(students, points))


def _undecided(students: Iterable[Student], points: dict[str, int]) -> Iterator[Undecided]:
    for student in students:
        hand_in = student.hand_in
        if hand_in is None or not hand_in.undecided:
            continue
        for step in hand_in.steps:
            if step.id in hand_in.undecided:
                for check in step.checks:
                    if check.status == "unknown" or check.code == "need-unknown":
                        yield Undecided(
                            student.key, step.id, check.id, check.code, check.observed, points[step.id]
                        )


def _item(id_: str, step: str, checks: Counter[Check]) -> Item:
    by_status: Counter[Status] = Counter()
    causes = defaultdict[tuple[Status, "str | None"], Counter[str]](Counter)
    for check, count in checks.items():
        by_status[check.status] += count
        if check.status not in ("pass", "skip"):
            causes[check.status, check.code][check.observed or ""] += count
    return Item(
        id_,
        step,
        by_status["pass"],
        by_status["fail"],
        by_status["blocked"],
        by_status["unknown"],
        by_status["skip"],
        tuple(sorted(_causes(causes), key=lambda cause: -cause.count)),
    )


def _causes(causes: dict[tuple[Status, str | None], Counter[str]]) -> Iterator[Cause]:
    for (status, code), seen in causes.items():
        observed = tuple(Observed(text, count) for text, count in seen.most_common(MOST_OBSERVED) if text)
        yield Cause(status, code, seen.total(), observed)
