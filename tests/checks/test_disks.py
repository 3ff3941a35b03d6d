"""Every code of disk-image, on made-up machines."""

from __future__ import annotations

from typing import Any

import pytest

import checks.disks  # noqa: F401 - registers the check
from tests.checks.fake_host import judged, refusal
from tutor.grading.verdict import Finding, Status
from tutor.host.files import FileStatus, file_status, link_target
from tutor.host.images import Image, image
from tutor.host.programs import program
from tutor.host.question import Question, Unobservable

PATH = "/var/lib/libvirt/images/min-disk.qcow2"
HOME = "~/min-disk.qcow2"
GIB = 2**30
CREATE = f"sudo qemu-img create -f qcow2 {PATH} 30G"
AGAIN = (f"sudo mv --backup=numbered -T {PATH} {PATH}.old", CREATE)

Answers = dict[str | Question[Any], Any]


def of(kind: str, size: int | None = 30 * GIB, backing: str | None = None) -> Image:
    """An image."""
    return {"path": PATH, "format": kind, "virtual_size": size, "backing": backing}


def lying(kind: str = "file", *, readable: bool = True) -> FileStatus:
    """What ``stat`` says of something."""
    return {
        "path": "/x",
        "kind": kind,
        "mode": 0o644,
        "uid": 0,
        "gid": 0,
        "size": 0,
        "readable": readable,
        "writable": False,
    }


def disk(answers: Answers, path: str = PATH) -> Finding:
    """What disk-image says: on a machine with qemu-img and the folder, where ``answers`` say nothing else."""
    folder = path.rpartition("/")[0]
    usual: Answers = {
        program("qemu-img"): "/usr/bin/qemu-img",
        program("apt-get"): "/usr/bin/apt-get",
        "program": None,
        "package": None,
        "file": None,
        "link": None,
        file_status(folder): lying("directory"),
    }
    return judged("disk-image", {**usual, **answers}, path=path, format="qcow2", size="30G")


def test_the_right_image() -> None:
    found = disk({image(PATH): of("qcow2")})
    assert (found.status, found.note) == (Status.PASS, None)


def test_one_that_rests_on_another_file() -> None:
    found = disk({image(PATH): of("qcow2", backing="/etc/shadow")})
    assert found.status is Status.PASS
    assert found.note is not None


@pytest.mark.parametrize(
    ("seen", "code", "fix"),
    [
        (of("raw", 0), "empty", AGAIN),
        (of("raw", 31 * GIB), "wrong-format", AGAIN),
        (of("vmdk", None), "wrong-format", AGAIN),
        (of("other", None), "wrong-format", AGAIN),
        (of("damaged", None), "damaged", AGAIN),
        (of("qcow2", 31 * GIB), "too-large", AGAIN),
        (of("qcow2", 3 * GIB), "too-small", (f"sudo qemu-img resize -f qcow2 {PATH} 30G",)),
        (of("qcow2", 30 * 10**9), "decimal-gigabytes", (f"sudo qemu-img resize -f qcow2 {PATH} 30G",)),
    ],
)
def test_a_wrong_image(seen: Image, code: str, fix: tuple[str, ...]) -> None:
    found = disk({image(PATH): seen})
    assert (found.status, found.code, found.fix) == (Status.FAIL, code, fix)


@pytest.mark.parametrize(("size", "steps"), [(30 * GIB, 2), (GIB, 3)])
def test_what_raw_holds_is_kept(size: int, steps: int) -> None:
    found = disk({image(PATH): of("raw", size)})
    assert found.code == "wrong-format"
    assert len(found.fix) == steps
    assert found.fix[0] == f"sudo qemu-img convert -f raw -O qcow2 {PATH} {PATH}.new"


def test_nothing_there() -> None:
    found = disk({image(PATH): None})
    assert (found.code, found.fix) == ("missing", (CREATE,))


def test_nothing_there_and_nothing_installed() -> None:
    found = disk({image(PATH): None, program("qemu-img"): None, file_status("/var/lib/libvirt/images"): None})
    folder = "sudo install -d -m 0711 /var/lib/libvirt/images"
    assert found.fix == ("sudo apt-get install -y qemu-utils", folder, CREATE)


def test_a_path_at_home_with_spaces() -> None:
    found = disk({image("~/my disks/a.qcow2"): None, file_status("~/my disks"): None}, "~/my disks/a.qcow2")
    assert found.fix == ("mkdir -p ~/'my disks'", "sudo qemu-img create -f qcow2 ~/'my disks/a.qcow2' 30G")


def test_a_link_to_nothing() -> None:
    found = disk({image(PATH): None, link_target(PATH): "/nowhere"})
    assert (found.code, found.fix) == ("dangling-link", (f"sudo rm {PATH}", CREATE))


def test_the_right_one_elsewhere_is_moved() -> None:
    found = disk({image(PATH): None, file_status(HOME): lying(), image(HOME): of("qcow2")})
    moved = f"sudo mv -T ~/min-disk.qcow2 {PATH}"
    assert (found.code, found.fix) == ("in-another-folder", (moved, f"sudo chown root:root {PATH}"))


@pytest.mark.parametrize(
    "answers",
    [
        {file_status(HOME): lying(), image(HOME): of("raw")},
        {file_status(HOME): lying(), image(HOME): of("qcow2", GIB)},
        {file_status(HOME): lying(), image(HOME): None},
        {file_status(HOME): lying(), image(HOME): refusal()},
        # A password is not asked for only to see whether it may be moved.
        {file_status(HOME): lying(readable=False)},
    ],
)
def test_a_wrong_one_elsewhere_stays_there(answers: Answers) -> None:
    found = disk({image(PATH): None, **answers})
    assert (found.code, found.fix) == ("in-another-folder", (CREATE,))


def test_a_folder_elsewhere_is_no_image() -> None:
    assert disk({image(PATH): None, file_status(HOME): lying("directory")}).code == "missing"


@pytest.mark.parametrize("kind", ["directory", "fifo", "character-device", "socket"])
def test_what_is_no_file(kind: str) -> None:
    found = disk({image(PATH): refusal("not-a-file"), file_status(PATH): lying(kind)})
    assert (found.code, found.fix) == ("not-a-file", AGAIN)


def test_no_program_to_look_with() -> None:
    answers: Answers = {image(PATH): refusal("program-missing"), file_status(PATH): lying()}
    found = disk({**answers, program("qemu-img"): None})
    assert (found.status, found.code) == (Status.UNKNOWN, "program-missing")
    assert found.fix == ("sudo apt-get install -y qemu-utils",)


@pytest.mark.parametrize("reason", ["not-permitted", "timed-out", "not-a-file", "program-missing"])
def test_what_could_not_be_seen_is_never_a_no(reason: str) -> None:
    with pytest.raises(Unobservable) as caught:
        disk({image(PATH): refusal(reason), "file": refusal("not-permitted"), "link": refusal()})
    assert caught.value.reason == reason


def test_nothing_around_it_could_be_seen() -> None:
    assert disk({image(PATH): None, "file": refusal(), "link": refusal()}).code == "missing"
