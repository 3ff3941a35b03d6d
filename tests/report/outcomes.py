"""What a student of a made-up class has come to: recorded machines, some of them changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from tests.handin.samples import RECORDINGS, the_course
from tutor.grading.grade import Run, grade
from tutor.grading.verdict import Grade
from tutor.handin.judge import Quiet
from tutor.handin.reduce import reduce
from tutor.host.recorded import RecordedHost, Recording

Document = dict[str, Any]
Change = Callable[[Document], None]

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
    """A recording with its change, as today's tool would have handed it in, and what it comes to."""
    course, registry = the_course()
    recording, change, _ = OUTCOMES[name]
    document: Document = json.loads((RECORDINGS / f"{recording}.json").read_text())
    document["course"] = {"id": course.id, "version": course.version, "digest": course.digest}
    change(document)
    values = {**{each.name: each.value for each in course.variables.values()}, **document["variables"]}
    document["variables"] = values
    document = reduce(document, course, values).document
    host = RecordedHost(Recording("student", document["started"], {}, values, document["observations"]))
    run = Run(course, values, "student", document["started"], document["tool"])
    return document, grade(
        run, [spec.id for step in course.steps for spec in step.checks], host, registry, Quiet()
    )
