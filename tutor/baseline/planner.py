"""Plans for taking away what a course, or a step of it, created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.baseline import plan_domains, plan_files, plan_firewall, plan_networks, plan_system
from tutor.baseline.plan import Draft, Plan
from tutor.baseline.records import Machine
from tutor.baseline.things import Thing
from tutor.host.libvirt.inventory import HeldDomain


def plan(
    before: Machine,
    now: Machine,
    things: Sequence[Thing],
    rests: Mapping[str, set[str]],
    *,
    virsh: str,
    sudo: str,
) -> Plan:
    """What would be done to ``things``, and what is left alone.

    The order lets each operation be the last: the port is closed first, and nothing loses what it needs.

    :param before: the machine at the baseline.
    :param now: the machine at this moment.
    :param rests: by a domain's uuid, every file that it rests on, what backs its disks included.
    :param virsh: how this user calls virsh on the system's libvirt.
    :param sudo: what goes before a command for root.
    """
    draft = Draft(before, now, tuple(things), dict(rests), virsh, sudo)
    plan_files.hooks(draft)
    plan_firewall.firewall(draft)
    plan_networks.host_entries(draft)
    plan_domains.doom(draft)
    plan_domains.snapshots(draft)
    plan_domains.domains(draft)
    plan_files.files(draft)
    plan_networks.networks(draft)
    plan_networks.started(draft)
    plan_networks.pools(draft)
    plan_files.folders(draft)
    plan_files.lines(draft)
    plan_system.system(draft)
    unseen = now["firewall"] is None and any(thing.kind in ("table", "rule") for thing in things)
    return Plan(tuple(draft.operations), tuple(draft.refusals), tuple(draft.kept), unseen)


def staying(before: Machine, now: Machine, things: Sequence[Thing]) -> list[HeldDomain]:
    """The domains that a plan for ``things`` leaves alone."""
    draft = Draft(before, now, tuple(things), {}, "", "")
    plan_domains.doom(draft)
    return draft.staying
