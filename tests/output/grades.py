"""Grades to print: a small one of every kind of outcome, and hostile ones for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tutor.course.records import CheckSpec, Course, Lesson, Step
from tutor.grading.outcome import step_result
from tutor.grading.verdict import Finding, Grade, HostFacts, Status, StepResult, Verdict
from tutor.text import Text, text

STARTED = "2026-01-01T12:00:00+00:00"
EXPECTED_TREE = "snap1\n├── snap2\n│   └── snap3\n└── snap4"
OBSERVED_TREE = "snap1\n└── snap2\n    └── snap3\n        └── snap4"


def verdict(
    spec_id: str,
    status: Status,
    observed: str | None = None,
    *,
    blocked_by: str | None = None,
    expected: str | None = "the group libvirt is yours",
    **finding: Any,
) -> Verdict:
    """A verdict with literal texts."""
    spec = CheckSpec(spec_id, "group-member", {"group": "libvirt"})
    found = Finding(status, literal(observed), literal(expected), **finding)
    return Verdict(spec, spec.params, found, blocked_by, duration=0.0125)


def literal(value: str | None) -> Text | None:
    """A text that is just this value."""
    return None if value is None else Text("{value}", {"value": value})


def grade(*steps: StepResult, notices: tuple[Text, ...] = ()) -> Grade:
    """A grade of these steps; a lesson for each first part of their ids."""
    lessons: dict[str, list[Step]] = {}
    for result in steps:
        lessons.setdefault(result.step.lesson_id, []).append(result.step)
    course = Course(
        "libvirt",
        "Virtualisering",
        "1.0",
        "sha256:0",
        "sv",
        {},
        tuple(Lesson(id_, f"Kapitel {id_}", "", tuple(of_it)) for id_, of_it in lessons.items()),
    )
    host = HostFacts("ab12", "debian 12", "6.1.0", "9.0.0", "7.2.22", kvm=False)
    return Grade(course, {"host_port": 2222}, host, "student", STARTED, 1.25, steps, "0.1.0", notices)


def passing() -> StepResult:
    """A step with nothing to say but that it passes."""
    return step_result(
        Step("install/cpu", "Kontrollera processorn"),
        [verdict("install/cpu/flag", Status.PASS, "the flag svm is there")],
    )


def failing() -> StepResult:
    """A step with a check of every outcome."""
    fail = verdict(
        "install/libvirt/group",
        Status.FAIL,
        "groups of student: student, sudo",
        code="not-a-member",
        why=text(
            "Membership is what lets you work without root, and without asking for a password each time."
        ),
        hint=text("Look at `id -nG student` before and after."),
        fix=("sudo usermod -aG libvirt student",),
    )
    blocked = verdict(
        "install/libvirt/open",
        Status.BLOCKED,
        "not looked at",
        code="need-failed",
        blocked_by="install/libvirt/group",
        fix=("sudo usermod -aG libvirt student", "virsh -c qemu:///system start 'na\x1bme'"),
    )
    unknown = verdict(
        "install/libvirt/daemon",
        Status.UNKNOWN,
        "systemctl did not answer within 5 seconds",
        code="timed-out",
        fix=("systemctl is-system-running --wait",),
    )
    programs = verdict(
        "install/libvirt/programs",
        Status.PASS,
        "all are there",
        note=text("virt-manager is older than the course's."),
    )
    skipped = verdict("install/libvirt/polkit", Status.SKIP, "this machine has no polkit", code="no-polkit")
    step = Step("install/libvirt", "Installera libvirt", points=2)
    return step_result(step, [programs, fail, blocked, unknown, skipped])


def tree() -> StepResult:
    """A step whose expectation and observation are drawings."""
    shape = verdict(
        "snapshots/tree/shape", Status.FAIL, OBSERVED_TREE, expected=EXPECTED_TREE, code="wrong-shape"
    )
    return step_result(Step("snapshots/tree", "Trädstruktur"), [shape])


def optional() -> StepResult:
    """An optional step that fails."""
    fail = verdict("snapshots/gui/window", Status.FAIL, "never opened", code="not-opened")
    return step_result(Step("snapshots/gui", "Med virt-manager", optional=True), [fail])


def every_outcome() -> Grade:
    """One grade with everything that the golden files show."""
    notice = text("This distribution has not been proven with the course.")
    return grade(passing(), failing(), tree(), optional(), notices=(notice,))


#: Any string that Python can hold, lone surrogates too, with the worst ones often.
NASTY = (
    "a #'\"\\`${}\n\r\t\0\x1b\x7f\x85\x9b\u00a0\u00ad\u200e\u202e\u2028\ud800\udcff\ufeff\uffff"
    "界é\u0301😀&<>]"
)
FORGERIES = ["\x1b]0;title\x07", "\x1b[2J", "]]>", "ok 9 - forged", "1..0", "Bail out!", "  ...", "a" * 200]
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=30),
    st.text(st.sampled_from(NASTY), max_size=30),
    st.sampled_from(FORGERIES),
)
_TEXTS = st.none() | st.builds(literal, HOSTILE)


@st.composite
def findings(draw: st.DrawFn, status: Status) -> Finding:
    """A finding of that status with hostile texts."""
    return Finding(
        status,
        observed=draw(_TEXTS),
        expected=draw(_TEXTS),
        code=None if status is Status.PASS else draw(st.none() | HOSTILE),
        why=draw(_TEXTS),
        hint=draw(_TEXTS),
        fix=tuple(draw(st.lists(HOSTILE, max_size=2))),
        note=draw(_TEXTS),
    )


@st.composite
def step_results(draw: st.DrawFn, ids: st.SearchStrategy[str] = HOSTILE) -> StepResult:
    """A step with hostile ids, titles and verdicts."""
    step_id = f"{draw(ids)}/{draw(ids)}"
    verdicts = []
    for status in draw(st.lists(st.sampled_from(Status), max_size=4)):
        spec = CheckSpec(f"{step_id}/{draw(ids)}", draw(HOSTILE), {draw(HOSTILE): draw(HOSTILE)})
        blocked_by = draw(ids) if status is Status.BLOCKED else None
        verdicts.append(Verdict(spec, spec.params, draw(findings(status)), blocked_by, duration=0.01))
    return step_result(Step(step_id, draw(HOSTILE), optional=draw(st.booleans())), verdicts)


@st.composite
def grades(draw: st.DrawFn, ids: st.SearchStrategy[str] = HOSTILE) -> Grade:
    """A grade that is hostile throughout."""
    steps = draw(st.lists(step_results(ids), max_size=3))
    notices = draw(st.lists(st.builds(literal, HOSTILE), max_size=1))
    return grade(*steps, notices=tuple(notice for notice in notices if notice is not None))
