"""Commands on the student's terminal: what they return, and what is left of the terminal."""

from __future__ import annotations

import os
import sys

import pexpect
import pytest

from tests.messages import ROOT
from tutor.actions.terminal import run_on_terminal
from tutor.errors import UserError


@pytest.mark.parametrize(("script", "code"), [("true", 0), ("exit 7", 7), ("kill -TERM $$", 143)])
def test_the_exit_code_is_as_a_shell_gives_it(script: str, code: int) -> None:
    assert run_on_terminal(["sh", "-c", script], os.environ) == code


def test_what_cannot_be_started_is_the_users_to_mend() -> None:
    with pytest.raises(UserError):
        run_on_terminal(["/nowhere/at-all"], os.environ)


_CALLER = """
import os
from tutor.actions.terminal import run_on_terminal
print("code", run_on_terminal(["sh", "-c", {script!r}], os.environ), flush=True)
os.system("stty -a")
print("goes on", flush=True)
"""


def _spawn(script: str) -> pexpect.spawn[str]:
    return pexpect.spawn(
        sys.executable, ["-c", _CALLER.format(script=script)], encoding="utf-8", timeout=20, cwd=str(ROOT)
    )


def test_ctrl_c_ends_the_command_and_not_the_caller() -> None:
    child = _spawn("echo begun; exec sleep 60")  # a shell that forks may lose the signal
    child.expect("begun")
    child.sendintr()
    child.expect("code 130")
    child.expect("goes on")


def test_the_terminal_is_as_it_was() -> None:
    child = _spawn("stty -echo raw; kill -KILL $$")
    child.expect("code 137")
    child.expect(r"(?<!-)icanon.*(?<!-)echo ")
    child.expect("goes on")
