"""What matters on a machine, as plain JSON: recorded once as the baseline, looked at again later."""

from __future__ import annotations

from tutor.host.libvirt.inventory import Inventory as Libvirt
from tutor.shape import TypedDict

#: Of the stored document; docs/cleanup.md describes it.
SCHEMA = 1


class Running(TypedDict):
    """A network of the system's: whether it runs, and is started with the machine."""

    active: bool
    autostart: bool


class Place(TypedDict):
    """A path. ``there`` is None where that could not be seen; the rest describes what is there now."""

    there: bool | None
    kind: str
    identity: str
    real: str
    removable: bool
    names: list[str] | None


class Lines(TypedDict):
    """The lines of a file that begin as the course's do.

    ``there`` is whether there is such a file, None where it could not be read; ``more`` whether anything
    else stands in it.
    """

    there: bool | None
    found: dict[str, list[str]]
    more: bool


class Firewall(TypedDict):
    """Names of tables (``ip nat``), and how often each rule of the course stands there.

    ``handles`` are nftables' own numbers for those rules, where it gives them.
    """

    tables: list[str]
    rules: dict[str, int]
    handles: dict[str, list[int]]


class Machine(TypedDict):
    """A machine at a time.

    :ivar libvirt: None where it could not be seen, and ``absent`` is not true either.
    :ivar absent: there was no libvirt: no program, no socket, no definitions. So nothing was in it. True too
        for a course that does not use it, and has nothing there.
    :ivar started: the networks that the course starts, as they were when they were first seen.
    :ivar places: by path, absolute.
    :ivar firewall: None where it could not be seen.
    :ivar backing: the file that backs a disk image, by the image's path, as far as it was looked for.
    :ivar unclear: images, and folders of images, of which it could not be seen what they rest on.
    """

    libvirt: Libvirt | None
    absent: bool
    started: dict[str, Running]
    places: dict[str, Place]
    lines: dict[str, Lines]
    firewall: Firewall | None
    forwarding: str | None
    packages: list[str]
    groups: list[str]
    backing: dict[str, str]
    unclear: list[str]


class Baseline(TypedDict):
    """The stored document: the machine as it was before the course, and when that was (ISO 8601)."""

    baseline: str
    schema: int
    tool: str
    taken: str
    completed: str | None
    machine: Machine


NOTHING: Libvirt = {"domains": [], "networks": [], "pools": []}


def held(machine: Machine) -> Libvirt | None:
    """What is in libvirt: nothing where there is none, None where it could not be seen."""
    return NOTHING if machine["absent"] else machine["libvirt"]
