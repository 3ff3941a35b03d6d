"""What a script is going to do to the machine, read from its text: for a person who is asked first.

Nothing is decided by it: whatever is not known for certain to be harmless is said to change the
machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.actions.harmless import changes_nothing
from tutor.actions.words import Simple, Unclear, simple_commands
from tutor.dataclass import dataclass

_MENTIONS_SUDO = re.compile(r"\b(?:sudo|pkexec|doas|su)\b")
_AS_ROOT = frozenset({"sudo", "pkexec", "doas", "su"})
#: sudo(8): options that take a value.
_SUDO_VALUES = frozenset(
    {
        *("-C", "-D", "-g", "-h", "-p", "-R", "-r", "-T", "-t", "-u"),
        *("--close-from", "--chdir", "--group", "--host", "--prompt", "--user"),
    }
)


@dataclass(frozen=True, slots=True)
class Effect:
    """Whether root's rights are needed, and whether the machine may be changed."""

    sudo: bool
    changes: bool


def effect(script: str) -> Effect:
    """What the script may do; where it cannot be read with certainty, the worse is said."""
    try:
        commands = simple_commands(script)
    except (Unclear, RecursionError):
        return Effect(_MENTIONS_SUDO.search(script) is not None, changes=True)
    return Effect(
        sudo=any(_needs_root(command.words) for command in commands),
        changes=any(_changes(command) for command in commands),
    )


def _needs_root(words: Sequence[str]) -> bool:
    """Also where another program starts it: ``xargs sudo ...``, ``sh -c 'sudo ...'``."""
    if words[:1] in (["echo"], ["printf"], ["grep"]):
        return False
    return any(word in _AS_ROOT for word in words) or _needs_root_inside(words)


def _needs_root_inside(words: Sequence[str]) -> bool:
    inside = words[:1] and words[0] in ("sh", "bash", "eval", "xargs", "watch", "timeout", "env")
    return bool(inside) and any(_MENTIONS_SUDO.search(word) for word in words)


def _changes(command: Simple) -> bool:
    if command.writes:
        return True
    words = command.words
    if words[:1] == ["sudo"]:
        words = _behind_sudo(words[1:])
        if not words:
            return True  # a shell of root's, or an option that we do not know
    return not changes_nothing(words)


def _behind_sudo(words: Sequence[str]) -> list[str]:
    rest = list(words)
    while rest and rest[0].startswith("-"):
        if rest[0] in ("-e", "-i", "-s", "--edit", "--login", "--shell"):
            return []
        del rest[: 2 if rest[0] in _SUDO_VALUES else 1]
    return rest
