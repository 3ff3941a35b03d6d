"""The command line of ``tutor sandbox``: parse and dispatch, no logic."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tutor.commands.options import shares
from tutor.commands.parser import Carrier, Verbs
from tutor.commands.session import Options, Session
from tutor.dataclass import replace

sandbox = Verbs(help="Throwaway student machines: do the course without touching this computer.")

_LOOK = ("lang", "no_color", "plain")
Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which sandbox; none: lab.")]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="-- COMMAND...", help="What the student runs, and its arguments."),
]
Release = Annotated[Literal["bookworm", "trixie"], typer.Option("--release", help="Which Debian: 12 or 13.")]
Ready = Annotated[bool, typer.Option("--ready", help="With the course's packages installed already.")]
Now = Annotated[bool, typer.Option("--now", help="Cut the power, without shutting down.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Images = Annotated[
    bool, typer.Option("--images", help="And the images that no sandbox stands on, which take a gigabyte.")
]
ListFormat = Annotated[Literal["text", "json"], typer.Option("--format", help="What to print.")]


@sandbox.command()
@shares(*_LOOK)
def create(
    name: Name = None, *, release: Release = "bookworm", ready: Ready = False, options: Options
) -> int:
    """Make a sandbox and start it. The first one takes minutes, every further one seconds.

    Needs root, through sudo. Exit code: 0 it runs, 2 it cannot be made.
    """
    from tutor.commands.sandbox.verbs import Wishes
    from tutor.commands.sandbox.verbs import create as command

    return command(Session(options), name, Wishes(release, ready))


@sandbox.command()
@shares(*_LOOK)
def enter(name: Name = None, *, options: Options) -> int:
    """Open a shell in a sandbox, as its student; started first where it is off.

    Exit code: the shell's, 2 where there is none.
    """
    from tutor.commands.sandbox.inside import enter as command

    return command(Session(options), name)


@sandbox.command(cls=Carrier)
@shares(*_LOOK)
def run(name: Name = None, words: Words = None, *, options: Options) -> int:
    """Run one command in a sandbox, as its student; started first where it is off.

    Input, output and terminal are yours. Exit code: the command's, 2 where it cannot be run.
    """
    from tutor.commands.sandbox.inside import run as command

    return command(Session(options), name, words or [])


@sandbox.command()
@shares(*_LOOK)
def reset(name: Name = None, *, yes: Yes = False, options: Options) -> int:
    """Forget all that was done in a sandbox: it is as it was made; asks first.

    Exit code: 0 done, 2 not confirmed, or it cannot be done.
    """
    from tutor.commands.sandbox.verbs import reset as command

    return command(Session(options), name, yes=yes)


@sandbox.command()
@shares(*_LOOK)
def stop(name: Name = None, *, now: Now = False, options: Options) -> int:
    """Shut a sandbox down; its disk is kept.

    Exit code: 0 it is off, 2 there is none.
    """
    from tutor.commands.sandbox.verbs import stop as command

    return command(Session(options), name, now=now)


@sandbox.command("list")
@shares(*_LOOK)
def list_sandboxes(*, format: ListFormat = "text", options: Options) -> int:  # noqa: A002 - the option's name
    """Your sandboxes: state, disk, and what mends those that are broken.

    Exit code: 0.
    """
    from tutor.commands.sandbox.verbs import list_sandboxes as command

    return command(Session(replace(options, format=format)))


@sandbox.command()
@shares(*_LOOK)
def delete(name: Name = None, *, yes: Yes = False, images: Images = False, options: Options) -> int:
    """Take a sandbox away, with its disk; asks first.

    Exit code: 0 done, 2 not confirmed, or there is none.
    """
    from tutor.commands.sandbox.verbs import delete as command

    return command(Session(options), name, yes=yes, images=images)
