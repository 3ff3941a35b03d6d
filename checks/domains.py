"""Domains: that they exist, run, and are made of what the course asks for."""

from __future__ import annotations

from shlex import quote

from checks.commands import virsh
from checks.cpu import kvm_is_usable
from checks.domain_commands import (
    definition,
    edit,
    is_absent,
    is_impossible,
    known,
    look_at,
    manage,
    pending,
    reference,
    unless_there,
)
from checks.network_commands import define, start
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import domain as domain_question
from tutor.host.libvirt.domains import in_session
from tutor.host.libvirt.networks import network as network_question
from tutor.host.question import Unobservable
from tutor.text import text

_WHY_NUMBERS = text(
    "The course names these numbers so that every guest fits on an ordinary laptop, and works alike."
)

#: States under which a domain is up, as libvirt counts it.
_UP = ("running", "blocked")

#: What brings a domain up from any other state; ``start`` from those not named.
_REVIVE = {
    "paused": ("resume",),
    "suspended": ("dompmwakeup",),
    "crashed": ("destroy", "start"),
    "shutdown": ("destroy", "start"),
}


def _create(host: Host, *, domain: str) -> tuple[str, ...]:
    """Define an empty domain; the other checks' commands furnish it."""
    # By XML: virt-install refuses names with a space, which libvirt takes.
    name, uuid = _escaped(domain), reference(host, domain)
    identity = f"<name>{name}</name>" + (f"<uuid>{uuid}</uuid>" if uuid != domain else "")
    xml = (
        f'<domain type="{_best_type(host)}">{identity}<memory unit="MiB">1024</memory><vcpu>1</vcpu>'
        "<os><type>hvm</type></os><features><acpi/></features></domain>"
    )
    make = f"printf %s {quote(xml)} | {virsh(host, 'define', '/dev/stdin')}"
    if is_absent(host, domain):
        return (make,)
    return (f"{manage(host, 'domuuid', domain)} >/dev/null 2>&1 || {make}",)


