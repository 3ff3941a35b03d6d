"""``tutor author``: for those who write lessons."""

from __future__ import annotations

from pathlib import Path

from tutor.authoring.codes import told_codes
from tutor.authoring.common import OF_SOURCES
from tutor.commands.catalogue import all_checks
from tutor.commands.session import Session
from tutor.course.lint import ParameterInfo, lint
from tutor.course.load import packaged_folder
from tutor.errors import CourseError, UsageError
from tutor.text import text


def author_lint(session: Session, folder: Path | None, *, strict: bool = False) -> int:
    """Everything that can be said against a course, a line each; 0 where there is nothing.

    :param folder: the course; None for the packaged one.
    """
    if folder is not None and not folder.is_dir():
        raise UsageError(
            text("there is no course folder {folder}", folder=str(folder)),
            text("Name a folder that holds course.toml"),
        )
    known = {
        check.name: {name: ParameterInfo(kind, required) for name, kind, required in check.parameters}
        for check in all_checks()
    }
    anywhere = frozenset(code.name for code in OF_SOURCES)
    told = {check.name: told_codes(check) for check in all_checks()}
    codes = {name: anywhere.union(code.name for code in own) for name, own in told.items() if own is not None}
    findings = lint(folder or Path(packaged_folder()), known, known_codes=codes, strict=strict)
    for finding in findings:
        session.out.write(session.style.show(finding.text.render(session.translate)) + "\n")
    return CourseError.exit_code if findings else 0
