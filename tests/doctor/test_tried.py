"""What trying comes to, judged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.fake_host import refusal
from tests.doctor.world import STUDENT, ask, codes, fixes, refused, tried
from tutor.doctor.findings import Health
from tutor.doctor.trial.outcome import trial
from tutor.doctor.trial.stages import done
from tutor.host.files import file_status
from tutor.host.programs import package

DEVICE = {"path": "/dev/kvm", "kind": "character-device", "mode": 0o660, "uid": 0, "gid": 0, "size": 0}


def kvm(flags: tuple[str, ...] = ("vmx",), *, container: str | None = None, **opened: Any) -> dict[Any, Any]:
    return {
        "cpu": {"arch": "x86_64", "vendor": "", "flags": list(flags)},
        "kvm-modules": ["kvm", "kvm_intel"],
        "container": container,
        file_status("/dev/kvm"): DEVICE,
        "kvm-opened": {"errno": 0, "api": 12, "machine": 0, **opened},
        "user": STUDENT,
        "group": {"name": "kvm", "gid": 100, "members": []},
    }


def test_kvm() -> None:
    assert codes("kvm", kvm()) == []
    assert codes("kvm", kvm(machine=16)) == ["kvm-busy"]
    assert codes("kvm", kvm(machine=12)) == ["kvm-unusable"]
    assert codes("kvm", kvm(errno=19)) == ["kvm-unusable"]
    assert codes("kvm", kvm(api=0)) == ["kvm-unusable"]
    assert codes("kvm", kvm(errno=13)) == ["kvm-closed"]


def test_kvm_that_this_user_may_not_open() -> None:
    nobody = {**STUDENT, "groups": ["student"], "session_groups": ["student"]}
    assert codes("kvm", {**kvm(errno=13), "user": nobody}) == ["kvm-not-permitted"]
    assert fixes("kvm", {**kvm(errno=13), "user": nobody}) == ["sudo usermod -aG kvm student"]
    fresh = {**STUDENT, "session_groups": ["student"]}
    assert codes("kvm", {**kvm(errno=13), "user": fresh}) == ["kvm-not-in-session"]


@pytest.mark.parametrize(
    ("answers", "code", "health"),
    [
        (kvm(()), "no-flag", Health.PROBLEM),
        (kvm(("hypervisor",)), "no-nesting", Health.WELL),
        (kvm((), container="docker"), "no-flag", Health.WELL),
        ({**kvm(), "kvm-modules": ["kvm"]}, "firmware-off", Health.PROBLEM),
        ({**kvm(), "kvm-modules": []}, "module-missing", Health.PROBLEM),
        ({**kvm(), file_status("/dev/kvm"): None}, "device-missing", Health.PROBLEM),
        ({**kvm(container="docker"), file_status("/dev/kvm"): None}, "in-container", Health.WELL),
    ],
)
def test_no_kvm_is_a_problem_only_where_it_could_be_had(answers: Any, code: str, health: Health) -> None:
    found = ask("kvm", answers)
    assert [one.code for one in found.findings] == [code]
    assert found.health is health


STAGES = {name: done() for name in ("volume", "network", "guest", "session")}
PROBES = {"volume": "volume", "network": "network", "guest": "guest", "session-mode": "session"}


@pytest.mark.parametrize("probe", PROBES)
def test_a_stage(probe: str) -> None:
    assert codes(probe, tried(STAGES)) == []
    assert ask(probe, tried({})).health is Health.UNKNOWN
    late = {trial(): refusal("timed-out"), "user": STUDENT}
    assert codes(probe, late) == ["timed-out"]
    assert "så är det" in ask(probe, tried({**STAGES, PROBES[probe]: refused(1)})).findings[0].what.render(
        str
    )


@pytest.mark.parametrize(
    ("probe", "stage", "code"),
    [
        ("volume", refused(38, 28), "disk-full"),
        ("volume", refused(38, 30), "read-only"),
        ("volume", refused(1), "volume-refused"),
        ("network", refused(1), "network-refused"),
        ("guest", refused(67, kind="kvm"), "kvm-refused"),
        ("guest", refused(67, kind="qemu"), "guest-refused"),
        ("guest", refused(38, 13, kind="qemu"), "image-out-of-reach"),
        ("guest", refused(1, kind="qemu"), "guest-refused"),
        ("session-mode", refused(38, 13), "session-refused"),
    ],
)
def test_a_stage_that_libvirt_refused(probe: str, stage: Any, code: str) -> None:
    answers = {**tried({PROBES[probe]: stage}), "unit": refusal()}
    assert codes(probe, answers) == [code]


def test_leftovers() -> None:
    assert codes("leftovers", tried(STAGES)) == []
    assert codes("leftovers", tried(STAGES, removed=["guest x"])) == ["tidied-up"]
    assert ask("leftovers", tried(STAGES, removed=["guest x"])).health is Health.WELL
    assert ask("leftovers", tried({}, foreign=["guest x"])).health is Health.UNKNOWN
    stuck = tried({**STAGES, "network": refused(1, at="undo")})
    assert fixes("leftovers", stuck) == ["virsh -c qemu:///system net-destroy tutor-doctor-1000"]
    assert codes("network", stuck) == [], "it did start"


@pytest.mark.parametrize(
    ("version", "name"), [("1:7.2+dfsg-7", "qemu-system-common"), ("1:10.0.2", "qemu-system-modules-spice")]
)
def test_spice(version: str, name: str) -> None:
    common = {package("qemu-system-common"): {"name": "qemu-system-common", "version": version}}
    without = {**tried(STAGES, graphics=["vnc"]), **common}
    assert codes("graphics", tried(STAGES)) == []
    assert fixes("graphics", without) == [f"sudo apt-get install --reinstall -y {name}"]
    assert ask("graphics", tried(STAGES, graphics=[])).health is Health.SKIPPED
