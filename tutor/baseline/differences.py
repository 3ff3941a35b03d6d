"""In what a machine differs from its baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.baseline.records import Machine, held
from tutor.text import Text, text


def differences(before: Machine, now: Machine) -> tuple[Text, ...]:
    """What is new and what is gone, as far as both could be seen; a sentence each."""
    return (*_in_libvirt(before, now), *_in_files(before, now), *_in_firewall(before, now))


def _in_libvirt(before: Machine, now: Machine) -> Iterator[Text]:
    then, today = held(before), held(now)
    if then is None or today is None:
        return
    yield from _changed(
        text("domain {name}"),
        ((one["uuid"], one["name"]) for one in then["domains"]),
        ((one["uuid"], one["name"]) for one in today["domains"]),
    )
    yield from _changed(
        text("network {name}"),
        ((one["uuid"], one["name"]) for one in then["networks"]),
        ((one["uuid"], one["name"]) for one in today["networks"]),
    )
    yield from _changed(
        text("storage pool {name}"),
        ((one["uuid"], one["name"]) for one in then["pools"]),
        ((one["uuid"], one["name"]) for one in today["pools"]),
    )
    for name, was in before["started"].items():
        if name in now["started"] and now["started"][name] != was:
            yield text(
                "network {name}: it is started, or starts with the machine, otherwise than before", name=name
            )


def _changed(kind: Text, then: Iterable[tuple[str, str]], today: Iterable[tuple[str, str]]) -> Iterator[Text]:
    old, new = dict(then), dict(today)
    for uuid in sorted({*old, *new}):
        called = Text(kind.message, {"name": new.get(uuid) or old[uuid]})
        if uuid not in old:
            yield text("{thing}: new", thing=called)
        elif uuid not in new:
            yield text("{thing}: gone", thing=called)


def _in_files(before: Machine, now: Machine) -> Iterator[Text]:
    for path, was in before["places"].items():
        there = now["places"][path]["there"] if path in now["places"] else None
        if was["there"] is None or there is None or there == was["there"]:
            continue
        yield text("{path}: new", path=path) if there else text("{path}: gone", path=path)


def _in_firewall(before: Machine, now: Machine) -> Iterator[Text]:
    then, today = before["firewall"], now["firewall"]
    if then is None or today is None:
        return
    new = [name for name in today["tables"] if name not in then["tables"]]
    gone = [name for name in then["tables"] if name not in today["tables"]]
    if new:
        yield text(
            "new tables of the firewall: {names} (libvirt's and iptables' own stay until the next start)",
            names=", ".join(new),
        )
    if gone:
        yield text("tables of the firewall, gone: {names}", names=", ".join(gone))
