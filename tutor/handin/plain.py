"""Values as every parser of JSON reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """The value, with each lone surrogate as the visible characters of its escape.

    A surrogate stands for a byte of a name that is not UTF-8, and has no form that all parsers accept.
    Everywhere the same, keys as well: a question's name goes on to fit its answer.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {plain(name): plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
