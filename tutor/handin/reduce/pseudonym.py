"""The login name taken out of a recording, everywhere it stands as a word of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: What the student is called instead.
LOGIN = "student"


def hide_login(document: Mapping[str, Any], login: str) -> dict[str, Any]:
    """The recording with another login name: in paths, groups and questions alike, so that all still fits."""
    word = re.compile(rf"(?<![A-Za-z0-9_.-]){re.escape(login)}(?![A-Za-z0-9_-])")

    def hide(value: Any) -> Any:
        if isinstance(value, str):
            return word.sub(LOGIN, value)
        if isinstance(value, Mapping):
            return {hide(name): hide(item) for name, item in value.items()}
        return [hide(item) for item in value] if isinstance(value, (list, tuple)) else value

    variables, observations = hide(document["variables"]), hide(document["observations"])
    return {
        **document,
        "user": LOGIN,
        # The names of variables are the course's.
        "variables": dict(zip(document["variables"], variables.values(), strict=True)),
        "observations": observations,
    }
