"""Libvirt's answers: the course's own domains and networks, and of others only what decides a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.handin.reduce.context import Context, reducer
from tutor.handin.reduce.xml import DOMAIN, NETWORK, OTHER_NETWORK, cut, spelt
from tutor.text import text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

OTHER_DOMAIN, OTHER = "other-domain", "other-network"


@reducer("libvirt.domains")
def domains(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """The names that the course knows; how many others there are."""
    context.leave_out(text("names of other domains"), sum(name not in context.known for name in value))
    return [context.named(OTHER_DOMAIN, name) for name in value]


@reducer("libvirt.domain")
def domain(value: Any, args: tuple[str, ...], context: Context) -> Any:
    """Its state, and its definition without what no check asks for."""
    name = context.named(OTHER_DOMAIN, args[1])
    definitions = {key: spelt(cut(value[key], DOMAIN)) for key in ("xml", "inactive_xml")}
    return {**value, **definitions, "name": name}


@reducer("libvirt.networks")
def networks(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """The names that the course knows; placeholders for the others, in the same places."""
    context.leave_out(text("names of other networks"), sum(name not in context.known for name in value))
    return [context.named(OTHER, name) for name in value]


@reducer("libvirt.network")
def network(value: Any, args: tuple[str, ...], context: Context) -> Any:
    """The course's own network; of another one its bridge and its addresses, which may be in the way."""
    if args[1] not in context.known:
        definitions = {key: spelt(cut(value[key], OTHER_NETWORK)) for key in ("xml", "inactive_xml")}
        return {**value, **definitions, "name": context.named(OTHER, args[1]), "uuid": ""}
    definitions = {key: spelt(_without_others(cut(value[key], NETWORK), context)) for key in _BOTH}
    return {**value, **definitions}


_BOTH = ("xml", "inactive_xml")


def _without_others(root: Element | None, context: Context) -> Element | None:
    """Without the host entries of other machines."""
    for dhcp in root.findall("ip/dhcp") if root is not None else []:
        for host in dhcp.findall("host"):
            own = (host.get("mac") or "").lower() in context.macs or host.get("ip") in context.known
            if not own and host.get("name") not in context.known:
                dhcp.remove(host)
                context.leave_out(text("addresses of other machines"))
            elif host.get("name") not in context.known and host.get("name"):
                host.set("name", OTHER_DOMAIN)
    return root


@reducer("libvirt.leases")
def leases(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """Those of the course's own domains and addresses; what others call themselves is left out."""
    kept = []
    for lease in value:
        named = lease["hostname"] in context.known
        if named or lease["mac"] in context.macs or lease["address"] in context.known:
            kept.append({**lease, "hostname": lease["hostname"] if named else None})
    context.leave_out(text("addresses of other machines"), len(value) - len(kept))
    return kept
