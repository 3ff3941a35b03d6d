"""Made-up machines for probes: a healthy one, of which a test changes what it is about."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from checks import MODULES as CHECKS
from tests.checks.fake_host import FakeHost
from tutor.doctor.examine import examine
from tutor.doctor.findings import Diagnosis
from tutor.doctor.needs import MIB, Needs
from tutor.doctor.probes import MODULES
from tutor.doctor.registry import REGISTRY, Probe
from tutor.doctor.trial.outcome import Stage, trial

for module in (*CHECKS, *MODULES):
    importlib.import_module(module)

NEEDS = Needs(
    2048 * MIB, 30 * 1024 * MIB, {"default": "192.168.122.0/24", "isolerat-natverk": "192.168.50.0/24"}
)
STUDENT = {
    "name": "student",
    "uid": 1000,
    "shell": "/bin/bash",
    "groups": ["kvm", "libvirt", "student", "sudo"],
    "session_groups": ["kvm", "libvirt", "student", "sudo"],
    "sudo_user": None,
}
Answers = Mapping[Any, Any]


class Quiet:
    """An observer that keeps what it was told."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    def begins(self, probe: Probe) -> None:
        """See :class:`tutor.doctor.examine.Observer`."""

    def internal_error(self, probe: Probe, error: BaseException) -> str | None:  # noqa: ARG002 - the protocol's
        """See :class:`tutor.doctor.examine.Observer`."""
        self.errors.append(error)
        return None


def ask(probe: str, answers: Answers, needs: Needs = NEEDS) -> Diagnosis:
    """One probe by itself, on a machine that answers this."""
    observer = Quiet()
    (found,) = examine([one for one in REGISTRY if one.name == probe], FakeHost(answers), needs, observer, {})
    assert not observer.errors, observer.errors
    return found


def codes(probe: str, answers: Answers, needs: Needs = NEEDS) -> list[str]:
    """The codes that a probe finds."""
    return [one.code for one in ask(probe, answers, needs).findings]


def fixes(probe: str, answers: Answers) -> list[str]:
    """The commands that a probe prints."""
    return [command for one in ask(probe, answers).findings for command in one.fix]


def tried(stages: Mapping[str, Stage], **rest: Any) -> dict[Any, Any]:
    """What trying came to."""
    found = {"stages": dict(stages), "graphics": ["vnc", "spice"], "removed": [], "foreign": [], **rest}
    return {trial(): found, "user": STUDENT}


def refused(code: int, errno: int = 0, *, at: str = "try", kind: str = "") -> Stage:
    """A stage that libvirt refused."""
    return {"at": at, "kind": kind, "code": code, "domain": 0, "errno": errno, "said": "så är det"}
