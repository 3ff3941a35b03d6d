"""`tutor watch --format json` on a machine, and what it tells."""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

from tutor.sandbox.process import host_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.sandbox.machines import Machine

#: Seconds in which a change must have been told, whatever else this host has to do.
TOLD = 20.0


#: How the processes of a watch are found inside the machine: the tool, and the one that looks at libvirt.
TOOL, ASIDE = "'^/opt/tutor/bin/python.*bin/tutor watch'", "'^/opt/tutor/bin/python.*watch[.]libvirt_process'"


class Following:
    """A watch under way, heard by a thread."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.stands: dict[str, tuple[str, str | None]] = {}
        self.changes: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        first = self._said.get(timeout=60)
        assert first["event"] == "state"
        self.stands = {
            one["id"]: (one["status"], one["code"]) for step in first["steps"] for one in step["checks"]
        }

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._said.put(json.loads(line))

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def end(self) -> None:
        """Hear the rest of what was said."""
        self._thread.join(20)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def go_on(self) -> None:
        """Have this host's end of it run again, after it was stopped."""
        self._process.send_signal(signal.SIGCONT)

    def hear(self, seconds: float) -> bool:
        """Take in one change, if one is told in time."""
        with contextlib.suppress(queue.Empty):
            change = self._said.get(timeout=max(seconds, 0.001))
            self.changes.append(change)
            self.stands.update((one["id"], (one["status"], one["code"])) for one in change["checks"])
            return True
        return False

    def becomes(self, check: str, accepted: Callable[[tuple[str, str | None]], bool]) -> bool:
        """Whether a check is told to stand so, in time."""
        deadline = time.monotonic() + TOLD
        while not accepted(self.stands[check]) and time.monotonic() < deadline:
            self.hear(deadline - time.monotonic())
        return accepted(self.stands[check])

    def passes(self, check: str) -> bool:
        """Whether a check is told to pass, in time."""
        return self.becomes(check, lambda stand: stand[0] == "pass")

    def fails(self, check: str) -> bool:
        """Whether a check is told not to pass any more, in time."""
        return self.becomes(check, lambda stand: stand[0] in ("fail", "blocked"))


@contextlib.contextmanager
def following(machine: Machine, words: str = "", user: str = "student") -> Iterator[Following]:
    """Watch, and end it in the end."""
    argv = machine.command(f"exec tutor watch {words} --format json --lang en", user=user, tty=False)
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=host_environment()
    )
    found = Following(process)
    try:
        yield found
    finally:
        machine.run(f"pkill -TERM -f {TOOL}; pkill -CONT -x su", user="root")
        process.send_signal(signal.SIGCONT)
        process.wait(20)
        found.end()


def stand_still(machine: Machine, following: Following, seconds: float, meanwhile: str) -> None:
    """Stop all processes of the watch for a while, as when the machine is suspended: the world goes on."""
    machine.run(f"pkill -STOP -f {TOOL}; pkill -STOP -f {ASIDE}", check=True)
    machine.run(meanwhile, check=True)
    time.sleep(seconds)
    machine.run(f"pkill -CONT -f {TOOL}; pkill -CONT -f {ASIDE}", check=True)
    # Those above it have stopped with it.
    machine.run("pkill -CONT -x su", user="root")
    following.go_on()
