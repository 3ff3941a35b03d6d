"""Start the process that tries, hear what it tells, and see it off however the run ends."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from tutor.doctor.trial.outcome import Trial
from tutor.doctor.trial.plan import Plan
from tutor.errors import UsageError
from tutor.host.question import Unobservable
from tutor.text import text

#: Seconds that one stage may take: a guest that is emulated on a busy machine starts in two or three.
STAGE_LIMIT = 20.0

#: Seconds that undoing may take after the run was interrupted, or a stage took too long.
UNDO_LIMIT = 8.0

#: Seconds that another doctor of this user's is waited for: one that was killed is still undoing.
_LOCK_LIMIT = 10.0

_PROGRAM = "import sys; sys.path[:] = {path!r}; from tutor.doctor.trial.child import main; main()"


def carry_out(plan: Plan) -> Trial:
    """Try what the plan says; undone when this returns, or raises.

    :raises Unobservable: ``timed-out`` or ``failed``, when the process did not tell everything.
    :raises UsageError: while another doctor of this user's is at it.
    """
    with _alone(plan["uid"]) as lock, _process(plan, lock) as process:
        return _heard(process)


@contextlib.contextmanager
def _alone(uid: int) -> Iterator[socket.socket]:
    """A name in the kernel, which goes with the last process that has it: no file is left behind."""
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    until = time.monotonic() + _LOCK_LIMIT
    with lock:
        while True:
            try:
                lock.bind(f"\0libvirt-tutor-doctor-{uid}")
                break
            except OSError:
                if time.monotonic() > until:
                    what = text("another tutor doctor of yours is trying things at this moment")
                    raise UsageError(what, text("Wait for it to end, then run it again.")) from None
                time.sleep(0.1)
        yield lock


@contextlib.contextmanager
def _process(plan: Plan, lock: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    """The process; when its input is closed, it undoes what it has done."""
    path = [os.path.abspath(folder) for folder in sys.path]
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(path=path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for us; the process shall undo in peace, and hold the name until it has.
        start_new_session=True,
        pass_fds=[lock.fileno()],
    )
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
    try:
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps(plan).encode() + b"\n")
            process.stdin.flush()
        yield process
    finally:
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(UNDO_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _heard(process: subprocess.Popen[bytes]) -> Trial:
    found: Trial = {"stages": {}, "graphics": [], "removed": [], "foreign": []}
    for message in _messages(process):
        for what, value in message.items():
            if what == "stage":
                name, stage = value
                found["stages"][name] = stage
            elif what in ("graphics", "removed", "foreign"):
                found[what] = value  # type: ignore[literal-required]
            elif what == "end":
                return found
    raise Unobservable("failed", text("the process that tries things has ended too early"))


def _messages(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """What the process tells, line by line.

    :raises Unobservable: when it is silent for too long.
    """
    assert process.stdout is not None  # noqa: S101
    left = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(STAGE_LIMIT):
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return
            *lines, left = (left + chunk).split(b"\n")
            yield from map(json.loads, lines)
    raise Unobservable(
        "timed-out",
        text("libvirt did not answer in time; what was begun is removed at the next run"),
        ("sudo systemctl restart libvirtd",),
    )
