"""The datatypes that libvirt's schemas use: those of XML Schema part 2, with its facets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN")
_NCNAME = re.compile(r"[^\W\d][\w.-]*")
_DATE_TIME = re.compile(
    r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)

#: Integer types by their range (XML Schema part 2, 3.3.13 to 3.3.25).
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "negativeInteger": (None, -1),
    "nonPositiveInteger": (None, 0),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}


def collapsed(text: str) -> str:
    """White space as XML Schema's ``collapse`` leaves it."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype by its XML Schema name, with its facets as (name, value) pairs.

    ``token`` and ``string`` are also RELAX NG's built-in types.
    """

    name: str
    facets: tuple[tuple[str, str], ...] = ()

    def allows(self, text: str) -> bool:
        """Whether ``text`` is a value of the type."""
        content = text if self.name == "string" else collapsed(text)
        return _valid(self.name, content) and all(_facet(name, limit, content) for name, limit in self.facets)

    def same(self, left: str, right: str) -> bool:
        """Whether two lexical values are the same value."""
        if self.name == "string":
            return left == right
        return collapsed(left) == collapsed(right)

    @property
    def pattern(self) -> str | None:
        """The pattern facet, if the type has one."""
        return dict(self.facets).get("pattern")


def _valid(name: str, content: str) -> bool:
    if name in _RANGES:
        low, high = _RANGES[name]
        if not _INTEGER.fullmatch(content):
            return False
        number = int(content)
        return (low is None or low <= number) and (high is None or number <= high)
    shapes = {
        "double": _DOUBLE,
        "float": _DOUBLE,
        "decimal": _DOUBLE,
        "NCName": _NCNAME,
        "dateTime": _DATE_TIME,
    }
    if name in shapes:
        return shapes[name].fullmatch(content) is not None
    if name == "boolean":
        return content in ("true", "false", "0", "1")
    return True


def _facet(name: str, limit: str, content: str) -> bool:
    if name == "pattern":
        return _regex(limit).fullmatch(content) is not None
    return _FACETS[name](content, limit) if name in _FACETS else True


_FACETS: dict[str, Callable[[str, str], bool]] = {
    "minInclusive": lambda content, limit: float(content) >= float(limit),
    "maxInclusive": lambda content, limit: float(content) <= float(limit),
    "minExclusive": lambda content, limit: float(content) > float(limit),
    "maxExclusive": lambda content, limit: float(content) < float(limit),
    "length": lambda content, limit: len(content) == int(limit),
    "minLength": lambda content, limit: len(content) >= int(limit),
    "maxLength": lambda content, limit: len(content) <= int(limit),
}


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    """An XML Schema pattern as Python's: the same in all that libvirt's schemas use but these."""
    translated = pattern.replace(r"\i", r"[^\W\d]").replace(r"\c", r"[\w.:-]")
    # "^" and "$" are ordinary characters there, and "[^" is not one of them.
    translated = re.sub(r"(?<![\\\[])\^", r"\\^", translated)
    translated = re.sub(r"(?<!\\)\$", r"\\$", translated)
    return re.compile(translated)
