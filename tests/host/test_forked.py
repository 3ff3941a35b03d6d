"""The process that is made of a small one, from a small one of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tutor.host import process
from tutor.host.process import begin, end_attached, run

ENV = {"PATH": "/usr/bin:/bin"}


def forked(body: str) -> str:
    """What a fresh interpreter prints; ``main`` in it runs in the second process."""
    code = f"import os, sys\nfrom tutor.host.forked import Forked, may_fork\n{body}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_its_streams_are_connected_and_its_end_is_seen() -> None:
    said = forked(
        """
def main():
    for line in sys.stdin:
        print(line.upper(), end="", flush=True)
    print(os.getsid(0) == os.getpid(), os.listdir("/proc/self/fd")[:3], flush=True)
    os._exit(7)

made = Forked(main)
made.stdin.write(b"hello\\n")
made.stdin.close()
print(made.stdout.read().decode(), end="")
print(made.wait(5), made.poll(), os.getsid(0) == os.getpid())
"""
    )
    assert said.splitlines()[0] == "HELLO"
    assert said.splitlines()[1].startswith("True ['0', '1', '2']")
    assert said.splitlines()[2].startswith("7 7")


def test_it_never_goes_on_as_the_tool_and_can_be_ended() -> None:
    said = forked(
        """
import subprocess, time
broken = Forked(lambda: 1 / 0)
print(broken.wait(5))
hangs = Forked(lambda: time.sleep(60))
try:
    hangs.wait(0.05)
except TimeoutError:
    hangs.kill()
print(hangs.wait(5))
"""
    )
    assert said.split() == ["1", "-9"]


def test_it_is_not_made_beside_threads_or_without_streams() -> None:
    said = forked(
        """
import threading
print(may_fork())
sys.stdin, kept = None, sys.stdin
print(may_fork())
sys.stdin = kept
threading.Thread(target=threading.Event().wait, daemon=True).start()
print(may_fork())
"""
    )
    assert said.split() == ["True", "False", "False"]


def test_what_was_begun_is_taken_over_once() -> None:
    argv = ["sh", "-c", "echo $$"]
    begin(argv, env=ENV)
    (begun,) = process._BEGUN.values()
    first, second = run(argv, limit=5, env=ENV), run(argv, limit=5, env=ENV)
    assert first.stdout == f"{begun.pid}\n"
    assert second.stdout != first.stdout
    assert not process._BEGUN


def test_what_cannot_be_begun_is_left_to_whoever_asks() -> None:
    begin(["/nowhere/at/all"], env=ENV)
    assert not process._BEGUN


def test_what_was_begun_and_not_asked_for_ends_with_the_tool() -> None:
    argv = ["sleep", "60"]
    begin(argv, env=ENV, detached=False)
    begun = process._BEGUN.pop(tuple(argv))
    end_attached()
    assert begun.poll() == -15
    process._ATTACHED.discard(begun)
    begun.close()
    with pytest.raises(ProcessLookupError):
        os.kill(begun.pid, 0)
