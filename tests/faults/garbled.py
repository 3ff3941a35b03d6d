"""Begun as the process that looks at libvirt and the schemas; what it says is garbled, or beside a noise."""

from __future__ import annotations

import os
import sys
import time

from tutor.host import worker
from tutor.host.machine import Machine


def main() -> None:
    """Say what the variable holds, and no more; answer well where there is none."""
    said = os.environ.get("GARBLED")
    if said is None:
        out = worker.Output(worker.own_output())
        os.write(1, b"a library has something to say\n")
        worker.answer_all(Machine, out)
    else:
        sys.stdin.readline()
        os.write(1, said.encode())
        time.sleep(30)
