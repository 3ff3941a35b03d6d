"""How a run ends: an exit code, at most one sentence, and never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tutor.commands.order import ended_in_order, interrupted
from tutor.commands.progress import log_error
from tutor.errors import UserError
from tutor.output.streams import discard, is_lost, lost, open_missing
from tutor.text import text

INTERRUPTED = 130
#: Nothing was judged as failed, but something could not be looked at: the tool itself.
INTERNAL = 3


def guarded(run: Callable[[], int]) -> int:
    """Run the tool; its exit code. However it ends, the terminal is as it was."""
    open_missing()
    with ended_in_order():
        code = _guarded(run)
        # Typer makes an exit code of an interrupt, whatever signal it was.
        return interrupted() if code == INTERRUPTED else code


def _guarded(run: Callable[[], int]) -> int:
    try:
        code = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a fault of ours ends in one sentence too
        return _ended_by(error)
    return code


def _ended_by(error: Exception) -> int:
    if isinstance(error, UserError):
        _tell(error)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader of our output has left (``tutor list | head``): no one is there to be told.
        discard(sys.stdout)
        return 0
    if isinstance(error, OSError) and is_lost(sys.stdout):
        return _ended_by(lost(sys.stdout, error))
    return _internal(error)


def _internal(error: Exception) -> int:
    log = log_error("internal error", error)
    _tell(
        UserError(
            text("Internal error ({kind}): this is a fault of tutor, not yours.", kind=type(error).__name__),
            text("Details are in {log}", log=log) if log else text("Please report what you ran."),
        )
    )
    return INTERNAL


def _tell(error: UserError) -> None:
    # Most runs end without.
    from tutor.commands.arguments import plain_session
    from tutor.output.errors import render_error

    session = plain_session()
    sys.stderr.write(render_error(error, session.translate, session.error_style))
