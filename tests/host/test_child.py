"""What is started gets what a program expects, and nothing of ours."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tutor.host.child import Child, start
from tutor.host.process import run

ENV = {"PATH": os.environ["PATH"]}


def said(script: str) -> str:
    return run(["sh", "-c", script], limit=5, env=ENV).stdout


def open_descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def test_signals_that_python_ignores_are_not_ignored_there() -> None:
    assert signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN
    assert run(["sh", "-c", "kill -PIPE $$"], limit=5, env=ENV).returncode == -signal.SIGPIPE


def test_no_file_of_ours_is_open_there(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w"):
        assert "secret" not in said("ls -l /proc/self/fd")


def test_a_session_of_its_own_only_where_it_is_wanted() -> None:
    for detached, own in ((True, True), (False, False)):
        done = run(["sh", "-c", "ps -o sid= -p $$; echo $$"], limit=5, env=ENV, detached=detached)
        session, pid = done.stdout.split()
        assert (session == pid) is own


def test_a_program_is_not_sought_where_the_student_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PATH may name the current folder, empty or by a dot."""
    (tmp_path / "hostname").write_text("#!/bin/sh\necho hostile\n")
    (tmp_path / "hostname").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    done = run(["hostname"], limit=5, env={"PATH": f":.:{ENV['PATH']}"})
    assert "hostile" not in done.stdout


def test_nothing_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_descriptors()
    run(["true"], limit=5, env=ENV)
    with pytest.raises(OSError, match="No such file"):
        start("/nowhere", ["nowhere"], ENV, None, session=False)
    pipe, left = os.pipe, [1]

    def scarce() -> tuple[int, int]:
        if not left:
            raise OSError("no more")
        left.pop()
        return pipe()

    monkeypatch.setattr(os, "pipe", scarce)
    with pytest.raises(OSError, match="no more"):
        start("/bin/true", ["true"], ENV, None, session=False)
    assert open_descriptors() == before


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_where_this_process_has_no_streams_itself(tmp_path: Path, closed: str) -> None:
    """Pipes get the numbers that are free, which are then those of the streams."""
    code = (
        "from tutor.host.process import run; import os\n"
        "done = run(['sh', '-c', 'cat; echo out; echo bad >&2'], limit=5, env=dict(os.environ))\n"
        f"open({str(tmp_path / 'said')!r}, 'w').write(repr((done.stdout, done.stderr)))"
    )
    line = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} {closed}"
    assert os.waitstatus_to_exitcode(os.system(line)) == 0  # noqa: S605 - subprocess would give it streams
    assert (tmp_path / "said").read_text() == repr(("out\n", "bad\n"))


def test_what_has_ended_is_sent_nothing() -> None:
    """Its number may be another's by then."""
    pid = os.fork()
    if pid == 0:
        os._exit(3)
    child = Child(pid)
    assert child.wait() == 3
    child.send(signal.SIGKILL)
    assert child.returncode == 3
