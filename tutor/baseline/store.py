"""Where the baseline is kept: one file for each course, written once, and once more to close its gaps."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Mapping
from contextlib import suppress

from tutor.baseline.complete import has_gaps
from tutor.baseline.place import open_path, whole_path
from tutor.baseline.records import SCHEMA, Baseline
from tutor.course.records import SUBJECTS, Subject
from tutor.errors import UserError
from tutor.folders import replace_file, sync_folder
from tutor.text import text

_KIND = "libvirt-tutor"
#: Bytes; a machine with hundreds of domains has a tenth of it.
_LARGEST = 16 * 1024 * 1024


class BaselineError(UserError):
    """The stored baseline cannot be used: it is not taken for anything it is not."""

    exit_code = 3


def load(environ: Mapping[str, str], course: str, uses: Collection[Subject] = SUBJECTS) -> Baseline | None:
    """The baseline of this user's machine; None where none was taken yet.

    :raises BaselineError: when there is a file that cannot be used.
    :raises NoHomeError: when there is no home.
    """
    for path in (whole_path(environ, course, uses), open_path(environ, course, uses)):
        content = _read(path)
        if content is not None:
            return _parse(path, content)
    return None


def glance(environ: Mapping[str, str], course: str, uses: Collection[Subject] = SUBJECTS) -> Baseline | None:
    """The same by its first fields alone: holding it to its shape takes a run as long as all the rest.

    :raises BaselineError: when it is none.
    :raises NoHomeError: when there is no home.
    """
    for path in (whole_path(environ, course, uses), open_path(environ, course, uses)):
        content = _read(path)
        if content is not None:
            try:
                found: Baseline = json.loads(content)
                if (found["baseline"], found["schema"]) == (_KIND, SCHEMA):
                    return found
            except (ValueError, TypeError, LookupError, RecursionError):
                pass
            raise _unusable(path)
    return None


def save(
    environ: Mapping[str, str], course: str, baseline: Baseline, uses: Collection[Subject] = SUBJECTS
) -> None:
    """Store it, whole and on the disk.

    :raises OSError: when that is not possible.
    """
    gaps = open_path(environ, course, uses)
    target = gaps if has_gaps(baseline["machine"], uses) else whole_path(environ, course, uses)
    replace_file(target, json.dumps(baseline, indent=1, sort_keys=True).encode() + b"\n")
    if target != gaps:
        with suppress(FileNotFoundError):
            os.unlink(gaps)
        sync_folder(os.path.dirname(gaps))


def _read(path: str) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _unusable(path)
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError:
        raise _unusable(path) from None
    if len(content) > _LARGEST:
        raise _unusable(path)
    return content


def _parse(path: str, content: bytes) -> Baseline:
    """The document, held to its shape: what is misread here would be taken away later."""
    import msgspec

    try:
        baseline = msgspec.json.decode(content, type=Baseline)
    except (ValueError, RecursionError):
        raise _unusable(path) from None
    if baseline["baseline"] != _KIND or baseline["schema"] != SCHEMA:
        raise _unusable(path)
    return baseline


def _unusable(path: str) -> BaselineError:
    return BaselineError(
        text("{path} is no baseline that this tutor can use, so it is not known what is yours.", path=path),
        text("Nothing is taken away. `tutor show STEP` shows what a step creates: remove that by hand."),
    )
