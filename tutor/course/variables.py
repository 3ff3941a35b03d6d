"""Course variables: typed values, layered, and put into texts, commands and parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tutor.course.records import Course, Variable, VariableType
from tutor.dataclass import dataclass
from tutor.errors import UsageError
from tutor.text import Text, text

Values = Mapping[str, "str | int"]

_MAX_NAME = 64
_MAX_PORT = 65535
# Compiled at their first use: few runs have values to hold to them.
_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
_SIZE = r"[1-9][0-9]*[KMGT]"
_MAC = r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}"
_OCTET = r"0|[1-9][0-9]{0,2}"
_NUMBER = r"[1-9][0-9]{0,4}"
_URIS = ("qemu:///system", "qemu:///session")

#: ``$$`` before a brace, or ``${name}``.
_REFERENCE = re.compile(r"\$\$(?=\{)|\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one place. ``origin`` names the place in messages ("--var", a file's path)."""

    origin: Text
    values: Mapping[str, str | int]


def resolve(course: Course, *layers: Layer) -> dict[str, str | int]:
    """The value of every variable: from the first layer that has it, else from the course.

    :raises UsageError: for a variable that the course does not have, or a value that is none of its type.
    """
    values = {name: variable.value for name, variable in course.variables.items()}
    for layer in reversed(layers):
        for name, value in layer.values.items():
            values[name] = _checked(course.variables, name, value, layer.origin)
    return values


def valid(type_: VariableType, value: str | int) -> str | int | None:
    """The value in its usual form: a port as a number, a MAC in small letters. None if it is none."""
    return _VALIDATORS[type_](str(value))


def wanted(type_: VariableType) -> Text:
    """What a value of the type looks like, for messages."""
    return _WANTED[type_]


def substitute(text: str, values: Values) -> str:
    """``text`` with each ``${name}`` replaced, and ``$$`` before a brace made a plain ``$``.

    What is no variable stays as it is: the lint finds it before a student does.
    """
    return _REFERENCE.sub(lambda found: _value(found, values), text)


def references(text: str) -> Iterator[tuple[int, str]]:
    """The names that ``text`` refers to, each with its line (from 0)."""
    for found in _REFERENCE.finditer(text):
        if found[1] is not None:
            yield text.count("\n", 0, found.start()), found[1]


def parameters(params: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """Check parameters with their variables replaced, at any depth.

    A text that is exactly ``${name}`` becomes the variable's value with its type: a port is a number.
    """
    return {name: _parameter(value, values) for name, value in params.items()}


def _parameter(value: Any, values: Values) -> Any:
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        return values[whole[1]] if whole and whole[1] in values else substitute(value, values)
    if isinstance(value, Mapping):
        return parameters(value, values)
    return [_parameter(item, values) for item in value] if isinstance(value, (list, tuple)) else value


def _value(found: re.Match[str], values: Values) -> str:
    if found[1] is None:
        return "$"
    return str(values.get(found[1], found[0]))


def _checked(known: Mapping[str, Variable], name: str, value: str | int, origin: Text) -> str | int:
    if name not in known:
        what = text("{origin}: the course has no variable called {name}", origin=origin, name=name)
        raise UsageError(what, _known_names(name, known))
    type_ = known[name].type
    result = valid(type_, value)
    if result is None:
        what = text("{origin}: {name} cannot be {value}", origin=origin, name=name, value=str(value))
        raise UsageError(what, text("Give {wanted}.", wanted=wanted(type_)))
    return result


def _known_names(name: str, known: Mapping[str, Variable]) -> Text:
    from tutor.course.findings import nearest

    near = nearest(name, known)
    if near:
        return text("Did you mean {names}?", names=", ".join(near))
    return text("`tutor config` lists the variables.")


def _name(value: str) -> str | None:
    good = 0 < len(value) <= _MAX_NAME and not value.startswith("-") and "/" not in value
    return value if good and not re.search(_CONTROL, value) and value == value.strip() else None


def _path(value: str) -> str | None:
    good = value.startswith(("/", "~/")) and not re.search(_CONTROL, value)
    return value if good else None


def _size(value: str) -> str | None:
    return value if re.fullmatch(_SIZE, value) else None


def _address(value: str) -> str | None:
    octets = value.split(".")
    good = len(octets) == 4 and all(re.fullmatch(_OCTET, octet) and int(octet) < 256 for octet in octets)  # noqa: PLR2004
    return value if good else None


def _mac(value: str) -> str | None:
    # The second digit is even: libvirt refuses multicast addresses.
    return value.lower() if re.fullmatch(_MAC, value.lower()) else None


def _port(value: str) -> int | None:
    return int(value) if re.fullmatch(_NUMBER, value) and int(value) <= _MAX_PORT else None


def _uri(value: str) -> str | None:
    return value if value in _URIS else None


_VALIDATORS: Mapping[VariableType, Callable[[str], str | int | None]] = {
    "name": _name,
    "path": _path,
    "size": _size,
    "address": _address,
    "mac": _mac,
    "port": _port,
    "uri": _uri,
}
_WANTED: Mapping[VariableType, Text] = {
    "name": text("1 to 64 characters, no slash, no hyphen in front"),
    "path": text("an absolute path, or one that begins with ~/"),
    "size": text("a size in binary units, like 512M, 30G or 1T"),
    "address": text("an IPv4 address, like 192.168.122.50"),
    "mac": text("a MAC address of one machine, like 52:54:00:aa:bb:cc"),
    "port": text("a port from 1 to 65535"),
    "uri": text("qemu:///system or qemu:///session"),
}
