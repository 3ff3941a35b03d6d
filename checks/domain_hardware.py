"""What a domain is made of besides its devices: memory, processors, its screen, and what it boots."""

from __future__ import annotations

from shlex import quote

from checks.commands import virsh
from checks.cpu import kvm_is_usable
from checks.domain_commands import definition, edit, look_at, manage, pending, unless_there
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.host import Host
from tutor.text import text

_WHY_NUMBERS = text(
    "The course names these numbers so that every guest fits on an ordinary laptop, and works alike."
)


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
