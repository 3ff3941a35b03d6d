"""Domains: that they exist, run, and are made of what the course asks for."""

from __future__ import annotations

from checks import domain_xml
from checks.commands import virsh, virt_install, virt_xml
from checks.cpu import kvm_is_usable
from checks.domain_xml import Definition
from checks.packages import install_missing
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import Domain, in_session
from tutor.host.libvirt.domains import domain as domain_question
from tutor.host.libvirt.networks import network as network_question
from tutor.host.question import Unobservable
from tutor.text import Text, text

_WHY_NUMBERS = text("The course names these numbers so that every guest fits on an ordinary laptop, and works alike.")
_DUMP = text("Look at: virsh -c qemu:///system dumpxml --inactive {domain}")

#: virDomainState names under which a domain is up, as libvirt counts it.
_UP = ("running", "blocked")


def known(host: Host, name: str) -> Domain:
    """A domain that an earlier check has seen.

    :raises Unobservable: when it is gone in between.
    """
    found = host.ask(domain_question(SYSTEM, name))
    if found is None:
        raise Unobservable("gone", text("the domain {name} is gone", name=name))
    return found


def definition(host: Host, name: str) -> Definition:
    """What the domain's next start will read."""
    return domain_xml.read(known(host, name)["inactive_xml"])


def guarded(host: Host, name: str, test: str, command: str) -> str:
    """``command`` where ``test`` fails; the test is left out where nothing can be there yet.

    A blocked check does not know what is there: its command looks before it adds.
    """
    try:
        absent = host.ask(domain_question(SYSTEM, name)) is None
    except Unobservable:
        absent = False
    return command if absent else f"{test} || {command}"


def look_at(name: str) -> Text:
    """The hint that shows a domain's definition."""
    return Text(_DUMP.message, {"domain": name})


def _create(host: Host, *, domain: str) -> tuple[str, ...]:
    """Define an empty domain; the other checks' commands furnish it."""
    make = virt_install(
        host,
        *("--name", domain, "--memory", "1024", "--vcpus", "1", "--import"),
        *("--disk", "none", "--network", "none", "--graphics", "none"),
        *("--osinfo", "detect=on,require=off", "--print-xml"),
    )
    look = f"{virsh(host, 'domuuid', domain)} >/dev/null 2>&1"
    define = f"{make} | {virsh(host, 'define', '/dev/stdin')}"
    return (*install_missing(host, ["virt-install"]), guarded(host, domain, look, define))


@check("domain-defined", remedy=_create)
def domain_defined(host: Host, *, domain: str) -> Finding:
    """The domain {domain} exists in the system's libvirt."""
    found = host.ask(domain_question(SYSTEM, domain))
    if found is not None:
        return passed(text("{domain} exists and is {state}", domain=domain, state=found["state"]))
    elsewhere = _in_session(host, domain)
    return failed(
        "in-session-mode" if elsewhere else "missing",
        text("it exists, but in qemu:///session") if elsewhere else text("there is no domain {domain}", domain=domain),
        why=text("Without a URI the tools of an ordinary user talk to qemu:///session, a place of its own.")
        if elsewhere
        else text("The rest of this step is about that domain."),
        hint=text("Look at: virsh -c qemu:///system list --all"),
        fix=_create(host, domain=domain),
    )


@check("domain-persistent")
def domain_persistent(host: Host, *, domain: str) -> Finding:
    """The domain {domain} is defined to stay, not only until it stops."""
    if known(host, domain)["persistent"]:
        return passed(text("{domain} is persistent", domain=domain))
    return failed(
        "transient",
        text("{domain} was started without being defined: it is gone as soon as it stops", domain=domain),
        why=text("virsh create starts a domain from a file; virsh define keeps it."),
        hint=text("Look at: virsh -c qemu:///system list --all --persistent"),
        fix=(f"{virsh(host, 'dumpxml', domain)} | {virsh(host, 'define', '/dev/stdin')}",),
    )


