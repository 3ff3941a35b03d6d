"""Names of sandboxes: they become directories, control groups, units and words of command lines."""

from __future__ import annotations

import re

from tutor.errors import UsageError
from tutor.text import text

#: What is meant where none is named.
DEFAULT = "lab"
LONGEST = 32
_NAME = re.compile(rf"[a-z][a-z0-9-]{{0,{LONGEST - 1}}}")


def checked_name(word: str) -> str:
    """The word, when it may be a sandbox's name.

    :raises UsageError: it may not.
    """
    if _NAME.fullmatch(word):
        return word
    raise UsageError(
        text("{word} cannot be a sandbox's name", word=word or "''"),
        text(
            "Use small letters a to z, digits and hyphens, a letter first, at most {longest}.",
            longest=LONGEST,
        ),
    )


def is_name(word: str) -> bool:
    """Whether the word may be a sandbox's name."""
    return _NAME.fullmatch(word) is not None
