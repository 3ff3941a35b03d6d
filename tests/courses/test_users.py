"""The second course, about users and groups: whole under the strictest lint, and its guide as it stands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.courses.package import CATALOGUE, PACKAGE, install
from tests.messages import extract, problems_with, read

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "authors.md"
#: Commands of the guide that need a machine of their own, or a network: tests/machine has the first.
ELSEWHERE = (
    "pipx ",
    "tutor check --course",
    "tutor author prove",
    "tutor learn",
    "tutor sandbox",
    "pybabel ",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's package of checks, as pip lays it beside the tool."""
    return install(tmp_path_factory.mktemp("site"))


def run(line: str, site: Path, where: Path) -> subprocess.CompletedProcess[str]:
    """A line as an author types it."""
    _, *words = shlex.split(line)
    env = {"PATH": os.environ["PATH"], "HOME": str(where), "PYTHONPATH": str(site), "LANG": "en_US.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words],
        cwd=where,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines() -> list[str]:
    """The commands in the guide, in its order."""
    blocks = re.findall(r"```console\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines() if line]


def test_the_guides_commands(site: Path, tmp_path: Path) -> None:
    """Each of them, one after the other, in one folder: what one makes the next one uses."""
    (tmp_path / "users").symlink_to(PACKAGE / "course")
    done = {line: run(line, site, tmp_path) for line in lines() if not line.startswith(ELSEWHERE)}
    assert len(done) >= 7
    wrong = {line: one.stdout + one.stderr for line, one in done.items() if one.returncode != 0}
    assert wrong == {}
    assert (tmp_path / "my-course" / "sv" / "2-disks.md").exists()


def test_what_the_guide_quotes_is_what_there_is() -> None:
    """Its blocks of Python, TOML and Markdown stand in the course, line by line."""
    written = "".join(
        path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.*")
        if path.suffix in (".py", ".toml", ".md", ".po")
    )
    known = {line.strip() for line in written.splitlines()}
    quoted = re.findall(
        r"^````?(?:python|toml|markdown|po)\n(.*?)^````?$", GUIDE.read_text(), re.DOTALL | re.MULTILINE
    )
    assert len(quoted) >= 5
    missing = [
        line for block in quoted for line in block.splitlines() if line.strip() not in {*known, "...", ""}
    ]
    assert missing == []


def test_every_text_of_its_checks_has_its_swedish() -> None:
    with (PACKAGE / "users_checks.py").open("rb") as code:
        wanted = {message for _, _, message, _ in extract(code, None, None, None)}
    swedish = read(PACKAGE / f"{CATALOGUE}.po")
    assert {str(message.id) for message in swedish if message.id} == wanted
    assert [found for message in swedish if message.id for found in problems_with(message)] == []


def test_its_checks_speak_the_students_language(site: Path, tmp_path: Path) -> None:
    line = f"tutor check accounts/create --course {PACKAGE / 'course'} --var user=nobody-here --format json"
    said = {}
    for language in ("sv", "en"):
        (step,) = json.loads(run(f"{line} --lang {language}", site, tmp_path).stdout)["steps"]
        said[language] = step["checks"][0]
    assert said["sv"]["code"] == said["en"]["code"] == "no-user"
    assert said["sv"]["observed"] == "det finns ingen användare nobody-here"
    assert said["en"]["observed"] == "there is no user nobody-here"
    assert said["sv"]["expected"].startswith("Det finns en användare nobody-here med skalet")


def test_its_checks_are_in_the_reference(site: Path, tmp_path: Path) -> None:
    said = run("tutor author checks path-rights", site, tmp_path).stdout
    for code in ("another-kind", "missing", "wrong-owner", "wrong-group", "wrong-rights"):
        assert code in said


def test_its_states_are_told_by_codes_that_there_are(site: Path, tmp_path: Path) -> None:
    """Strict: every check that can be made wrong is made wrong by a state."""
    done = run(f"tutor author lint {PACKAGE / 'course'} --strict", site, tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
