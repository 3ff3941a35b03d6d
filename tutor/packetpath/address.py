"""IPv4 addresses as numbers, and the ranges that never are a host's (RFC 1122, RFC 6890)."""

from __future__ import annotations

from functools import lru_cache

from tutor.packetpath.numbers import Numbers

_BYTES = 4
_BITS = 8 * _BYTES


@lru_cache(1024)
def address(dotted: str) -> int:
    """``192.168.122.1`` as a number.

    :raises ValueError: it is no IPv4 address.
    """
    parts = dotted.split(".")
    if len(parts) != _BYTES or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(dotted)
    return int.from_bytes(bytes(int(part) for part in parts), "big")


def dotted(number: int) -> str:
    """The number as ``192.168.122.1``."""
    return ".".join(str(part) for part in number.to_bytes(4, "big"))


def prefix(written: str) -> tuple[int, int]:
    """``192.168.122.1/24`` as the address and the length; without a slash it is one address alone.

    :raises ValueError: it is no IPv4 prefix.
    """
    host, slash, length = written.partition("/")
    bits = int(length) if slash else _BITS
    if not 0 <= bits <= _BITS:
        raise ValueError(written)
    return address(host), bits


def block(number: int, bits: int) -> Numbers:
    """All addresses that share the first ``bits`` bits with ``number``.

    :raises ValueError: an address has not so many bits; a shift by what a file says could fill all memory.
    """
    if not 0 <= bits <= _BITS:
        raise ValueError(bits)
    size = 1 << (_BITS - bits)
    first = number // size * size
    return Numbers.span(first, first + size - 1)


def network(written: str) -> Numbers:
    """All addresses of a prefix written as ``192.168.122.0/24``."""
    return block(*prefix(written))


#: Lengths of prefixes: one address, and two that need no broadcast (RFC 3021).
ONE_ADDRESS, POINT_TO_POINT = 32, 31
#: The address of nobody. The rest of 0.0.0.0/8 is forwarded like any other (Linux 5.3), as is 240.0.0.0/4.
UNSPECIFIED = Numbers.of(0)
LOOPBACK = network("127.0.0.0/8")
MULTICAST = network("224.0.0.0/4")
EVERYONE = Numbers.of(2**32 - 1)
