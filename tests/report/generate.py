"""Synthetic hand-ins: ``python -m tests.report.generate FOLDER --count N [--finished] [--signed]``.

Each is one of the recorded machines of ``tests/recordings``, changed so that it is another student's: machine
id, uuids, MAC addresses, times and journal are its own, and the verdicts are those of its observations. The
same seed gives the same hand-ins, but for keys and signatures.
"""

from __future__ import annotations

import argparse
import copy
import csv
import json
import random
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache, partial
from pathlib import Path
from typing import Any

from tests.handin.samples import RECORDINGS, the_course
from tutor.grading.grade import Run, grade
from tutor.grading.verdict import Grade, Status
from tutor.handin.format import NAMESPACE
from tutor.handin.judge import Quiet
from tutor.handin.make import Handing, payload
from tutor.host.recorded import RecordedHost, Recording
from tutor.journal.line import GENESIS, assemble, digest, encode

FIRST_DAY = datetime(2026, 1, 5, 8, 0, tzinfo=timezone.utc)
FIRST = ("Anna", "Bo", "Cecilia", "Dag", "Elsa", "Frej", "Gun", "Håkan", "Ida", "Jörgen", "Kim", "Li", "Åsa")
LAST = ("Alm", "Berg", "Ceder", "Dahl", "Ek", "Fors", "Gran", "Hed", "Isaksson", "Jonsson", "Öberg", "Ros")

Document = dict[str, Any]
Change = Callable[[Document], None]


@dataclass(frozen=True)
class Student:
    """Somebody made up. ``number`` tells them apart."""

    number: int
    name: str
    email: str
    id: str


@dataclass(frozen=True)
class Made:
    """A hand-in in the making: its student, the payload's line, and when it was made."""

    student: Student
    line: bytes
    outcome: str
    made: str

    @property
    def file_name(self) -> str:
        return f"{self.student.id}.tutor"


def student(number: int) -> Student:
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    return Student(number, f"{first} {last}", f"student{number}@example.org", f"s{number:06}")


# What a student may have otherwise than the recorded one: names, and what each does to the recording.


def _nothing(_document: Document) -> None:
    """As it was recorded."""


def _answers(document: Document, step: str, *, wrong: bool) -> None:
    found = document["observations"].get(f'answers["{step}"]')
    if found is not None:
        question = next(iter(found["value"]), None)
        found["value"] = {**found["value"], question: ["nonsense"]} if wrong and question else {}


def _without_sudo(document: Document) -> None:
    failure = {"reason": "not-permitted", "fix": [], "message": "sudo was refused", "values": {}}
    found = document["observations"]["firewall[]"]
    document["observations"]["firewall[]"] = {
        **{name: value for name, value in found.items() if name != "value"},
        "failure": failure,
    }


def _network_stopped(document: Document) -> None:
    document["observations"]['libvirt.network["qemu:///system","default"]']["value"]["active"] = False


def _small_disk(document: Document) -> None:
    key = 'image["/var/lib/libvirt/images/min-disk.qcow2"]'
    document["observations"][key]["value"]["virtual_size"] = 30_000_000_000


def _not_forwarding(document: Document) -> None:
    document["observations"]['sysctl["net.ipv4.ip_forward"]']["value"] = "0"


def _on(id_: str, version: str, libvirt: int, change: Change = _nothing) -> Change:
    def changed(document: Document) -> None:
        document["observations"]["system[]"]["value"].update(id=id_, version=version)
        opened = document["observations"].get('libvirt.connection["qemu:///system","read"]', {}).get("value")
        if opened:
            opened["libvirt"] = libvirt
        change(document)

    return changed


#: By name: the recording, the change, and how many of a class have it.
OUTCOMES: dict[str, tuple[str, Change, int]] = {
    "done": ("done", _nothing, 30),
    "done-debian-13": ("done", _on("debian", "13", 11_003_000), 8),
    "done-ubuntu": ("done", _on("ubuntu", "24.04", 10_000_000), 6),
    "quiz-wrong": ("done", partial(_answers, step="networks/nat", wrong=True), 7),
    "quiz-open": ("done", partial(_answers, step="snapshots/uefi", wrong=False), 5),
    "no-sudo": ("done", _without_sudo, 6),
    "no-sudo-ubuntu": ("done", _on("ubuntu", "24.04", 10_000_000, _without_sudo), 3),
    "network-stopped": ("done", _network_stopped, 4),
    "small-disk": ("done", _small_disk, 5),
    "not-forwarding": ("done", _not_forwarding, 4),
    "wrong-memory-and-card": ("wrong-memory-and-card", _nothing, 5),
    "halfway": ("halfway", _nothing, 6),
    "halfway-ubuntu": ("halfway", _on("ubuntu", "24.04", 10_000_000), 3),
    "transient-network": ("transient-network", _nothing, 2),
    "group-not-in-session": ("group-not-in-session", _nothing, 3),
    "raw-image-and-overridden-uri": ("raw-image-and-overridden-uri", _nothing, 2),
    "daemon-stopped": ("daemon-stopped", _nothing, 2),
    "fresh": ("fresh", _nothing, 3),
}


