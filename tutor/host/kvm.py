"""The device /dev/kvm, opened."""

from __future__ import annotations

import os

from tutor.host.cpu import look_at_cpu
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict

DEVICE = "/dev/kvm"

#: Requests of the kernel's KVM (include/uapi/linux/kvm.h), and the one version there has been since 2007.
_GET_API_VERSION, _CREATE_VM = 0xAE00, 0xAE01
API_VERSION = 12


class Kvm(TypedDict):
    """How opening it for reading and writing ended: ``errno`` 0 is well.

    ``api`` is its version, 0 where it is no KVM; ``machine`` is the errno of making an empty virtual
    machine, None where that was not tried.
    """

    errno: int
    api: int
    machine: int | None


def kvm_opened() -> Question[Kvm]:
    """Open the device as this user, make an empty virtual machine in it, and let go of both."""
    return Question("kvm-opened", Kvm)


@source("kvm-opened", by="open(2), ioctl(2)", slow=True)
def open_kvm(machine: Machine) -> Kvm:
    """See :func:`kvm_opened`."""
    try:
        device = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        return {"errno": error.errno or -1, "api": 0, "machine": None}
    try:
        api = _version(device)
        # A device without the processor's support may hang in the attempt.
        able = api == API_VERSION and {"vmx", "svm"} & set(look_at_cpu(machine)["flags"])
        return {"errno": 0, "api": api, "machine": _make(device) if able else None}
    finally:
        os.close(device)


def _version(device: int) -> int:
    import fcntl

    try:
        return fcntl.ioctl(device, _GET_API_VERSION)
    except OSError:
        return 0


def _make(device: int) -> int:
    import fcntl

    try:
        os.close(fcntl.ioctl(device, _CREATE_VM, 0))
    except OSError as error:
        return error.errno or -1
    return 0
