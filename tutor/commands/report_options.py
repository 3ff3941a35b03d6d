"""What ``tutor report`` takes on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutor.report.exports.names import ExportName

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Hand-ins, folders, or the archive from Canvas or Moodle."),
]
Roster = Annotated[
    Path | None, typer.Option("--roster", metavar="CSV", help="Who is in the class, by id or email.")
]
Signers = Annotated[
    Path | None, typer.Option("--allowed-signers", metavar="FILE", help="The students' SSH keys.")
]
Deadline = Annotated[
    str | None, typer.Option("--deadline", metavar="TIME", help="What was made later is late.")
]
CourseConfig = Annotated[
    Path | None,
    typer.Option(
        "--course-config", metavar="FILE", help="Points, weights, deadline and numbers of the class."
    ),
]
Cloned = Annotated[
    list[str] | None,
    typer.Option("--cloned-image", metavar="ID", help="A machine id that the class shares; may be repeated."),
]
StudentWord = Annotated[
    str | None, typer.Option("--student", metavar="WHO", help="One student: an id, a mail or a name.")
]
StepWord = Annotated[str | None, typer.Option("--step", metavar="STEP", help="One step in all the class.")]
Stuck = Annotated[bool, typer.Option("--stuck", help="Who is stuck, on what, and on which machine.")]
Items = Annotated[bool, typer.Option("--items", help="Check by check: how many fail, and on what.")]
Exports = Annotated[
    list[ExportName] | None,
    typer.Option("--export", metavar="FORMAT", help="Write an export; may be repeated."),
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to: one for each --export, in their order."),
]
Assignment = Annotated[
    str | None,
    typer.Option(
        "--assignment", metavar="NAME", help="The column's name at Canvas or Moodle, like 'Lab 1 (1234)'."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", min=1, help="Processes side by side; else one a processor."),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Judge also what was judged before.")]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FOLDER", help="Write the class as pages for a browser.")
]
