"""The exports of a report, to files or to standard output."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.output import interface
from tutor.output.streams import discard
from tutor.report.exports.aim import Aim
from tutor.report.exports.interface import OF_ONE, left_out, of_class, of_one
from tutor.report.exports.names import ExportName
from tutor.report.records import Report, Student
from tutor.text import Text, text


def must_go_together(exports: Sequence[ExportName], outputs: Sequence[Path]) -> None:
    """Refuse exports and files that do not fit one another, before anything is judged."""
    if len(outputs) == len(exports) or (len(exports) == 1 and not outputs):
        return
    raise UsageError(
        text("{exports} exports, and {outputs} files for them", exports=len(exports), outputs=len(outputs)),
        text("Example: --export canvas --output grades.csv --export json --output class.json"),
    )


def write_exports(
    session: Session,
    report: Report,
    exports: Sequence[tuple[ExportName, Path | None]],
    aim: Aim,
    only: Student | None,
) -> None:
    """Write them, and say what each leaves out.

    :param only: the student whom the exports of one are about; None for the only one who handed in.
    :raises UsageError: when one cannot be written, or is about one student and there are several.
    """
    told = list[Text]()
    for name, path in exports:
        if name not in OF_ONE:
            _write(session, path, of_class(name)(report, aim))
        elif only is None and path is not None and _is_folder(path):
            _write_each(session, report, name, path, aim)
        else:
            _write(session, path, [_of_one(report, name, only, aim)])
        about = report if only is None or name not in OF_ONE else replace(report, students=(only,))
        told += [sentence for sentence in left_out(name, about) if sentence not in told]
    for sentence in told:
        session.say(sentence)


def _of_one(report: Report, name: ExportName, only: Student | None, aim: Aim) -> str:
    handed_in = [one for one in report.students if one.hand_in is not None]
    student = only or (handed_in[0] if len(handed_in) == 1 else None)
    if student is None or student.hand_in is None:
        raise UsageError(
            text("{name} is about one student, and here are {count}", name=name.value, count=len(handed_in)),
            text("Choose one with --student, or give --output a folder, for a file for each."),
        )
    return of_one(name)(report, student, student.hand_in, aim)


def _write_each(session: Session, report: Report, name: ExportName, folder: Path, aim: Aim) -> None:
    """A file for each student, by a name that no student's own can lead out of the folder."""
    taken = set[str]()
    for student in report.students:
        if student.hand_in is not None:
            stem = first = re.sub(r"[^A-Za-z0-9@_-]+", "_", student.key)[:80] or "student"
            number = 2
            while stem.casefold() in taken:
                stem, number = f"{first}-{number}", number + 1
            taken.add(stem.casefold())
            document = of_one(name)(report, student, student.hand_in, aim)
            _write(session, folder / f"{stem}{OF_ONE[name]}", [document])


def _is_folder(path: Path) -> bool:
    return path.is_dir()


def _write(session: Session, path: Path | None, pieces: Iterable[str]) -> None:
    if path is None or str(path) == "-":
        _print(session, pieces)
        return
    pieces = iter(pieces)
    first = next(pieces, "")  # what cannot be exported is refused before the file is touched
    try:
        _replace(path, first, pieces)
    except OSError as error:
        raise UsageError(
            text("{path} cannot be written: {error}", path=str(path), error=error.strerror or str(error)),
            text("Name a file in a folder of your own."),
        ) from None


def _replace(path: Path, first: str, rest: Iterator[str]) -> None:
    """Whole or not at all, for this user alone: these are grades."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 (tempfile(3))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(first)
            file.writelines(rest)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _print(session: Session, pieces: Iterable[str]) -> None:
    """A reader who has left (``tutor report | head``) changes nothing."""
    try:
        for piece in pieces:
            interface.write(piece, session.out, "json")  # UTF-8, whatever the locale is
    except BrokenPipeError:
        discard(session.out)
