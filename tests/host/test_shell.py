"""The environment of a new terminal, from start-up files of the test's own."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from tutor.host.machine import Machine
from tutor.host.new_shell import GUARD, new_terminal


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """With a home of its own. The shell is that of the user who runs the tests."""
    if Path(pwd.getpwuid(os.getuid()).pw_shell).name != "bash":
        pytest.fail("the user of the tests has another shell than bash")
    return Machine({"HOME": str(tmp_path), "PATH": os.environ["PATH"]})


def test_what_the_start_up_file_exports_and_nothing_of_this_shell(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / ".bashrc").write_text("echo noise\nexport A=from-file\nB=not-exported\n")
    environ = {**machine.environ, "A": "of-this-shell", "C": "of-this-shell", GUARD: ""}
    found = new_terminal(replace(machine, environ=environ))
    assert found["A"] == "from-file"
    assert found["HOME"] == str(tmp_path)
    assert found["USER"] == pwd.getpwuid(os.getuid()).pw_name
    assert not {"B", "C", GUARD} & found.keys()


def test_what_belongs_to_the_session_is_kept(machine: Machine) -> None:
    of_the_session = {
        "DISPLAY": ":7",
        "SSH_AUTH_SOCK": "/run/agent",
        "LANG": "sv_SE.UTF-8",
        "LC_TIME": "C",
        "TERM": "screen",
        "https_proxy": "http://proxy",
        "XDG_RUNTIME_DIR": "/run/user/1",
    }
    found = new_terminal(replace(machine, environ={**machine.environ, **of_the_session}))
    assert of_the_session.items() <= found.items()
