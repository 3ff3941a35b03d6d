"""A class made by hand, of two lessons and five students: every outcome, nothing of the course's."""

from __future__ import annotations

from tutor.report.hand_in import Chain, Check, Environment, HandIn, LateBy, Signature, Source, Step
from tutor.report.record import Status
from tutor.report.records import (
    SCHEMA,
    CourseInfo,
    LessonInfo,
    Person,
    Report,
    StepInfo,
    Student,
    Unmatched,
)

NAT = StepInfo("net/nat", "NAT", False, 2, ("net/nat/domain", "net/nat/nic"))
EXTRA = StepInfo("net/extra", "More", True, 1, ("net/extra/uefi",))
IMAGE = StepInfo("disk/image", "An image", False, 3, ("disk/image/file",))
COURSE = CourseInfo(
    id="lab",
    title="Lab",
    version="1.0",
    digest="0" * 64,
    max_points=5,
    variables={},
    lessons=(LessonInfo("net", "Networks", 2, (NAT, EXTRA)), LessonInfo("disk", "Disks", 3, (IMAGE,))),
)

_EXPECTED = {
    "net/nat/domain": "The domain vm-nat exists.",
    "net/nat/nic": "Its network card is virtio.",
    "net/extra/uefi": "Its firmware is UEFI.",
    "disk/image/file": "The image exists.",
}


def _check(id_: str, status: Status, observed: str, code: str | None = None) -> Check:
    blocked_by = "net/nat/domain" if status == "blocked" else None
    return Check(id_, status, code, _EXPECTED[id_], observed, blocked_by=blocked_by)


NAT_DONE = Step(
    NAT.id,
    "pass",
    2,
    (_check("net/nat/domain", "pass", "vm-nat"), _check("net/nat/nic", "pass", "virtio")),
)
NAT_FAILED = Step(
    NAT.id,
    "fail",
    0,
    (
        _check("net/nat/domain", "fail", "there is no domain vm-nat", "missing"),
        _check("net/nat/nic", "blocked", "not looked at, because net/nat/domain is not met", "need-failed"),
    ),
)
EXTRA_DONE = Step(EXTRA.id, "pass", 1, (_check("net/extra/uefi", "pass", "UEFI"),))
EXTRA_FAILED = Step(EXTRA.id, "fail", 0, (_check("net/extra/uefi", "fail", "BIOS", "bios"),))
IMAGE_DONE = Step(IMAGE.id, "pass", 3, (_check("disk/image/file", "pass", "20 GiB"),))
IMAGE_FAILED = Step(IMAGE.id, "fail", 0, (_check("disk/image/file", "fail", "there is none", "missing"),))
IMAGE_UNKNOWN = Step(
    IMAGE.id, "unknown", None, (_check("disk/image/file", "unknown", "sudo was refused", "not-permitted"),)
)


def hand_in(
    name: str, steps: tuple[Step, ...], *, late: LateBy | None = None, signed: bool = False
) -> HandIn:
    """A hand-in of that outcome; its digest is its name."""
    optional = {EXTRA.id}
    points = sum(step.points or 0 for step in steps if step.id not in optional)
    return HandIn(
        source=Source(f"{name}.tutor", f"{name}.tutor"),
        digest=name,
        made="2026-01-05T10:00:05+00:00",
        started="2026-01-05T10:00:00+00:00",
        user="student",
        tool="0.1.0",
        course=COURSE.id,
        course_version=COURSE.version,
        same_course=True,
        late=late is not None,
        late_by=late,
        signature=Signature("valid" if signed else "unsigned"),
        chain=Chain(0, 0, 0, (), ""),
        environment=Environment("debian 12", libvirt="9.0.0", kvm=False, virtualization="vm"),
        claimed_points=points,
        claimed_max_points=COURSE.max_points,
        points=points,
        max_points=COURSE.max_points,
        undecided=tuple(step.id for step in steps if step.points is None and step.id not in optional),
        differences=(),
        other_numbers=(),
        steps=steps,
        timeline=(),
        attempts=(),
    )


def _student(key: str, name: str, person: Person | None, hand_in_: HandIn | None) -> Student:
    """Somebody with that key as an id, and a mail address that begins with it."""
    return Student(key, name, f"{key}@example.org", key, None, person, hand_in_, (), ())


def students() -> tuple[Student, ...]:
    """One who has done everything, and four others.

    They have something undecided, under a name that is a formula; nothing done, which is a true zero;
    nothing handed in; and no row of the roster.
    """
    none = (NAT_FAILED, EXTRA_FAILED, IMAGE_FAILED)
    anna = Person(1, "Åsa Alm", "a1", "a1@example.org", "asa", "Lab A", first="Åsa", last="Alm")
    bo = Person(2, "=cmd()", "b2", "b2@example.org")
    cy = Person(3, "Cy, Jr", "c3", "c3@example.org", section="Lab B")
    eva = Person(4, "Eva", sis_id="e5", sis_login="eva", canvas_id="340")
    done = hand_in("a1", (NAT_DONE, EXTRA_FAILED, IMAGE_DONE), signed=True)
    undecided = hand_in("b2", (NAT_FAILED, EXTRA_DONE, IMAGE_UNKNOWN), late="made")
    return (
        _student("a1", anna.name, anna, done),
        _student("b2", bo.name, bo, undecided),
        _student("c3", cy.name, cy, hand_in("c3", none)),
        _student("e5", eva.name, eva, None),
        _student("x9", "Dag", None, hand_in("x9", none)),
    )


def report() -> Report:
    """The class, with its roster and keys."""
    return Report(
        report="libvirt-tutor",
        schema=SCHEMA,
        tool="0.1.0",
        made="2026-02-01T12:00:00+00:00",
        language="en",
        course=COURSE,
        deadline="2026-01-04T23:59:59+00:00",
        roster=True,
        keys=True,
        students=students(),
        refused=(),
        passed_over=0,
        unmatched=Unmatched(("e5",), ("x9",)),
        undecided=(),
        suspicions=(),
        items=(),
        stuck=(),
        environments=(),
    )
