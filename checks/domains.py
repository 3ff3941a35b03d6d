"""Domains: that they exist, are there to stay, and run."""

from __future__ import annotations

from shlex import quote

from checks.commands import virsh
from checks.cpu import kvm_is_usable
from checks.domain_commands import (
    definition,
    is_absent,
    is_impossible,
    known,
    manage,
    reference,
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