@cache
def outcome(name: str) -> tuple[Document, Grade]:
    """A recording with its change, as today's course would have made it, and what it comes to."""
    course, registry = the_course()
    recording, change, _ = OUTCOMES[name]
    document: Document = json.loads((RECORDINGS / f"{recording}.json").read_text())
    document["course"] = {"id": course.id, "version": course.version, "digest": course.digest}
    change(document)
    values = {**{each.name: each.value for each in course.variables.values()}, **document["variables"]}
    document["variables"] = values
    host = RecordedHost(Recording("student", document["started"], {}, values, document["observations"]))
    run = Run(course, values, "student", document["started"], document["tool"])
    return document, grade(
        run, [spec.id for step in course.steps for spec in step.checks], host, registry, Quiet()
    )


def make(number: int, *, name: str | None = None, seed: int = 1, who: Student | None = None) -> Made:
    """The hand-in of student ``number``.

    :param name: one of :data:`OUTCOMES`; None for one by lot.
    :param who: whose it says that it is, where that is somebody else.
    """
    lot = random.Random(f"{seed} {number}")  # noqa: S311 - the same each time
    name = name or lot.choices(list(OUTCOMES), [weight for _, _, weight in OUTCOMES.values()])[0]
    document, judged = outcome(name)
    started = FIRST_DAY + timedelta(days=lot.randrange(14), seconds=lot.randrange(8 * 3600))
    recording = own(document, lot, started)
    lines = journal(judged, recording, lot, started)
    made = (started + timedelta(seconds=5)).isoformat(timespec="seconds")
    handing = Handing(
        made, (who or student(number)).name, (who or student(number)).email, (who or student(number)).id
    )
    return Made(who or student(number), payload(judged, recording, lines, handing), name, made)


_IDENTITY = re.compile(
    r"00000000-0000-4000-8000-[0-9a-f]{12}|52:54:00:00:00:[0-9a-f]{2}|0123456789abcdef0123456789abcdef"
)


def own(document: Document, lot: random.Random, started: datetime) -> Document:
    """The recording with identities of its own, as if it had been made at this time."""
    new: dict[str, str] = {}

    def replaced(found: re.Match[str]) -> str:
        old = found[0]
        if old not in new:
            digits = f"{lot.getrandbits(128):032x}"
            if old.count("-"):
                new[old] = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
            else:
                new[old] = f"52:54:00:{digits[:2]}:{digits[2:4]}:{digits[4:6]}" if ":" in old else digits
        return new[old]

    mine: Document = json.loads(_IDENTITY.sub(replaced, json.dumps(document)))
    mine["started"] = started.isoformat(timespec="seconds")
    for observation in mine["observations"].values():
        observation["when"] = started.timestamp()
    _snapshots(mine, lot, started)
    return mine


def _snapshots(document: Document, lot: random.Random, started: datetime) -> None:
    """Times for the snapshots, by hand one after the other, and in what the journal remembers of them."""
    created: dict[str, int] = {}
    now = int(started.timestamp()) - lot.randrange(3600, 7200)
    for key, observation in document["observations"].items():
        if key.startswith("libvirt.snapshots["):
            for snapshot in observation.get("value") or []:
                now += lot.randrange(20, 200)
                created[snapshot["name"]] = snapshot["created"] = now
    for key, observation in document["observations"].items():
        if key.startswith("remembered[") and observation.get("value"):
            names = [word.split(" ")[0] for word in observation["value"]]
            observation["value"] = [f"{one} {created.get(one, now)}" for one in names]


