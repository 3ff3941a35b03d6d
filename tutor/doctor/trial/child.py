"""What runs in a process of its own: try, tell, and undo, whatever happens to whoever asked.

It is told the plan in a line of JSON on its standard input, and tells in such lines on its standard
output. When its input ends, whoever asked has gone: it stops, and undoes what it has done.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, NoReturn

from tutor.doctor.trial.outcome import Stage
from tutor.doctor.trial.plan import Plan
from tutor.doctor.trial.session import private_session, try_session
from tutor.doctor.trial.stages import Stages, failed, graphics
from tutor.doctor.trial.undo import Undoing
from tutor.host.libvirt.connection import SYSTEM, load_binding
from tutor.host.question import Unobservable

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class _Stopped(BaseException):
    """Nobody wants to know any more. Raised at most once."""


def main() -> None:
    """Try everything that the plan on standard input names."""
    plan: Plan = json.loads(sys.stdin.buffer.readline())
    for number in _SIGNALS:
        signal.signal(number, _stop)
    threading.Thread(target=_watch, daemon=True).start()
    with contextlib.suppress(_Stopped, Unobservable), private_session() as kind:
        binding = load_binding()
        if plan["system"]:
            _try_system(binding, plan)
        try_session(binding, kind, _tell_stage)
    _tell("end", True)
    # Not exit(): a thread waits at the input, which may be open still.
    os._exit(0)


def _try_system(binding: Any, plan: Plan) -> None:
    error = binding.libvirtError
    try:
        handle = binding.open(SYSTEM)
    except error as refusal:
        _tell_stage("system", failed("try", refusal))
        return
    undoing = Undoing(handle, plan["uid"], error, _tell_stage)
    undoing.run()  # what an earlier run has left
    _tell("removed", undoing.removed)
    _tell("foreign", undoing.foreign)
    if undoing.foreign:
        return
    try:
        with contextlib.suppress(error):  # what keeps it from telling keeps the guest from starting, too
            _tell("graphics", graphics(handle, plan))
        Stages(handle, plan, error, _tell_stage).run()
        undoing.run()
    except BaseException:
        # Whatever was interrupted, the undoing too: this is not.
        _deaf()
        undoing.run()
        raise


def _tell_stage(name: str, stage: Stage) -> None:
    _tell("stage", [name, stage])


def _tell(what: str, value: object) -> None:
    try:
        sys.stdout.write(json.dumps({what: value}) + "\n")
        sys.stdout.flush()
    except OSError:
        # Whoever asked has gone. What was begun is undone all the same.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the rest of this process


def _watch() -> None:
    """Tell the main thread when the input ends."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    _deaf()
    raise _Stopped


def _deaf() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
