"""What a document says of the machine that was judged."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from tutor.course.records import Subject
from tutor.dataclass import replace
from tutor.grading.verdict import HostFacts
from tutor.host.cpu import cpu
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.kernel import System, system
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.question import Question, Unobservable

T = TypeVar("T")

#: What the machine tests of this version run on; another system is graded, and named as unproven.
PROVEN = ("debian 12", "debian 13")


def fact_questions(uses: Collection[Subject]) -> tuple[Question[Any], ...]:
    """What :func:`host_facts` asks of slow sources."""
    return (connection(SYSTEM, "read"),) if "libvirt" in uses else ()


def host_facts(host: Host, uses: Collection[Subject]) -> HostFacts:
    """The facts, with None for what is not known, and for what a course that uses no libvirt does not ask.

    :param uses: the course's subjects.
    """
    running = _known(lambda: host.ask(system()))
    facts = HostFacts(
        id=running["machine"] if running else None,
        os=_os(running) if running else None,
        kernel=running["kernel"] if running else None,
    )
    return _of_libvirt(host, facts) if "libvirt" in uses else facts


def _of_libvirt(host: Host, facts: HostFacts) -> HostFacts:
    opened = _known(lambda: host.ask(connection(SYSTEM, "read")))
    return replace(
        facts,
        libvirt=_version(opened["libvirt"]) if opened else None,
        qemu=_version(opened["hypervisor"]) if opened else None,
        kvm=_known(lambda: _kvm(host)),
        firewall=_firewall(host, opened["libvirt"]) if opened and opened["libvirt"] else None,
    )


def _known(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except Unobservable:
        return None


def _os(running: System) -> str:
    return f"{running['id'] or running['platform'].lower()} {running['version'] or ''}".strip()


def _version(number: int) -> str | None:
    """The way that libvirt writes a version as one number: major * 1,000,000 + minor * 1,000 + release."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}" if number else None


def _kvm(host: Host) -> bool:
    flags = host.ask(cpu())["flags"]
    return bool({"vmx", "svm"} & set(flags)) and host.ask(file_status("/dev/kvm")) is not None


def _firewall(host: Host, version: int) -> str | None:
    # Not loaded by a start that does not need it.
    from tutor.host.libvirt.network_conf import firewall_backend

    return _known(lambda: firewall_backend(host, version))
