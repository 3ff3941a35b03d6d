"""The programs of the course: that they are here, and that they start."""

from __future__ import annotations

import re

from checks.packages import install
from tutor.doctor.findings import Finding, problem
from tutor.doctor.judged import judged, spec
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, probe
from tutor.host.host import Host, together
from tutor.host.libvirt.connection import SYSTEM, connection
from tutor.host.libvirt.network_conf import PROGRAMS as BACKEND_PROGRAMS
from tutor.host.libvirt.network_conf import firewall_backend
from tutor.host.programs import program
from tutor.host.question import Unobservable
from tutor.host.starting import Started, started
from tutor.text import text

PROGRAMS = (
    "qemu-system-x86_64",
    "qemu-img",
    "virsh",
    "virt-install",
    "virt-xml",
    "virt-manager",
    "virt-viewer",
)

#: Those of them that tell something of their own by starting; virt-xml is virt-install's other half.
STARTED = ("virsh", "virt-install", "virt-manager", "qemu-img", "qemu-system-x86_64")


@probe("programs")
def course_programs(host: Host, _needs: Needs) -> Answers:
    """The programs of the course are installed."""
    return judged(host, spec("programs", programs=PROGRAMS))


@probe("programs-start", after=("programs",))
def programs_start(host: Host, _needs: Needs) -> Answers:
    """Each of them starts and tells its version."""
    together(host, *map(started, STARTED))
    versions = []
    for name in STARTED:
        how = host.ask(started(name))
        if how is not None and how["code"] != 0:
            yield _does_not_start(host, name, how)
        elif how is not None:
            versions.append(_version(name, how["said"]))
    yield text("{versions}", versions=", ".join(versions))


def _version(name: str, said: str) -> str:
    """The program, and the first number that it told."""
    found = re.search(r"\d+(\.\d+)+", said)
    return f"{name} {found[0]}" if found else name


def _does_not_start(host: Host, name: str, how: Started) -> Finding:
    what = text("{name} --version ended with {code}: {said}", name=name, code=how["code"], said=how["said"])
    return problem(
        "does-not-start",
        what,
        why=text("The course uses these programs in every later step."),
        hint=text("Its files, or those of a program that it stands on, are incomplete or not the system's."),
        fix=_again(host, name),
    )


def _again(host: Host, name: str) -> tuple[str, ...]:
    """Put the files of its package back, whether they are all there or not."""
    (command,) = install(host, [name]) or ("",)
    return (command.replace(" install -y ", " install --reinstall -y ", 1),) if command else ()


@probe("network-programs", after=("programs",))
def network_programs(host: Host, _needs: Needs) -> Answers:
    """What libvirt makes its networks with is installed: dnsmasq, and iptables or nftables."""
    return judged(host, spec("programs", programs=("dnsmasq", _firewall_program(host))))


def _firewall_program(host: Host) -> str:
    """What the backend runs: where nothing tells which it is, the older, unless only the newer is here."""
    try:
        version = host.ask(connection(SYSTEM, "read"))["libvirt"]
    except Unobservable:
        version = 0
    try:
        backend = firewall_backend(host, version)
    except Unobservable:
        backend = None
    if backend is not None:
        return BACKEND_PROGRAMS[backend]
    return "iptables" if host.ask(program("iptables")) is not None else "nft"
