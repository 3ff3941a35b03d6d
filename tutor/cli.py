"""The command line: parse and dispatch, no logic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from tutor.commands import report_options as of_report
from tutor.commands.author_cli import author
from tutor.commands.options import LOOK, shares
from tutor.commands.parser import Verbs, parsed_and_run
from tutor.commands.sandbox_cli import sandbox
from tutor.commands.session import Options, Session
from tutor.dataclass import replace

app = Verbs(name="tutor")

app.add_typer(author, name="author")
app.add_typer(sandbox, name="sandbox")

Words = Annotated[
    list[str] | None, typer.Argument(metavar="[STEP|LESSON]...", help="Steps or lessons; none: all.")
]
StepId = Annotated[str, typer.Argument(metavar="STEP", help="A step's id, as tutor list shows it.")]
FirstStep = Annotated[
    str | None, typer.Argument(metavar="[STEP]", help="Where to begin; none: where you were.")
]
Choices = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[CHOICE]...", help="Question and options, like 1b or 2ac; none: show the questions."
    ),
]
Key = Annotated[str | None, typer.Argument(metavar="[KEY]", help="A setting or a variable; none: list all.")]
Value = Annotated[str | None, typer.Argument(metavar="[VALUE]", help="What to set it to; none: show it.")]
Unset = Annotated[bool, typer.Option("--unset", help="Take KEY's value away.")]
Level = Annotated[
    int | None, typer.Option("--level", metavar="N", help="The hint of that number; else the first.")
]
All = Annotated[bool, typer.Option("--all", help="Every hint, the last of which says it all.")]
ListFormat = Annotated[Literal["text", "json"], typer.Option("--format", help="What to print.")]
Record = Annotated[Path | None, typer.Option("--record", metavar="FILE", help="Store what was observed.")]
Once = Annotated[bool, typer.Option("--once", help="Look once, and end.")]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Files of libvirt XML, of any kind.")]
Pseudonym = Annotated[
    str | None, typer.Option("--pseudonym", metavar="NAME", help="Hand in under another name.")
]
SigningKey = Annotated[
    str | None, typer.Option("--key", metavar="FILE", help="The SSH key; else the agent's first, or yours.")
]
Unsigned = Annotated[bool, typer.Option("--unsigned", help="Do not sign it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what would be done.")]
Look = Annotated[bool, typer.Option("--look", help="Only look: try nothing.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it into this file.")
]
Install = Annotated[
    bool, typer.Option("--install-completion", help="Complete words with Tab, in the current shell.")
]
Remove = Annotated[bool, typer.Option("--remove-completion", help="Take that away again.")]
Show = Annotated[
    bool, typer.Option("--show-completion", help="Print the shell's script instead of installing it.")
]
Version = Annotated[bool, typer.Option("--version", help="Show the version and exit.")]


@app.callback(invoke_without_command=True)
@shares(*LOOK)
def overview(
    context: typer.Context,
    *,
    version: Version = False,
    install: Install = False,
    remove: Remove = False,
    show_script: Show = False,
    options: Options,
) -> int | None:
    """A tutor and checker for the course lab on libvirt: it looks at this machine and says what is true.

    Without a command: where you are in the course, and what is next.
    """
    from tutor.commands.overview import overview as command
    from tutor.commands.overview import show_version

    if version:
        return show_version(Session(options))
    if install or remove or show_script:
        from tutor.commands import complete

        change = complete.install_completion if install else complete.remove_completion
        return (complete.show_completion if show_script else change)(Session(options))
    context.obj = options
    return None if context.invoked_subcommand else command(Session(options, unattended=True))


@app.command("list")
@shares(*LOOK)
def list_steps(*, format: ListFormat = "text", options: Options) -> int:  # noqa: A002 - the option's name
    """All steps, and how each stood at its last check."""
    from tutor.commands.list_steps import list_steps as command

    return command(Session(replace(options, format=format)))


@app.command()
@shares(*LOOK, "course_config", "variables")
def show(step: StepId, *, options: Options) -> int:
    """A step to read: what to do, and what is checked."""
    from tutor.commands.show import show as command

    return command(Session(options), step)


@app.command()
@shares(*LOOK, "course_config", "variables")
def hint(step: StepId, *, level: Level = None, all: All = False, options: Options) -> int:  # noqa: A002 - the option's name
    """A hint for a step, from a nudge to the command."""
    from tutor.commands.hint import hint as command

    return command(Session(options), step, level, everything=all)


@app.command()
@shares(*LOOK, "course_config", "variables")
def learn(step: FirstStep = None, *, options: Options) -> int:
    """The guided walk: read, do, check, and go on where you were.

    Exit code: 0 left or finished, 130 left with Ctrl-C; 2 no such step, or no terminal.
    """
    from tutor.commands.learn import learn as command

    return command(Session(options), step)


@app.command()
@shares("format", *LOOK, "verbose", "evidence", "course_config", "variables")
def check(words: Words = None, *, record: Record = None, options: Options) -> int:
    """Grade this machine: what is true, and what is not.

    Exit code: 0 all is true, 1 something is not, 3 something could not be looked at; 2 the command
    line cannot be used, 4 the course is broken.
    """
    from tutor.commands.check import check as command

    return command(Session(options), words or [], record)


@app.command()
@shares(*LOOK, "course_config", "variables")
def watch(
    words: Words = None,
    *,
    once: Once = False,
    format: ListFormat = "text",  # noqa: A002 - the option's name
    options: Options,
) -> int:
    """Watch this machine while you work: steps tick off by themselves.

    Ends by q (exit code 0) or Ctrl-C (130). With --once: one look, and the exit code of tutor check.
    """
    from tutor.commands.watch import watch as command

    return command(Session(replace(options, format=format)), words or [], once=once)


@app.command()
@shares(*LOOK, "course_config", "variables")
def answer(step: StepId, choices: Choices = None, *, options: Options) -> int:
    """Answer a step's questions."""
    from tutor.commands.answer import answer as command

    return command(Session(options), step, choices or [])


