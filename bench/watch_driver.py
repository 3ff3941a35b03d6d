"""Runs on the machine that is measured, by the tool's own Python: makes changes, and awaits their ticks.

Standard input is a JSON object: ``watch`` (the argument list), ``changes`` (of each kind), ``idle`` (in s),
and ``kinds``: for each name the ``check`` that shows it, the commands ``there`` and ``back``, and ``pause``
(seconds of quiet before each change). Standard output is one too: ``kinds``, for each name a list of ``[from
the start, from the end]`` of the command to the tick in milliseconds, null where none came; ``idle``, the
share of one processor in percent, of all processes together; and ``load``, the host's load at each kind.

It stands alone: only this file is copied to the machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

#: Seconds after which a tick is given up.
LIMIT = 15.0
#: Seconds that everything may take to calm down.
CALM = 12.0

Tick = tuple[float, dict[str, Any]]


class Watch:
    """The watch, and what it says with the time at which it was heard."""

    def __init__(self, argv: list[str]) -> None:
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._said: queue.SimpleQueue[Tick] = queue.SimpleQueue()
        self.stands: dict[str, str] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self._said.put((time.monotonic(), json.loads(line)))

    def begun(self) -> None:
        """Wait for the first line."""
        _, state = self._said.get(timeout=60)
        self.stands = {check["id"]: check["status"] for step in state["steps"] for check in step["checks"]}

    def await_change(self, check: str) -> float | None:
        """When the check was told to stand otherwise; None where it is not within the limit."""
        before, deadline = self.stands[check], time.monotonic() + LIMIT
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                when, change = self._said.get(timeout=left)
                self.stands.update((one["id"], one["status"]) for one in change["checks"])
                if self.stands[check] != before:
                    return when
        return None

    def be_calm(self, seconds: float) -> None:
        """Take in what is still said."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                _, change = self._said.get(timeout=left)
                self.stands.update((one["id"], one["status"]) for one in change["checks"])


def measure(watch: Watch, kind: dict[str, Any], changes: int) -> Iterator[tuple[float, float] | None]:
    """There and back again."""
    for number in range(changes):
        watch.be_calm(kind["pause"] + random.random() * 0.3)  # noqa: S311 - a little more or less
        started = time.monotonic()
        subprocess.run(["sh", "-c", kind["back" if number % 2 else "there"]], check=True, capture_output=True)
        ended = time.monotonic()
        tick = watch.await_change(kind["check"])
        yield None if tick is None else ((tick - started) * 1000, (tick - ended) * 1000)


def processor_time(pid: int) -> float:
    """Seconds that a process, all below it and all that those have ended took so far (proc(5))."""
    ticks = os.sysconf("SC_CLK_TCK")
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / ticks
    below = 0.0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            below += sum(map(processor_time, map(int, file.read().split())))
    return own + below


def main() -> None:
    """Measure."""
    job = json.load(sys.stdin)
    watch, loads = Watch(job["watch"]), []
    try:
        watch.begun()
        watch.be_calm(2)
        found = {}
        for name, kind in job["kinds"].items():
            loads.append(os.getloadavg()[0])
            found[name] = list(measure(watch, kind, job["changes"]))
            watch.be_calm(1)
        watch.be_calm(CALM)
        before = processor_time(watch.process.pid)
        time.sleep(job["idle"])
        idle = (processor_time(watch.process.pid) - before) / job["idle"] * 100
        alive = watch.process.poll() is None
    finally:
        watch.process.terminate()
    json.dump({"kinds": found, "idle": idle, "alive": alive, "load": loads}, sys.stdout)


if __name__ == "__main__":
    main()
