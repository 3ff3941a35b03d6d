"""The options of ``tutor author prove``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Release = Annotated[
    Literal["bookworm", "trixie"], typer.Option("--release", help="The Debian of the machines.")
]
Backend = Annotated[
    str | None,
    typer.Option("--backend", metavar="iptables|nftables", help="Who makes the firewall; else the usual."),
]
Alone = Annotated[
    bool, typer.Option("--alone", help="Each lesson on a bare machine, after its prerequisites alone.")
]
Twice = Annotated[bool, typer.Option("--twice", help="All of it once more: nothing may differ.")]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="Machines at a time; else one.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Keep the result, as the course's proven.json."),
]
