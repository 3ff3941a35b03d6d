"""The words of ``tutor author``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Target = Annotated[Path, typer.Argument(metavar="DIR", help="The course's folder, named by its id.")]
Lesson = Annotated[
    str | None, typer.Option("--lesson", metavar="ID", help="Add a lesson to the course in DIR.")
]
Only = Annotated[
    str | None, typer.Option("--only", metavar="sv|en", help="In this language alone; else in both.")
]
CheckName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="A check's name; none: all of them.")]
Format = Annotated[Literal["text", "json", "markdown"], typer.Option("--format", help="What to print.")]
