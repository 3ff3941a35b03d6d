"""Completion in the shells that the course knows, and the manual page."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest

from tutor.sandbox.machines import Machine
from tutor.sandbox.process import host_environment

SHELLS = {
    "bash": ("~/.local/share/libvirt-tutor/tutor.bash", "~/.bashrc"),
    "zsh": ("~/.local/share/libvirt-tutor/tutor.zsh", "~/.zshrc"),
    "fish": ("~/.config/fish/completions/tutor.fish", None),
}
#: Milliseconds of processor time that one press of the key may take, the start of Python included.
MOST = 150
#: Sequences that a shell colours and moves with.
_SEQUENCE = re.compile(r"\x1b(\[[0-9;?>=]*[A-Za-z]|[=>()][A-Z0-9]?)")


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """A newcomer to zsh is asked questions unless there is a start-up file."""
    ready_lesson_machine.run("touch ~/.zshrc; tutor config language en", check=True)
    return ready_lesson_machine


@contextlib.contextmanager
def terminal(machine: Machine, shell: str) -> Iterator[Any]:
    argv = machine.command(f"{shell} -i")
    child = pexpect.spawn(
        argv[0],
        argv[1:],
        env=host_environment({"TERM": "xterm"}),
        encoding="utf-8",
        timeout=20,
        dimensions=(40, 200),
    )
    try:
        child.sendline("echo rea''dy")
        child.expect("ready\r")
        yield child
    finally:
        child.close(force=True)


def in_shell(machine: Machine, shell: str, command: str) -> str:
    """What a command prints that is called from that shell, on both streams."""
    done = machine.run(f"{shell} -ic '{command} 2>&1; true'", tty=True, check=True)
    return _SEQUENCE.sub("", done.stdout)


@pytest.mark.parametrize("shell", SHELLS)
def test_with_the_tab_key(machine: Machine, shell: str) -> None:
    script, start_up = SHELLS[shell]
    before = machine.run("cat ~/.bashrc ~/.zshrc").stdout
    said = in_shell(machine, shell, "tutor --install-completion")
    assert f"Written: {script.replace('~', '/home/student')}\r\n" in said
    assert (f"One line added: {str(start_up).replace('~', '/home/student')}\r\n" in said) == bool(start_up)
    in_shell(machine, shell, "tutor --install-completion")  # twice is once
    with terminal(machine, shell) as child:
        child.send("tutor show install/li\t")
        child.expect("bvirt")
        child.send("\r")
        child.expect("Install libvirt")
        child.send("tutor val\t")
        child.expect("idate")
        child.send("/etc/hostn\t")
        child.expect("ame")
        child.send("\x15tutor check install/c\t\t")
        child.expect("confirm")
        child.send("\x15tutor list --format=js\t")
        child.expect("json|on")
    said = in_shell(machine, shell, "tutor --remove-completion")
    assert f"Removed: {script.replace('~', '/home/student')}\r\n" in said
    assert machine.run("cat ~/.bashrc ~/.zshrc").stdout == before
    assert machine.run(f"test -e {script}").returncode == 1
    assert "There was nothing to remove." in in_shell(machine, shell, "tutor --remove-completion")


@pytest.mark.parametrize("words", ["check\\n", "check\\ninst", "show\\n", "answer\\nintro/role\\n1", ""])
def test_fast(machine: Machine, words: str) -> None:
    ask = f"_TUTOR_COMPLETE=zsh _TUTOR_WORDS=$'tutor\\n{words}' tutor > /dev/null"
    command = f"{ask}; TIMEFORMAT='%U %S'; time for n in 1 2 3 4 5; do {ask}; done"
    user, system = machine.run(f'bash -c "{command}"', check=True).stderr.split()
    assert (float(user) + float(system)) / 5 * 1000 < MOST


def test_a_home_that_cannot_be_written(machine: Machine) -> None:
    machine.run("mkdir -p /tmp/ro && mount -t tmpfs -o ro none /tmp/ro", user="root", check=True)
    try:
        said = in_shell(machine, "bash", "HOME=/tmp/ro tutor --install-completion")
        assert "/tmp/ro/.local cannot be written: Read-only file system" in said
        assert "tutor --show-completion" in said
        done = machine.run("HOME=/tmp/ro _TUTOR_COMPLETE=bash _TUTOR_WORDS=$'tutor\\ncheck\\ninst' tutor")
        assert "install/libvirt" in done.stdout.splitlines()
    finally:
        machine.run("umount /tmp/ro", user="root")


@pytest.mark.parametrize(("folder", "heading"), [("", "COMMANDS"), ("sv/", "KOMMANDON")])
def test_the_manual_page(machine: Machine, folder: str, heading: str) -> None:
    path = f"/opt/tutor/share/man/{folder}man1/tutor.1"
    done = machine.run(f"MANWIDTH=80 man --warnings -E UTF-8 -l {path}", check=True)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert heading in lines
    assert any(line.strip() == "tutor check install/libvirt --verbose" for line in lines)
    assert max(map(len, lines)) <= 80
