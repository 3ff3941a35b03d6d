"""What a domain's checks share: its definition, and commands about it that work whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from shlex import quote

from checks import domain_xml
from checks.commands import virsh, virt_xml
from checks.domain_xml import Definition
from checks.packages import install_missing
from tutor.host.host import Host
from tutor.host.libvirt.connection import SYSTEM
from tutor.host.libvirt.domains import Domain
from tutor.host.libvirt.domains import domain as domain_question
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: Bytes of the longest name: libvirt writes /etc/libvirt/qemu/NAME.xml.new, and NAME_MAX is 255.
_LONGEST_NAME = 255 - len(".xml.new")

_NUMBER = re.compile(r"\+?[0-9]+", re.ASCII)


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


def pending(host: Host, name: str, part: Callable[[Definition], object]) -> Text | None:
    """The note for a domain that runs with something else than it is defined with."""
    found = known(host, name)
    live = domain_xml.read(found["xml"])
    if found["state"] == "shut-off" or part(live) == part(domain_xml.read(found["inactive_xml"])):
        return None
    return text(
        "{domain} still runs with what it was started with; this holds from its next start", domain=name
    )


def reference(host: Host, name: str) -> str:
    """What virsh and virt-xml find the domain by: its name, if they do not take that for a number.

    :raises Unobservable: where no command can, since there can be no such domain.
    """
    if is_impossible(name):
        raise Unobservable("impossible-name", text("there can be no domain {name}", name=name))
    if not _NUMBER.fullmatch(name):
        return name
    # virsh(1): a number is the ID of a running domain first, which may be quite another one.
    from uuid import NAMESPACE_URL, uuid5

    found = _seen(host, name)
    return found["uuid"] if found else str(uuid5(NAMESPACE_URL, name))


def is_impossible(name: str) -> bool:
    """Whether libvirt cannot keep a domain of that name."""
    return name == ".." or len(name.encode(errors="replace")) > _LONGEST_NAME


def manage(host: Host, command: str, name: str, *words: str) -> str:
    """A virsh command about a domain."""
    return virsh(host, command, reference(host, name), *words)


def edit(host: Host, name: str, *words: str) -> tuple[str, ...]:
    """The commands that change a domain's persistent definition with virt-xml."""
    try:
        install = install_missing(host, ["virt-xml"])
    except Unobservable:
        install = ()
    return (*install, virt_xml(host, reference(host, name), *words))


def option(value: str) -> str:
    """A value in an option of virt-xml, which splits them at commas and reads quotes as a shell does."""
    return quote(value) if re.search(r"[\s,'\"\\#]", value) else value


def unless_there(host: Host, name: str, piece: str, commands: tuple[str, ...]) -> tuple[str, ...]:
    """``commands``, the last one only where the definition does not hold ``piece``.

    A blocked check does not know what is there: its command looks before it adds.
    """
    if is_absent(host, name):
        return commands
    look = f"{manage(host, 'dumpxml', name, '--inactive')} | grep -q {quote(piece)}"
    return (*commands[:-1], f"{look} || {commands[-1]}")


def look_at(name: str) -> Text:
    """The hint that shows a domain's definition."""
    return text("Look at: virsh -c qemu:///system dumpxml --inactive {domain}", domain=quote(name))


def _seen(host: Host, name: str) -> Domain | None:
    try:
        return host.ask(domain_question(SYSTEM, name))
    except Unobservable:
        return None


def is_absent(host: Host, name: str) -> bool:
    """Whether there is certainly no such domain."""
    try:
        return host.ask(domain_question(SYSTEM, name)) is None
    except Unobservable:
        return False
