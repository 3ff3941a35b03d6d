"""The environment that a program gets from a new interactive shell of the student."""

from __future__ import annotations

import os
import pwd
import re
import shlex
from collections.abc import Iterator
from typing import TypedDict

from tutor.host.files import TEXT_LIMIT
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text

#: What each kind of shell reads when it starts (bash(1), zsh(1), fish(1)), the student's own files, in order.
START_FILES = {
    "bash": (".bash_profile", ".bash_login", ".profile", ".bashrc", ".bash_aliases"),
    "zsh": (".zshenv", ".zprofile", ".zlogin", ".zshrc"),
    "fish": (".config/fish/fish_variables", ".config/fish/config.fish"),
}
#: The one that each new terminal reads, and reads last.
TERMINAL_FILE = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}

ENVIRONMENT = "/etc/environment"

#: Set in the new shell: a start-up file that calls tutor must not make it start a shell, and so on for ever.
GUARD = "TUTOR_NEW_SHELL"

#: ``exec`` of a program puts it in the shell's place; with a redirection alone it does not.
_REPLACES = re.compile(r"(?:^|[;&|(]|\bthen\b)\s*exec\s+[^-<>0-9&\s]")

#: Outside all blocks these end the reading of the file.
_ENDS = re.compile(r"(?:return|exit)\b")

#: What a terminal has of the session that it is opened in, and no login gives.
_OF_THE_SESSION = re.compile(
    r"(?:DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|SSH_.*|XDG_.*|TERM|COLORTERM|TZ"
    r"|LANG|LANGUAGE|LC_.*|NO_COLOR|(?:https?|ftp|no|all)_proxy|SUDO_ASKPASS)$",
    re.IGNORECASE,
)

#: Seconds for a shell that is typed to, after one that was not has answered already.
_TYPING_LIMIT = 2.5


class Mention(TypedDict):
    """A line of a start-up file, ``line`` counted from 1; ``text`` keeps its indentation."""

    file: str
    line: int
    text: str


class _Since1(TypedDict, total=False):
    """What recordings of before do not hold."""

    end: Mention | None


class ShellVariable(_Since1):
    """A variable in a new interactive shell.

    ``value`` is what the shell itself has, ``exported`` what a program started by it gets,
    ``session`` what this very process got; None where it is not set. ``mentions`` are the lines
    of the student's start-up files that name it, or nearly so; ``end`` is the line of the file
    that each terminal reads after which nothing in it counts.
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
    if GUARD in machine.environ:
        raise Unobservable(
            "recursive", text("tutor is started by a start-up file of the shell that it looks at")
        )
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        raise Unobservable("no-such-user", text("this user is not in the user database")) from None
    shell = entry.pw_shell or "/bin/sh"
    kind = os.path.basename(shell)
    value, exported = _ask(machine, shell, kind, name, _login_environment(machine, entry))
    return {
        "shell": kind,
        "value": value or None,
        "exported": exported,
        "session": machine.environ.get(name),
        "mentions": list(_mentions(machine, kind, near)),
        "end": _end(machine, kind),
    }


def new_terminal(machine: Machine) -> dict[str, str]:
    """The environment of a program that is started in a new terminal of the student's.

    What the login gives, what the shell's start-up files export, and what this session has of its
    own: its screen, its agents, its language. Nothing that was only set in the shell behind us.

    :raises Unobservable: when the shell does not start, or not in time.
    """
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        raise Unobservable("no-such-user", text("this user is not in the user database")) from None
    shell = entry.pw_shell or "/bin/sh"
    session = {name: value for name, value in machine.environ.items() if _OF_THE_SESSION.match(name)}
    env = {**_login_environment(machine, entry), **session}
    kind = os.path.basename(shell)
    found, _, exported, said = _new_shell(machine, shell, kind, "HOME", env)
    if not found:
        raise _not_started(kind, said)
    return {name: value for name, value in exported.items() if name not in (GUARD, "_", "SHLVL")}


def _ask(
    machine: Machine, shell: str, kind: str, name: str, env: dict[str, str]
) -> tuple[str | None, str | None]:
    """The variable's value in the shell, and what it exports.

    :raises Unobservable: when the shell does not start, or not in time.
    """
    found, value, exports, said = _new_shell(machine, shell, kind, name, env)
    exported = exports.get(name)
    if exported is None and _is_replaced(machine, kind):
        try:
            typed = _type(machine, shell, name, env)
        except Unobservable:
            if not found:
                raise
        else:
            return typed, typed
    if not found:
        raise _not_started(kind, said)
    return value, exported


def _new_shell(
    machine: Machine, shell: str, kind: str, name: str, env: dict[str, str]
) -> tuple[bool, str, dict[str, str], str]:
    """Whether a new interactive shell answered, the variable in it, what it exports, and its errors.

    :raises Unobservable: when it does not start, or not in time.
    """
    mark = os.urandom(8).hex()
    # Start-up files may print whatever they like: only what follows the mark counts.
    variable = f'"${name}"' if kind == "fish" else f'"${{{name}-}}"'
    script = f"printf '\\0%s\\0%s\\0' {mark} {variable}; exec /usr/bin/env -0"
    inner = f"exec {shlex.quote(shell)} -i -c {shlex.quote(script)}"
    done = machine.run([shell, "-l", "-c", inner], env=env)
    _, found, rest = done.stdout.rpartition(f"\0{mark}\0")
    value, _, listing = rest.partition("\0")
    pairs = (item.partition("=") for item in listing.split("\0"))
    exported = {key: content for key, equals, content in pairs if equals}
    # A shell always exports something: where there is nothing, env did not run.
    return bool(found and exported), value, exported, done.stderr


def _not_started(kind: str, said: str) -> Unobservable:
    error = said.strip()[-500:]
    return Unobservable("failed", text("a new {shell} did not start: {error}", shell=kind, error=error))


def _is_replaced(machine: Machine, kind: str) -> bool:
    """Whether a start-up file may put another program in the shell's place."""
    return any(_REPLACES.search(line) for _, _, line in _start_lines(machine, kind))


