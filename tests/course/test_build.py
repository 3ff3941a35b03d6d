"""The wheel brings the course and the translations compiled; building leaves nothing behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hatch_build import CompileHook
from tests.course.sample import Sample
from tutor.course.compiled import decode
from tutor.course.files import digest, read_files

ROOT = Path(__file__).parents[2]
NEEDED = ("tutor", "checks", "hatch_build.py", "pyproject.toml", "LICENSE", ".gitignore")
CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "å"\n'


@pytest.fixture
def tree(sample: Sample, tmp_path: Path) -> Path:
    """The project without .git, with the sample for its course."""
    root = tmp_path / "tree"
    root.mkdir()
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "locale")
            )
        else:
            shutil.copy(source, root / name)
    shutil.copytree(sample.folder, root / "lessons")
    (root / "lessons/__init__.py").write_text("")
    for name in ("README.md", "CHANGELOG.md"):
        (root / name).write_text("# A\n")
    messages = root / "tutor/locale/sv/LC_MESSAGES"
    messages.mkdir(parents=True)
    (messages / "tutor.po").write_text(CATALOGUE)
    return root


def build(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "hatchling", "build", "-d", str(root.parent / "dist"), *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def files_of(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if "__pycache__" not in path.parts}


def wheel(folder: Path) -> zipfile.ZipFile:
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_a_wheel_from_a_tree_and_from_its_sdist_is_the_same(tree: Path) -> None:
    before = files_of(tree)
    done = build(tree)
    assert done.returncode == 0, done.stderr
    assert files_of(tree) == before

    with wheel(tree.parent / "dist") as first:
        names = first.namelist()
        assert len(names) == len(set(names))
        assert "tutor/locale/sv/LC_MESSAGES/tutor.mo" in names
        pages = {name.partition("/data/")[2]: first.read(name).decode() for name in names if "/man1/" in name}
        assert set(pages) == {"share/man/man1/tutor.1", "share/man/sv/man1/tutor.1"}
        assert all(".TH TUTOR 1" in page and "tutor check" in page for page in pages.values())
        found = digest(read_files(str(tree / "lessons")))
        course = decode(first.read("lessons/compiled.json"), "en", found)
        content = {name: first.read(name) for name in names}
    assert course is not None
    assert course.title == "Sample"

    (sdist,) = (tree.parent / "dist").glob("*.tar.gz")
    subprocess.run(["tar", "-xzf", sdist, "-C", sdist.parent], check=True)
    again = sdist.parent / sdist.name.removesuffix(".tar.gz")
    assert build(again, "-t", "wheel").returncode == 0
    with wheel(again.parent / "dist") as second:
        assert {name: second.read(name) for name in second.namelist()} == content


def test_what_was_compiled_by_hand_does_not_get_in(tree: Path) -> None:
    (tree / "lessons/compiled.json").write_text("old")
    (tree / "tutor/locale/sv/LC_MESSAGES/tutor.mo").write_text("old")
    done = build(tree, "-t", "wheel")
    assert done.returncode == 0, done.stderr
    with wheel(tree.parent / "dist") as built:
        names = built.namelist()
        assert len(names) == len(set(names))
        assert built.read("lessons/compiled.json") != b"old"
        assert built.read("tutor/locale/sv/LC_MESSAGES/tutor.mo") != b"old"


def test_an_editable_install_hides_nothing_that_is_edited(tree: Path) -> None:
    before = files_of(tree)
    data: dict[str, Any] = {"force_include": {}}
    hook = CompileHook(str(tree), {}, None, None, "", "wheel")  # type: ignore[arg-type]  # not looked at
    hook.initialize("editable", data)
    hook.finalize("editable", data, "")
    assert files_of(tree) == before
    assert data == {"force_include": {}}


def test_no_wheel_of_a_broken_course(tree: Path) -> None:
    (tree / "lessons/sv/02-nets.md").write_text("")
    done = build(tree, "-t", "wheel")
    assert done.returncode != 0
    assert "sv/02-nets.md:1: the lesson has no step." in done.stderr
