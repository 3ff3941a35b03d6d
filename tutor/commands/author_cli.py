"""The command line of ``tutor author``: parse and dispatch, no logic."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from tutor.commands import prove_options as of_prove
from tutor.commands.options import LOOK, shares
from tutor.commands.parser import Verbs
from tutor.commands.session import Options, Session
from tutor.course.files import MANIFEST
from tutor.dataclass import replace

author = Verbs(help="For those who write lessons.")

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A course's folder; none: the packaged.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="What is only planned, not translated, or never seen to fail, too.")
]
Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[DIR] [LESSON|STEP]...",
        help="A course's folder; none: the packaged. Then what of it; none: all.",
    ),
]
Target = Annotated[Path, typer.Argument(metavar="DIR", help="The course's folder, named by its id.")]
Lesson = Annotated[
    str | None, typer.Option("--lesson", metavar="ID", help="Add a lesson to the course in DIR.")
]
Only = Annotated[
    str | None, typer.Option("--only", metavar="sv|en", help="In this language alone; else in both.")
]
CheckName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="A check's name; none: all of them.")]
Format = Annotated[Literal["text", "json", "markdown"], typer.Option("--format", help="What to print.")]
ListFormat = Annotated[Literal["text", "json"], typer.Option("--format", help="What to print.")]


@author.command("lint")
@shares("lang", "no_color", "plain")
def author_lint(folder: Folder = None, *, strict: Strict = False, options: Options) -> int:
    """Everything that can be said against a course: file, line, and how to mend it.

    Exit code: 0 nothing, 4 something.
    """
    from tutor.commands.author import author_lint as command

    return command(Session(options), folder, strict=strict)


@author.command("new")
@shares("lang", "no_color", "plain")
def author_new(
    folder: Target,
    *,
    lesson: Lesson = None,
    only: Only = None,
    options: Options,
) -> int:
    """A course, or a lesson of one, from a template: whole, linted, in both languages.

    Nothing that is there is overwritten. Exit code: 0 written, 2 not.
    """
    from tutor.commands.author_new import author_new as command

    return command(Session(options), folder, lesson, only)


@author.command("preview")
@shares(*LOOK, "course_config", "variables")
def author_preview(words: Words = None, *, options: Options) -> int:
    """Steps as a student sees them, with their answers, codes and states behind them."""
    from tutor.commands.author_preview import author_preview as command

    folder, rest = course_of(words or [], options.course)
    return command(Session(replace(options, course=folder)), rest)


@author.command("checks")
@shares("lang", "no_color", "plain")
def author_checks(
    name: CheckName = None,
    *,
    format: Format = "text",  # noqa: A002 - the option's name
    options: Options,
) -> int:
    """What each check expects, takes and answers; those of other packages too."""
    from tutor.commands.author_checks import author_checks as command

    return command(Session(options), name, format)


@author.command("prove")
@shares(*LOOK)
def author_prove(
    words: Words = None,
    *,
    release: of_prove.Release = "bookworm",
    backend: of_prove.Backend = None,
    alone: of_prove.Alone = False,
    twice: of_prove.Twice = False,
    jobs: of_prove.Jobs = 1,
    format: ListFormat = "text",  # noqa: A002 - the option's name
    output: of_prove.Output = None,
    options: Options,
) -> int:
    """Replay a course on fresh machines, wrong states and all, and print what holds. Needs root.

    Exit code: 0 all of it, 1 something does not, 2 no machine can be made, 4 the course is broken.
    """
    from tutor.commands.prove import Wishes
    from tutor.commands.prove import author_prove as command

    folder, rest = course_of(words or [], options.course)
    wishes = Wishes(rest, release, backend, alone, twice, jobs, output)
    return command(Session(replace(options, format=format, course=folder)), wishes)


def course_of(words: Sequence[str], given: Path | None) -> tuple[Path | None, tuple[str, ...]]:
    """The course's folder, and the lessons and steps: the first word is a folder if it holds a course."""
    if words and given is None and (Path(words[0]) / MANIFEST).is_file():
        return Path(words[0]), tuple(words[1:])
    return given, tuple(words)
