"""Nobody's files are overwritten, and a failure leaves what was there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.errors import UsageError
from tutor.output.html.folder import MARKER, write_folder

FILES = [("index.html", "one"), ("students/a.html", "two")]


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MARKER
    }


def test_a_new_folder_is_made_for_oneself_only(tmp_path: Path) -> None:
    write_folder(tmp_path / "class", FILES)
    assert content(tmp_path / "class") == dict(FILES)
    assert (tmp_path / "class").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["class"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    write_folder(tmp_path / "class", FILES)
    assert content(tmp_path / "class") == dict(FILES)


def test_an_earlier_report_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "class", FILES)
    write_folder(tmp_path / "class", [("index.html", "new")])
    assert content(tmp_path / "class") == {"index.html": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["class"]


@pytest.mark.parametrize("name", ["thesis.txt", "students/notes.txt", MARKER + ".bak"])
def test_a_file_of_somebodys_own_keeps_the_folder(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path / "class", FILES)
    (tmp_path / "class" / name).write_text("mine")
    with pytest.raises(UsageError, match="no report made"):
        write_folder(tmp_path / "class", [("index.html", "new")])
    assert content(tmp_path / "class") == {**dict(FILES), name: "mine"}


def test_a_folder_without_a_marker_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "index.html").write_text("mine")
    with pytest.raises(UsageError, match="no report made"):
        write_folder(folder, FILES)
    assert content(folder) == {"index.html": "mine"}


def test_a_link_in_the_folder_is_somebodys_own(tmp_path: Path) -> None:
    write_folder(tmp_path / "class", FILES)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "class" / "more").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="no report made"):
        write_folder(tmp_path / "class", FILES)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "class").write_text("mine")
    with pytest.raises(UsageError, match="no report made"):
        write_folder(tmp_path / "class", FILES)
    assert (tmp_path / "class").read_text() == "mine"


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "class").symlink_to("real")
    write_folder(tmp_path / "class", FILES)
    assert (tmp_path / "class").is_symlink()
    assert content(tmp_path / "real") == dict(FILES)


def failing() -> Iterator[tuple[str, str]]:
    yield "index.html", "half"
    raise RuntimeError


def full() -> Iterator[tuple[str, str]]:
    yield "index.html", "half"
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("files", "error"), [(failing, RuntimeError), (full, UsageError)])
def test_a_failure_leaves_the_earlier_report(
    tmp_path: Path, files: type[Iterator[tuple[str, str]]], error: type[Exception]
) -> None:
    write_folder(tmp_path / "class", FILES)
    with pytest.raises(error):
        write_folder(tmp_path / "class", files())
    assert content(tmp_path / "class") == dict(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["class"]


def test_a_place_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_folder(tmp_path / "no" / "class", FILES)
