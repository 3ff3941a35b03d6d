"""Hand-ins made from the recordings of real machines, and keys to sign them with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tutor.commands.catalogue import checks_for
from tutor.course.load import load_course
from tutor.course.records import Course
from tutor.grading.grade import Run, grade
from tutor.grading.registry import Registry
from tutor.grading.verdict import Grade
from tutor.handin.format import NAMESPACE, HandIn
from tutor.handin.judge import Quiet
from tutor.handin.make import Handing, payload
from tutor.handin.read import read
from tutor.host.recorded import RecordedHost, load

RECORDINGS = Path(__file__).parents[1] / "recordings"
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.json"))
ANNA = Handing("2026-01-01T12:05:00+00:00", "Anna Å", "anna@example.org", "anna1")


@cache
def the_course() -> tuple[Course, Registry]:
    course = load_course(None, "en")
    return course, checks_for(course)


@cache
def graded(name: str) -> Grade:
    course, registry = the_course()
    recording = load(str(RECORDINGS / f"{name}.json"))
    run = Run(course, recording.variables, recording.user, recording.started, "0.1.0")
    selected = [spec.id for step in course.steps for spec in step.checks]
    return grade(run, selected, RecordedHost(recording), registry, Quiet())


def recorded(name: str) -> dict[str, Any]:
    """The recording's document, as today's course would have made it."""
    course, _ = the_course()
    document: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text())
    document["course"] = {"id": course.id, "version": course.version, "digest": course.digest}
    return {**document, "variables": dict(graded(name).variables)}


def line_of(
    name: str,
    journal: Sequence[bytes] = (),
    handing: Handing = ANNA,
    recording: Mapping[str, Any] | None = None,
) -> bytes:
    """The payload of a hand-in of this recorded machine."""
    return payload(graded(name), recording or recorded(name), journal, handing)


def handin_of(content: bytes) -> HandIn:
    found = read(content)
    assert isinstance(found, HandIn), found
    return found


def key(folder: Path, name: str = "key", kind: str = "ed25519") -> Path:
    """A new key; its public half lies beside it."""
    path = folder / name
    make = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
    return path


def signed(line: bytes, key_: Path, namespace: str = NAMESPACE) -> bytes:
    """The whole file: the payload and its signature."""
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key_)]
    done = subprocess.run(command, input=line, capture_output=True, check=True)
    return line + done.stdout


def allowed(key_: Path, who: str = "anna@example.org", options: str = "") -> str:
    """A line of a roster's keys."""
    public = key_.with_name(f"{key_.name}.pub").read_text().strip()
    return f"{who} {options} {public}"
