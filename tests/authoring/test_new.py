"""``tutor author new``: whole, clean and usable from the first moment, and nothing is ever overwritten."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tutor.authoring.listing import with_lesson
from tutor.commands import author_new as command
from tutor.commands.author import author_lint
from tutor.commands.session import Options, Session
from tutor.course.assemble import courses_of
from tutor.course.files import read_files
from tutor.course.records import Course
from tutor.errors import CourseError, UsageError

MORE = '\n[variables.more]\nvalue = "x"\ntype = "name"\nowner = "student"\n'


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


def new(folder: Path | str, lesson: str | None = None, only: str | None = None) -> str:
    session = Session(Options(lang="en"), out=io.StringIO(), err=io.StringIO())
    assert command.author_new(session, Path(folder), lesson, only) == 0
    return str(session.out.getvalue())  # type: ignore[attr-defined]


def lint(folder: Path) -> str:
    session = Session(Options(lang="en"), out=io.StringIO(), err=io.StringIO())
    author_lint(session, folder, strict=True)
    return str(session.out.getvalue())  # type: ignore[attr-defined]


def courses(folder: Path) -> dict[str, Course]:
    return courses_of(read_files(str(folder)), str(folder))


def refused(folder: Path | str, lesson: str | None = None, only: str | None = None) -> str:
    with pytest.raises((UsageError, CourseError)) as caught:
        new(folder, lesson, only)
    return caught.value.what.render(str)


def files(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in found}


@pytest.mark.parametrize(
    ("only", "written"),
    [(None, ["en", "sv"]), ("sv", ["sv"]), ("en", ["en"])],
)
def test_a_course(tmp_path: Path, only: str | None, written: list[str]) -> None:
    """Clean under the strictest lint, and a course in each language that it is written in."""
    folder = tmp_path / "my-course"
    assert f"tutor author lint {folder} --strict" in new(folder, only=only)
    lessons = [f"{language}/1-start.md" for language in written]
    assert sorted(files(folder)) == sorted(["course.toml", "outline.toml", "states/start.toml", *lessons])
    assert lint(folder) == ""
    titles = {"sv": "Bli medlem", "en": "Become a member"}
    found = courses(folder)
    assert {name: [*course.steps][-1].title for name, course in found.items()} == {
        name: titles[name] for name in written
    }
    for course in found.values():
        assert [step.id for step in course.steps] == ["start/why", "start/member"]
        assert all(step.hints for step in course.steps)


def test_its_files_are_as_any_other(tmp_path: Path) -> None:
    """As the umask has it, not for their maker alone."""
    old = os.umask(0o027)
    try:
        new(tmp_path / "mine")
        new(tmp_path / "mine", "more")
    finally:
        os.umask(old)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "mine").rglob("*.*")}
    assert modes == {0o640}
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o750


def test_a_lesson_more(tmp_path: Path) -> None:
    folder = tmp_path / "my-course"
    new(folder)
    before = files(folder)
    assert "disks-2/member" in new(folder, "disks-2")
    after = files(folder)
    assert {name for name in after if name not in before} == {
        *("sv/2-disks-2.md", "en/2-disks-2.md", "states/disks-2.toml")
    }
    assert {name for name in before if after[name] != before[name]} == {"course.toml"}
    assert lint(folder) == ""
    assert [lesson.id for lesson in courses(folder)["en"].lessons] == ["start", "disks-2"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('lessons = ["start"]', 'lessons = ["start", "more"]'),
        ("lessons = []", 'lessons = ["more"]'),
        ('lessons = ["start",]', 'lessons = ["start", "more",]'),
        ('lessons = [\n  "start",\n]', 'lessons = [\n  "start",\n  "more",\n]'),
        ("lessons = [\n  'start'\n]", "lessons = [\n  'start',\n  \"more\"\n]"),
        ('lessons = ["start"]  # one so far', 'lessons = ["start", "more"]  # one so far'),
        ('lessons=["start"]\r', 'lessons=["start", "more"]\r'),
        ('lessons = [\n  "start" # the first\n]', None),
        ('lessons = [\n  "start", # ] the first\n]', None),
        ("[lessons]", None),
        ('x = ["start"]', None),
        ('lessons = "start"', None),
        ('lessons = ["start"', None),
    ],
)
def test_the_list_of_lessons_is_changed_where_it_must_be(before: str, after: str | None) -> None:
    """And left alone where that is not safe: then its author writes it."""
    manifest = f'# mine\nid = "mine"\n{before}\n\n[title]\nsv = "x" # y\n\n'
    changed = with_lesson(manifest, "more", MORE)
    assert changed == (None if after is None else manifest.replace(before, after).rstrip("\n") + "\n" + MORE)


def test_a_list_that_cannot_be_changed_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    new(folder)
    manifest = folder / "course.toml"
    manifest.write_text(manifest.read_text().replace('lessons = ["start"]', 'lessons = "start"'))
    before = files(folder)
    assert "no lesson can be added" in refused(folder, "more")
    assert files(folder) == before


@pytest.mark.parametrize("name", ["My-Course", "two words", "-x", "a--b", "å"])
def test_a_name_that_is_no_id(tmp_path: Path, name: str) -> None:
    assert "is no id" in refused(tmp_path / name)
    assert os.listdir(tmp_path) == []
    new(tmp_path / "mine")
    assert "is no id" in refused(tmp_path / "mine", name)
    assert "is no id" in refused(tmp_path / "mine", "../../x")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    assert "is there already" in refused(folder)
    assert files(folder) == {"notes.txt": "mine"}
    (folder / "notes.txt").unlink()
    new(folder)  # an empty folder is nothing
    (folder / "en" / "2-more.md").write_text("mine")
    before = files(folder)
    assert "is there already" in refused(folder)
    assert "has a lesson start already" in refused(folder, "start")
    refused(folder, "more")
    assert files(folder) == before


def test_where_there_is_no_course(tmp_path: Path) -> None:
    assert "there is no course in" in refused(tmp_path / "none", "more")
    assert "there is no folder" in refused(tmp_path / "none" / "deeper")
    assert os.listdir(tmp_path) == []


def test_a_language_that_is_none(tmp_path: Path) -> None:
    assert "There is no language de" in refused(tmp_path / "mine", only="de")
    new(tmp_path / "mine", only="sv")
    assert "is written in sv first" in refused(tmp_path / "mine", "more", "en")


def test_what_goes_wrong_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, written = tmp_path / "mine", 0
    kept = command._write

    def failing(path: Path, content: str) -> None:
        nonlocal written
        written += 1
        if written % 3 == 0:
            raise OSError(28, "No space left on device")
        kept(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(command, "_write", failing)
        assert "No space left on device" in refused(folder)
    assert os.listdir(tmp_path) == []
    new(folder)
    before = files(folder)
    monkeypatch.setattr(command, "_write", failing)
    assert "No space left on device" in refused(folder, "more")
    assert files(folder) == before
