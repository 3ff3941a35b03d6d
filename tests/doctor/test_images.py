"""The folder for images, the pool, and what guests have in their drives."""

from __future__ import annotations

from typing import Any

from tests.checks.fake_host import refusal
from tests.doctor.world import ask, codes, fixes
from tutor.doctor.findings import Health
from tutor.host.files import file_status
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import domain
from tutor.host.programs import program
from tutor.host.reach import way

IMAGES = "/var/lib/libvirt/images"
FOLDER = {"path": IMAGES, "kind": "directory", "mode": 0o711, "uid": 0, "gid": 0, "size": 0}
DISK = (
    "<disk type='file' device='{device}'><driver name='qemu' type='qcow2'/><source file='{path}'/>"
    "<target dev='sda' bus='sata'/></disk>"
)


def passing(*closed: str) -> dict[str, Any]:
    steps = [{"path": path, "passable": path not in closed} for path in ("/", "/home", "/home/student")]
    return {"user": "libvirt-qemu", "steps": steps, "complete": True}


def guest(name: str, path: str, device: str = "disk") -> dict[str, Any]:
    disk = DISK.format(device=device, path=path)
    xml = f"<domain type='qemu'><name>{name}</name><devices>{disk}</devices></domain>"
    rest = {"uuid": "", "state": "shut-off", "persistent": True, "autostart": False}
    return {"name": name, **rest, "xml": xml, "inactive_xml": xml}


def machine(*guests: dict[str, Any], **more: Any) -> dict[Any, Any]:
    seen = {domain(SYSTEM, one["name"]): one for one in guests}
    names = {"libvirt.domains": [one["name"] for one in guests], "libvirt.connection": {"open": True}}
    return {**names, "way": passing(), "file": FOLDER, "program": None, **seen, **more}


def test_the_folder_for_images() -> None:
    well: dict[Any, Any] = {"way": passing(), file_status(IMAGES): FOLDER}
    assert codes("images-folder", well) == []
    assert codes("images-folder", {**well, file_status(IMAGES): None}) == ["images-missing"]
    closed = {"way": passing("/home"), file_status(IMAGES): refusal("not-permitted")}
    assert fixes("images-folder", closed) == ["sudo chmod o+x /home"]


def test_the_pool() -> None:
    def pool(path: str = IMAGES, **changed: Any) -> dict[Any, Any]:
        xml = f"<pool type='dir'><target><path>{path}</path></target></pool>"
        flags = {"active": True, "persistent": True, "autostart": True, **changed}
        found = {"name": "default", "xml": xml, "inactive_xml": xml, **flags}
        return {"libvirt.pools": [found], "libvirt.connection": {"open": True}}

    assert codes("pool", pool()) == []
    assert codes("pool", pool(active=False)) == ["pool-inactive"]
    assert codes("pool", pool(autostart=False)) == ["pool-no-autostart"]
    assert codes("pool", pool("/home/student/vm")) == ["pool-elsewhere"]
    assert ask("pool", {"libvirt.pools": []}).health is Health.SKIPPED


def test_a_medium_in_a_closed_home() -> None:
    path = "/home/student/cd.iso"
    answers = machine(guest("a", path, "cdrom"), way=passing("/home/student"))
    assert codes("guests-images", answers) == ["image-out-of-reach"]
    assert fixes("guests-images", answers) == ["sudo chmod o+x /home/student"]
    with_lists = {**answers, program("setfacl"): "/usr/bin/setfacl"}
    assert fixes("guests-images", with_lists) == ["sudo setfacl -m u:libvirt-qemu:x /home/student"]


def test_a_medium_that_is_gone_is_taken_out_and_a_disk_is_not() -> None:
    path = f"{IMAGES}/x"
    gone = {file_status(path): None}
    medium = {**machine(guest("a b", path, "cdrom")), **gone}
    assert codes("guests-images", medium) == ["image-missing"]
    assert fixes("guests-images", medium) == [
        "virsh -c qemu:///system change-media 'a b' sda --eject --config"
    ]
    disk = {**machine(guest("a", path)), **gone}
    assert codes("guests-images", disk) == ["image-missing"]
    assert not fixes("guests-images", disk)


def test_what_cannot_be_seen_is_not_missing() -> None:
    path = "/root/x"
    hidden = {**machine(guest("a", path)), file_status(path): refusal("not-permitted"), way(path): passing()}
    assert codes("guests-images", hidden) == []


def test_two_guests_with_one_image() -> None:
    path = f"{IMAGES}/x"
    assert codes("guests-images", machine(guest("a", path), guest("b", path))) == ["image-shared"]
    media = machine(guest("a", path, "cdrom"), guest("b", path, "cdrom"))
    assert codes("guests-images", media) == []
