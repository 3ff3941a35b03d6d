"""What a person sees while the machine is looked at, and where a bug of ours is written down."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from tutor.course.records import CheckSpec
from tutor.folders import NoHomeError, folders
from tutor.output.transient import Transient

#: The log's name, in the folder of the state.
ERRORS = "errors.log"
#: Seconds before anything is shown: most runs are over by then.
PATIENCE = 0.4


class Progress:
    """Names the check under way on a terminal, once the run takes long enough to wonder.

    :param asking: whether sudo asks for a password at this moment: that line stays as it is.
    """

    def __init__(self, line: Transient, asking: Callable[[], bool] = bool) -> None:
        self._line = line
        self._asking = asking
        self._started = time.monotonic()

    def begins(self, spec: CheckSpec) -> None:
        """See :class:`tutor.grading.runner.Observer`."""
        if self._line.drawn and time.monotonic() - self._started > PATIENCE and not self._asking():
            self._line.show(spec.id)

    def internal_error(self, spec: CheckSpec, error: BaseException) -> str | None:
        """See :class:`tutor.grading.runner.Observer`."""
        return log_error(f"{spec.id} ({spec.check})", error)


def log_error(where: str, error: BaseException) -> str | None:
    """Write a fault of ours to the log; the log's path, None where it could not be written."""
    import traceback

    try:
        folder = folders(os.environ).state
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, ERRORS)
        # Not blocking, in case something else than a file lies there.
        descriptor = os.open(
            path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {where}\n")
            file.writelines(traceback.format_exception(error))
    except (OSError, NoHomeError):
        return None
    return path
