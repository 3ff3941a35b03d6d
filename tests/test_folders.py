"""Where the folders are, by the XDG Base Directory Specification."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from tutor.folders import NoHomeError, folders, home, make_private, replace_file


def test_the_defaults_are_below_home() -> None:
    found = folders({"HOME": "/home/student"})
    assert found.state == "/home/student/.local/state/libvirt-tutor"
    assert found.config == "/home/student/.config/libvirt-tutor"
    assert found.cache == "/home/student/.cache/libvirt-tutor"


def test_the_environment_decides() -> None:
    found = folders({"XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/k"})
    assert (found.state, found.config, found.cache) == (
        "/s/libvirt-tutor",
        "/c/libvirt-tutor",
        "/k/libvirt-tutor",
    )


@pytest.mark.parametrize("ignored", ["", "state", "./state", "~/state"])
def test_what_is_not_absolute_is_ignored(ignored: str) -> None:
    found = folders({"HOME": "/home/student", "XDG_STATE_HOME": ignored})
    assert found.state == "/home/student/.local/state/libvirt-tutor"


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "student"}])
def test_without_home_the_passwd_entry_decides(environ: dict[str, str]) -> None:
    assert home(environ) == pwd.getpwuid(os.getuid()).pw_dir


def test_without_home_and_passwd_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with pytest.raises(NoHomeError) as caught:
        folders({})
    assert "4000000" in caught.value.what.render(str)
    assert caught.value.tip is not None


def test_all_new_folders_are_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private(tmp_path / "a/b/c")
    make_private(tmp_path / "a/b/c")
    for folder in ("a", "a/b", "a/b/c"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        make_private(tmp_path / "a/b")


def test_a_file_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a/file"
    replace_file(target, b"old")
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o600

    def interrupt(_fd: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_file(target, b"newer")
    assert [each.name for each in target.parent.iterdir()] == ["file"]
    assert target.read_bytes() == b"new"


def test_what_a_killed_process_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / f".file.{os.getpid()}").write_bytes(b"half")
    replace_file(tmp_path / "file", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
