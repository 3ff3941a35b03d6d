"""What a schema's datatypes want, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.relaxng.datatypes import Datatype
from tutor.relaxng.patterns import Data
from tutor.text import Text, text

#: What a type is, told by a value that it takes: the patterns themselves differ between versions.
_SAMPLES = (
    ("52:54:00:12:34:56", text("a MAC address, such as 52:54:00:12:34:56 (the second digit is even)")),
    ("192.168.122.50", text("an IPv4 address, such as 192.168.122.1")),
    ("fe80:0:0:0:0:0:0:1", text("an IPv6 address, such as fd00:122::1")),
    ("9f1c2d1e-0000-4000-8000-0123456789ab", text("a UUID, such as the command uuidgen prints")),
    ("MiB", text("a unit: bytes, KiB, MiB, GiB or TiB")),
    ("/var/lib/x.qcow2", text("a path that begins with /")),
    ("vda", text("a device name, such as vda or sda")),
    ("2026-01-31T12:00:00", text("a time, such as 2026-01-31T12:00:00")),
    ("0x1f", text("a hexadecimal number, such as 0x1f")),
    ("7", text("a number")),
)

_WORD = "some-word"
_LIST = re.compile(r"\(?\w{2,}\)?(\|\(?\w{2,}\)?)+")


def spelled(datatypes: Sequence[Data]) -> list[str]:
    """The words of patterns that only list some: ``(ipv4)|(ipv6)``."""
    patterns = [one.datatype.pattern or "" for one in datatypes]
    listed = [pattern for pattern in patterns if _LIST.fullmatch(pattern)]
    return [word for pattern in listed for word in re.split(r"[|()]+", pattern) if word]


def described(datatypes: Sequence[Data]) -> Text | None:
    """One sentence about what may be written; None where it cannot be told."""
    told: list[Text] = []
    for one in datatypes:
        words = _words(one.datatype)
        if words is not None and words not in told:
            told.append(words)
    if not told:
        return None
    wanted = told[0]
    for other in told[1:3]:
        wanted = text("{one}, or {other}", one=wanted, other=other)
    return text("Wanted: {what}.", what=wanted)


def _words(datatype: Datatype) -> Text | None:
    limits = dict(datatype.facets)
    if datatype.is_whole_number:
        return _whole_number(datatype, limits)
    if datatype.pattern is None:
        if datatype.name == "double":
            return text("a number")
        return _SAMPLES[7][1] if datatype.name == "dateTime" else None
    if datatype.allows(_WORD) or datatype.allows(_WORD.replace("-", "")):
        return text("letters, digits and few other characters: {pattern}", pattern=datatype.pattern)
    for sample, words in _SAMPLES:
        if datatype.allows(sample):
            return words
    return text("something that matches {pattern}", pattern=datatype.pattern)


def _whole_number(datatype: Datatype, limits: dict[str, str]) -> Text:
    low, high = limits.get("minInclusive"), limits.get("maxInclusive")
    if low is None and datatype.name.startswith(("unsigned", "nonNegative")):
        low = "0"
    if low is None and datatype.name == "positiveInteger":
        low = "1"
    if low is not None and high is not None:
        return text("a whole number from {low} to {high}", low=low, high=high)
    if low is not None:
        return text("a whole number, {low} or more", low=low)
    return text("a whole number")