def _type(machine: Machine, shell: str, name: str, env: dict[str, str]) -> str | None:
    """What a program gets that is started by typing in a new terminal, whatever shell reads there.

    :raises Unobservable: when nothing there takes commands, or not in time.
    """
    mark = os.urandom(8).hex()
    # The terminal echoes what is typed: there, quotes part the mark. All kinds of shell read this line alike.
    show = f"""printf "%s<%s>%s" {mark[:8]}""{mark[8:]} "${{{name}-}}" {mark[8:]}""{mark[:8]}"""
    line = f"exec /bin/sh -c {shlex.quote(show)}"
    # A login first, as in _ask; tmux would stay behind as a daemon.
    login = shlex.join([shell, "-l", "-c", f"exec {shlex.quote(shell)} -i"])
    # The first line does nothing, and quits the questionnaire of a zsh without start-up files.
    typing = f"printf '%s\\n' ': q' {shlex.quote(line)} | script -qec {shlex.quote(login)} /dev/null"
    done = machine.run(["sh", "-c", typing], env={**env, "TMUX": "none"}, limit=_TYPING_LIMIT)
    found = re.search(f"{mark}<(.*?)>{mark[8:]}{mark[:8]}", done.stdout, re.DOTALL)
    if found is None:
        raise Unobservable("failed", text("the program that your shell hands over to takes no commands"))
    return found[1] or None


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
        GUARD: "1",
        **kept,
        **dict(_pam_environment()),
    }


def _pam_environment() -> Iterator[tuple[str, str]]:
    """Assignments as pam_env(8) reads them: a ``#`` anywhere ends the line, quotes are taken off."""
    for line in _lines(ENVIRONMENT):
        name, equals, value = line.partition("#")[0].strip().removeprefix("export ").partition("=")
        if equals:
            yield name.strip(), value.strip().strip("\"'")


def _mentions(machine: Machine, kind: str, near: str) -> Iterator[Mention]:
    parts = near.lower().split("|")
    for path, number, line in _start_lines(machine, kind):
        if any(part in line.lower() for part in parts):
            yield {"file": path, "line": number, "text": line.rstrip()[:200]}


def _end(machine: Machine, kind: str) -> Mention | None:
    path = os.path.join(machine.home, TERMINAL_FILE.get(kind, ".profile"))
    for number, line in enumerate(_lines(path), 1):
        if _ENDS.match(line) or _REPLACES.search(line):
            return {"file": path, "line": number, "text": line.rstrip()[:200]}
    return None


def _start_lines(machine: Machine, kind: str) -> Iterator[tuple[str, int, str]]:
    """Every line of the student's start-up files, with its file and number, in the order they are read."""
    for name in START_FILES.get(kind, (".profile",)):
        path = os.path.join(machine.home, name)
        yield from ((path, number, line) for number, line in enumerate(_lines(path), 1))


def _lines(path: str) -> list[str]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
            return file.read(TEXT_LIMIT).splitlines()
    except OSError:
        return []
