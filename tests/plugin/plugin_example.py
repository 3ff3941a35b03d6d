"""A check that the course's own package does not have, and some that misbehave."""  # noqa: INP001

from __future__ import annotations

import sys
from typing import Any, cast

from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.question import Question
from tutor.text import text


@check("folder-exists")
def folder_exists(host: Host, *, path: str) -> Finding:
    """There is a folder {path}."""
    found = host.ask(file_status(path))
    if found is not None and found["kind"] == "directory":
        return passed(text("{path} is there", path=path))
    return failed(
        "no-folder",
        text("there is no folder {path}", path=path),
        why=text("The course of this example is about it."),
        hint=text("Make it."),
        fix=(f"mkdir -p {path}",),
    )


@check("raises")
def raises(_host: Host) -> Finding:
    """This check has a bug."""
    message = "a bug of the plug-in"
    raise RuntimeError(message)


@check("exits")
def exits(_host: Host) -> Finding:
    """This check wants to end the program."""
    sys.exit(0)


@check("asks-the-unknown")
def asks_the_unknown(host: Host) -> Finding:
    """This check asks what nobody answers."""
    host.ask(Question("horoscope", str, ("aries",)))
    return passed(text("never reached"))


@check("returns-nonsense")
def returns_nonsense(_host: Host, *, kind: str) -> Finding:
    """This check returns what is no finding."""
    nonsense: dict[str, Any] = {
        "nothing": None,
        "a word": "pass",
        "bare text": passed(cast("Any", "a str is no Text")),
        "bare fix": failed("x", text("x"), why=text("x"), hint=text("x"), fix=cast("Any", [7])),
    }
    return cast("Finding", nonsense[kind])
