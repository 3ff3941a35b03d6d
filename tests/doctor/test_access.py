"""Programs, daemons and this user's access."""

from __future__ import annotations

from typing import Any

from tests.doctor.world import STUDENT, ask, codes, fixes
from tutor.doctor.findings import Health
from tutor.doctor.probes.programs import PROGRAMS, STARTED
from tutor.host.files import file_status, file_text
from tutor.host.libvirt.network_conf import NETWORK_CONF
from tutor.host.programs import package, program
from tutor.host.starting import started
from tutor.host.systemd import unit

OFF = {"load": "loaded", "active": "inactive", "sub": "dead", "file": "disabled"}
ON = {"load": "loaded", "active": "active", "sub": "running", "file": "enabled"}
APT = {program("apt-get"): "/usr/bin/apt-get"}


def here(*missing: str) -> dict[Any, Any]:
    names = [*PROGRAMS, "dnsmasq", "iptables", "nft"]
    found = {program(name): None if name in missing else f"/usr/bin/{name}" for name in names}
    return {**APT, **found, "file": None, "package": None}


def test_programs() -> None:
    assert codes("programs", here()) == []
    assert codes("programs", here("virt-install")) == ["program-missing"]
    assert fixes("programs", here("virt-install")) == ["sudo apt-get install -y virtinst"]


def test_programs_start() -> None:
    well: dict[Any, Any] = {**here(), **{started(name): {"code": 0, "said": "1.2.3"} for name in STARTED}}
    assert codes("programs-start", well) == []
    said = {"code": 1, "said": "ModuleNotFoundError: No module named 'gi'"}
    broken = {
        **well,
        started("virt-install"): said,
        package("virtinst"): {"name": "virtinst", "version": "4"},
    }
    assert codes("programs-start", broken) == ["does-not-start"]
    assert fixes("programs-start", broken) == ["sudo apt-get install --reinstall -y virtinst"]


def version(number: int, conf: str | None = None) -> dict[Any, Any]:
    answer = {"open": True, "code": 0, "errno": 0, "libvirt": number, "hypervisor": 0}
    return {"libvirt.connection": answer, file_text(NETWORK_CONF): conf and {"path": "", "text": conf}}


def test_network_programs() -> None:
    old, new = version(9_000_000), version(11_003_000)
    chosen = version(11_003_000, '# firewall_backend = "iptables"\nfirewall_backend = "nftables"\n')
    assert codes("network-programs", {**here(), **old}) == []
    assert codes("network-programs", {**here("dnsmasq"), **old}) == ["program-missing"]
    assert codes("network-programs", {**here("iptables"), **old}) == ["program-missing"]
    assert codes("network-programs", {**here("iptables"), **new}) == []
    assert codes("network-programs", {**here("nft"), **new}) == []
    assert codes("network-programs", {**here("nft"), **chosen}) == ["program-missing"]


def test_one_daemon() -> None:
    only, both = {"unit": OFF, unit("libvirtd.socket"): ON}, {"unit": ON}
    assert codes("one-daemon", only) == []
    assert codes("one-daemon", both) == ["both-daemons"]
    assert fixes("one-daemon", both) == ["sudo systemctl disable --now libvirtd.service libvirtd.socket"]


def test_the_group_kvm() -> None:
    group = {"group": {"name": "kvm", "gid": 100, "members": []}}
    assert codes("kvm-group", {"user": STUDENT, **group}) == []
    fresh = {**STUDENT, "session_groups": ["student"]}
    assert codes("kvm-group", {"user": fresh, **group}) == ["not-in-session"]
    nobody = {**STUDENT, "groups": ["student"], "session_groups": ["student"]}
    assert codes("kvm-group", {"user": nobody, **group}) == ["not-a-member"]


def test_root_is_not_the_student() -> None:
    root = {**STUDENT, "name": "root", "uid": 0}
    assert ask("kvm-group", {"user": root}).health is Health.UNKNOWN


def test_own_folders() -> None:
    def folder(path: str, uid: int, *, writable: bool) -> dict[str, Any]:
        kind = {"kind": "directory", "mode": 0o755, "gid": 0, "size": 0, "readable": True}
        return {**kind, "path": f"/home/student{path[1:]}", "uid": uid, "writable": writable}

    def machine(**owners: int) -> dict[Any, Any]:
        paths = {"cache": "~/.cache", "libvirt": "~/.cache/libvirt", "config": "~/.config"}
        own = {
            file_status(paths[name]): folder(paths[name], uid, writable=uid == 1000)
            for name, uid in owners.items()
        }
        return {"user": STUDENT, "file": None, **own}

    assert codes("own-folders", machine()) == []
    assert codes("own-folders", machine(cache=1000, libvirt=1000)) == []
    assert fixes("own-folders", machine(cache=0, libvirt=0, config=1000)) == [
        "sudo chown -R student: /home/student/.cache"
    ]
