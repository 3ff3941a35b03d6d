"""Files as they are: nothing, something else, unreadable, endless."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor.host.files import TEXT_LIMIT, list_folder, look_at_file, look_at_link, read_text
from tutor.host.machine import Machine
from tutor.host.question import Unobservable


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    """A machine whose user's home is a folder of the test's."""
    return Machine({"HOME": str(tmp_path)})


def test_a_file(here: Machine, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"r\xc3\xa4k\xff")
    (tmp_path / "a").chmod(0o640)
    found = look_at_file(here, "~/a")
    assert found is not None
    assert (found["path"], found["kind"], found["mode"], found["size"]) == (
        str(tmp_path / "a"),
        "file",
        0o640,
        5,
    )
    assert read_text(here, "~/a") == {"path": str(tmp_path / "a"), "text": "räk\ufffd"}


@pytest.mark.parametrize("path", ["~/none", "~/file/below", "~/dangling", "~/loop", "~/loop/below"])
def test_nothing(here: Machine, tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("/nowhere/at/all")
    (tmp_path / "loop").symlink_to("loop")
    assert look_at_file(here, path) is None
    assert read_text(here, path) is None
    assert list_folder(here, path) is None


def test_where_a_link_points(here: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("/nowhere/at/all")
    (tmp_path / "loop").symlink_to("loop")
    found = [look_at_link(here, f"~/{name}") for name in ("file", "none", "dangling", "loop", "file/below")]
    assert found == [None, None, "/nowhere/at/all", "loop", None]


def test_what_is_no_file_is_not_opened(here: Machine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, kind in (("~/fifo", "fifo"), ("~", "directory"), ("/dev/zero", "character-device")):
        found = look_at_file(here, path)
        assert found is not None
        assert found["kind"] == kind
        with pytest.raises(Unobservable) as caught:
            read_text(here, path)
        assert caught.value.reason == "not-a-file"


def test_a_text_that_is_too_large(here: Machine, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * TEXT_LIMIT)
    assert read_text(here, "~/a") is not None
    os.truncate(tmp_path / "a", 2**40)
    with pytest.raises(Unobservable) as caught:
        read_text(here, "~/a")
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize("path", ["/tmp/a\0b", "/" + "x" * 5000])
def test_a_path_that_is_none(here: Machine, path: str) -> None:
    for look in (look_at_file, read_text, list_folder, look_at_link):
        with pytest.raises(Unobservable) as caught:
            look(here, path)
        assert caught.value.reason == "unreadable"


def test_no_permission(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("stat", "listdir", "readlink"):
        monkeypatch.setattr(os, name, refuse)
    for look in (look_at_file, read_text, list_folder, look_at_link):
        with pytest.raises(Unobservable) as caught:
            look(here, "~/a")
        assert caught.value.reason == "not-permitted"


def test_names_in_order(here: Machine, tmp_path: Path) -> None:
    for name in ("b", "a", "å"):
        (tmp_path / name).touch()
    assert list_folder(here, "~") == ["a", "b", "å"]
