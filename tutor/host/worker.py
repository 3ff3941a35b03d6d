"""What runs in the process of :mod:`tutor.host.aside`: requests in, answers out, a line of JSON each."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from tutor.host.aside import plain
from tutor.host.libvirt.connection import SYSTEM, connect, load_binding
from tutor.host.machine import Machine
from tutor.host.question import Unobservable
from tutor.host.source import SOURCES, Source
from tutor.text import text

#: The modules whose sources are answered here.
MODULES = (
    "tutor.host.libvirt.connection",
    "tutor.host.libvirt.domains",
    "tutor.host.libvirt.leases",
    "tutor.host.libvirt.networks",
    "tutor.host.libvirt.snapshots",
    "tutor.host.documents",
)
#: Those that few runs ask: loaded when the first of their questions comes.
SELDOM = (
    "tutor.host.libvirt.inventory",
    "tutor.host.libvirt.storage",
)


class Output:
    """Lines of JSON to whoever reads this process's output, whole ones, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        """Write one line."""
        with self._lock:
            self._stream.write(json.dumps(message).encode() + b"\n")
            self._stream.flush()


def main(*, ahead: bool = False) -> None:
    """Answer until the input ends.

    :param ahead: connect to the system's libvirt at once, for it is going to be asked.
    """
    machine = Machine()
    threading.Thread(target=_begin, args=(machine, ahead), daemon=True).start()
    answer_all(lambda: machine, Output(own_output()))


def own_output() -> BinaryIO:
    """This process's output, for answers alone: what a C library prints goes nowhere."""
    stream = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return stream


def answer_all(machine: Callable[[], Machine], out: Output) -> None:
    """Answer until the input ends, and end the process. A request that hangs holds up no other.

    :param machine: called for each request.
    """
    load_sources()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        threading.Thread(target=_serve, args=(machine(), request, out), daemon=True).start()
    # Not exit(): a thread that hangs in a call would be waited for.
    os._exit(0)


def load_sources() -> None:
    """Load the modules that know how to look."""
    for module in MODULES:
        importlib.import_module(module)


def _source(name: str) -> Source:
    if name not in SOURCES:
        for module in SELDOM:
            importlib.import_module(module)
    return SOURCES[name]


def load() -> None:
    """Load libvirt's library before the first question needs it; what fails is told to whoever asks."""
    with suppress(Unobservable):
        load_binding()


def _begin(machine: Machine, ahead: bool) -> None:
    load()
    if ahead:
        with suppress(Exception):  # whoever asks is told
            connect(machine, SYSTEM).call(lambda _connection: None)


def _serve(machine: Machine, request: dict[str, Any], out: Output) -> None:
    wanted = [tuple(args) for args in request["wanted"]]
    try:
        answers = _source(request["source"]).observe(machine, wanted)
    except Unobservable as failure:
        answers = dict.fromkeys(wanted, failure)
    except Exception as error:  # noqa: BLE001 - a fault of ours is "could not ask"
        fault = Unobservable("internal-error", text("internal error: {error}", error=repr(error)))
        answers = dict.fromkeys(wanted, fault)
    pairs = [[args, plain(answer)] for args, answer in answers.items()]
    out.send({"id": request["id"], "answers": pairs})
