"""The datatypes that libvirt's schemas use: those of XML Schema part 2, with its facets."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tutor.dataclass import dataclass
from tutor.relaxng.regex import regex

#: White space as XML has it: a no-break space, pasted from a web page, is none.
SPACE = " \t\r\n"

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN")
_NCNAME = re.compile(r"[^\W\d][\w.\u00b7-]*")
#: RFC 3986, 2: the characters of a reference (spaces are escaped, as XLink has it), "%" with its digits.
_ANY_URI = re.compile(r"([^%\x00-\x1f]|%[0-9A-Fa-f]{2})*")
#: Seconds of 60 and days that a month has not are left to libvirt.
_DATE_TIME = re.compile(
    r"-?(?!0000)([1-9][0-9]{4,}|[0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
    r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)

#: Digits of the longest number that is compared with a limit; a longer one is beyond them all.
_MOST_DIGITS = 100

#: Characters of the longest value that is held against a pattern: those of the longest path (PATH_MAX).
_LONGEST_MATCHED = 4096

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
    return " ".join(_SPACES.split(text.strip(SPACE)))


_SPACES = re.compile(f"[{SPACE}]+")


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype by its XML Schema name, with its facets as (name, value) pairs.

    ``token`` and ``string`` are also RELAX NG's built-in types.
    """

    name: str
    facets: tuple[tuple[str, str], ...] = ()

    def allows(self, text: str) -> bool:
        """Whether ``text`` is a value of the type.

        A pattern is held against the text as it stands, white space around it included: so does libxml2,
        and with it ``virsh define --validate``; XML Schema would collapse it first.
        """
        content = text if self.name == "string" else collapsed(text)
        return _valid(self.name, content) and all(
            _facet(name, limit, text if name == "pattern" else content) for name, limit in self.facets
        )

    def same(self, left: str, right: str) -> bool:
        """Whether two lexical values are the same value."""
        if self.name == "string":
            return left == right
        return collapsed(left) == collapsed(right)

    @property
    def is_whole_number(self) -> bool:
        """Whether the type is one of XML Schema's integers."""
        return self.name in _RANGES

    @property
    def pattern(self) -> str | None:
        """The pattern facet, if the type has one."""
        return dict(self.facets).get("pattern")


def _valid(name: str, content: str) -> bool:
    if name in _RANGES:
        return _INTEGER.fullmatch(content) is not None and _in_range(content, *_RANGES[name])
    return name not in _SHAPES or _SHAPES[name].fullmatch(content) is not None


_SHAPES = {
    "double": _DOUBLE,
    "float": _DOUBLE,
    "decimal": _DECIMAL,
    "NCName": _NCNAME,
    "dateTime": _DATE_TIME,
    "anyURI": _ANY_URI,
    "boolean": re.compile("true|false|0|1"),
}


def _in_range(content: str, low: int | None, high: int | None) -> bool:
    if len(content) > _MOST_DIGITS:
        # Python refuses to convert very long numbers, and libxml2 has a limit too.
        return False
    number = int(content)
    return (low is None or low <= number) and (high is None or number <= high)


def _facet(name: str, limit: str, content: str) -> bool:
    if name == "pattern":
        # Some patterns take the square of the length.
        return len(content) <= _LONGEST_MATCHED and regex(limit).fullmatch(content) is not None
    if name in _LENGTHS:
        return _LENGTHS[name](len(content), int(limit))
    return name not in _LIMITS or _LIMITS[name](_number(content), _number(limit))


def _number(content: str) -> Decimal:
    return Decimal(content.replace("INF", "Infinity"))


_Compare = Callable[[Any, Any], bool]
_LIMITS: dict[str, _Compare] = {
    "minInclusive": operator.ge,
    "maxInclusive": operator.le,
    "minExclusive": operator.gt,
    "maxExclusive": operator.lt,
}
_LENGTHS: dict[str, _Compare] = {"length": operator.eq, "minLength": operator.ge, "maxLength": operator.le}
