"""``tutor validate``: libvirt XML, held against the installed libvirt's schemas."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence

from tutor.commands.session import Session
from tutor.errors import UsageError, UserError
from tutor.output.errors import render_error
from tutor.output.interface import write
from tutor.output.judgement import render, render_json
from tutor.relaxng.document import lines_of
from tutor.text import text
from tutor.validation.judge import judge
from tutor.validation.problem import Judgement

#: Bytes of the largest document that is read; libvirt's own are a hundredth of it.
LARGEST = 4 * 1024 * 1024

#: The name for the standard input.
STDIN = "-"

INVALID = 1

_TIP = text("Name a file of libvirt XML, such as vm.xml, or - for the standard input.")


def validate(session: Session, paths: Sequence[str]) -> int:
    """Judge each file: 0 where all are valid, 1 where one is not, 2 where one cannot be read.

    :raises UsageError: when libvirt's schemas are not installed.
    """
    judged: list[tuple[str, Judgement]] = []
    unreadable = 0
    for path in paths:
        try:
            content = read(path)
        except UserError as error:
            session.err.write(render_error(error, session.translate, session.error_style))
            unreadable = error.exit_code
            continue
        judgement = judge(content)
        judged.append((path, judgement))
        if session.options.format == "text":
            shown = render(path, lines_of(content), judgement, session.translate, session.style)
            write(shown, session.out, "text")
    if session.options.format == "json" and not unreadable:
        write(render_json(judged, session.translate), session.out, "json")
    invalid = any(not judgement.valid for _, judgement in judged)
    return unreadable or (INVALID if invalid else 0)


def read(path: str) -> bytes:
    """A file's content, or that of the standard input for ``-``.

    :raises UsageError: when it cannot be read, is no regular file, or is larger than any document.
    """
    try:
        content = sys.stdin.buffer.read(LARGEST + 1) if path == STDIN else _read_file(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(text("{path} cannot be read: {error}", path=path or "''", error=why), _TIP) from None
    if len(content) > LARGEST:
        raise UsageError(text("{path} is larger than {limit} MiB", path=path, limit=LARGEST // 2**20), _TIP)
    return content


def _read_file(path: str) -> bytes:
    # Not blocking: a FIFO in place of a file must not hold the tool up.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError(text("{path} is no regular file", path=path), _TIP)
        return file.read(LARGEST + 1)
