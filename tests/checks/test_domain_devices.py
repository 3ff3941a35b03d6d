"""Each cause of a wrong disk, CD-ROM drive or network interface has its own code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.domain_samples import (
    CDROM,
    DISK,
    GIB,
    NIC,
    PATH,
    VM,
    a_domain,
    a_host,
    content,
    status,
    xml,
)
from tests.checks.fake_host import judged, refusal
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import block_device
from tutor.host.question import Unobservable

WANTED: dict[str, Any] = {"size": "30G", "target": "vda", "bus": "virtio"}
SATA = DISK.replace("virtio", "sata").replace("vda", "sda")
RAW = DISK.replace("qcow2'/>", "raw'/>", 1)
VOLUME = DISK.replace("type='file'", "type='volume'").replace(f"file='{PATH}'", "pool='pool' volume='volume'")
NBD = DISK.replace("type='file'", "type='network'").replace(f"file='{PATH}'", "protocol='nbd' name='x'")
RIGHT_VOLUME = {"path": PATH, "format": "qcow2", "capacity": 30 * GIB}


@pytest.mark.parametrize(
    ("devices", "changes", "code", "fix"),
    [
        (DISK, {}, None, ""),
        (CDROM, {}, "no-disk", "qemu-img create"),
        (SATA, {}, "wrong-bus", "target.bus=virtio,target.dev=vda"),
        (DISK.replace("vda", "vdb"), {}, "wrong-target", "target.dev=vda"),
        (RAW, {"length": 30 * GIB}, "wrong-format", "qemu-img convert -U -O qcow2"),
        (RAW, {"content": content("raw", 30 * GIB)}, "wrong-format", "qemu-img convert -U -f raw -O qcow2"),
        (RAW, {"content": content("qcow2", 30 * GIB)}, "wrong-format", "driver.type=qcow2"),
        (RAW, {"size": 60 * GIB}, "wrong-format", "qemu-img create -f qcow2"),
        (
            DISK,
            {"length": 30 * GIB, "content": content("raw", 30 * GIB)},
            "wrong-file-format",
            "convert -U -f raw",
        ),
        (DISK, {"length": 30 * GIB, "content": content("qcow2", 30 * GIB)}, None, ""),
        (DISK, {"size": 7, "content": content("vmdk", 30 * GIB)}, "wrong-file-format", "-f vmdk"),
        (
            DISK,
            {"size": 7, "length": 7, "content": content("damaged", 7)},
            "wrong-file-format",
            "qemu-img create",
        ),
        (DISK, {"file": None}, "file-missing", f"qemu-img create -f qcow2 {PATH} 30G"),
        (DISK, {"size": None}, "file-missing", f"qemu-img create -f qcow2 {PATH} 30G"),
        (DISK, {"file": refusal("not-permitted")}, None, ""),
        (DISK, {"file": refusal("not-permitted"), "size": None}, "file-missing", "qemu-img create"),
        (DISK, {"file": status("fifo")}, "not-a-file", "qemu-img create"),
        (DISK, {"file": status("directory")}, "not-a-file", "qemu-img create"),
        (DISK, {"file": status("block-device")}, None, ""),
        (NBD, {}, "not-a-file", "type=file"),
        (VOLUME, {"volume": RIGHT_VOLUME}, None, ""),
        (VOLUME, {"volume": None}, "volume-missing", "type=file"),
        (VOLUME, {"volume": {**RIGHT_VOLUME, "format": "raw"}}, "wrong-file-format", "type=file"),
        (VOLUME, {"volume": {**RIGHT_VOLUME, "capacity": GIB}}, "wrong-size", "qemu-img resize"),
        (DISK, {"size": 20 * GIB}, "wrong-size", f"qemu-img resize -f qcow2 {PATH} 30G"),
        (DISK, {"size": 60 * GIB}, "wrong-size", "qemu-img create"),
        (DISK, {"size": 30 * 10**9}, "decimal-gigabytes", "qemu-img resize"),
        (RAW + DISK.replace("vda", "vdb"), {}, "wrong-format", "driver.type=qcow2"),
    ],
)
def test_each_cause_of_a_disk(devices: str, changes: dict[str, Any], code: str | None, fix: str) -> None:
    finding = judged("domain-disk", a_host(a_domain(xml(devices)), **changes), domain=VM, **WANTED)
    assert finding.code == code
    assert fix in "\n".join(finding.fix)
    assert bool(finding.fix) == (code is not None)


def test_any_right_disk_will_do_where_the_course_names_no_target() -> None:
    host = a_host(a_domain(xml(SATA.replace("qcow2'/>", "raw'/>", 1) + DISK)))
    assert judged("domain-disk", host, domain=VM, size="30G").code is None


def test_no_disk_is_wrong_while_one_could_not_be_seen() -> None:
    host = a_host(a_domain(xml(RAW.replace("vda", "vdc") + DISK.replace("vda", "vdb"))))
    with pytest.raises(Unobservable, match="not-recorded"):
        judged("domain-disk", host, domain=VM, size="30G")


def test_a_file_is_never_written_over() -> None:
    host = a_host(a_domain(xml(CDROM)))
    (create, *_) = judged("domain-disk", host, domain=VM, size="30G").fix
    assert create.endswith("/test-vm-1.qcow2 30G")


def test_what_may_be_raw_and_cannot_be_looked_into_is_unknown() -> None:
    with pytest.raises(Unobservable, match="not-permitted"):
        judged("domain-disk", a_host(a_domain(), length=30 * GIB), domain=VM, size="30G")


def test_what_libvirt_cannot_measure_is_unknown_but_a_wrong_bus_is_wrong() -> None:
    silent: dict[Any, Any] = {block_device(SYSTEM, VM, target): refusal() for target in ("vda", "sda")}
    with pytest.raises(Unobservable, match="not-answering"):
        judged("domain-disk", {**a_host(a_domain()), **silent}, domain=VM, **WANTED)
    finding = judged("domain-disk", {**a_host(a_domain(xml(SATA))), **silent}, domain=VM, **WANTED)
    assert finding.code == "wrong-bus"


def test_the_running_disk_is_not_taken_for_the_defined_one() -> None:
    other = xml(DISK.replace(PATH, "/srv/other"))
    found = a_domain(live=other)
    assert (
        judged("domain-disk", a_host(found, content=content("qcow2", GIB)), domain=VM, **WANTED).code
        == "wrong-size"
    )
    right = a_host(found, content=content("qcow2", 30 * GIB), size=GIB)
    assert judged("domain-disk", right, domain=VM, **WANTED).code is None


def test_a_running_disk_grows_under_qemu() -> None:
    (fix,) = judged("domain-disk", a_host(a_domain(live=xml()), size=GIB), domain=VM, **WANTED).fix
    assert fix == "virsh -c qemu:///system blockresize test-vm vda 30G"


def test_a_disk_until_the_domain_stops() -> None:
    host = a_host(a_domain(xml(NIC), live=xml()))
    assert judged("domain-disk", host, domain=VM).code == "live-only"


def test_a_cdrom_drive() -> None:
    assert judged("domain-cdrom", a_host(a_domain(xml(DISK))), domain=VM).code == "no-cdrom"
    assert judged("domain-cdrom", a_host(a_domain()), domain=VM).code is None


OTHER = NIC.replace("00:01", "00:02")
USER = NIC.replace("00:01", "00:03").replace("'network'", "'user'")
BRIDGE = USER.replace("'user'", "'bridge'").replace("network=", "bridge=")
STRICT: dict[str, Any] = {"network": "default", "model": "virtio"}
DOWN = NIC.replace("</interface>", "<link state='down'/></interface>")
E1000 = NIC.replace("virtio", "e1000")


@pytest.mark.parametrize(
    ("devices", "params", "code", "removed"),
    [
        (NIC, STRICT, None, 0),
        (NIC.replace("</interface>", "<link state='up'/></interface>"), STRICT, None, 0),
        (DISK, STRICT, "no-nic", 0),
        (NIC.replace("default", "other"), STRICT, "wrong-network", 0),
        (USER, STRICT, "not-a-network", 0),
        (BRIDGE, STRICT, "not-a-network", 0),
        (E1000, STRICT, "wrong-model", 0),
        (NIC.replace("<model type='virtio'/>", ""), STRICT, "wrong-model", 0),
        (DOWN, STRICT, "link-down", 0),
        (NIC + OTHER, STRICT, "second-nic", 1),
        (NIC + USER + BRIDGE, STRICT, "second-nic", 2),
        (USER, {}, None, 0),
        (NIC + OTHER, {}, None, 0),
        (DOWN + OTHER, {}, None, 0),
        (E1000, {"network": "default"}, None, 0),
        (DISK, {}, "no-nic", 0),
    ],
)
def test_each_cause_of_a_network_interface(
    devices: str, params: dict[str, Any], code: str | None, removed: int
) -> None:
    finding = judged("domain-nic", a_host(a_domain(xml(devices))), domain=VM, **params)
    assert finding.code == code
    assert bool(finding.fix) == (code is not None)
    assert sum("--remove-device" in command for command in finding.fix) == removed


def test_the_right_one_of_several_interfaces_is_kept() -> None:
    finding = judged("domain-nic", a_host(a_domain(xml(E1000 + OTHER))), domain=VM, **STRICT)
    (fix,) = finding.fix
    assert fix.endswith("--remove-device --network mac=52:54:00:00:00:01")


def test_an_interface_until_the_domain_stops() -> None:
    host = a_host(a_domain(xml(DISK), live=xml()))
    assert judged("domain-nic", host, domain=VM, **STRICT).code == "live-only"
