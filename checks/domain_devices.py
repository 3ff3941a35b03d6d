"""A domain's devices: disks, CD-ROMs, network interfaces."""

from __future__ import annotations

from checks import domain_disks
from checks.domain_commands import definition, edit, is_absent, known, look_at, option, pending, unless_there
from checks.domain_disks import Behind, Wanted
from checks.domain_xml import Definition, Disk, Nic
from checks.domain_xml import read as read_definition
from checks.sizes import shown
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.text import Text, text

_WHY_DISK = text("The disk is what the guest's system is installed on.")
_WHY_NIC = text("The network interface decides which network the guest is on, and how fast it is there.")
_LIVE_ONLY = text("attached only until the domain stops")


def _add_disk(
    host: Host,
    *,
    domain: str,
    format: str = "qcow2",  # noqa: A002 - the course's word
    size: str | None = None,
    target: str | None = None,
    bus: str | None = None,
) -> tuple[str, ...]:
    commands = domain_disks.add(host, Wanted(domain, format, size, target, bus))
    if is_absent(host, domain):
        return commands
    # One command: where there is a disk already, no image may be left over.
    *before, make, plug = commands
    return unless_there(host, domain, "device='disk'", (*before, f"{{ {make} && {plug}; }}"))


@check("domain-disk", remedy=_add_disk)
def domain_disk(
    host: Host,
    *,
    domain: str,
    format: str = "qcow2",  # noqa: A002 - the course's word
    size: str | None = None,
    target: str | None = None,
    bus: str | None = None,
) -> Finding:
    """The domain {domain} has the disk that the course asks for."""
    wanted = Wanted(domain, format, size, target, bus)
    disks = _disks(definition(host, domain))
    if not disks:
        live = _disks(read_definition(known(host, domain)["xml"]))
        said = _LIVE_ONLY if live else text("{domain} has no disk", domain=domain)
        code = "live-only" if live else "no-disk"
        return _refuse_disk(domain, code, said, domain_disks.add(host, wanted))
    # The most promising one's faults are told, where none is right.
    return _best(host, wanted, sorted(disks, key=lambda disk: (disk.target != target, disk.target)))


def _best(host: Host, wanted: Wanted, disks: list[Disk]) -> Finding:
    """What is said of the first right one of ``disks``; of the first, where all are wrong.

    :raises Unobservable: where none is seen to be right, and one could not be seen.
    """
    findings: list[Finding] = []
    unseen: Unobservable | None = None
    for disk in disks:
        try:
            findings.append(_judge_disk(host, wanted, disk))
        except Unobservable as failure:
            unseen = unseen or failure
            continue
        if findings[-1].code is None:
            return findings[-1]
    if unseen is not None:
        raise unseen
    return findings[0]


def _disks(found: Definition) -> list[Disk]:
    return [disk for disk in found.disks if disk.device == "disk"]


def _plugs(found: Definition) -> list[tuple[str, ...]]:
    return sorted((disk.target, disk.bus, disk.format, disk.source or "") for disk in _disks(found))


def _judge_disk(host: Host, wanted: Wanted, disk: Disk) -> Finding:
    plug = wanted.misplugged(disk)
    try:
        behind = domain_disks.look_behind(host, wanted, disk)
    except Unobservable:
        # It is wrong whatever lies behind it.
        if plug is None:
            raise
        behind = Behind(disk.source, disk.format, 0)
    said = text(
        "{target} on {bus}: {format}, {size}",
        target=disk.target,
        bus=disk.bus,
        format=disk.format,
        size=shown(behind.capacity),
    )
    if plug is None and behind.code is None:
        return passed(said, note=pending(host, wanted.domain, _plugs))
    observed = said if plug else behind.observed or said
    return _refuse_disk(
        wanted.domain, plug or str(behind.code), observed, domain_disks.mend(host, wanted, disk, behind)
    )


def _refuse_disk(domain: str, code: str, observed: Text, fix: tuple[str, ...]) -> Finding:
    return failed(code, observed, why=_WHY_DISK, hint=look_at(domain), fix=fix)


