"""The variable of `install/libvirt`: every way to have it, and to nearly have it, in each shell."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.machine.lesson import assert_green, assert_mended, judge
from tutor.sandbox.machines import Machine

STEP = "install/libvirt"
RIGHT = 'export LIBVIRT_DEFAULT_URI="qemu:///system"'
FISH = "set -gx LIBVIRT_DEFAULT_URI qemu:///system"
FISH_FILE = ".config/fish/config.fish"
ONE_LINE = f"LIBVIRT_DEFAULT_URI={'qemu:///system'}"

#: Shell, start-up file, what is added to it.
Case = tuple[str, str, str]

ROUTES: dict[str, Case] = {
    "bashrc": ("bash", ".bashrc", RIGHT),
    "profile": ("bash", ".profile", RIGHT),
    "assigned, then exported": ("bash", ".bashrc", f"{ONE_LINE}\nexport LIBVIRT_DEFAULT_URI"),
    "the transport named": ("bash", ".bashrc", "export LIBVIRT_DEFAULT_URI=qemu+unix:///system"),
    "mended by a later line": ("bash", ".bashrc", f"export {ONE_LINE}x\n{RIGHT}"),
    "a file that prints": ("bash", ".bashrc", f"echo hej; printf 'a\\0b\\n'; echo fel >&2\n{RIGHT}"),
    "before exec of another shell": ("bash", ".bashrc", f"{RIGHT}\nexec zsh"),
    "a file that calls tutor": ("bash", ".bashrc", f"{RIGHT}\ntutor check {STEP} > /dev/null"),
    "environment": ("bash", "/etc/environment", f"{ONE_LINE} # the system mode"),
    "zshrc": ("zsh", ".zshrc", RIGHT),
    "zshenv": ("zsh", ".zshenv", RIGHT),
    "config.fish": ("fish", FISH_FILE, FISH),
    "config.fish, in another order": ("fish", FISH_FILE, "set -x -g LIBVIRT_DEFAULT_URI 'qemu:///system'"),
    "config.fish that prints": ("fish", FISH_FILE, f"status is-interactive; and echo hej\n{FISH}"),
}

WRONG: dict[str, tuple[Case, str]] = {
    "nothing": (("bash", ".bashrc", ""), "not-set"),
    "not exported": (("bash", ".bashrc", ONE_LINE), "not-exported"),
    "commented out": (("bash", ".bashrc", f"# {RIGHT}"), "commented-out"),
    "misspelt": (("bash", ".bashrc", RIGHT.replace("DEFAULT", "DEFUALT")), "misspelt"),
    "in lower case": (
        ("bash", ".bashrc", RIGHT.replace("LIBVIRT_DEFAULT_URI", "libvirt_default_uri")),
        "misspelt",
    ),
    "overridden": (("bash", ".bashrc", f"{RIGHT}\nexport LIBVIRT_DEFAULT_URI=qemu:///session"), "overridden"),
    "unset": (("bash", ".bashrc", f"{RIGHT}\nunset LIBVIRT_DEFAULT_URI"), "overridden"),
    "no longer exported": (("bash", ".bashrc", f"{RIGHT}\nexport -n LIBVIRT_DEFAULT_URI"), "not-exported"),
    "wrong value": (("bash", ".bashrc", RIGHT.replace("system", "session")), "wrong-value"),
    "two slashes": (("bash", ".bashrc", RIGHT.replace("///", "//")), "wrong-value"),
    "spaces": (("bash", ".bashrc", "export LIBVIRT_DEFAULT_URI = qemu:///system"), "spaces"),
    "only an alias": (("bash", ".bashrc", "alias v='virsh -c qemu:///system'"), "not-set"),
    "after the end": (("bash", ".bashrc", f"return\n{RIGHT}"), "not-reached"),
    "another shell instead": (("bash", ".bashrc", "exec zsh"), "not-set"),
    "another shell on terminals": (("bash", ".bashrc", "if [ -t 1 ]; then\n  exec fish\nfi"), "not-set"),
    "another shell's file": (("zsh", ".bashrc", RIGHT), "not-set"),
    "zsh: not exported": (("zsh", ".zshrc", ONE_LINE), "not-exported"),
    "zsh: unset": (("zsh", ".zshrc", f"{RIGHT}\nunset LIBVIRT_DEFAULT_URI"), "overridden"),
    "zsh: wrong value": (("zsh", ".zshrc", RIGHT.replace("system", "session")), "wrong-value"),
    "zsh: misspelt": (("zsh", ".zshrc", RIGHT.replace("URI", "URL")), "misspelt"),
    "fish: nothing": (("fish", FISH_FILE, ""), "not-set"),
    "fish: not exported": (("fish", FISH_FILE, FISH.replace("-gx", "-g")), "not-exported"),
    "fish: erased": (("fish", FISH_FILE, f"{FISH}\nset -e LIBVIRT_DEFAULT_URI"), "overridden"),
    "fish: commented out": (("fish", FISH_FILE, f"#{FISH}"), "commented-out"),
    "fish: misspelt": (("fish", FISH_FILE, FISH.replace("URI", "URL")), "misspelt"),
    "fish: wrong value": (("fish", FISH_FILE, FISH.replace("system", "session")), "wrong-value"),
}


@pytest.fixture
def machine(ready_lesson_machine: Machine) -> Iterator[Machine]:
    """The lesson's machine, with a new student's start-up files before each test."""
    remove = "rm -rf .bash_profile .zshenv .zshrc .zprofile .config/fish .local/share/fish"
    ready_lesson_machine.run(
        f"cd /home/student && install -o student -m 644 /etc/skel/.bashrc /etc/skel/.profile . && {remove}"
        " && sed -i /LIBVIRT/d /etc/environment && usermod --shell /bin/bash student",
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


@pytest.mark.parametrize("route", ROUTES)
def test_each_route(machine: Machine, route: str) -> None:
    arrange(machine, ROUTES[route])
    assert_green(machine, STEP)


@pytest.mark.parametrize("wrong", WRONG)
def test_each_wrong_state(machine: Machine, wrong: str) -> None:
    case, code = WRONG[wrong]
    arrange(machine, case)
    assert_mended(machine, STEP, {"uri": code})


def test_a_universal_variable_of_fish(machine: Machine) -> None:
    arrange(machine, ("fish", FISH_FILE, ""))
    machine.run("set -Ux LIBVIRT_DEFAULT_URI qemu:///system", check=True)
    assert_green(machine, STEP)


def test_only_the_current_shell_has_it(machine: Machine) -> None:
    grade = f"{RIGHT}; tutor check {STEP} --format json"
    assert '"only-this-shell"' in machine.run(grade, interactive=True).stdout
    assert_mended(machine, STEP, {"uri": "not-set"})


def test_a_last_line_without_an_end(machine: Machine) -> None:
    """What is appended must not become a part of that line."""
    machine.run("printf 'alias ll=ls' >> ~/.bashrc", check=True)
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
