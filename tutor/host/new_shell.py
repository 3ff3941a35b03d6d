"""A new shell of the student's own kind, as a new terminal starts it, and what it hands on."""

from __future__ import annotations

import os
import pwd
import re
import shlex
from collections.abc import Iterator, Mapping

from tutor.dataclass import dataclass, replace
from tutor.host.machine import Machine
from tutor.host.question import Unobservable
from tutor.host.start_files import ENVIRONMENT, FOLDER_VARIABLE, StartFiles, is_replaced, lines, start_files
from tutor.text import text

#: Set in the new shell: a start-up file that calls tutor must not make it start a shell, and so on for ever.
GUARD = "TUTOR_NEW_SHELL"

#: What a terminal has of the session that it is opened in, and no login gives.
_OF_THE_SESSION = (
    r"(?i)(?:DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|SSH_.*|XDG_.*|TERM|COLORTERM|TZ"
    r"|LANG|LANGUAGE|LC_.*|NO_COLOR|(?:https?|ftp|no|all)_proxy|SUDO_ASKPASS)$"
)

#: Seconds for a shell that is typed to, after one that was not has answered already.
_TYPING_LIMIT = 2.5


@dataclass(frozen=True, slots=True)
class NewShell:
    """The user's shell: its program, the program's name, and the environment that a login gives it."""

    program: str
    kind: str
    login: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a new shell said: whether it answered, the variable in it, what it exports, and its errors.

    ``folder`` is what its variable says of where it looks for start-up files; empty where it says nothing.
    """

    found: bool
    value: str
    exported: Mapping[str, str]
    said: str
    folder: str


@dataclass(frozen=True, slots=True)
class InNewShell:
    """A variable in a new shell, what that exports of it, and the files that the shell starts with."""

    value: str | None
    exported: str | None
    files: StartFiles


def users_shell(machine: Machine) -> NewShell:
    """The shell of whoever runs this, by the user database.

    :raises Unobservable: ``no-such-user``; ``recursive`` in a shell that was started here.
    """
    if GUARD in machine.environ:
        raise Unobservable(
            "recursive", text("tutor is started by a start-up file of the shell that it looks at")
        )
    return _shell_of(machine)


def _shell_of(machine: Machine) -> NewShell:
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        raise Unobservable("no-such-user", text("this user is not in the user database")) from None
    program = entry.pw_shell or "/bin/sh"
    return NewShell(program, os.path.basename(program), _login_environment(machine, entry))


def new_terminal(machine: Machine) -> dict[str, str]:
    """The environment of a program that is started in a new terminal of the student's.

    What the login gives, what the shell's start-up files export, and what this session has of its
    own: its screen, its agents, its language. Nothing that was only set in the shell behind us.

    :raises Unobservable: when the shell does not start, or not in time.
    """
    shell = _shell_of(machine)
    session = {name: value for name, value in machine.environ.items() if re.match(_OF_THE_SESSION, name)}
    answer = _answer(machine, shell, "HOME", {**shell.login, **session})
    if not answer.found:
        raise _not_started(shell, answer)
    return {name: value for name, value in answer.exported.items() if name not in (GUARD, "_", "SHLVL")}


def variable_in(machine: Machine, shell: NewShell, name: str) -> InNewShell:
    """The variable in a new shell.

    :raises Unobservable: when the shell does not start, or not in time; ``session-differs`` where this
        session names another folder of start-up files than a new login does, and only there it is set so.
    """
    found = _variable_in(machine, shell, name)
    variable = FOLDER_VARIABLE.get(shell.kind, "")
    named = machine.environ.get(variable, "")
    if not named or start_files(shell.kind, machine.home, named) == found.files:
        return found
    # A desktop may give its terminals what no login does; or somebody typed it, and no new terminal has it.
    here = _variable_in(machine, replace(shell, login={**shell.login, variable: named}), name)
    if _desktop_gives(machine, variable, named):
        return here
    if here.exported not in (None, found.exported):
        raise Unobservable(
            "session-differs",
            text(
                "{variable} is {folder} in this session and not in a new login: which one new terminals "
                "get cannot be told",
                variable=variable,
                folder=named,
            ),
        )
    return found


def _desktop_gives(machine: Machine, variable: str, value: str) -> bool:
    """Whether what the user's own systemd starts gets it, as terminals of a desktop do (environment.d(5))."""
    try:
        listing = machine.run(["systemctl", "--user", "show-environment"]).stdout
    except Unobservable:
        return False
    return f"{variable}={value}" in listing.splitlines()


