"""Hardware virtualization: the processor's, the kernel's, and the device."""

from __future__ import annotations

from tutor.grading.finding import failed, passed, skipped
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.cpu import container, cpu, kvm_modules
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.text import text

#: The processor flag that each vendor's module drives.
MODULE_OF = {"vmx": "kvm_intel", "svm": "kvm_amd"}

_WHY = text(
    "Without hardware virtualization QEMU emulates every instruction, and guests are many times slower."
)

#: The kernel's number for /dev/kvm: misc major 10, KVM_MINOR 232 (Documentation/admin-guide/devices.txt).
_NODE = ("sudo sh -c 'mknod -m 0660 /dev/kvm c 10 232; chgrp -f kvm /dev/kvm; true'",)


def has_virtualization(host: Host) -> bool:
    """Whether the processor itself offers vmx or svm to this system."""
    return bool(MODULE_OF.keys() & set(host.ask(cpu())["flags"]))


def kvm_is_usable(host: Host) -> bool:
    """Whether guests can run under KVM here: the flag and the device are both there."""
    return has_virtualization(host) and host.ask(file_status("/dev/kvm")) is not None


@check("cpu-virtualization")
def cpu_virtualization(host: Host) -> Finding:
    """The processor offers hardware virtualization (vmx or svm)."""
    seen = host.ask(cpu())
    flags = [flag for flag in MODULE_OF if flag in seen["flags"]]
    if flags:
        return passed(text("the processor has the flag {flag}", flag=flags[0]))
    if seen["arch"] not in ("x86_64", "i686"):
        return skipped(
            "other-architecture", text("vmx and svm are flags of x86; this is {arch}", arch=seen["arch"])
        )
    if "hypervisor" in seen["flags"]:
        return failed(
            "no-nesting",
            text("this system is itself a virtual machine, and its processor has neither vmx nor svm"),
            why=_WHY,
            hint=text("Turn on nested virtualization for this machine on its host, or use a physical one."),
        )
    return failed(
        "no-flag",
        text("neither vmx nor svm among the processor's flags"),
        why=_WHY,
        hint=text(
            "Look for Intel VT-x or AMD-V (SVM) in the firmware's settings: newer kernels hide the flag "
            "while the firmware has it turned off."
        ),
    )


@check("kvm-module")
def kvm_module(host: Host) -> Finding:
    """The kernel has KVM and its part for this processor, loaded or built in."""
    wanted = _wanted(host)
    if wanted is None:
        return skipped(
            "other-architecture", text("the kernel's part of KVM has another name on this architecture")
        )
    present = host.ask(kvm_modules())
    if wanted in present and "kvm" in present:
        return passed(text("the kernel has {modules}", modules=", ".join(present)))
    if "kvm" in present:
        return failed(
            "firmware-off",
            text("kvm is there but {module} is not: it refuses to load", module=wanted),
            why=text("The processor can, but something has turned virtualization off, usually the firmware."),
            hint=text(
                "Turn on Intel VT-x or AMD-V (SVM) in the firmware's settings, then start the machine again."
            ),
        )
    return failed(
        "module-missing",
        text("neither kvm nor {module} in /sys/module", module=wanted),
        why=text("KVM is the kernel's part of virtualization; QEMU uses it through /dev/kvm."),
        hint=text("Load the module; if it refuses, look at the firmware's settings."),
        fix=_load(host),
    )


@check("kvm-device")
def kvm_device(host: Host) -> Finding:
    """The device /dev/kvm exists."""
    device = host.ask(file_status("/dev/kvm"))
    if device is not None and device["kind"] == "character-device":
        return passed(text("/dev/kvm exists"))
    if device is not None:
        make = _make(host)
        return failed(
            "not-a-device",
            text("/dev/kvm is a {kind}, not a device", kind=device["kind"]),
            why=_WHY,
            hint=text("Something else was put in the device's place: remove it and load the module again."),
            fix=("sudo rm -r /dev/kvm", *make) if make else (),
        )
    manager = host.ask(container())
    if manager is not None:
        return failed(
            "in-container",
            text("there is no /dev/kvm in this container ({manager})", manager=manager),
            why=text("A container sees only the devices that its host hands to it."),
            hint=text("Hand /dev/kvm to the container, or work on the host itself."),
        )
    return failed(
        "device-missing",
        text("there is no /dev/kvm"),
        why=text("QEMU reaches the kernel's KVM through this device."),
        hint=text("The module creates it when it loads: look at the module first."),
        fix=_make(host),
    )


def _wanted(host: Host) -> str | None:
    """The module that drives this processor's virtualization."""
    flags = host.ask(cpu())["flags"]
    return next((module for flag, module in MODULE_OF.items() if flag in flags), None)


def _load(host: Host) -> tuple[str, ...]:
    """Load the module. A container cannot: the kernel is its host's."""
    wanted = _wanted(host)
    return () if wanted is None or host.ask(container()) is not None else (f"sudo modprobe {wanted}",)


def _make(host: Host) -> tuple[str, ...]:
    """Bring the device: the module makes it once, when it loads, and never again."""
    wanted, present = _wanted(host), host.ask(kvm_modules())
    if wanted in present and "kvm" in present:
        return () if host.ask(container()) is not None else _NODE
    # Loading it is in vain where the firmware has turned it off.
    return () if "kvm" in present else _load(host)
