"""The session mode: the user's own daemon where it runs, else one in a folder of its own, ended again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutor.doctor.trial import marks
from tutor.doctor.trial.stages import Tell, done, failed
from tutor.host.libvirt.connection import SESSION

#: Where a session daemon listens, under XDG_RUNTIME_DIR (libvirt.org/uri.html).
_SOCKETS = ("libvirt/virtqemud-sock", "libvirt/libvirt-sock")

#: What a daemon started by us shall not write into the home folder.
_FOLDERS = ("RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME", "STATE_HOME")

#: The daemons by which a process is recognised before it is ended.
_DAEMONS = ("libvirtd", "virtqemud")

#: Seconds that a daemon of ours may take to end by itself.
_PATIENCE = 3.0


@contextlib.contextmanager
def private_session() -> Iterator[str]:
    """While it lasts, a session daemon would be ours alone; ``running`` or ``own``.

    Libvirt's libraries read these variables once: this comes before the first connection.
    """
    _sweep()
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    if any(os.path.exists(f"{runtime}/{socket}") for socket in _SOCKETS):
        yield "running"
        return
    folder = tempfile.mkdtemp(prefix=f"{marks.FOLDER}{os.getuid()}-")
    os.environ.update({f"XDG_{name}": folder for name in _FOLDERS})
    try:
        yield "own"
    finally:
        _remove(Path(folder))


def try_session(binding: Any, kind: str, tell: Tell) -> None:
    """Connect to the session mode, and ask it something."""
    if kind == "own":
        # Looking must not start a daemon, and says so in this variable; trying may.
        os.environ.pop("LIBVIRT_AUTOSTART", None)
    try:
        handle = binding.open(SESSION)
        handle.listAllDomains(0)
        handle.close()
    except binding.libvirtError as error:
        tell("session", failed("try", error, kind))
    else:
        tell("session", done(kind))


def _sweep() -> None:
    """What a killed run has left of its own session daemon."""
    for folder in Path(tempfile.gettempdir()).glob(f"{marks.FOLDER}{os.getuid()}-*"):
        found = folder.lstat()
        if found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode):
            _remove(folder)


def _remove(folder: Path) -> None:
    """End the daemon that lives in a folder of ours, and remove the folder."""
    for pid in {pid for name in _DAEMONS if (pid := _daemon(folder / f"libvirt/{name}.pid"))}:
        _end(pid)
    shutil.rmtree(folder, ignore_errors=True)


def _daemon(file: Path) -> int | None:
    """The process in a pid file, if it is a daemon of libvirt's and this user's."""
    try:
        pid = int(file.read_text(encoding="ascii"))
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
        return pid if name in _DAEMONS and Path(f"/proc/{pid}").stat().st_uid == os.getuid() else None
    except (OSError, ValueError):
        return None


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and Path(f"/proc/{pid}").exists():
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
