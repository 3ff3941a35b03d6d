"""What runs in the process of :mod:`tutor.host.aside`: requests in, answers out, a line of JSON each."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from typing import Any, BinaryIO

from tutor.host.aside import plain
from tutor.host.machine import Machine
from tutor.host.question import Unobservable
from tutor.host.source import SOURCES
from tutor.text import text

#: The modules whose sources are answered here.
MODULES = (
    "tutor.host.libvirt.connection",
    "tutor.host.libvirt.domains",
    "tutor.host.libvirt.inventory",
    "tutor.host.libvirt.leases",
    "tutor.host.libvirt.networks",
    "tutor.host.libvirt.snapshots",
    "tutor.host.libvirt.storage",
    "tutor.host.documents",
)


def main() -> None:
    """Answer until the input ends. A request that hangs holds up no other."""
    machine, lock = Machine(), threading.Lock()
    for module in MODULES:
        importlib.import_module(module)
    threading.Thread(target=_load, daemon=True).start()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        threading.Thread(target=_serve, args=(machine, request, sys.stdout.buffer, lock), daemon=True).start()
    # Not exit(): a thread that hangs in a call would be waited for.
    os._exit(0)


def _load() -> None:
    """Load the C libraries before the first question needs them; what fails is told to whoever asks."""
    for module in ("libvirt", "lxml.etree"):
        try:
            importlib.import_module(module)
        except ImportError:
            continue


def _serve(machine: Machine, request: dict[str, Any], out: BinaryIO, lock: threading.Lock) -> None:
    wanted = [tuple(args) for args in request["wanted"]]
    try:
        answers = SOURCES[request["source"]].observe(machine, wanted)
    except Unobservable as failure:
        answers = dict.fromkeys(wanted, failure)
    except Exception as error:  # noqa: BLE001 - a fault of ours is "could not ask"
        fault = Unobservable("internal-error", text("internal error: {error}", error=repr(error)))
        answers = dict.fromkeys(wanted, fault)
    pairs = [[args, plain(answer)] for args, answer in answers.items()]
    with lock:
        out.write(json.dumps({"id": request["id"], "answers": pairs}).encode() + b"\n")
        out.flush()