def _add_cdrom(host: Host, *, domain: str) -> tuple[str, ...]:
    add = edit(host, domain, "--add-device", "--disk", "device=cdrom")
    return unless_there(host, domain, "device='cdrom'", add)


@check("domain-cdrom", remedy=_add_cdrom)
def domain_cdrom(host: Host, *, domain: str) -> Finding:
    """The domain {domain} has a CD-ROM drive."""
    drives = [disk for disk in definition(host, domain).disks if disk.device == "cdrom"]
    if drives:
        return passed(text("CD-ROM drive {target}", target=drives[0].target))
    return failed(
        "no-cdrom",
        text("{domain} has no CD-ROM drive", domain=domain),
        why=text("The installation medium goes into it."),
        hint=look_at(domain),
        fix=edit(host, domain, "--add-device", "--disk", "device=cdrom"),
    )


def _add_nic(
    host: Host, *, domain: str, network: str | None = None, model: str | None = None
) -> tuple[str, ...]:
    return unless_there(host, domain, "<interface ", _new_nic(host, domain, network, model))


def _new_nic(host: Host, domain: str, network: str | None, model: str | None) -> tuple[str, ...]:
    return edit(host, domain, "--add-device", "--network", _nic_options(network or "default", model))


def _nic_options(network: str, model: str | None) -> str:
    return f"network={option(network)}" + (f",model={model}" if model else "")


@check("domain-nic", remedy=_add_nic)
def domain_nic(host: Host, *, domain: str, network: str | None = None, model: str | None = None) -> Finding:
    """The domain {domain} has the network interface that the course asks for."""
    nics = definition(host, domain).nics
    if not nics:
        live = read_definition(known(host, domain)["xml"]).nics
        said = _LIVE_ONLY if live else text("{domain} has no network interface", domain=domain)
        fix = _new_nic(host, domain, network, model)
        return _refuse_nic(domain, "live-only" if live else "no-nic", said, fix)
    # The most promising one is kept; by its MAC where there are several, since libvirt's order means nothing.
    nic = min(
        nics, key=lambda one: (_fault(one, network, model) is not None, one.network != network, one.mac)
    )
    code = _fault(nic, network, model)
    others = tuple(one for one in nics if one is not nic) if network is not None else ()
    if code is None and not others:
        return passed(_shown(nic), note=pending(host, domain, _attachments))
    mend = () if code is None else _mend_nic(host, domain, nic, network, model)
    fix = (*mend, *_remove(host, domain, others))
    return _refuse_nic(domain, "second-nic" if others else str(code), _shown(*nics), fix)


def _attachments(found: Definition) -> list[tuple[str, ...]]:
    return sorted((nic.network or nic.kind, nic.model or "", nic.mac) for nic in found.nics)


def _fault(nic: Nic, network: str | None, model: str | None) -> str | None:
    """What is wrong with an interface, if anything is."""
    if network is not None and nic.network != network:
        return "wrong-network" if nic.kind == "network" else "not-a-network"
    if model is not None and nic.model != model:
        return "wrong-model"
    return "link-down" if nic.link == "down" else None


def _refuse_nic(domain: str, code: str, observed: Text, fix: tuple[str, ...]) -> Finding:
    return failed(code, observed, why=_WHY_NIC, hint=look_at(domain), fix=fix)


def _mend_nic(host: Host, domain: str, nic: Nic, network: str | None, model: str | None) -> tuple[str, ...]:
    """The interface anew under its own MAC: what belongs to a bridge or a port group must not stay behind."""
    chosen = _nic_options(network or nic.network or "default", model or nic.model)
    return edit(host, domain, "--edit", f"mac={nic.mac}", "--network", f"clearxml=yes,{chosen},mac={nic.mac}")


def _remove(host: Host, domain: str, nics: tuple[Nic, ...]) -> tuple[str, ...]:
    return tuple(
        command
        for nic in nics
        for command in edit(host, domain, "--remove-device", "--network", f"mac={nic.mac}")
    )


def _shown(*nics: Nic) -> Text:
    parts = [
        f"{nic.network or nic.kind} ({nic.model or '-'}{', link down' if nic.link == 'down' else ''})"
        for nic in nics
    ]
    return text("{interfaces}", interfaces=", ".join(parts))
