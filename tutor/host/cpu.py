"""The processor and the kernel's part of virtualization."""

from __future__ import annotations

import os
from typing import TypedDict

from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text

#: The flags of /proc/cpuinfo that the course is about; the rest is nobody's business.
FLAGS = ("vmx", "svm", "hypervisor")

#: The modules of KVM. A built-in one is listed in /sys/module as well, unlike in lsmod.
MODULES = ("kvm", "kvm_intel", "kvm_amd")


CPUINFO = "/proc/cpuinfo"
SYS_MODULE = "/sys/module"


class Cpu(TypedDict):
    """The first processor: architecture, vendor, and which of :data:`FLAGS` it has."""

    arch: str
    vendor: str
    flags: list[str]


def cpu() -> Question[Cpu]:
    """The processor as the kernel shows it."""
    return Question("cpu", Cpu)


def kvm_modules() -> Question[list[str]]:
    """Which of :data:`MODULES` the running kernel has, loaded or built in."""
    return Question("kvm-modules", list[str])


def container() -> Question[str | None]:
    """The container manager that this system runs under, None on a machine of its own."""
    return Question("container", str | None)  # type: ignore[arg-type]


@source("cpu", by=CPUINFO)
def look_at_cpu(_machine: Machine) -> Cpu:
    """See :func:`cpu`."""
    fields: dict[str, str] = {}
    try:
        with open(CPUINFO, encoding="utf-8", errors="replace") as file:
            for line in file:
                name, colon, value = line.partition(":")
                if not colon:
                    break  # the first processor is enough
                fields[name.strip()] = value
    except OSError as error:
        raise Unobservable(
            "unreadable", text("/proc/cpuinfo cannot be read: {error}", error=str(error))
        ) from None
    present = set(fields.get("flags", "").split())
    return {
        "arch": os.uname().machine,
        "vendor": fields.get("vendor_id", "").strip(),
        "flags": [flag for flag in FLAGS if flag in present],
    }


@source("kvm-modules", by=SYS_MODULE)
def look_at_modules(_machine: Machine) -> list[str]:
    """See :func:`kvm_modules`."""
    if not os.path.isdir(SYS_MODULE):
        raise Unobservable(
            "unreadable", text("/sys/module is not there, so the kernel's modules cannot be seen")
        )
    return [name for name in MODULES if os.path.isdir(f"{SYS_MODULE}/{name}")]


@source("container", by="/run/systemd/container, /.dockerenv, /run/.containerenv")
def look_for_container(_machine: Machine) -> str | None:
    """See :func:`container`. The files are those of systemd's container interface."""
    try:
        with open("/run/systemd/container", encoding="utf-8", errors="replace") as file:
            return file.read(64).strip() or "container"
    except OSError:
        pass
    for marker, name in (("/.dockerenv", "docker"), ("/run/.containerenv", "podman")):
        if os.path.exists(marker):
            return name
    return None
