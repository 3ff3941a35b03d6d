"""What the course needs of a machine, computed from the course itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from checks.sizes import to_bytes
from tutor.course.records import Course
from tutor.course.variables import parameters
from tutor.dataclass import dataclass

#: The subnet of libvirt's default network, which no variable of the course names.
DEFAULT_SUBNET = "192.168.122.0/24"

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Needs:
    """What the course asks for.

    :param memory: bytes of the largest guest.
    :param disk: bytes of the largest disk that a guest is given, as the guest sees it.
    :param subnets: prefixes of the course's networks, by the network's name.
    """

    memory: int
    disk: int
    subnets: Mapping[str, str]


def needs_of(course: Course, values: Mapping[str, str | int]) -> Needs:
    """The largest of everything that the course's checks ask for."""
    memory, sizes = [256], ["1G"]
    subnets = {"default": DEFAULT_SUBNET}
    for spec in course.specs:
        given = parameters(spec.params, values)
        if isinstance(given.get("mebibytes"), int):
            memory.append(given["mebibytes"])
        if isinstance(given.get("size"), str):
            sizes.append(given["size"])
        subnets.update(_subnet(given))
    return Needs(max(memory) * MIB, max(map(to_bytes, sizes)), subnets)


def _subnet(given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The subnet of a network that a check describes, with its address and prefix."""
    if {"network", "address", "prefix"} <= given.keys():
        whole = ipaddress.ip_interface(f"{given['address']}/{given['prefix']}").network
        yield str(given["network"]), str(whole)
