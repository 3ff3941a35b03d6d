"""A variable as a program gets it from a new interactive shell of the student."""

from __future__ import annotations

from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.host.start_files import Mention, end, mentions
from tutor.shape import TypedDict


class _Since1(TypedDict, total=False):
    """What recordings of before do not hold."""

    end: Mention | None
    folder: str | None


class ShellVariable(_Since1):
    """A variable in a new interactive shell.

    ``value`` is what the shell itself has, ``exported`` what a program started by it gets,
    ``session`` what this very process got; None where it is not set. ``mentions`` are the lines
    of the student's start-up files that name it, or nearly so; ``end`` is the line of the file
    that each terminal reads after which nothing in it counts, and ``folder`` where the shell looks
    for these files, None where it is as usual.
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
    # Only where a shell is started: checks import this module.
    from tutor.host.new_shell import users_shell, variable_in

    shell = users_shell(machine)
    found = variable_in(machine, shell, name)
    return {
        "shell": shell.kind,
        "value": found.value,
        "exported": found.exported,
        "session": machine.environ.get(name),
        "mentions": list(mentions(found.files, near)),
        "end": end(found.files),
        "folder": found.files.folder,
    }
