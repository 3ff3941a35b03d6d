"""The keys that a configuration has, and what each accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.errors import UsageError
from tutor.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_VALUE = 4096  # PATH_MAX: a variable may be a path
LONGEST_LANGUAGE = 3
LONGEST_IDENTITY = 200


def _is_line(value: str, longest: int) -> bool:
    """Printable text on one line: nothing that could steer a terminal or turn the text around."""
    return value.isprintable() and bool(value.strip()) and len(value) <= longest


def _is_language(value: str) -> bool:
    return value.isascii() and value.isalpha() and value.islower() and 1 < len(value) <= LONGEST_LANGUAGE


def _is_identity(value: str) -> bool:
    return _is_line(value, LONGEST_IDENTITY)


def _is_email(value: str) -> bool:
    """An at sign with something on both sides; only the mail server knows more."""
    local, _, domain = value.rpartition("@")
    return _is_word(value) and bool(local) and bool(domain)


def _is_word(value: str) -> bool:
    return _is_identity(value) and not any(map(str.isspace, value))


def _is_variable(value: str) -> bool:
    return _is_line(value, LONGEST_VALUE)


def _is_variable_name(name: str) -> bool:
    return name.isascii() and name.isidentifier()


SHAPES: dict[tuple[str, ...], tuple[Callable[[str], bool], Text]] = {
    ("language",): (_is_language, text("a language code of two or three small letters, such as sv")),
    ("identity", "name"): (_is_identity, text("a name on one line")),
    ("identity", "email"): (_is_email, text("an e-mail address")),
    ("identity", "student_id"): (_is_word, text("a student id without spaces")),
    ("course-config",): (_is_variable, text("the path of a file")),
    ("variables",): (_is_variable, text("a text on one line")),
}
"""What each key accepts, and how that is said; ``variables`` stands for each variable's value."""

KEYS = (
    "language",
    "identity.name",
    "identity.email",
    "identity.student_id",
    "course-config",
    "variables.NAME",
)


def parts_of(key: str) -> tuple[str, ...]:
    """The key's names, outermost first.

    :raises UsageError: when there is no such key.
    """
    parts = tuple(key.split(".", 1))
    if _shape(parts) is None:
        raise UsageError(text("The configuration has no key {key}.", key=key), accepted_tip())
    return parts


def _shape(parts: tuple[str, ...]) -> tuple[Callable[[str], bool], Text] | None:
    if parts[0] == "variables":
        named = len(parts) > 1 and _is_variable_name(parts[1])
        return SHAPES["variables",] if named else None
    return SHAPES.get(parts)


def problem_with(parts: tuple[str, ...], value: object) -> Text | None:
    """Why the value does not fit the key, or None; unknown keys are problems as well."""
    key = ".".join(parts)
    if parts in {("identity",), ("variables",)}:
        return text("The value of {key} is not an object of names and values.", key=key)
    shape = _shape(parts)
    if shape is None:
        return text("The configuration has no key {key}.", key=key)
    fits, meant = shape
    if isinstance(value, str) and fits(value):
        return None
    return text("The value of {key} is not {meant}.", key=key, meant=meant)


def accepted_tip() -> Text:
    """Which keys there are."""
    return text("The keys are {keys}.", keys=", ".join(KEYS))
