"""The environment that a program gets from a new interactive shell of the student."""

from __future__ import annotations

import os
import pwd
import secrets
import shlex
from collections.abc import Iterator
from typing import TypedDict

from tutor.host.files import TEXT_LIMIT
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text

#: What each kind of shell reads when it starts (bash(1), zsh(1), fish(1)), the student's own files.
START_FILES = {
    "bash": (".bash_profile", ".bash_login", ".profile", ".bashrc", ".bash_aliases"),
    "zsh": (".zshenv", ".zprofile", ".zshrc", ".zlogin"),
    "fish": (".config/fish/config.fish", ".config/fish/fish_variables"),
}


class Mention(TypedDict):
    """A line of a start-up file, ``line`` counted from 1."""

    file: str
    line: int
    text: str


class ShellVariable(TypedDict):
    """A variable in a new interactive shell.

    ``value`` is what the shell itself has, ``exported`` what a program started by it gets,
    ``session`` what this very process got; None where it is not set. ``mentions`` are the lines
    of the student's start-up files that name it, or nearly so.
    """

    shell: str
    value: str | None
    exported: str | None
    session: str | None
    mentions: list[Mention]


def shell_variable(name: str, near: str) -> Question[ShellVariable]:
    """A variable in a new shell of the student's own kind, from a clean login environment.

    :param near: lines of start-up files that contain one of these parts (``a|b``), in any
        case, are mentions.
    """
    return Question("shell-variable", ShellVariable, (name, near))


@source("shell-variable", by="a new interactive login shell", slow=True)
def look_at_variable(machine: Machine, name: str, near: str) -> ShellVariable:
    """See :func:`shell_variable`."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        raise Unobservable("no-such-user", text("this user is not in the user database")) from None
    shell = entry.pw_shell or "/bin/sh"
    kind = os.path.basename(shell)
    value, environment = _ask(machine, shell, kind, name, _login_environment(machine, entry))
    return {
        "shell": kind,
        "value": value or None,
        "exported": environment.get(name),
        "session": machine.environ.get(name),
        "mentions": list(_mentions(machine, kind, near)),
    }


def _ask(
    machine: Machine, shell: str, kind: str, name: str, env: dict[str, str]
) -> tuple[str, dict[str, str]]:
    mark = secrets.token_hex(8)
    # Start-up files may print whatever they like: only what follows the mark counts.
    variable = f'"${name}"' if kind == "fish" else f'"${{{name}-}}"'
    script = f"printf '\\0%s\\0%s\\0' {mark} {variable}; exec /usr/bin/env -0"
    inner = f"exec {shlex.quote(shell)} -i -c {shlex.quote(script)}"
    done = machine.run([shell, "-l", "-c", inner], env=env)
    _, found, rest = done.stdout.rpartition(f"\0{mark}\0")
    if not found:
        raise Unobservable(
            "failed", text("a new {shell} did not start: {error}", shell=kind, error=done.stderr.strip()[-500:])
        )
    value, _, listing = rest.partition("\0")
    pairs = (item.partition("=") for item in listing.split("\0"))
    return value, {key: content for key, equals, content in pairs if equals}


def _login_environment(machine: Machine, entry: pwd.struct_passwd) -> dict[str, str]:
    """What login(1) and pam_env(8) give a shell: nothing of this session but its runtime folder."""
    kept = {key: machine.environ[key] for key in ("XDG_RUNTIME_DIR",) if key in machine.environ}
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "HOME": machine.home,
        "USER": entry.pw_name,
        "LOGNAME": entry.pw_name,
        "SHELL": entry.pw_shell,
        **kept,
        **dict(_pam_environment()),
    }


def _pam_environment() -> Iterator[tuple[str, str]]:
    for line in _lines("/etc/environment"):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            yield name.strip(), value.strip().strip("\"'")


def _mentions(machine: Machine, kind: str, near: str) -> Iterator[Mention]:
    for name in START_FILES.get(kind, (".profile",)):
        path = os.path.join(machine.home, name)
        for number, line in enumerate(_lines(path), 1):
            if any(part in line.lower() for part in near.lower().split("|")):
                yield {"file": path, "line": number, "text": line.strip()[:200]}


def _lines(path: str) -> list[str]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
            return file.read(TEXT_LIMIT).splitlines()
    except OSError:
        return []
