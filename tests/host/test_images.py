"""Disk images with a real qemu-img's answers, and without one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tutor.host import images
from tutor.host.images import Image, look_at_image
from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.host.question import Unobservable

ANOTHER = Completed(1, "", "qemu-img: Could not open 'file:/x': Image is not in qcow2 format\n")


class QemuImg:
    """Says the same to every question, and writes down what it was asked."""

    def __init__(self, done: Completed) -> None:
        self.done = done
        self.asked: list[list[str]] = []

    def __call__(self, argv: list[str], **_: Any) -> Completed:
        self.asked.append(list(argv))
        return self.done


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "find_program", lambda _machine, name: f"/usr/bin/{name}")


def look(tmp_path: Path, program: QemuImg, path: str = "~/a.qcow2") -> Image | None:
    """What is seen at the path."""
    found: Image | None = look_at_image(Machine({"HOME": str(tmp_path)}, run_program=program), path)
    return found


def answer(**known: Any) -> Completed:
    """What ``qemu-img info`` prints."""
    return Completed(0, json.dumps({"format": "qcow2", "virtual-size": 7, **known}), "")


def reason(tmp_path: Path, program: QemuImg) -> str:
    """Why it could not be seen."""
    with pytest.raises(Unobservable) as caught:
        look(tmp_path, program)
    return caught.value.reason


def test_a_qcow2_image(tmp_path: Path) -> None:
    path = tmp_path / "a.qcow2"
    path.touch()
    program = QemuImg(answer())
    assert look(tmp_path, program) == {
        "path": str(path),
        "format": "qcow2",
        "virtual_size": 7,
        "backing": None,
        "snapshots": [],
    }
    # No guessing: it would follow what a VMDK description points to.
    assert program.asked == [
        ["/usr/bin/qemu-img", "info", "-U", "-f", "qcow2", "--output=json", f"file:{path}"]
    ]


@pytest.mark.parametrize(
    "known", [{"backing-filename": "b"}, {"format-specific": {"type": "qcow2", "data": {"data-file": "b"}}}]
)
def test_one_that_rests_on_another_file(tmp_path: Path, known: dict[str, Any]) -> None:
    (tmp_path / "a.qcow2").touch()
    found = look(tmp_path, QemuImg(answer(**known)))
    assert found is not None
    assert found["backing"] == "b"


@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (b"", "raw", 0),
        (b"hello", "raw", 512),
        (b"x" * 513, "raw", 1024),
        (b"KDMV" + b"\0" * 600, "vmdk", None),
        (b"# Disk DescriptorFile\n", "raw", 512),
        (b"<<< a VDI >>>".ljust(64) + b"\x7f\x10\xda\xbe", "vdi", None),
        (b"conectix", "vpc", None),
        (b"vhdxfile", "vhdx", None),
    ],
)
def test_another_format(tmp_path: Path, content: bytes, kind: str, size: int | None) -> None:
    (tmp_path / "a.qcow2").write_bytes(content)
    found = look(tmp_path, QemuImg(ANOTHER))
    assert found is not None
    assert (found["format"], found["virtual_size"]) == (kind, size)


def test_another_format_that_only_root_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.qcow2").touch()

    def refuse(*_args: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    found = look(tmp_path, QemuImg(ANOTHER))
    assert found is not None
    assert found["format"] == "other"


@pytest.mark.parametrize(
    "said", ["qcow2 header too short", "Unsupported qcow2 version 9", "L1 table is too large"]
)
def test_a_damaged_one(tmp_path: Path, said: str) -> None:
    (tmp_path / "a.qcow2").touch()
    found = look(tmp_path, QemuImg(Completed(1, "", f"qemu-img: Could not open 'file:/x': {said}\n")))
    assert found is not None
    assert found["format"] == "damaged"


@pytest.mark.parametrize(
    "done",
    [
        Completed(1, "", "qemu-img: Could not open 'x': Could not open 'x': Permission denied\n"),
        Completed(1, "", "qemu-img: Could not open 'x': Failed to get shared \"write\" lock\n"),
        Completed(1, "", "qemu-img: unrecognized option '-U'\n"),
        Completed(-9, "", ""),
        Completed(0, "", ""),
        Completed(0, "[]", ""),
        Completed(0, '{"format": "qcow2"}', ""),
        Completed(0, '{"format": "qcow2", "virtual-size": "x"}', ""),
        Completed(0, '{"format": "qcow2", "virtual-size": 7, "format-specific": []}', ""),
    ],
)
def test_what_could_not_be_seen(tmp_path: Path, done: Completed) -> None:
    (tmp_path / "a.qcow2").touch()
    assert reason(tmp_path, QemuImg(done)) == ("failed" if done.returncode else "malformed")


@pytest.mark.parametrize("path", ["~/none", "~/file/below", "~/loop"])
def test_nothing_there(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    program = QemuImg(answer())
    assert look(tmp_path, program, path) is None
    assert program.asked == []


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.qcow2")
    program = QemuImg(answer())
    assert reason(tmp_path, program) == "not-a-file"
    assert program.asked == []


def test_no_qemu_img(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "find_program", lambda *_: None)
    (tmp_path / "a.qcow2").touch()
    assert reason(tmp_path, QemuImg(answer())) == "program-missing"


@pytest.mark.parametrize(
    ("done", "seen"),
    [
        (Completed(1, "", "stat: cannot statx '/x': No such file or directory\n"), None),
        (Completed(1, "", "stat: cannot statx '/x': Too many levels of symbolic links\n"), None),
        (Completed(1, "", "stat: cannot statx '/x': Input/output error\n"), "failed"),
        (Completed(0, "11b6\n", ""), "not-a-file"),
    ],
)
def test_a_folder_that_hides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: Completed, seen: str | None
) -> None:
    monkeypatch.setattr(Machine, "run_as_root", lambda *_: done)
    real = os.stat

    def refuse(path: Any, **options: Any) -> Any:
        if str(path).endswith(".qcow2"):
            raise PermissionError(13, "Permission denied")
        return real(path, **options)

    monkeypatch.setattr(os, "stat", refuse)
    if seen is None:
        assert look(tmp_path, QemuImg(answer())) is None
    else:
        assert reason(tmp_path, QemuImg(answer())) == seen
