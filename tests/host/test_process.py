"""Programs are started, heard and ended, whatever they do."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest

from tutor.host import process
from tutor.host.process import Completed, run
from tutor.host.question import Unobservable

ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C"}


def sh(script: str, limit: float = 10, *, detached: bool = True) -> Completed:
    """What a shell script comes to."""
    return run(["sh", "-c", script], limit=limit, env=ENV, detached=detached)


def reason(script: str, limit: float = 10, *, detached: bool = True) -> str:
    """Why a script could not be heard out."""
    with pytest.raises(Unobservable) as caught:
        sh(script, limit, detached=detached)
    return caught.value.reason


def is_running(pid: int) -> bool:
    """Whether the process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(params=[True, False], ids=["pidfd", "no-pidfd"], autouse=True)
def _with_and_without_pidfd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old kernels, and some sandboxes, have no descriptor for a process."""
    if not request.param:

        def refuse(_pid: int) -> int:
            raise OSError

        monkeypatch.setattr(os, "pidfd_open", refuse)


def test_code_and_both_streams_are_heard() -> None:
    assert sh("echo out; echo bad >&2; exit 7") == Completed(7, "out\n", "bad\n")


def test_what_is_no_text_is_replaced() -> None:
    assert sh(r"printf 'a\377b'").stdout == "a\ufffdb"


def test_more_than_a_pipe_holds_is_heard() -> None:
    done = sh("head -c 1000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero | tr '\\0' y >&2")
    assert (len(done.stdout), len(done.stderr)) == (1_000_000, 1_000_000)


def test_it_gets_no_input() -> None:
    assert sh("cat; echo done").stdout == "done\n"


def test_it_gets_this_environment_alone() -> None:
    assert run(["env"], limit=5, env={"A": "b", "PATH": ENV["PATH"]}).stdout.splitlines()[0] == "A=b"


def test_a_program_that_closes_its_output_is_waited_for() -> None:
    assert sh("exec >&- 2>&-; sleep 0.3; exit 5").returncode == 5


@pytest.mark.parametrize("argv", [["/nowhere/at/all"], ["/etc/passwd"], ["no-such-program"], ["ec\0ho"]])
def test_a_program_that_cannot_be_started(argv: list[str]) -> None:
    with pytest.raises(Unobservable) as caught:
        run(argv, limit=5, env=ENV)
    assert caught.value.reason == "program-missing"


@pytest.mark.parametrize("detached", [True, False])
def test_a_program_that_takes_too_long_is_ended(tmp_path: Path, detached: bool) -> None:
    started = time.monotonic()
    assert reason(f"echo $$ > {tmp_path}/pid; exec sleep 30", limit=0.3, detached=detached) == "timed-out"
    assert time.monotonic() - started < 3
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_one_that_will_not_hear_of_it_is_ended_too(tmp_path: Path) -> None:
    script = f"trap '' TERM; echo $$ > {tmp_path}/pid; while :; do sleep 0.1; done"
    assert reason(script, limit=0.3, detached=False) == "timed-out"
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_its_children_end_with_it(tmp_path: Path) -> None:
    assert reason(f"sleep 30 & echo $! > {tmp_path}/pid; wait", limit=0.3) == "timed-out"
    time.sleep(0.1)
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_output_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "OUTPUT_LIMIT", 100_000)
    assert reason("yes") == "too-much-output"
    assert reason("yes >&2") == "too-much-output"


@pytest.mark.parametrize("_with_and_without_pidfd", [True], indirect=True)
def test_what_it_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    started = time.monotonic()
    assert sh(f"sleep 30 & echo $! > {tmp_path}/pid; echo hi").stdout == "hi\n"
    assert time.monotonic() - started < 3
    time.sleep(0.1)
    assert not is_running(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize("_with_and_without_pidfd", [True], indirect=True)
def test_what_it_leaves_talking_is_not_listened_to_for_ever() -> None:
    started = time.monotonic()
    with contextlib.suppress(Unobservable):
        assert sh("yes & exit 0").returncode == 0
    assert time.monotonic() - started < 3
