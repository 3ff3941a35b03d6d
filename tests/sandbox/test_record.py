"""What is written down of a sandbox; a directory counts as one only with that."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tutor.sandbox import record
from tutor.sandbox.record import ForeignError, Record

LAB = Record(
    "lab", "bookworm", "bare", "off", "2026-01-01T12:00:00+00:00", "2026-01-01T12:00:00+00:00", ("/a",)
)


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    directory = tmp_path / "lab"
    directory.mkdir()
    record.write(directory, LAB)
    return directory


def test_what_was_written_is_read(lab: Path) -> None:
    assert record.read(lab) == LAB


def test_another_directory_with_its_record_is_none(lab: Path) -> None:
    with pytest.raises(ForeignError):
        record.read(lab.rename(lab.with_name("other")))


def test_a_link_to_one_is_none(lab: Path) -> None:
    link = lab.with_name("link")
    link.symlink_to(lab)
    with pytest.raises(ForeignError):
        record.read(link)


def test_a_record_that_is_a_link_or_a_pipe_is_none(lab: Path) -> None:
    path = lab / record.FILE
    path.rename(lab / "aside")
    path.symlink_to(lab / "aside")
    with pytest.raises(ForeignError):
        record.read(lab)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ForeignError):
        record.read(lab)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"schema": 2},
        {"phase": "asleep"},
        {"layers": 1},
        {"layers": [1]},
        {"layers": "x"},
        {"release": None},
        {"name": "other"},
        {"since": 0},
    ],
)
def test_a_record_of_another_shape_is_none(lab: Path, change: dict[str, object]) -> None:
    path = lab / record.FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ForeignError):
        record.read(lab)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "null", "[" * 60000, '{"kind": "libvirt-tutor sandbox"}', "\x00"]
)
def test_no_content_does_more_than_that(lab: Path, content: str) -> None:
    (lab / record.FILE).write_text(content)
    with pytest.raises(ForeignError):
        record.read(lab)
