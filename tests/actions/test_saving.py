"""Files saved for the student: nothing that differs is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.actions.saving import look, save
from tutor.errors import UserError


def test_a_new_file_and_the_folders_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.xml"
    assert look(str(path), "x\n").found == "nothing"
    assert save(str(path), "å\n") is None
    assert path.read_text(encoding="utf-8") == "å\n"
    assert look(str(path), "å\n").found == "same"


def test_the_difference_is_shown_and_the_old_one_kept(tmp_path: Path) -> None:
    path = tmp_path / "vm.xml"
    path.write_text("one\ntwo\n")
    path.chmod(0o640)
    place = look(str(path), "one\nthree\n")
    assert place.found == "other"
    assert place.difference == ("@@ -1,2 +1,2 @@", " one", "-two", "+three")
    kept = save(str(path), "one\nthree\n")
    assert kept == f"{path}.~1~"
    assert Path(kept).read_text() == "one\ntwo\n"
    assert path.read_text() == "one\nthree\n"
    assert [each.stat().st_mode & 0o777 for each in (path, Path(kept))] == [0o640, 0o640]
    assert save(str(path), "four\n") == f"{path}.~2~"
    assert Path(kept).read_text() == "one\ntwo\n"


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "real", tmp_path / "link"
    target.write_text("old\n")
    link.symlink_to(target)
    assert save(str(link), "new\n") == f"{target}.~1~"
    assert link.is_symlink()
    assert target.read_text() == "new\n"


def test_what_is_no_text_can_be_compared(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"\xff\x00\n")
    assert look(str(path), "x\n").found == "other"
    kept = save(str(path), "x\n")
    assert kept is not None
    assert Path(kept).read_bytes() == b"\xff\x00\n"


def test_what_is_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError):
        look(str(tmp_path / "folder"), "x")
    with pytest.raises(UserError):
        save(str(tmp_path / "file" / "below"), "x")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
