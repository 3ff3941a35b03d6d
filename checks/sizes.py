"""Sizes as QEMU writes them: 30G is 30 GiB."""

from __future__ import annotations

_UNITS = {"": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def to_bytes(size: str) -> int:
    """Bytes in a size like ``30G`` (binary units, as qemu-img(1) reads them).

    :raises ValueError: when it is not one.
    """
    number, unit = size.rstrip("KMGTB"), size[len(size.rstrip("KMGTB")) :]
    return int(number) * _UNITS[unit]


def shown(count: int) -> str:
    """Bytes for a person: whole binary units where they fit, else bytes."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20)):
        if count >= factor and count % factor == 0:
            return f"{count // factor} {unit}"
    return f"{count} B"


def is_decimal(count: int, size: str) -> bool:
    """Whether ``count`` is what ``size`` would be in decimal units (30 GB for 30 GiB)."""
    unit = size[len(size.rstrip("KMGTB")) :]
    power = {"K": 1, "M": 2, "G": 3, "T": 4}.get(unit)
    return power is not None and count == int(size.rstrip("KMGTB")) * 1000**power
