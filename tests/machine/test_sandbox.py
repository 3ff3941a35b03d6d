"""`tutor sandbox` as its users have it: the command itself, as root, on this computer's own processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.machine.waiting import becomes
from tutor.sandbox import record
from tutor.sandbox.record import Record
from tutor.sandbox.supervisor import supervisor

TUTOR = [sys.executable, "-m", "tutor", "--lang", "en", "sandbox"]


class Caller:
    """Whoever types the commands; what is made is below a folder of the test's."""

    def __init__(self, root: Path) -> None:
        self.environ = {**os.environ, "TUTOR_SANDBOX_DIR": str(root)}
        self.environ.pop("SUDO_UID", None)
        self.folder = root / "0"

    def run(self, *words: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*TUTOR, *words],
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*TUTOR, *words], env=self.environ, stderr=subprocess.DEVNULL)

    def terminal(self, *words: str) -> pexpect.spawn[str]:
        argv = [*TUTOR, *words]
        return pexpect.spawn(argv[0], argv[1:], env=self.environ, timeout=30, encoding="utf-8")

    def row(self, name: str) -> dict[str, Any]:
        listed = json.loads(self.run("list", "--format", "json").stdout)["sandboxes"]
        row: dict[str, Any] = next(row for row in listed if row["name"] == name)
        return row

    def names(self) -> list[str]:
        return [row["name"] for row in json.loads(self.run("list", "--format", "json").stdout)["sandboxes"]]

    def holder(self, name: str) -> int:
        found = supervisor(self.folder / name)
        return found.pid if found is not None and found.alive else 0


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """With one sandbox called one, which runs."""
    someone = Caller(tmp_path_factory.mktemp("sandboxes"))
    made = someone.run("create", "one")
    assert "Enter it: tutor sandbox enter one" in made.stderr
    yield someone
    for name in someone.names():
        someone.run("delete", name, "--yes")


def test_a_command_has_its_callers_input_output_and_exit_code(caller: Caller) -> None:
    done = caller.run("run", "one", "--", "sh", "-c", "cat; echo late >&2; exit 7", stdin="a\nb\n", code=7)
    assert (done.stdout, done.stderr) == ("a\nb\n", "late\n")
    assert (
        caller.run("run", "one", "--", "echo", "a  b", "$HOME", "'--'", "--").stdout == "a  b $HOME '--' --\n"
    )
    assert caller.run("run", "one", "--", "no-such-command", code=127).stdout == ""


def test_it_is_a_students_machine_with_this_very_tool(caller: Caller) -> None:
    assert caller.run("run", "one", "--", "id", "-un").stdout == "student\n"
    assert caller.run("run", "one", "--", "sudo", "id", "-un").stdout == "root\n"
    assert caller.run("run", "one", "--", "tutor", "--version").stdout == caller_version()
    assert "default" not in caller.run("run", "one", "--", "/usr/sbin/ip", "route").stdout


def test_its_disk_outlives_stop_and_start(caller: Caller) -> None:
    caller.run("run", "one", "--", "sh", "-c", "echo mine > kept; sudo touch /etc/kept")
    caller.run("stop", "one")
    assert caller.row("one")["state"] == "off"
    assert not caller.holder("one")
    assert caller.run("run", "one", "--", "cat", "kept", "/etc/kept").stdout == "mine\n"


def test_a_shell_is_a_login_on_a_terminal_of_its_own(caller: Caller) -> None:
    caller.run("stop", "one", "--now")
    shell = caller.terminal("enter", "one")
    shell.expect(r"student@lab:~\$ ")
    shell.sendline("shopt login_shell; tty; sudo -n true && echo root-too")
    shell.expect(r"login_shell\s+on\s+/dev/pts/\d+\s+root-too")
    shell.sendline("sleep 100")
    shell.sendintr()
    shell.sendline("exit 9")
    shell.expect(pexpect.EOF)
    shell.close()
    assert shell.exitstatus == 9
    assert caller.row("one")["state"] == "running"


def test_two_side_by_side_see_nothing_of_each_other(caller: Caller) -> None:
    caller.run("create", "two")
    caller.run("run", "one", "--", "sh", "-c", "sudo ip link add seen type dummy; touch ~/seen")
    caller.run("run", "one", "--", "sh", "-c", "(exec -a only-in-one sleep 1000) >/dev/null 2>&1 &")
    assert "seen" not in caller.run("run", "two", "--", "sh", "-c", "ls; ls /sys/class/net; ps ax").stdout
    assert "only-in-one" not in caller.run("run", "two", "--", "ps", "ax").stdout
    caller.run("delete", "two", "--yes")
    assert caller.row("one")["state"] == "running"
    assert caller.names() == ["one"]


