"""The support report: shown first, private things out of it, and there when everything else is broken."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.commands.tool import KEPT, Tool

SECRETS = {
    "identity.name": "Anna Andersson",
    "identity.email": "anna.a@student.example.org",
    "identity.student_id": "s1234567",
    "xml_vm": "annas-egen-vm",
}
LOG = """\
2026-01-01T12:00:00+0000 install/cpu/flags (cpu-flags)
Traceback (most recent call last):
  File "{home}/x.py", line 1, in f
ValueError: Anna said sesam-dig to 10.1.2.3, aa:bb:cc:dd:ee:01 and annas-egen-vm at \x1b[2J 192.168.122.50
"""


@pytest.fixture
def anna(tutor: Tool) -> Tool:
    """Somebody with a configuration, a journal, a log of errors, and a password in the environment."""
    for key in ("identity.name", "identity.email", "identity.student_id"):
        tutor.run("config", key, SECRETS[key])
    tutor.run("config", "vm", SECRETS["xml_vm"])
    tutor.run("answer", "ask/one", "b", code=1)
    tutor.run("check", code=1)
    log = tutor.home / ".local/state/libvirt-tutor/errors.log"
    log.write_text(LOG.format(home=tutor.home), encoding="utf-8")
    return tutor.with_environment(TOKEN="sesam-dig")  # noqa: S106 - made up


def test_what_is_in_it(anna: Tool) -> None:
    done = anna.run("support")
    assert done.err == ""
    for line in (
        r"tutor: \d+\.\d+\.\d+",
        r"python: 3\.\d+\.\d+ \(CPython\)",
        r"course: small 1\.0.*",
        r"- start/read/member: fail \(program-missing\)",
        r"ask/one: fail",
        r"language: None",
        r"identity\.name: set",
        r"variables\.vm: set",
        r"\S+ check fail 4",
        r"\S+ answer ask/one/layer",
        r"breaks: 0",
        r"LANG=en_US\.UTF-8",
    ):
        assert any(re.fullmatch(line, each) for each in done.lines), line
    said = " ".join(done.out.split())
    assert 'File "<home>/x.py", line 1, in f' in said
    assert r"<name-1> said <environment-1> to <ip-1>, <mac-1> and <vm> at \x1b[2J 192.168.122.50" in said


def test_what_is_not_in_it(anna: Tool) -> None:
    out = anna.run("support").out
    for secret in (
        *SECRETS.values(),
        "Andersson",
        str(anna.home),
        "sesam",
        "10.1.2.3",
        "aa:bb:cc",
        "hypervisor",
    ):
        assert secret not in out


def test_without_a_terminal_nothing_is_written(anna: Tool, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    anna.run("support")
    assert set(tmp_path.rglob("*")) == before


def test_into_a_file(anna: Tool, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    done = anna.run("support", "--output", str(path))
    assert done.out.startswith("Support report of tutor\n")
    assert done.err == f"Written to {path}, for you alone to read.\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().split() == done.out.split()
    path.write_text("mine")
    again = anna.run("support", "--output", str(path), code=2)
    assert f"error: {path} is there already tip: Name another file" in " ".join(again.err.split())
    assert path.read_text() == "mine"
    anna.run("support", "--output", str(path), "--yes")
    assert path.read_text() != "mine"


@pytest.mark.parametrize("place", ["", "gone/\0", "/dev/null", "/proc/x/y"])
def test_a_file_that_cannot_be_written(anna: Tool, tmp_path: Path, place: str) -> None:
    path = str(tmp_path) if not place else place.replace("\0", "x") if place.startswith("/") else ""
    if not path:
        (tmp_path / "gone").touch()
        path = str(tmp_path / "gone" / "x")
    done = anna.run("support", "--yes", "--output", path, code=2)
    assert "error:" in done.err
    assert "\ntip: " in done.err


def broken_configuration(tool: Tool) -> Tool:
    (tool.home / ".config/libvirt-tutor/config.json").write_text('{"language": 1')
    return tool


def foreign_number(tool: Tool) -> Tool:
    (tool.home / ".config/libvirt-tutor/config.json").write_text('{"variables": {"host_port": "1"}}')
    return tool


def journal_in_the_way(tool: Tool) -> Tool:
    path = tool.home / ".local/state/libvirt-tutor/journal.jsonl"
    path.unlink()
    path.mkdir()
    return tool


def damaged_journal(tool: Tool) -> Tool:
    path = tool.home / ".local/state/libvirt-tutor/journal.jsonl"
    path.write_bytes(b"\xff\n" + path.read_bytes() + b'{"kind":"own","schema":1')
    return tool


def no_home(tool: Tool) -> Tool:
    nobody = "import pwd\ndef getpwuid(uid): raise KeyError(uid)\npwd.getpwuid = getpwuid"
    return Tool(tool.home, tool.without("HOME").without("XDG_CACHE_HOME").environment, tool.options, nobody)


def log_is_a_pipe(tool: Tool) -> Tool:
    path = tool.home / ".local/state/libvirt-tutor/errors.log"
    path.unlink()
    os.mkfifo(path)
    return tool


def fault_of_ours(tool: Tool) -> Tool:
    broken = "import sys; sys.modules['tutor.host.users'] = None"
    return Tool(tool.home, tool.environment, tool.options, broken)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (broken_configuration, "config.json, line 1: This is not JSON"),
        (foreign_number, "the configuration: host_port is the course's"),
        (journal_in_the_way, "could not be collected: The journal"),
        (damaged_journal, "line 1: damaged"),
        (no_home, "could not be collected: HOME is not set"),
        (log_is_a_pipe, "breaks: 0"),
    ],
)
def test_in_trouble(anna: Tool, trouble: Any, said: str) -> None:
    """That is when it is wanted: each part by itself, and the exit code is 0."""
    done = trouble(anna).run("support")
    assert said in " ".join(done.out.split())
    assert "Terminal and locale" in done.lines
    assert any(line.startswith("python: ") for line in done.lines)


def test_a_broken_course(packaged: Tool, course: Path) -> None:
    (course / "course.toml").write_text("x")
    done = packaged.run("support", "--course", str(course))
    assert "course.toml:1:" in done.out
    assert any(line.startswith("kernel: ") for line in done.lines)


def test_in_swedish_narrow_and_plain(anna: Tool) -> None:
    done = anna.with_environment(COLUMNS="40").run("support", "--lang", "sv", "--plain")
    assert "Versioner" in done.lines
    assert "Terminal och språk" in done.lines
    assert all(len(line) <= 40 or " " not in line.strip() for line in done.lines)
    assert "─" not in done.out


# On a terminal.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "here"
    path.mkdir()
    return path


@pytest.fixture
def asked(anna: Tool, folder: Path) -> Iterator[Any]:
    """Begins ``tutor support`` on a terminal, in a folder of its own."""
    children = []

    def begin(*words: str) -> Any:
        child = pexpect.spawn(
            sys.executable,
            ["-c", "import tutor.entry; tutor.entry.main()", *anna.options, "support", *words],
            env={**{name: os.environ[name] for name in KEPT if name in os.environ}, **anna.environment},
            cwd=str(folder),
            encoding="utf-8",
            timeout=60,
        )
        children.append(child)
        return child

    yield begin
    for child in children:
        child.close(force=True)


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus)


def test_enter_takes_the_proposed_name(asked: Any, folder: Path) -> None:
    child = asked()
    child.expect("Support report of tutor")
    child.expect(r"Write this to which file\? Enter: (tutor-support-[\d-]+\.txt); n: to none\. ")
    name = child.match[1]
    assert list(folder.iterdir()) == []
    child.sendline("")
    assert ended(child) == 0
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_name_of_ones_own_and_never_over_another_file(asked: Any, folder: Path) -> None:
    (folder / "mine").write_text("mine")
    child = asked()
    child.expect("to none")
    child.sendline("mine")
    child.expect(r"mine is there already\. Replace it\? \[y/N\] ")
    child.sendline("")
    assert ended(child) == 2
    assert (folder / "mine").read_text() == "mine"
    child = asked("--output", "mine")
    child.expect(r"Write this to mine\? \[y/N\] ")
    child.sendline("y")
    child.expect(r"Replace it\? \[y/N\] ")
    child.sendline("y")
    assert ended(child) == 0
    assert (folder / "mine").read_text() != "mine"


@pytest.mark.parametrize(("key", "code"), [("n\n", 0), ("\x04", 0), ("\x03", 130)])
def test_nothing_is_written_unless_wanted(asked: Any, folder: Path, key: str, code: int) -> None:
    child = asked()
    child.expect("to none")
    child.send(key)
    assert ended(child) == code
    assert list(folder.iterdir()) == []
