"""The file that `tutor submit` writes: what it is called, whether it may be, and that nothing is lost."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from tutor.commands.asking import agrees
from tutor.commands.session import Session
from tutor.errors import UsageError
from tutor.handin.format import SUFFIX
from tutor.text import text


def usual_name(course: str, student: str, made: datetime) -> str:
    """Course, student and time; plain letters, for every file system and learning platform."""
    plain = [re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")[:40] for part in (course, student)]
    return "-".join([*filter(None, plain), made.strftime("%Y%m%d-%H%M%S")]) + SUFFIX


def may_be_written(session: Session, target: Path) -> bool:
    """Whether the file may take that name: a person is asked about one that is there already.

    :raises UsageError: where it cannot be written, or nobody is there to be asked.
    """
    if not target.parent.is_dir():
        raise UsageError(
            text("there is no folder {path}", path=str(target.parent)),
            text("Make it, or name another: --output FILE"),
        )
    if not os.path.lexists(target):
        return True
    if not target.is_file() or not session.interactive:
        raise UsageError(
            text("{path} is there already", path=str(target)), text("Name another file: --output FILE")
        )
    if agrees(session, text("{path} is there already. Replace it?", path=str(target))):
        return True
    session.say(text("Nothing was written."))
    return False


def write(target: Path, content: bytes, *, agreed: bool) -> None:
    """Write the file, whole or not at all.

    :param agreed: whether a person said that the one which was there is to be replaced.
    :raises UsageError: where it cannot be written.
    """
    from tutor.folders import create_file, replace_file

    try:
        # What has come there since it was looked at is nobody's to replace.
        (replace_file if agreed else create_file)(target, content)
    except OSError as error:
        raise UsageError(
            text("{path} cannot be written: {error}", path=str(target), error=error.strerror or str(error)),
            text("Name a file in a folder of your own."),
        ) from None
