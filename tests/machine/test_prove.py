"""`tutor author prove` on a small made-up course: what is right in it holds, and each fault in it is found.

The machines have nothing but Debian, and the course is about groups, so that it takes seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.course.writing import write_files

FILES = {
    "course.toml": """
id = "groups"
version = "1.0"
lessons = ["good", "bad"]
[title]
sv = "Grupper"
[variables.group]
value = "lab"
type = "name"
owner = "student"
""",
    "outline.toml": "",
    "sv/1-good.md": """---
id: good
title: Rätt
section: Rätt
---
## Med {#join}
```bash run
sudo groupadd ${group} && sudo gpasswd -a student ${group}
```
```toml checks
[member]
check = "group-member"
group = "${group}"
```
""",
    "sv/2-bad.md": """---
id: bad
title: Fel
section: Fel
---
## Redan {#already}
```toml checks
[member]
check = "group-member"
group = "sudo"
```
## Aldrig {#never}
```bash run
true
```
```toml checks
[member]
check = "group-member"
group = "never"
```
## Trasigt {#broken}
```bash run
false
```
"""
    # Two runs are alike once in 65,536 times.
    """
## Kasta {#roll}
```bash run
for n in $(seq 16); do sudo groupadd d$n; [ $((RANDOM % 2)) = 0 ] || sudo gpasswd -a student d$n; done; true
```
```toml checks
""" + "".join(f'[d{n}]\ncheck = "group-member"\ngroup = "d{n}"\n' for n in range(1, 17)) + "```\n",
    "states/machines.toml": """
baseline = "getent group lab d1 | cut -d: -f1"
""",
    "states/good.toml": """
as = "root"
[[step]]
id = "join"
kept = ["member"]
[[wrong]]
step = "join"
name = "left again"
make = "gpasswd -d student ${group}"
codes = {member = "not-a-member"}
[[right]]
step = "join"
name = "by its primary group"
make = "gpasswd -d student ${group}; usermod -g ${group} student"
restore = "usermod -g student student; gpasswd -a student ${group}"
[[wrong]]
step = "join"
name = "on another release"
make = "false"
codes = {member = "not-a-member"}
only = ["trixie"]
""",
    "states/bad.toml": """
as = "root"
[[wrong]]
step = "already"
name = "not refused"
make = "true"
codes = {member = "not-a-member"}
[[wrong]]
step = "already"
name = "by another code"
make = "gpasswd -d student sudo"
codes = {member = "group-missing"}
restore = "gpasswd -a student sudo"
[[wrong]]
step = "already"
name = "not mended"
make = '''
gpasswd -d student sudo; echo 'student ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/here
mv /usr/sbin/usermod /root/; ln -s /bin/true /usr/sbin/usermod
'''
codes = {member = "not-a-member"}
restore = "mv /root/usermod /usr/sbin/; gpasswd -a student sudo; rm /etc/sudoers.d/here"
[[wrong]]
step = "already"
name = "not made"
make = "false"
codes = {member = "not-a-member"}
[[right]]
step = "already"
name = "not accepted"
make = "gpasswd -d student sudo"
restore = "gpasswd -a student sudo"
[[no-run]]
step = "never"
reason = "nobody can"
""",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, with its faults."""
    return write_files(tmp_path_factory.mktemp("course"), FILES)


def prove(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", "author", "prove", str(course), *words, "--lang", "en"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def run(course: Path) -> dict[str, Any]:
    """All of it, twice."""
    file = course / "proven.json"
    done = prove(course, "--twice", "--alone", "--jobs", "2", "--format", "json", "--output", str(file))
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout) == json.loads(file.read_text())
    (found,) = json.loads(done.stdout)["runs"]
    assert not found["green"]
    return dict(found)


def test_what_is_right_holds(run: dict[str, Any]) -> None:
    member = run["checks"]["good/join/member"]
    assert member["holds"], run["faults"]
    assert {member[name] for name in ("before", "after", "end", "alone", "twice", "kept")} == {True}
    # Each state on both machines.
    assert (member["refused"], member["mended"], member["routes"]) == ([2, 2], [2, 2], [2, 2])
    assert not any(one.startswith("good/") for one in run["faults"])
    assert run["versions"]["kernel"]


@pytest.mark.parametrize(
    "fault",
    [
        "bad/already/member: it does not fail before the step is done",
        "bad/already/member: not refused: the code should be not-a-member, and is none",
        "bad/already/member: by another code: the code should be group-missing, and is not-a-member",
        "bad/already/member: not mended: after the printed fix it is still not-a-member",
        "bad/already: not made: `false` ended with 1",
        "bad/already/member: not accepted: the code should be none, and is not-a-member",
        "bad/broken: its commands fail: `false",
        "bad/already/member: it does not fail again after `tutor cleanup`",
        "left by `tutor cleanup`: +lab",
        "bad/roll/",
        ": a second run saw something else",
    ],
)
def test_each_fault_is_found(run: dict[str, Any], fault: str) -> None:
    assert any(fault in one.replace("\n", " ") for one in run["faults"]), "\n".join(run["faults"])


def test_what_no_command_turns_is_not_proven_and_no_fault(run: dict[str, Any]) -> None:
    never = run["checks"]["bad/never/member"]
    assert (never["after"], never["no_run"]) == (False, "nobody can")
    assert not any(one.startswith("bad/never") for one in run["faults"])


def test_one_lesson_that_holds_on_a_terminal(course: Path) -> None:
    done = prove(course, "good")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "good: 2 states made, 0 faults" in done.stderr
    assert "Checks: 1; codes of wrong states: 1." in " ".join(done.stdout.split())


def test_a_part_of_a_course_is_no_proof_of_it(course: Path, tmp_path: Path) -> None:
    done = prove(course, "good", "--output", str(tmp_path / "proven.json"))
    assert done.returncode == 2
    assert "--output takes a proof of the whole course" in done.stderr
