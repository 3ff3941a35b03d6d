"""What looks private, whoever it belongs to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

_BYTE = "[0-9a-f]{2}"
#: No letter or digit before, or after: ``_`` and ``-`` join words, and hide nothing.
_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W_])"

#: By kind, as regular expressions for text in any case of letters; the first that fits is taken.
SHAPES = {
    "login": r"(?<=://)[^/\s@]+(?=@)",
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "uuid": rf"{_BEGIN}[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}{_END}",
    "mac": rf"{_BEGIN}(?:{_BYTE}[:-]){{5,}}{_BYTE}{_END}",
    "ipv6": rf"{_BEGIN}[0-9a-f]{{0,4}}:[0-9a-f]{{0,4}}:[0-9a-f:.]*(?:%\w+)?",
    "ipv4": rf"{_BEGIN}(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}{_END}(?!\.[0-9])",
    "key": rf"{_BEGIN}[0-9a-f]{{32,}}{_END}",
    "user": r"(?<=/home/)(?<![\w.-]/home/)[^/\s:;,\"'<>]+",
}


def is_kept(kind: str, value: str, kept: Iterable[str]) -> bool:
    """Whether something of that shape may stay: it is the course's, nobody's, or not what it looks like.

    :param value: in small letters.
    """
    if kind in ("ipv4", "ipv6"):
        return _is_public(value, kept)
    return value.replace("-", ":") in kept if kind == "mac" else value in kept


def without_punctuation(value: str) -> str:
    """The address at the beginning of something like an IPv6 address, without what ends the sentence."""
    candidates = [value, value.rstrip("."), value.rstrip(".")[:-1], value.rstrip(".:")]
    return next((each for each in candidates if _address(each) is not None), value)


def _is_public(value: str, kept: Iterable[str]) -> bool:
    address = _address(value)
    if address is None:
        # A time of day has colons too. What only looks like an IPv4 address is taken out all the same.
        return ":" in value
    if address.is_loopback or address.is_unspecified or value.startswith("255.255."):
        return True
    return any(address in network for network in map(_network, kept) if network is not None)


def _address(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(value.partition("%")[0])
    except ValueError:
        return None


def _network(word: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(word, strict=False)
    except ValueError:
        return None
