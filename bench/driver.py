"""Runs on the machine that is measured, by the tool's own Python: commands in turn, and what each took.

Standard input is a JSON object: ``commands`` (name to argument list), ``rounds`` and ``warm_up``. Standard
output is one too: for each name, a list of ``[wall, cpu, exit code]``, in milliseconds, one for each round.
A program may end before the processes that it started: the clock stops then, but their processor time counts.

It stands alone: only this file is copied to the machine.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time

# prctl(2): whoever loses its parent becomes ours, so that we may wait for it.
PR_SET_CHILD_SUBREAPER = 36

Sample = tuple[float, float, int]


def measure(argv: list[str]) -> Sample:
    """Run a program with nothing to read and nobody who reads, and wait for it."""
    quiet = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    started = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - started
    cpu = usage.ru_utime + usage.ru_stime + _of_those_left()
    return wall * 1000, cpu * 1000, os.waitstatus_to_exitcode(status)


def _of_those_left() -> float:
    """Seconds of processor time of what the program left running, once all of it has ended."""
    cpu = 0.0
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return cpu
        cpu += usage.ru_utime + usage.ru_stime


def main() -> None:
    """Take turns, so that whatever else the machine does, it does to all of them."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    job = json.load(sys.stdin)
    taken: dict[str, list[Sample]] = {name: [] for name in job["commands"]}
    for turn in range(-job["warm_up"], job["rounds"]):
        for name, argv in job["commands"].items():
            sample = measure(argv)
            if turn >= 0:
                taken[name].append(sample)
    json.dump(taken, sys.stdout)


if __name__ == "__main__":
    main()