def _variable_in(machine: Machine, shell: NewShell, name: str) -> InNewShell:
    answer = _answer(machine, shell, name, shell.login)
    files = start_files(shell.kind, machine.home, answer.folder)
    exported = answer.exported.get(name)
    if exported is None and is_replaced(files):
        try:
            typed = _type(machine, shell, name)
        except Unobservable:
            if not answer.found:
                raise
        else:
            return InNewShell(typed, typed, files)
    if not answer.found:
        raise _not_started(shell, answer)
    return InNewShell(answer.value or None, exported, files)


def _answer(machine: Machine, shell: NewShell, name: str, env: Mapping[str, str]) -> _Answer:
    mark = os.urandom(8).hex()
    # Start-up files may print whatever they like: only what follows the mark counts.
    script = f"printf '\\0%s\\0%s\\0' {mark} {_word(shell, name)}; exec /usr/bin/env -0"
    inner = f"exec {shlex.quote(shell.program)} -i -c {shlex.quote(script)}"
    # Said by the login: start-up files of terminals may put another program in the shell's place.
    where = FOLDER_VARIABLE.get(shell.kind)
    place = f"printf '\\0%s<%s\\0' {mark} {_word(shell, where)}; " if where else ""
    done = machine.run([shell.program, "-l", "-c", place + inner], env=env)
    folder = done.stdout.partition(f"\0{mark}<")[2].partition("\0")[0]
    _, found, rest = done.stdout.rpartition(f"\0{mark}\0")
    value, _, listing = rest.partition("\0")
    pairs = (item.partition("=") for item in listing.split("\0"))
    exported = {key: content for key, equals, content in pairs if equals}
    # A shell always exports something: where there is nothing, env did not run.
    return _Answer(bool(found and exported), value, exported, done.stderr, folder)


def _word(shell: NewShell, name: str) -> str:
    """The variable as one word, empty where it is not set, whatever the shell thinks of such."""
    return f'"${name}"' if shell.kind == "fish" else f'"${{{name}-}}"'


def _not_started(shell: NewShell, answer: _Answer) -> Unobservable:
    error = answer.said.strip()[-500:]
    return Unobservable("failed", text("a new {shell} did not start: {error}", shell=shell.kind, error=error))


def _type(machine: Machine, shell: NewShell, name: str) -> str | None:
    """What a program gets that is started by typing in a new terminal, whatever shell reads there.

    :raises Unobservable: when nothing there takes commands, or not in time.
    """
    mark = os.urandom(8).hex()
    # The terminal echoes what is typed: there, quotes part the mark. All kinds of shell read this line alike.
    show = f"""printf "%s<%s>%s" {mark[:8]}""{mark[8:]} "${{{name}-}}" {mark[8:]}""{mark[:8]}"""
    line = f"exec /bin/sh -c {shlex.quote(show)}"
    # A login first, as in _answer; tmux would stay behind as a daemon.
    login = shlex.join([shell.program, "-l", "-c", f"exec {shlex.quote(shell.program)} -i"])
    # The first line does nothing, and quits the questionnaire of a zsh without start-up files.
    typing = f"printf '%s\\n' ': q' {shlex.quote(line)} | script -qec {shlex.quote(login)} /dev/null"
    done = machine.run(["sh", "-c", typing], env={**shell.login, "TMUX": "none"}, limit=_TYPING_LIMIT)
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
    for line in lines(ENVIRONMENT):
        name, equals, value = line.partition("#")[0].strip().removeprefix("export ").partition("=")
        if equals:
            yield name.strip(), value.strip().strip("\"'")
