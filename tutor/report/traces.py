"""What in a hand-in is the mark of one machine: identities that no two students come by on their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.report.record import Record

#: Snapshots that were made by hand lie this many seconds apart, and so tell one disk from another.
_SPREAD, _FEWEST = 30, 3

_MAC = re.compile(r"<mac address=['\"]([0-9a-fA-F:]{17})['\"]")
_DISK = re.compile(r"<(serial|wwn)>([^<]{4,100})</\1>")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Trace(Record, frozen=True):
    """An identity: ``what`` says whose it is, for people (``domain vm-nat``)."""

    value: str
    what: str


class Traces(Record, frozen=True):
    """All identities of a hand-in. ``machine`` is a keyed hash of the machine's id."""

    machine: str | None
    uuids: tuple[Trace, ...]
    macs: tuple[Trace, ...]
    disks: tuple[Trace, ...]


def traces(observations: Mapping[str, Mapping[str, Any]]) -> Traces:
    """The identities in what was observed. Its shapes are hostile: what has another is passed over."""
    uuids, macs, disks = dict[str, str](), dict[str, str](), dict[str, str]()
    for what, value in _things(observations):
        found = value.get("uuid")
        if isinstance(found, str) and _UUID.fullmatch(found):
            uuids.setdefault(found, what)
        for xml in (value.get("xml"), value.get("inactive_xml")):
            if isinstance(xml, str):
                for address in _MAC.findall(xml):
                    macs.setdefault(address.lower(), what)
                for _, serial in _DISK.findall(xml):
                    disks.setdefault(f"serial {serial.strip()}", what)
    for what, times in _snapshots(observations):
        disks.setdefault("snapshots " + ",".join(times), what)
    return Traces(_machine(observations), _listed(uuids), _listed(macs), _listed(disks))


def value_of(observations: Mapping[str, Mapping[str, Any]], key: str) -> Any:
    """What was answered to a question; None where nothing was."""
    found = observations.get(key)
    return found.get("value") if isinstance(found, Mapping) else None


def _things(observations: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Domains and networks, each with what it is called."""
    for key in observations:
        for kind in ("domain", "network"):
            if key.startswith(f"libvirt.{kind}["):
                value = value_of(observations, key)
                if isinstance(value, Mapping):
                    yield f"{kind} {value.get('name')}"[:100], value


def _snapshots(observations: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """The times of a domain's snapshots, where no two students have the same by chance."""
    for key in observations:
        if key.startswith("libvirt.snapshots["):
            value = value_of(observations, key)
            found = value if isinstance(value, list) else []
            times = sorted(
                one["created"]
                for one in found
                if isinstance(one, Mapping) and type(one.get("created")) is int
            )
            if len(times) >= _FEWEST and times[-1] - times[0] >= _SPREAD:
                yield key[len("libvirt.") :][:100], [str(each) for each in times[:50]]


def _machine(observations: Mapping[str, Mapping[str, Any]]) -> str | None:
    system = value_of(observations, "system[]")
    machine = system.get("machine") if isinstance(system, Mapping) else None
    return machine if isinstance(machine, str) and machine else None


def _listed(found: Mapping[str, str]) -> tuple[Trace, ...]:
    return tuple(Trace(value, what) for value, what in found.items())
