"""Where the course comes from, and what that costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.course.sample import Sample
from tutor.course import load
from tutor.course.assemble import courses_of
from tutor.course.compiled import decode, encode
from tutor.course.files import digest, read_files
from tutor.course.findings import BrokenCourse
from tutor.course.load import load_course
from tutor.course.records import Course
from tutor.errors import CourseError, UsageError

PARSERS = {"markdown_it", "mdit_py_plugins", "tomllib", "tomli"}
HEAVY = {"typer", "libvirt", "lxml", "msgspec", "asyncio", "importlib.metadata", "importlib.resources"}


def parsed(sample: Sample, language: str = "sv") -> Course:
    return courses_of(read_files(str(sample.folder)), "")[language]


@pytest.fixture
def packaged(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> Sample:
    """The sample as the course that the package brings, compiled."""
    files = read_files(str(sample.folder))
    sample.write("compiled.json", encode(courses_of(files, ""), digest(files)))
    monkeypatch.setattr(load, "packaged_folder", lambda: str(sample.folder))
    return sample


@pytest.fixture
def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever parses fails."""
    monkeypatch.setattr("tutor.course.assemble.read_course", lambda _: pytest.fail("parsed"))


# --- from a folder


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_folder_is_parsed_once_and_then_cached(
    sample: Sample, cache: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    wanted = parsed(sample, language)
    load_course(sample.folder, "sv")
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr("tutor.course.assemble.read_course", lambda _: pytest.fail("parsed"))
    assert load_course(sample.folder, language) == wanted


def test_a_change_is_seen(sample: Sample) -> None:
    before = load_course(sample.folder, "sv")
    sample.replace("sv/01-start.md", "title: Börja", "title: Starta")
    after = load_course(sample.folder, "sv")
    assert (before.lessons[0].title, after.lessons[0].title) == ("Börja", "Starta")
    assert before.digest != after.digest


def test_a_renamed_or_added_file_is_another_course(sample: Sample) -> None:
    digests = {load_course(sample.folder, "sv").digest}
    (sample.folder / "sv/02-nets.md").rename(sample.folder / "sv/03-nets.md")
    sample.replace("sv/01-start.md", "02-nets.md", "03-nets.md")
    digests.add(load_course(sample.folder, "sv").digest)
    (sample.folder / "en/01-start.md").unlink()
    digests.add(load_course(sample.folder, "sv").digest)
    assert len(digests) == 3


def test_a_changed_parser_does_not_read_the_old_ones_cache(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_course(sample.folder, "sv")
    monkeypatch.setattr(load, "_parser_stamp", lambda: "another")
    monkeypatch.setattr("tutor.course.assemble.read_course", lambda _: pytest.fail("parsed"))
    with pytest.raises(pytest.fail.Exception, match="parsed"):
        load_course(sample.folder, "sv")


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"format":1}\n', b"null\nnull"])
def test_a_damaged_cache_is_made_again(sample: Sample, cache: Path, damage: bytes) -> None:
    course = load_course(sample.folder, "sv")
    (file,) = cache.iterdir()
    file.write_bytes(damage)
    assert load_course(sample.folder, "sv") == course
    assert file.read_bytes() != damage


def test_without_a_place_for_the_cache_the_course_loads_all_the_same(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    for value in (str(tmp_path / "file"), "/proc/nowhere"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert load_course(sample.folder, "sv").id == "sample"


def test_without_any_home_too(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "")
    monkeypatch.setattr("tutor.folders.os.getuid", lambda: 4_000_000_000)
    assert load_course(sample.folder, "sv").id == "sample"


def test_a_folder_is_the_same_one_by_any_path(
    sample: Sample, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_course(sample.folder, "sv")
    monkeypatch.chdir(sample.folder)
    load_course(Path(), "sv")
    assert len(list(cache.iterdir())) == 1


# --- broken courses


def test_a_broken_course_lists_every_fault(sample: Sample) -> None:
    sample.replace("sv/01-start.md", "```bash run", "```bash")
    sample.replace("sv/02-nets.md", "start/group/member", "start/group/nobody")
    with pytest.raises(CourseError) as broken:
        load_course(sample.folder, "en")
    head, role, need = broken.value.what.render(str).split("\n")
    assert head == f"the course in {sample.folder} is broken:"
    assert role.startswith("sv/01-start.md:15: a command block without role. Write `bash run`, or")
    assert need.startswith(
        "sv/02-nets.md:16: nets/port/open needs start/group/nobody, which does not exist. Write"
    )
    assert broken.value.exit_code == 4
    assert isinstance(broken.value, BrokenCourse)
    assert [finding.line for finding in broken.value.findings] == [15, 16]


def test_a_course_that_was_mended_loads(sample: Sample) -> None:
    sample.replace("course.toml", "2222", "0")
    with pytest.raises(CourseError):
        load_course(sample.folder, "sv")
    sample.replace("course.toml", "= 0", "= 22")
    assert load_course(sample.folder, "sv").variables["host_port"].value == 22


def test_no_folder_is_a_mistake_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(UsageError) as refused:
            load_course(folder, "sv")
        assert refused.value.what.render(str) == f"there is no course folder {folder}"


def test_a_file_that_cannot_be_read_is_named(sample: Sample) -> None:
    (sample.folder / "sv/04-dir.md").mkdir()
    with pytest.raises(CourseError) as broken:
        load_course(sample.folder, "sv")
    assert "sv/04-dir.md cannot be read: Is a directory" in broken.value.what.render(str)


# --- languages


def test_an_untranslated_language_is_the_source(sample: Sample) -> None:
    assert load_course(sample.folder, "de") == parsed(sample, "sv")
    assert load_course(sample.folder, "de").language == "sv"


# --- the packaged course


@pytest.mark.usefixtures("packaged", "no_parsing")
def test_the_packaged_course_comes_compiled(sample: Sample, cache: Path) -> None:
    assert load_course(None, "en").title == "Sample"
    assert load_course(None, "sv").digest == digest(read_files(str(sample.folder)))
    assert not cache.exists()


def test_a_packaged_course_that_was_edited_is_read_anew(packaged: Sample, cache: Path) -> None:
    packaged.replace("sv/01-start.md", "title: Börja", "title: Starta")
    assert load_course(None, "sv").lessons[0].title == "Starta"
    assert cache.exists()


def test_the_compiled_form_says_the_same(sample: Sample) -> None:
    courses = {language: parsed(sample, language) for language in ("sv", "en")}
    compiled = encode(courses, "sha256:0")
    assert {language: decode(compiled, language, "sha256:0") for language in courses} == courses
    assert decode(compiled, "sv", "sha256:1") is None
    assert all(json.loads(line) for line in compiled.split(b"\n"))


def test_loading_a_compiled_course_imports_no_parser(sample: Sample) -> None:
    """Read from the cache, in an interpreter of its own."""
    script = (
        "import sys; from pathlib import Path; from tutor.course.load import load_course;"
        f"load_course(Path({str(sample.folder)!r}), 'sv'); print(*sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        for _ in "12"
    ]
    first, second = (set(run.stdout.split()) for run in runs)
    assert first & PARSERS
    assert not second & (PARSERS | HEAVY)