def _run(host: Host, *, domain: str) -> tuple[str, ...]:
    start = virsh(host, "start", domain)
    look = f"{virsh(host, 'domstate', domain)} | grep -q running"
    return (*_start_network(host), guarded(host, domain, look, start))


@check("domain-running", remedy=_run)
def domain_running(host: Host, *, domain: str) -> Finding:
    """The domain {domain} runs."""
    state = known(host, domain)["state"]
    if state in _UP:
        return passed(text("{domain} is {state}", domain=domain, state=state))
    commands = {"paused": ("resume",), "suspended": ("dompmwakeup",), "crashed": ("destroy", "start")}
    code = state if state in commands else "not-running"
    fix = tuple(virsh(host, command, domain) for command in commands.get(state, ("start",)))
    return failed(
        code,
        text("{domain} is {state}", domain=domain, state=state),
        why=text("Defining a domain and starting it are two things."),
        hint=text("Look at: virsh -c qemu:///system domstate --reason {domain}", domain=domain),
        fix=(*_start_network(host), *fix),
    )


def _memory(host: Host, *, domain: str, mebibytes: int) -> tuple[str, ...]:
    return (virt_xml(host, domain, "--edit", "--memory", f"memory={mebibytes},currentMemory={mebibytes}"),)


@check("domain-memory", remedy=_memory)
def domain_memory(host: Host, *, domain: str, mebibytes: int) -> Finding:
    """The domain {domain} has {mebibytes} MiB of memory."""
    found = definition(host, domain)
    wanted = mebibytes * 1024
    if found.memory == wanted and found.current_memory == wanted:
        return passed(text("{count} MiB", count=mebibytes))
    # A bare number means KiB to libvirt and virsh, MiB to virt-install.
    if found.memory in (mebibytes, _whole_mebibytes(mebibytes)):
        code = "kibibytes"
    else:
        code = "wrong-memory" if found.memory != wanted else "wrong-current-memory"
    return failed(
        code,
        text("{memory} KiB, of which the guest gets {current} KiB", memory=found.memory, current=found.current_memory),
        why=_WHY_NUMBERS,
        hint=text("A number without a unit is KiB in virsh and in the XML, but MiB in virt-install: {kib} KiB are wanted.",
                  kib=wanted),
        fix=_memory(host, domain=domain, mebibytes=mebibytes),
    )


def _vcpus(host: Host, *, domain: str, vcpus: int) -> tuple[str, ...]:
    return (virt_xml(host, domain, "--edit", "--vcpus", f"vcpus={vcpus},maxvcpus={vcpus}"),)


@check("domain-vcpus", remedy=_vcpus)
def domain_vcpus(host: Host, *, domain: str, vcpus: int) -> Finding:
    """The domain {domain} has {vcpus} virtual CPUs."""
    found = definition(host, domain)
    if found.vcpus == vcpus and found.current_vcpus == vcpus:
        return passed(text("{count} virtual CPUs", count=vcpus))
    return failed(
        "wrong-vcpus" if found.vcpus != vcpus else "vcpus-offline",
        text("{count} virtual CPUs, of which {current} are on", count=found.vcpus, current=found.current_vcpus),
        why=_WHY_NUMBERS,
        hint=look_at(domain),
        fix=_vcpus(host, domain=domain, vcpus=vcpus),
    )


def _graphics(host: Host, *, domain: str, graphics: str) -> tuple[str, ...]:
    look = f"{virsh(host, 'dumpxml', '--inactive', domain)} | grep -q '<graphics '"
    return (guarded(host, domain, look, virt_xml(host, domain, "--add-device", "--graphics", graphics)),)


