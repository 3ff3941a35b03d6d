"""Sizes as QEMU writes them: 30G is 30 GiB."""

from __future__ import annotations

import re

_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_SIZE = re.compile(r"([0-9]+)([KMGT]?)B?", re.ASCII)

#: Bytes that a disk's size is a multiple of: qemu-img rounds up to whole sectors.
_SECTOR = 512


def to_bytes(size: str) -> int:
    """Bytes in a size like ``30G`` (binary units, as qemu-img(1) reads them).

    :raises ValueError: when it is not one.
    """
    number, power = _parsed(size)
    return number * int(1024**power)


def shown(count: int) -> str:
    """Bytes for a person: whole binary units where they fit, else bytes."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20)):
        if count >= factor and count % factor == 0:
            return f"{count // factor} {unit}"
    return f"{count} B"


def is_decimal(count: int, size: str) -> bool:
    """Whether ``count`` is what ``size`` would be in decimal units (30 GB for 30 GiB).

    :raises ValueError: when ``size`` is none.
    """
    number, power = _parsed(size)
    decimal = number * int(1000**power)
    # One KiB is what a decimal one is rounded up to.
    return count != to_bytes(size) and count in (decimal, -(-decimal // _SECTOR) * _SECTOR)


def _parsed(size: str) -> tuple[int, int]:
    """Number and power of the unit."""
    found = _SIZE.fullmatch(size)
    if found is None:
        raise ValueError(f"not a size: {size}")
    return int(found[1]), _POWERS[found[2]]
