"""What is shown is what runs: asked of bash itself."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.output.grades import HOSTILE
from tutor.output.command import ansi_c, pasteable

#: What an argument can hold at all: bytes of a file name that are not UTF-8, but no other surrogate.
ARGUMENTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.text(
    st.sampled_from("a '\"\\`$!#\n\r\t\x1b\x7f\u202e\udcff0"), max_size=12
)


def _output(command: str, locale: str = "C.UTF-8") -> bytes:
    script = command.encode("utf-8", "surrogateescape")
    run = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, check=True, timeout=10, env={"LC_ALL": locale}
    )
    return run.stdout


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("sudo usermod -aG libvirt student", "sudo usermod -aG libvirt student"),
        ("virsh start 'my vm'", "virsh start 'my vm'"),
        ("virsh start 'na\x1bme'", r"virsh start $'na\x1bme'"),
        ("virsh start 'a\nb' && echo \"it's\"", "virsh start $'a\\nb' && echo \"it's\""),
        ("ls 'a\u202eb'", r"ls $'a\xe2\x80\xaeb'"),
        ("ls '\udcff'", r"ls $'\xff'"),
        ("ls \x1b", r"eval $'ls \x1b'"),
        ("echo \\\x1b '\x1b'", r"eval $'echo \\\x1b \'\x1b\''"),
        ("cat <<E\nit's\nE", "cat <<E\nit's\nE"),
        ("cat <<E\nit's\tso\nE", r"eval $'cat <<E\nit\'s\tso\nE'"),
    ],
)
def test_a_command_has_no_invisible_characters(command: str, shown: str) -> None:
    assert pasteable(command) == shown


@given(HOSTILE)
def test_only_line_ends_are_left_of_what_cannot_be_seen(command: str) -> None:
    assert all(line.isprintable() for line in pasteable(command).split("\n"))


@settings(max_examples=60, deadline=None)
@given(st.lists(ARGUMENTS, min_size=1, max_size=3), st.sampled_from(["C", "C.UTF-8"]))
def test_bash_makes_the_same_of_the_shown_command(arguments: list[str], locale: str) -> None:
    command = "printf '%s.' " + shlex.join(arguments)
    wanted = b"".join(argument.encode("utf-8", "surrogateescape") + b"." for argument in arguments)
    assert _output(command, locale) == _output(pasteable(command), locale) == wanted


@settings(max_examples=60, deadline=None)
@given(ARGUMENTS, st.sampled_from(["C", "C.UTF-8"]))
def test_bash_reads_one_word(value: str, locale: str) -> None:
    assert _output("printf %s " + ansi_c(value), locale) == value.encode("utf-8", "surrogateescape")