@check("domain-graphics", remedy=_graphics)
def domain_graphics(host: Host, *, domain: str, graphics: str) -> Finding:
    """The domain {domain} shows its screen by {graphics}."""
    found = definition(host, domain).graphics
    if graphics in found:
        return passed(text("graphics: {kinds}", kinds=", ".join(found)))
    change = "--edit" if found else "--add-device"
    return failed(
        "wrong-graphics" if found else "no-graphics",
        text("graphics: {kinds}", kinds=", ".join(found) or "-"),
        why=text("virt-viewer and virt-manager reach the guest's screen this way."),
        hint=look_at(domain),
        fix=(virt_xml(host, domain, change, "--graphics", f"type={graphics},listen=127.0.0.1"),)
        if found
        else (virt_xml(host, domain, change, "--graphics", graphics),),
    )


@check("domain-machine")
def domain_machine(host: Host, *, domain: str, arch: str) -> Finding:
    """The domain {domain} is a fully virtualized machine (hvm) of architecture {arch}."""
    found = definition(host, domain)
    if found.arch == arch and found.os_type == "hvm":
        return passed(text("{arch}, {os}", arch=found.arch, os=found.os_type))
    return failed(
        "wrong-arch" if found.arch != arch else "not-hvm",
        text("{arch}, {os}", arch=found.arch or "-", os=found.os_type or "-"),
        why=text("Only a guest of the host's own architecture can run under KVM."),
        hint=look_at(domain),
        fix=(virt_xml(host, domain, "--edit", "--boot", f"arch={arch},os_type=hvm,machine="),),
    )


def _boot(host: Host, *, domain: str, device: str) -> tuple[str, ...]:
    return (virt_xml(host, domain, "--edit", "--boot", device),)


@check("domain-boot", remedy=_boot)
def domain_boot(host: Host, *, domain: str, device: str) -> Finding:
    """The domain {domain} boots from its disk first ({device})."""
    found = definition(host, domain)
    by_order = sorted((disk.boot_order, disk.device) for disk in found.disks if disk.boot_order is not None)
    first = {"disk": "hd"}.get(by_order[0][1], by_order[0][1]) if by_order else next(iter(found.boot), "")
    if first == device:
        return passed(text("first boot device: {device}", device=first))
    clear = tuple(
        virt_xml(host, domain, "--edit", f"target={disk.target}", "--disk", "boot.order=")
        for disk in found.disks
        if disk.boot_order is not None
    )
    return failed(
        "boots-elsewhere",
        text("first boot device: {device}", device=first or "-"),
        why=text("A guest that looks at the network or a CD first does not start its own system."),
        hint=look_at(domain),
        fix=(*clear, *_boot(host, domain=domain, device=device)),
    )


@check("domain-type")
def domain_type(host: Host, *, domain: str) -> Finding:
    """The domain {domain} uses KVM where this machine can."""
    found = definition(host, domain)
    usable = kvm_is_usable(host)
    if found.kind == "kvm":
        return passed(text("domain type kvm"))
    if found.kind == "qemu" and not usable:
        note = text("KVM is not usable on this machine, so type qemu is accepted: it works, slowly")
        return passed(text("domain type qemu"), note=note)
    return failed(
        "not-kvm",
        text("domain type {kind}, although KVM is usable here", kind=found.kind),
        why=text("Under type qemu every instruction is emulated, and the guest is many times slower."),
        hint=look_at(domain),
        fix=(virt_xml(host, domain, "--edit", "--xml", "./@type=kvm"),),
    )


def _in_session(host: Host, name: str) -> bool:
    try:
        return host.ask(in_session("domain", name))
    except Unobservable:
        return False


def _whole_mebibytes(kibibytes: int) -> int:
    """KiB rounded up to whole MiB, as libvirt does for QEMU."""
    return -(-kibibytes // 1024) * 1024


def _start_network(host: Host) -> tuple[str, ...]:
    """A guest on the default network cannot start while that is stopped."""
    try:
        default = host.ask(network_question(SYSTEM, "default"))
    except Unobservable:
        default = None
    return (virsh(host, "net-start", "default"),) if default is not None and not default["active"] else ()
