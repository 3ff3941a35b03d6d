"""The variable of `install/libvirt`, where a shell's answer does not come, or depends on who asks."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.machine.lesson import assert_mended, judge
from tutor.sandbox.machines import Machine

STEP = "install/libvirt"
RIGHT = 'export LIBVIRT_DEFAULT_URI="qemu:///system"'

_FISH = "set -gx LIBVIRT_DEFAULT_URI qemu:///system"

#: Shell, start-up file, what is added to it.
Case = tuple[str, str, str]


@pytest.fixture
def machine(ready_lesson_machine: Machine) -> Iterator[Machine]:
    """The lesson's machine, with a new student's start-up files before each test."""
    remove = "rm -rf .bash_profile .zshenv .zshrc .zprofile .config/fish .local/share/fish elsewhere"
    ready_lesson_machine.run(
        f"cd /home/student && install -o student -m 644 /etc/skel/.bashrc /etc/skel/.profile . && {remove}"
        " && sed -i '/LIBVIRT/d; /XDG/d' /etc/environment && usermod --shell /bin/bash student",
        user="root",
        check=True,
    )
    yield ready_lesson_machine
    ready_lesson_machine.run("usermod --shell /bin/bash student", user="root", check=True)


def arrange(machine: Machine, case: Case) -> None:
    """Give the student this shell, and these lines at the end of a start-up file."""
    shell, name, lines = case
    path = name if name.startswith("/") else f"/home/student/{name}"
    before = machine.read(path) if machine.run(f"test -e {path}").returncode == 0 else ""
    machine.write(path, f"{before}{lines}\n", owner="root" if name.startswith("/") else "student")
    machine.run(f"usermod --shell /usr/bin/{shell} student", user="root", check=True)


def test_only_the_current_shell_has_it(machine: Machine) -> None:
    grade = f"{RIGHT}; tutor check {STEP} --format json"
    assert '"only-this-shell"' in machine.run(grade, interactive=True).stdout
    assert_mended(machine, STEP, {"uri": "not-set"})


@pytest.mark.parametrize("line", ["sleep 1000", "exec sleep 1000", "tail -f /dev/null | cat"])
def test_a_shell_that_hangs_is_unknown_and_costs_seconds(machine: Machine, line: str) -> None:
    arrange(machine, ("bash", ".bashrc", line))
    began = time.monotonic()
    judged = judge(machine, STEP)
    assert time.monotonic() - began < 8
    assert judged.codes == {"uri": "timed-out"}
    assert (judged.status, judged.returncode) == ("unknown", 3)
    assert machine.run("pgrep -xa sleep").stdout == ""


def test_a_shell_that_ends_at_once_is_unknown(machine: Machine) -> None:
    arrange(machine, ("bash", ".bashrc", "exec true"))
    judged = judge(machine, STEP)
    assert (judged.status, judged.codes) == ("unknown", {"uri": "failed"})


@pytest.mark.parametrize(
    "set_by",
    [("zsh", ".zshenv", "ZDOTDIR=~/elsewhere"), ("fish", "/etc/environment", "XDG_CONFIG_HOME=~/elsewhere")],
)
def test_a_folder_of_its_own_for_start_up_files(machine: Machine, set_by: Case) -> None:
    """The shell's own variable says where they are; there the line is found, and put."""
    shell, file, line = set_by
    arrange(machine, (shell, file, line.replace("~", "/home/student")))
    name, right = (".zshrc", RIGHT) if shell == "zsh" else ("fish/config.fish", _FISH)
    machine.write(f"/home/student/elsewhere/{name}", f"# {right}\n", owner="student")
    usual = f"/home/student/{name if shell == 'zsh' else f'.config/{name}'}"
    machine.write(usual, f"{right}\n", owner="student")
    assert_mended(machine, STEP, {"uri": "commented-out"})
    assert machine.read(usual) == f"{right}\n"
    assert machine.read(f"/home/student/elsewhere/{name}").endswith(f"\n{right}\n")


def test_a_file_in_fishs_folder_counts(machine: Machine) -> None:
    arrange(machine, ("fish", ".config/fish/conf.d/libvirt.fish", f"{_FISH}\nset -e LIBVIRT_DEFAULT_URI"))
    assert_mended(machine, STEP, {"uri": "overridden"})