def journal(judged: Grade, recording: Document, lot: random.Random, started: datetime) -> list[bytes]:
    """A student's way to this grade: steps tried some times, answers, and the whole course at the end."""
    events = list(_events(judged, recording, lot))
    gap = 40 * 60 // max(1, len(events))
    now, prev, lines = started - timedelta(hours=30), GENESIS, list[bytes]()
    for index, (kind, data) in enumerate(events):
        last = index == len(events) - 1
        now = started if last else min(now + timedelta(seconds=lot.randrange(20, 20 + 2 * gap)), started)
        line = assemble(kind, encode(data), now.isoformat(timespec="seconds"), prev)
        prev = digest(line)
        lines.append(line)
    return lines


def _events(judged: Grade, recording: Document, lot: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    course = {"id": judged.course.id, "version": judged.course.version, "digest": judged.course.digest}
    yield "course", {"course": course, "steps": {step.id: step.digest for step in judged.course.steps}}
    for result in judged.steps:
        tries = lot.choices((0, 1, 2, 4, 9), (3, 4, 3, 2, 1))[0]
        failed = [
            {
                "id": one.spec.id,
                "status": "fail" if place >= len(result.verdicts) // 2 else "pass",
                "code": None,
            }
            for place, one in enumerate(result.verdicts)
        ]
        found = recording["observations"].get(f'answers["{result.step.id}"]', {}).get("value") or {}
        for question, options in found.items():
            yield "answer", {"step": result.step.id, "question": question, "options": options}
        is_done = result.status in (Status.PASS, Status.SKIP)
        for _ in range(tries):
            yield (
                "check",
                _run(judged, course, [_step(result, "fail", 0, failed) if is_done else _as_is(result)]),
            )
        if is_done and lot.random() < 0.7:
            yield "check", _run(judged, course, [_as_is(result)])
    yield "check", _run(judged, course, [_as_is(result) for result in judged.steps])


def _run(judged: Grade, course: dict[str, str], steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"course": course, "tool": judged.tool_version, "started": judged.started, "steps": list(steps)}


def _as_is(result: Any) -> dict[str, Any]:
    checks = [
        {"id": one.spec.id, "status": one.status.value, "code": one.finding.code} for one in result.verdicts
    ]
    return _step(result, result.status.value, result.points, checks)


def _step(result: Any, status: str, points: int | None, checks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": result.step.id,
        "digest": result.step.digest,
        "status": status,
        "points": points,
        "checks": copy.copy(list(checks)),
    }


# To files.


def key(folder: Path, name: str) -> Path:
    path = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


def signed(line: bytes, key_: Path) -> bytes:
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key_)]
    return line + subprocess.run(command, input=line, capture_output=True, check=True).stdout


def allowed(who: Student, key_: Path) -> str:
    """A line of the roster's keys."""
    return f"{who.email} {key_.with_name(key_.name + '.pub').read_text().strip()}"


def write(folder: Path, number: int, *, name: str | None = None, seed: int = 1, sign: bool = False) -> str:
    """Write one hand-in; its line of the roster's keys, empty where it is not signed."""
    made = make(number, name=name, seed=seed)
    content, line = made.line, ""
    if sign:
        keys = folder.parent / "keys"
        keys.mkdir(exist_ok=True)
        key_ = key(keys, made.student.id)
        content, line = signed(made.line, key_), allowed(made.student, key_)
    (folder / made.file_name).write_bytes(content)
    return line


def write_roster(path: Path, students: Sequence[Student]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "email"])
        rows.writerows([each.id, each.name, each.email] for each in students)


def write_class(
    folder: Path, count: int, *, finished: bool = False, sign: bool = False, seed: int = 1, jobs: int = 2
) -> Path:
    """A class: ``hand-ins/``, ``roster.csv`` and, signed, ``allowed_signers``. The folder of the hand-ins."""
    hand_ins = folder / "hand-ins"
    hand_ins.mkdir(parents=True)
    one = partial(write, hand_ins, name="done" if finished else None, seed=seed, sign=sign)
    if count < 200:
        lines = [one(number) for number in range(count)]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            lines = list(pool.map(one, range(count), chunksize=50))
    write_roster(folder / "roster.csv", [student(number) for number in range(count)])
    if sign:
        (folder / "allowed_signers").write_text("".join(f"{line}\n" for line in lines))
    return hand_ins


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--finished", action="store_true", help="all have done the whole course")
    parser.add_argument("--signed", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_class(
        options.folder, options.count, finished=options.finished, sign=options.signed, seed=options.seed
    )


if __name__ == "__main__":
    main()
