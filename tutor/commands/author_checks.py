"""``tutor author checks``: what each check expects, takes and answers."""

from __future__ import annotations

from typing import Literal

from tutor import __version__
from tutor.authoring.reference import entry, reference
from tutor.commands.catalogue import all_checks
from tutor.commands.session import Session
from tutor.course.findings import nearest
from tutor.errors import UsageError
from tutor.output import interface
from tutor.output.checks import reference_document, reference_page, render_entry, render_names
from tutor.text import text

ReferenceFormat = Literal["text", "json", "markdown"]


def author_checks(session: Session, name: str | None, form: ReferenceFormat = "text") -> int:
    """Every check that is installed, or one of them by name.

    :raises UsageError: when there is no such check.
    """
    checks = {check.name: check for check in all_checks()}
    if name is not None and name not in checks:
        near = ", ".join(nearest(name, checks))
        tip = text("Did you mean {names}?", names=near) if near else text("`tutor author checks` lists them.")
        raise UsageError(text("no check is called {check}", check=name), tip)
    chosen = [checks[name]] if name is not None else list(checks.values())
    if form == "markdown":
        interface.write(reference_page(reference(chosen)), session.out, "text")
    elif form == "json":
        document = reference_document(reference(chosen), session.translate, __version__)
        interface.write(document, session.out, "json")
    elif name is not None:
        interface.write(render_entry(entry(chosen[0]), session.translate, session.style), session.out, "text")
    else:
        shown = render_names(reference(chosen), session.translate, session.style)
        interface.write(shown, session.out, "text")
    return 0
