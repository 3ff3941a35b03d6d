"""What runs in the process that looks at libvirt for ``tutor watch``: it answers, and tells of events.

A line ``{"topics": [...]}`` that nobody asked for names what has changed. Whatever libvirt does to this
process, hangs it or kills it, the tool itself goes on.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from tutor.host.libvirt.connection import SYSTEM, Connection, load_binding
from tutor.host.machine import LIBVIRT_LIMIT, Machine, Patience
from tutor.host.question import Unobservable
from tutor.host.worker import Output, answer_all, load, own_output
from tutor.watch.topics import ANY, LIBVIRT, POOLS, Topic, domain, network

#: Seconds between two signs of life, and how many may be missing before the connection is given up.
KEEPALIVE, MISSING = 5, 3
#: Seconds until the daemon is tried again, at first and at most.
RETRY, RETRY_AT_MOST = 0.2, 5.0

Tell = Callable[..., None]


def main() -> None:
    """Answer until the input ends."""
    out = Output(own_output())

    def tell(*topics: Topic) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more: the input ends as well
            out.send({"topics": topics})

    load()
    with contextlib.suppress(Unobservable):  # told to whoever asks
        binding = load_binding()
        # Before any connection is opened: each belongs to the event loop that is there then.
        binding.virEventRegisterDefaultImpl()
        threading.Thread(target=_run_events, args=(binding,), daemon=True).start()
        threading.Thread(target=_stay_subscribed, args=(binding, tell), daemon=True).start()
    machine = Machine()
    answer_all(lambda: _renewed(machine), out)


def _renewed(machine: Machine) -> Machine:
    """The same connections, with new patience."""
    machine.patience = Patience(LIBVIRT_LIMIT)
    for shared in machine.all_shared:
        if isinstance(shared, Connection):
            shared.renew(machine.patience)
    return machine


def _run_events(binding: Any) -> None:
    while True:
        try:
            binding.virEventRunDefaultImpl()
        except binding.libvirtError:
            time.sleep(RETRY)


def _stay_subscribed(binding: Any, tell: Tell) -> None:
    """Listen to the daemon; when it has gone, or is not there yet, try again."""
    pause = RETRY
    while True:
        closed = threading.Event()
        try:
            connection = binding.openReadOnly(SYSTEM)
            _subscribe(binding, connection, tell, closed)
        except binding.libvirtError:
            time.sleep(pause)
            pause = min(RETRY_AT_MOST, pause * 2)
            continue
        pause = RETRY
        tell(LIBVIRT)
        closed.wait()
        tell(LIBVIRT)
        with contextlib.suppress(binding.libvirtError):
            connection.close()
        time.sleep(RETRY)


def _subscribe(binding: Any, connection: Any, tell: Tell, closed: threading.Event) -> None:
    """Have every event told. The callbacks run in the event loop's thread."""
    connection.setKeepAlive(KEEPALIVE, MISSING)
    connection.registerCloseCallback(lambda *_: closed.set(), None)

    def of_domain(_connection: Any, subject: Any, *_more: Any) -> None:
        tell(domain(subject.name()), domain(ANY))

    def of_network(_connection: Any, subject: Any, *_more: Any) -> None:
        tell(network(subject.name()), network(ANY))

    def of_pool(*_more: Any) -> None:
        tell(POOLS)

    for name in (
        *("LIFECYCLE", "DEVICE_ADDED", "DEVICE_REMOVED", "DISK_CHANGE", "TRAY_CHANGE"),
        *("BALLOON_CHANGE", "METADATA_CHANGE", "TUNABLE", "BLOCK_JOB_2"),
    ):
        number = getattr(binding, f"VIR_DOMAIN_EVENT_ID_{name}")
        connection.domainEventRegisterAny(None, number, of_domain, None)
    for name in ("LIFECYCLE", "METADATA_CHANGE"):
        number = getattr(binding, f"VIR_NETWORK_EVENT_ID_{name}", None)  # the second since libvirt 9.8
        if number is not None:
            connection.networkEventRegisterAny(None, number, of_network, None)
    for name in ("LIFECYCLE", "REFRESH"):
        number = getattr(binding, f"VIR_STORAGE_POOL_EVENT_ID_{name}")
        connection.storagePoolEventRegisterAny(None, number, of_pool, None)
