"""The command line: parse and dispatch, no logic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from tutor.commands.session import Options, Session
from tutor.output.interface import FormatName

app = typer.Typer(
    name="tutor",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A tutor and checker for the course lab on libvirt: it looks at this machine and says what is true.",
)

Words = Annotated[Optional[list[str]], typer.Argument(metavar="[STEP|LESSON]...", help="Steps or lessons; none: all.")]
StepId = Annotated[str, typer.Argument(metavar="STEP", help="A step's id, as tutor list shows it.")]
Format = Annotated[FormatName, typer.Option("--format", help="What to print.")]
Lang = Annotated[Optional[str], typer.Option("--lang", metavar="sv|en", help="Language; else the locale's.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour (also: NO_COLOR).")]
Plain = Annotated[bool, typer.Option("--plain", help="Words only: for screen readers and logs.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Details of what passed, too.")]
CourseDir = Annotated[Optional[Path], typer.Option("--course", metavar="DIR", help="Another course's folder.")]
Evidence = Annotated[Optional[Path], typer.Option("--from", metavar="FILE", help="Judge a recorded host.")]
Record = Annotated[Optional[Path], typer.Option("--record", metavar="FILE", help="Store what was observed.")]
Variables = Annotated[Optional[list[str]], typer.Option("--var", metavar="NAME=VALUE", help="A course variable.")]


@app.callback(invoke_without_command=True)
def overview(context: typer.Context) -> int | None:
    """A tutor and checker for the course lab on libvirt: it looks at this machine and says what is true."""
    return None


@app.command()
def check(
    words: Words = None,
    *,
    format: Format = "text",  # noqa: A002 - the option's name
    lang: Lang = None,
    no_color: NoColor = False,
    plain: Plain = False,
    verbose: Verbose = False,
    course: CourseDir = None,
    evidence: Evidence = None,
    record: Record = None,
    var: Variables = None,
) -> int:
    """Grade this machine: what is true, what is not, why, and what to do."""
    from tutor.commands.check import check as command

    options = Options(format, lang, no_color, plain, verbose, course, evidence, tuple(var or ()))
    return command(Session(options), words or [], record)


def main() -> None:
    """The entry point: every ending is an exit code and at most one sentence."""
    from tutor.commands.endings import guarded

    sys.exit(guarded(app))