@app.command()
@shares(*LOOK, "course_config", "variables")
def submit(
    *,
    output: Output = None,
    pseudonym: Pseudonym = None,
    key: SigningKey = None,
    unsigned: Unsigned = False,
    yes: Yes = False,
    options: Options,
) -> int:
    """Write one file to hand in: your verdicts and what they rest on, signed with your SSH key.

    Shows what is in it first. Exit code: 0 written, 1 you said no, 2 it cannot be written so.
    """
    from tutor.commands.submit import Wishes
    from tutor.commands.submit import submit as command

    return command(Session(options), Wishes(output, pseudonym, key, unsigned, yes))


@app.command()
@shares(*LOOK)
def config(key: Key = None, value: Value = None, *, unset: Unset = False, options: Options) -> int:
    """Your language, identity and names for things."""
    from tutor.commands.config import config as command

    return command(Session(options), key, value, unset=unset)


@app.command()
@shares(*LOOK)
def validate(files: Files, *, format: ListFormat = "text", options: Options) -> int:  # noqa: A002 - the option's name
    """Whether libvirt XML is right, and where it is not.

    Held against the schemas of the installed libvirt. Exit code: 0 all valid, 1 one is not, 2 one cannot
    be read.
    """
    from tutor.commands.validate import validate as command

    return command(Session(replace(options, format=format)), files)


@app.command()
@shares(*LOOK, "variables")
def reset(
    step: StepId,
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
    format: ListFormat = "text",  # noqa: A002 - the option's name
    options: Options,
) -> int:
    """Take away what a step created here, and only that; asks first.

    Exit code: 0 done or nothing to do, 1 something remains, 2 not confirmed, 3 not all could be seen.
    """
    from tutor.commands.reset import reset as command

    return command(Session(replace(options, format=format)), step, yes=yes, dry_run=dry_run)


@app.command()
@shares(*LOOK, "variables")
def cleanup(
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
    format: ListFormat = "text",  # noqa: A002 - the option's name
    options: Options,
) -> int:
    """Take away what the course created here, and only that; asks first.

    Exit code: 0 done or nothing to do, 1 something remains, 2 not confirmed, 3 not all could be seen.
    """
    from tutor.commands.cleanup import cleanup as command

    return command(Session(replace(options, format=format)), yes=yes, dry_run=dry_run)


@app.command()
@shares(*LOOK)
def support(*, output: Output = None, yes: Yes = False, options: Options) -> int:
    """A report for a bug report: versions, statuses and errors, without names and addresses.

    It is shown, and then written where you say. Nothing is sent anywhere.
    """
    from tutor.commands.support import support as command

    return command(Session(options, unattended=True), output, yes=yes)


@app.command()
@shares(*LOOK, "verbose", "variables")
def doctor(*, look: Look = False, format: ListFormat = "text", options: Options) -> int:  # noqa: A002 - the option's name
    """Will this machine carry the course? It looks, then tries.

    What it tries it undoes: an image, a network and a guest of its own. Exit code: 0 nothing was found,
    1 a problem was, 3 something could not be looked at.
    """
    from tutor.commands.doctor import doctor as command

    return command(Session(replace(options, format=format)), look=look)


@app.command()
@shares(*LOOK, "verbose")
def report(
    paths: of_report.Paths,
    *,
    roster: of_report.Roster = None,
    allowed_signers: of_report.Signers = None,
    deadline: of_report.Deadline = None,
    course_config: of_report.CourseConfig = None,
    cloned_image: of_report.Cloned = None,
    student: of_report.StudentWord = None,
    step: of_report.StepWord = None,
    stuck: of_report.Stuck = False,
    items: of_report.Items = False,
    format: ListFormat = "text",  # noqa: A002 - the option's name
    export: of_report.Exports = None,
    output: of_report.Outputs = None,
    assignment: of_report.Assignment = None,
    jobs: of_report.Jobs = None,
    no_cache: of_report.NoCache = False,
    html: of_report.Html = None,
    options: Options,
) -> int:
    """For teachers: judge hand-ins again, and see the class.

    Exit code: 0 a report was made, 1 of some file not, 2 usage, 4 the course is broken.
    """
    from tutor.commands.report import report as command
    from tutor.commands.report_making import Wishes

    wishes = Wishes(
        paths=paths,
        roster=roster,
        allowed_signers=allowed_signers,
        deadline=deadline,
        course_config=course_config,
        cloned=cloned_image or (),
        student=student,
        step=step,
        stuck=stuck,
        items=items,
        exports=export or (),
        outputs=output or (),
        assignment=assignment,
        jobs=jobs,
        cached=not no_cache,
        html=html,
    )
    return command(Session(replace(options, format=format)), wishes)


def run() -> int:
    """Parse the command line and run what it names; the exit code."""
    return parsed_and_run(app)


def main() -> None:
    """The command line without the short cut of :mod:`tutor.entry`."""
    from tutor.commands.endings import guarded

    sys.exit(guarded(run))
