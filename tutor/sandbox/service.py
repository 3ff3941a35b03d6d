"""A machine as a service of this computer's own systemd: it does not end with the login that began it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.sandbox.process import SEARCH_PATH, CommandError, call

if TYPE_CHECKING:
    from collections.abc import Sequence

#: sd_booted(3): whether systemd is this computer's init.
_BOOTED = Path("/run/systemd/system")


def available() -> bool:
    """Whether this computer's init is systemd."""
    return _BOOTED.is_dir()


def start(name: str, command: Sequence[str], log: Path) -> None:
    """Start ``command`` as a transient service, with a control group that is its own to divide.

    As systemd-nspawn@.service does it (systemd-nspawn(1), --keep-unit). It is forgotten when it ends.

    :param log: what it prints goes here.
    :raises CommandError: systemd does not start it.
    """
    unit = f"tutor-{name}.service"
    # The one before may not be forgotten yet, and has the name. Most often there is none.
    with contextlib.suppress(CommandError):
        call(["systemctl", "stop", unit], timeout=30)
    log.write_bytes(b"")
    properties = (
        "Delegate=yes",
        "KillMode=mixed",
        f"StandardOutput=append:{log}",
        f"StandardError=append:{log}",
    )
    options = [f"--property={each}" for each in properties]
    kind = ["--quiet", "--collect", "--slice=machine.slice", "--service-type=exec"]
    called = [f"--unit={unit}", f"--description=Student machine {name} of tutor sandbox"]
    environment = [f"--setenv=PATH={SEARCH_PATH}", "--setenv=LC_ALL=C.UTF-8"]
    call(["systemd-run", *kind, *called, *options, *environment, "--", *command], timeout=30)
