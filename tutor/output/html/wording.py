"""How the records are called on the pages."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.grading.verdict import Status
from tutor.output.details import STATUS_WORDS
from tutor.report.findings import EnvironmentGroup
from tutor.report.hand_in import Environment
from tutor.text import Text, text

#: The worst first: how columns of the matrix are sorted, and legends are read.
STATUSES = ("fail", "unknown", "blocked", "skip", "pass")
WORDS = {status: STATUS_WORDS[Status(status)] for status in STATUSES}

VIRTUALIZATIONS = {
    "none": text("bare metal"),
    "vm": text("virtual machine"),
    "container": text("container"),
    None: text("not known"),
}
SUSPICIONS = {
    "same-machine": text("same machine"),
    "shared-uuid": text("same UUID"),
    "shared-mac": text("same MAC address"),
    "shared-disk": text("same disk"),
    "shared-journal": text("same journal"),
    "same-hand-in": text("same hand-in"),
    "other-signer": text("signed by another"),
    "other-account": text("another's account"),
    "clock-backwards": text("clock running backwards"),
    "contradiction": text("contradiction"),
    "broken-chain": text("broken chain"),
    "forked-journal": text("forked journal"),
    "changed": text("not what was signed"),
}


def machine(one: Environment | EnvironmentGroup) -> Sequence[str | Text]:
    """What kind of machine it is, in a few words; the version of libvirt is not a matter of kind."""
    words = (one.os or text("system not known"), VIRTUALIZATIONS.get(one.virtualization, text("not known")))
    if not tells_of_libvirt(one):
        return words
    kvm = {True: text("with KVM"), False: text("without KVM"), None: text("KVM not known")}[one.kvm]
    return (*words, kvm)


def tells_of_libvirt(one: Environment | EnvironmentGroup) -> bool:
    """Whether libvirt and KVM were asked about at all: a course that does not use them never does."""
    return one.libvirt is not None or one.kvm is not None
