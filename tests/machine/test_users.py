"""What a user does in a machine: logs in, opens a terminal, runs commands, keeps files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor.sandbox.machines import Machine, boot
from tutor.sandbox.process import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A ready machine without the tool, for tests that leave it as it was."""
    with boot("ready") as booted:
        yield booted


def test_the_student_becomes_root_without_a_password(machine: Machine) -> None:
    assert machine.run("sudo -n id -u").stdout == "0\n"
    assert machine.run("sudo -n id -u").stderr == ""


def test_another_user_does_not(machine: Machine) -> None:
    assert machine.run("command -v sudo && sudo -n true", user="other").returncode == 1


def test_a_login_has_the_students_home_and_nothing_of_ours(machine: Machine) -> None:
    lines = machine.run("pwd; echo $HOME; id -un; echo $TUTOR_MACHINE_CACHE").stdout.splitlines()
    assert lines == ["/home/student", "/home/student", "student", ""]


def test_ready_has_the_groups_and_not_the_variable(machine: Machine) -> None:
    groups = machine.run("id -nG").stdout.split()
    assert {"kvm", "libvirt"} <= set(groups)
    assert machine.run('echo "<$LIBVIRT_DEFAULT_URI>"', interactive=True).stdout == "<>\n"


def test_only_a_new_terminal_reads_the_students_bashrc(machine: Machine) -> None:
    machine.run("cp .bashrc .bashrc.old && echo 'export COURSE=\"a b\"' >> .bashrc", check=True)
    show = 'echo "it\'s <$COURSE>"'
    assert machine.run(show).stdout == "it's <>\n"
    assert machine.run(show, interactive=True).stdout == "it's <a b>\n"
    assert machine.run(show, interactive=True).stderr == ""
    assert machine.run(show, interactive=True, tty=True).stdout == "it's <a b>\r\n"
    machine.run("mv .bashrc.old .bashrc", check=True)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_terminal_runs_the_users_own_shell(shell: str) -> None:
    with boot("ready") as booted:
        booted.run(f"touch .zshrc; sudo usermod --shell /usr/bin/{shell} student", check=True)
        assert booted.run("echo $SHELL").stdout == f"/usr/bin/{shell}\n"
        assert booted.run("echo 'it is' $SHELL", interactive=True).stdout == f"it is /usr/bin/{shell}\n"
        assert booted.run("tty", interactive=True, tty=True).stdout.count("/dev/pts/") == 1


def test_a_terminal_is_one_and_takes_input(machine: Machine) -> None:
    done = machine.run(
        'test -t 0 && test -t 1 && read -r x && echo "got $x"; exit 3', tty=True, input="abc\n"
    )
    assert done.stdout.endswith("got abc\r\n")
    assert done.returncode == 3


def test_input_output_and_errors_are_three_things(machine: Machine) -> None:
    done = machine.run("cat; echo bad >&2; exit 7", input="å\n")
    assert (done.returncode, done.stdout, done.stderr) == (7, "å\n", "bad\n")
    with pytest.raises(CommandError, match=r"ended with 7:\nbad"):
        machine.run("echo bad >&2; exit 7", check=True)


def test_environment_reaches_the_command(machine: Machine) -> None:
    assert machine.run("echo $LANG $COLOUR", env={"COLOUR": "a b"}).stdout == "C.UTF-8 a b\n"


def test_what_takes_too_long_is_killed(machine: Machine) -> None:
    with pytest.raises(CommandError, match="took longer than 1 s"):
        machine.run("echo $$; sleep 1234", timeout=1)
    assert machine.run("pgrep -f 'sleep 123[4]'").returncode == 1


def test_files_are_written_and_read(machine: Machine) -> None:
    machine.write("/home/student/deep/er/file", "räksmörgås\n", owner="student", mode=0o600)
    assert machine.read("/home/student/deep/er/file") == "räksmörgås\n"
    shown = machine.run("stat -c '%U:%G %a' deep deep/er deep/er/file; rm -r deep").stdout
    assert shown == "student:student 755\nstudent:student 755\nstudent:student 600\n"
    with pytest.raises(CommandError, match="No such file"):
        machine.read("/nowhere")
