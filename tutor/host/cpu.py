"""The processor and the kernel's part of virtualization."""

from __future__ import annotations

import os

from tutor.host.files import read_start, unreadable
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

#: The flags of /proc/cpuinfo that the course is about; the rest is nobody's business.
FLAGS = ("vmx", "svm", "hypervisor")

#: The modules of KVM. A built-in one is listed in /sys/module as well, unlike in lsmod.
MODULES = ("kvm", "kvm_intel", "kvm_amd")


CPUINFO = "/proc/cpuinfo"
SYS_MODULE = "/sys/module"
#: The files of systemd's container interface, and of container managers that do not keep to it.
MANAGER = "/run/systemd/container"
MARKERS = (("/.dockerenv", "docker"), ("/run/.containerenv", "podman"))

#: The architectures whose processors have flags.
X86 = ("x86_64", "i686")

#: Bytes that the first processor takes, generously.
_FIRST = 16 * 1024


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
    arch, fields = os.uname().machine, dict[str, str]()
    try:
        said = read_start(CPUINFO, _FIRST)
    except OSError as error:
        raise unreadable(CPUINFO, error) from None
    for line in said.splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            break  # the first processor is enough
        fields[name.strip()] = value
    if not fields or (arch in X86 and "flags" not in fields):
        raise Unobservable("malformed", text("{path} tells nothing of the processor", path=CPUINFO))
    present = set(fields.get("flags", "").split())
    return {
        "arch": arch,
        "vendor": fields.get("vendor_id", "").strip(),
        "flags": [flag for flag in FLAGS if flag in present],
    }


@source("kvm-modules", by=SYS_MODULE)
def look_at_modules(_machine: Machine) -> list[str]:
    """See :func:`kvm_modules`."""
    try:
        present = os.listdir(SYS_MODULE)
    except FileNotFoundError:
        raise Unobservable(
            "unreadable", text("/sys/module is not there, so the kernel's modules cannot be seen")
        ) from None
    except OSError as error:
        raise unreadable(SYS_MODULE, error) from None
    return [name for name in MODULES if name in present]


@source("container", by="/run/systemd/container, /.dockerenv, /run/.containerenv")
def look_for_container(_machine: Machine) -> str | None:
    """See :func:`container`."""
    try:
        return read_start(MANAGER, 64).strip() or "container"
    except FileNotFoundError:
        return next((name for marker, name in MARKERS if os.path.exists(marker)), None)
    except OSError:
        return "container"  # it is there, and keeps its name to itself
