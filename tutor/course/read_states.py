"""The files in ``states/`` of a course folder, read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from operator import attrgetter

from tutor.course.files import STATES, Files, digest, read_state_files
from tutor.course.findings import BrokenCourse, Finding, Report
from tutor.course.states import Backend, LessonStates, Machines, NoRun, State, Surroundings, User
from tutor.course.toml import Table, read_toml
from tutor.text import text

#: The file that is about machines; every other one is a lesson's.
MACHINES = f"{STATES}/machines.toml"

#: Debian with a student, and nothing else.
_IMAGE = "base"
_USERS: tuple[User, ...] = ("student", "root")
_SCRIPTS = {"by_hand": "by-hand", "prepare": "prepare", "begin": "begin", "reset": "reset"}


def read_lesson_states(files: Files, findings: list[Finding]) -> dict[str, LessonStates]:
    """The states by lesson, as far as they can be read; what is wrong is added to ``findings``."""
    found = {}
    for name, content in files.items():
        if name != MACHINES:
            report = Report(name)
            read = _lesson(name, content, report)
            found[read.lesson] = read
            findings += report.findings
    return found


def read_machines(files: Files, findings: list[Finding]) -> Machines:
    """Which images the course wants; what is wrong is added to ``findings``."""
    report = Report(MACHINES)
    table = read_toml(_decoded(files.get(MACHINES, b"")), report)
    machines = Machines(_IMAGE, _IMAGE) if table is None else _machines(table)
    findings += report.findings
    return machines


def load_states(folder: str) -> tuple[dict[str, LessonStates], Machines, str]:
    """The states by lesson, the images, and the digest of it all.

    :raises CourseError: when the files cannot be used: every fault, with file and line.
    """
    files, findings = read_state_files(folder), list[Finding]()
    states, machines = read_lesson_states(files, findings), read_machines(files, findings)
    if findings:
        raise BrokenCourse(folder, findings)
    return states, machines, digest(files)


def _machines(table: Table) -> Machines:
    image = table.string("image", default=_IMAGE)
    versions = table.table("versions")
    found = Machines(
        image,
        table.string("ready", default=image),
        {name: versions.string(name) for name in versions.data},
        tuple(_backend(name, one) for name, one in table.table("backend").every_table()),
        table.string("baseline", default=""),
        table.string("spoilt", default=""),
    )
    table.nothing_more()
    return found


def _backend(name: str, table: Table) -> Backend:
    found = Backend(name, table.strings("releases"), table.string("prepare", default=""))
    table.nothing_more()
    return found


def _lesson(name: str, content: bytes, report: Report) -> LessonStates:
    lesson = os.path.basename(name).removesuffix(".toml")
    table = read_toml(_decoded(content), report)
    if table is None:
        return LessonStates(lesson, name)
    user = _user(table, "student")
    around = tuple(_surroundings(one, lesson, user) for one in table.tables("step"))
    users = {one.step: one.user for one in around}
    states = [
        _state(one, lesson, users, user, right=kind == "right")
        for kind in ("wrong", "right")
        for one in table.tables(kind)
    ]
    read = LessonStates(
        lesson,
        name,
        table.string("shell", default=""),
        around,
        tuple(sorted(states, key=attrgetter("line"))),
        tuple(_no_run(one, lesson) for one in table.tables("no-run")),
    )
    table.nothing_more()
    return read


def _surroundings(table: Table, lesson: str, user: User) -> Surroundings:
    scripts = {name: table.string(key, default="") for name, key in _SCRIPTS.items()}
    found = Surroundings(
        _step(table, "id", lesson),
        _user(table, user),
        **scripts,
        kept=table.strings("kept"),
        line=table.line,
    )
    table.nothing_more()
    return found


def _state(table: Table, lesson: str, users: Mapping[str, User], user: User, *, right: bool) -> State:
    step = _step(table, "step", lesson)
    found = State(
        step,
        table.string("name"),
        table.string("make"),
        _user(table, users.get(step, user)),
        {} if right else _codes(table),
        mend=right or table.boolean("mend", default=True),
        notes=table.strings("notes") if right and "notes" in table.data else None,
        restore=table.string("restore", default=""),
        only=table.strings("only"),
        line=table.line,
    )
    table.nothing_more()
    return found


def _codes(table: Table) -> dict[str, str]:
    given = table.take("codes")
    codes = given if isinstance(given, dict) else {}
    if not codes or not all(isinstance(code, str) for code in codes.values()):
        mend = text("Write {example}", example='codes = {check = "code"}')
        table.report.add(table.line_of("codes"), text("a wrong state needs the code of a check"), mend)
        return {}
    return codes


def _no_run(table: Table, lesson: str) -> NoRun:
    found = NoRun(_step(table, "step", lesson), table.strings("checks"), table.string("reason"), table.line)
    table.nothing_more()
    return found


def _step(table: Table, key: str, lesson: str) -> str:
    name = table.string(key)
    return name if "/" in name else f"{lesson}/{name}"


def _user(table: Table, default: User) -> User:
    return "root" if table.choice("as", _USERS, default) == "root" else "student"


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", errors="replace")