def _escaped(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _best_type(host: Host) -> str:
    try:
        return "kvm" if kvm_is_usable(host) else "qemu"
    except Unobservable:
        return "qemu"


@check("domain-defined", remedy=_create)
def domain_defined(host: Host, *, domain: str) -> Finding:
    """The domain {domain} exists in the system's libvirt."""
    found = host.ask(domain_question(SYSTEM, domain))
    if found is not None:
        return passed(text("{domain} exists and is {state}", domain=domain, state=found["state"]))
    hint = text("Look at: virsh -c qemu:///system list --all")
    if is_impossible(domain):
        return failed(
            "impossible-name",
            text("there is no domain {domain}", domain=domain),
            why=text("libvirt keeps a domain in a file of its name, and there can be no such file."),
            hint=text("Choose another name for the domain."),
        )
    if _in_session(host, domain):
        return failed(
            "in-session-mode",
            text("it exists, but in qemu:///session"),
            why=text(
                "Without a URI the tools of an ordinary user talk to qemu:///session, a place of its own."
            ),
            hint=hint,
            fix=_create(host, domain=domain),
        )
    return failed(
        "missing",
        text("there is no domain {domain}", domain=domain),
        why=text("The rest of this step is about that domain."),
        hint=hint,
        fix=_create(host, domain=domain),
    )


def _in_session(host: Host, name: str) -> bool:
    try:
        return host.ask(in_session("domain", name))
    except Unobservable:
        return False


@check("domain-persistent")
def domain_persistent(host: Host, *, domain: str) -> Finding:
    """The domain {domain} is defined to stay, not only until it stops."""
    if known(host, domain)["persistent"]:
        return passed(text("{domain} is persistent", domain=domain))
    # Without --inactive the copy would hold what only this run has: host devices, process labels.
    keep = manage(host, "dumpxml", domain, "--inactive", "--security-info")
    return failed(
        "transient",
        text("{domain} was started without being defined: it is gone as soon as it stops", domain=domain),
        why=text("virsh create starts a domain from a file; virsh define keeps it."),
        hint=text("Look at: virsh -c qemu:///system list --all --persistent"),
        fix=(f"{keep} | {virsh(host, 'define', '/dev/stdin')}",),
    )


def _run(host: Host, *, domain: str) -> tuple[str, ...]:
    begin = manage(host, "start", domain)
    if is_absent(host, domain):
        return (*_networks(host, ()), begin)
    # By name, not by a word for its state: virsh speaks the student's language.
    look = f"{virsh(host, 'list', '--name', '--state-running')} | grep -qxF {quote(domain)}"
    return (*_networks(host, ()), f"{look} || {begin}")


@check("domain-running", remedy=_run)
def domain_running(host: Host, *, domain: str) -> Finding:
    """The domain {domain} runs."""
    state = known(host, domain)["state"]
    if state in _UP:
        return passed(text("{domain} is {state}", domain=domain, state=state))
    networks = tuple(nic.network for nic in definition(host, domain).nics if nic.network)
    revive = tuple(manage(host, command, domain) for command in _REVIVE.get(state, ("start",)))
    return failed(
        state if state in _REVIVE else "not-running",
        text("{domain} is {state}", domain=domain, state=state),
        why=text("Defining a domain and starting it are two things."),
        hint=text("Look at: virsh -c qemu:///system domstate --reason {domain}", domain=quote(domain)),
        fix=(*_networks(host, networks), *revive),
    )


def _networks(host: Host, names: tuple[str, ...]) -> tuple[str, ...]:
    """Start what a guest on the networks ``names``, and on default, cannot start without."""
    return tuple(command for name in dict.fromkeys(("default", *names)) for command in _network(host, name))


def _network(host: Host, name: str) -> tuple[str, ...]:
    try:
        found = host.ask(network_question(SYSTEM, name))
    except Unobservable:
        return start(host, network=name)
    if found is None:
        made = define(host, name)
        return (*made, *start(host, network=name)) if made else ()
    return () if found["active"] else start(host, network=name)


def _memory(host: Host, *, domain: str, mebibytes: int) -> tuple[str, ...]:
    size = f"{mebibytes}M"
    return (
        manage(host, "setmaxmem", domain, size, "--config"),
        manage(host, "setmem", domain, size, "--config"),
    )


@check("domain-memory", remedy=_memory)
def domain_memory(host: Host, *, domain: str, mebibytes: int) -> Finding:
    """The domain {domain} has {mebibytes} MiB of memory."""
    found = definition(host, domain)
    wanted = mebibytes * 1024
    if found.memory == wanted and found.current_memory == wanted:
        note = pending(host, domain, lambda one: one.memory)
        return passed(text("{count} MiB", count=mebibytes), note=note)
    said = text(
        "{memory} KiB, of which the guest gets {current} KiB",
        memory=found.memory,
        current=found.current_memory,
    )
    hint = text(
        "A number without a unit is KiB in virsh and in the XML, but MiB in virt-install: "
        "{kib} KiB are wanted.",
        kib=wanted,
    )
    fix = _memory(host, domain=domain, mebibytes=mebibytes)
    # A bare number means KiB to libvirt and virsh, MiB to virt-install; QEMU gets whole MiB of it.
    if mebibytes in (found.memory, found.current_memory) or found.memory == -(-mebibytes // 1024) * 1024:
        return failed("kibibytes", said, why=_WHY_NUMBERS, hint=hint, fix=fix)
    if found.memory == wanted:
        return failed("wrong-current-memory", said, why=_WHY_NUMBERS, hint=hint, fix=fix)
    return failed("wrong-memory", said, why=_WHY_NUMBERS, hint=hint, fix=fix)


def _vcpus(host: Host, *, domain: str, vcpus: int) -> tuple[str, ...]:
    count = str(vcpus)
    return (
        manage(host, "setvcpus", domain, count, "--maximum", "--config"),
        manage(host, "setvcpus", domain, count, "--config"),
    )


@check("domain-vcpus", remedy=_vcpus)
def domain_vcpus(host: Host, *, domain: str, vcpus: int) -> Finding:
    """The domain {domain} has {vcpus} virtual CPUs."""
    found = definition(host, domain)
    if found.vcpus == vcpus and found.current_vcpus == vcpus:
        note = pending(host, domain, lambda one: (one.vcpus, one.current_vcpus))
        return passed(text("{count} virtual CPUs", count=vcpus), note=note)
    fix = _vcpus(host, domain=domain, vcpus=vcpus)
    if found.topology and found.vcpus != vcpus:
        # libvirt refuses a number that sockets and cores do not multiply to.
        counts = f"vcpus={vcpus},maxvcpus={vcpus},sockets={vcpus},cores=1,threads=1"
        fix = edit(host, domain, "--edit", "--vcpus", counts)
    return failed(
        "wrong-vcpus" if found.vcpus != vcpus else "vcpus-offline",
        text(
            "{count} virtual CPUs, of which {current} are on", count=found.vcpus, current=found.current_vcpus
        ),
        why=_WHY_NUMBERS,
        hint=look_at(domain),
        fix=fix,
    )


def _graphics(host: Host, *, domain: str, graphics: str) -> tuple[str, ...]:
    add = edit(host, domain, "--add-device", "--graphics", graphics)
    return unless_there(host, domain, f"<graphics type='{graphics}'", add)


@check("domain-graphics", remedy=_graphics)
def domain_graphics(host: Host, *, domain: str, graphics: str) -> Finding:
    """The domain {domain} shows its screen by {graphics}."""
    found = definition(host, domain).graphics
    said = text("graphics: {kinds}", kinds=", ".join(found) or "-")
    if graphics in found:
        return passed(said, note=pending(host, domain, lambda one: sorted(one.graphics)))
    why = text("virt-viewer and virt-manager reach the guest's screen this way.")
    if not found:
        add = edit(host, domain, "--add-device", "--graphics", graphics)
        return failed("no-graphics", said, why=why, hint=look_at(domain), fix=add)
    # Anew: a port or a password of the other kind would not be understood.
    change = edit(host, domain, "--edit", "--graphics", f"clearxml=yes,type={graphics},listen=127.0.0.1")
    return failed("wrong-graphics", said, why=why, hint=look_at(domain), fix=change)


@check("domain-machine")
def domain_machine(host: Host, *, domain: str, arch: str) -> Finding:
    """The domain {domain} is a fully virtualized machine (hvm) of architecture {arch}."""
    found = definition(host, domain)
    said = text("{arch}, {os}", arch=found.arch or "-", os=found.os_type or "-")
    if found.arch == arch and found.os_type == "hvm":
        return passed(said)
    return failed(
        "wrong-arch" if found.arch != arch else "not-hvm",
        said,
        why=text("Only a guest of the host's own architecture can run under KVM."),
        hint=look_at(domain),
        fix=edit(host, domain, "--edit", "--boot", f"arch={arch},os_type=hvm,emulator="),
    )


def _boot(host: Host, *, domain: str, device: str) -> tuple[str, ...]:
    return edit(host, domain, "--edit", "--boot", device)


@check("domain-boot", remedy=_boot)
def domain_boot(host: Host, *, domain: str, device: str) -> Finding:
    """The domain {domain} boots from its disk first ({device})."""
    found = definition(host, domain)
    if found.boots == device:
        return passed(text("first boot device: {device}", device=device))
    why = text("A guest that looks at the network or a CD first does not start its own system.")
    said = text("first boot device: {device}", device=found.boots or "-")
    # By the kind of device: orders of single devices exclude that, so they go first.
    cleared = (_without_orders(host, domain),) if found.ordered else ()
    fix = (*cleared, *_boot(host, domain=domain, device=device))
    if found.kernel:
        none = edit(host, domain, "--edit", "--boot", "kernel=,initrd=,cmdline=")
        return failed("boots-a-kernel", said, why=why, hint=look_at(domain), fix=(*none, *fix))
    return failed("boots-elsewhere", said, why=why, hint=look_at(domain), fix=fix)


def _without_orders(host: Host, domain: str) -> str:
    """Take every device's own boot order away, which virt-xml cannot."""
    read = manage(host, "dumpxml", domain, "--inactive", "--security-info")
    return f"{read} | sed {quote('/<boot order=/d')} | {virsh(host, 'define', '/dev/stdin')}"


@check("domain-type")
def domain_type(host: Host, *, domain: str) -> Finding:
    """The domain {domain} uses KVM where this machine can."""
    kind = definition(host, domain).kind
    if kind == "kvm":
        return passed(text("domain type kvm"))
    if kind == "qemu" and not kvm_is_usable(host):
        note = text("KVM is not usable on this machine, so type qemu is accepted: it works, slowly")
        return passed(text("domain type qemu"), note=note)
    return failed(
        "not-kvm",
        text("domain type {kind}, although KVM is usable here", kind=kind),
        why=text("Under type qemu every instruction is emulated, and the guest is many times slower."),
        hint=look_at(domain),
        fix=edit(host, domain, "--edit", "--xml", "./@type=kvm"),
    )