def test_reset_forgets_and_goes_on_running(caller: Caller) -> None:
    assert "nobody is there to be asked" in said(caller.run("reset", "one", code=2))
    assert caller.run("run", "one", "--", "cat", "kept").returncode == 0
    caller.run("reset", "one", "--yes")
    assert caller.row("one")["state"] == "running"
    assert caller.run("run", "one", "--", "ls").stdout == ""


def test_what_a_killed_supervisor_leaves_is_named_and_ended(caller: Caller) -> None:
    caller.run("run", "one", "--", "touch", "kept")
    os.kill(caller.holder("one"), signal.SIGKILL)
    assert becomes(lambda: caller.row("one")["state"] == "broken")
    assert caller.row("one")["command"] == "tutor sandbox stop one"
    assert "tutor sandbox stop one" in said(caller.run("run", "one", "--", "true", code=2))
    caller.run("stop", "one")
    assert caller.row("one")["state"] == "off"
    assert caller.run("run", "one", "--", "ls").stdout == "kept\n"


def test_switched_off_from_inside_it_is_off(caller: Caller) -> None:
    caller.run("run", "one", "--", "sudo", "systemctl", "poweroff")
    assert becomes(lambda: caller.row("one")["state"] == "off")
    assert "ended by itself" in caller.row("one")["what"]


def test_a_creation_that_is_killed_is_told_and_goes_on(caller: Caller) -> None:
    making = caller.begin("create", "three")
    assert becomes(lambda: caller.holder("three") != 0)
    making.kill()
    making.wait()
    row = caller.row("three")
    assert row["state"] in ("running", "broken"), row
    if row["state"] == "broken":  # in the middle of its boot
        assert becomes(lambda: caller.row("three")["state"] == "running")
    assert caller.run("run", "three", "--", "id", "-un").stdout == "student\n"
    caller.run("delete", "three", "--yes")


@pytest.mark.parametrize(
    ("phase", "verb"), [("making", "create"), ("resetting", "reset"), ("deleting", "delete")]
)
def test_what_was_broken_off_is_named_with_what_mends_it(caller: Caller, phase: str, verb: str) -> None:
    path = caller.folder / "one" / "sandbox.json"
    written = json.loads(path.read_text())
    path.write_text(json.dumps({**written, "phase": phase}))
    row = caller.row("one")
    assert (row["state"], row["command"]) == ("broken", f"tutor sandbox {verb} one")
    assert f"tutor sandbox {verb} one" in said(caller.run("run", "one", "--", "true", code=2))
    caller.run(verb, "one", *(() if verb == "create" else ("--yes",)))
    if verb == "delete":
        assert caller.names() == []
        caller.run("create", "one")
    assert caller.run("run", "one", "--", "id", "-un").stdout == "student\n"


def test_what_it_did_not_make_is_left_alone(caller: Caller, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (caller.folder / "linked").symlink_to(tmp_path)
    foreign = caller.folder / "foreign"
    foreign.mkdir()
    (foreign / "precious").write_text("mine")
    try:
        for name in ("linked", "foreign"):
            for words in (
                ("create", name),
                ("reset", name, "--yes"),
                ("delete", name, "--yes"),
                ("stop", name),
            ):
                assert "nothing that tutor made" in said(caller.run(*words, code=2))
            assert caller.row(name)["state"] == "foreign"
        assert (tmp_path / "precious").read_text() == (foreign / "precious").read_text() == "mine"
    finally:
        (caller.folder / "linked").unlink()
        (foreign / "precious").unlink()
        foreign.rmdir()


def test_a_full_disk_is_named_and_can_be_freed(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k,mode=755", "tmpfs", tmp_path], check=True)
    try:
        caller = Caller(tmp_path)
        assert "The disk is full" in said(caller.run("create", "one", code=2))
        assert caller.names() == []
        (caller.folder / "one").mkdir()
        moment = record.now()
        record.write(caller.folder / "one", Record("one", "bookworm", "bare", "off", moment, moment))
        with contextlib.suppress(OSError):
            (caller.folder / "one" / "disk").write_bytes(bytes(65536))
        caller.run("delete", "one", "--yes")
        assert caller.names() == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What was said, however its lines were broken."""
    return " ".join(done.stderr.split())


def caller_version() -> str:
    argv = [sys.executable, "-m", "tutor", "--version"]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout
