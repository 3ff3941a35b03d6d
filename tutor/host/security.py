"""SELinux and AppArmor: whether they are on, and what they have refused libvirt lately."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator

from tutor.host.files import read_start, says_nothing_there, unreadable
from tutor.host.machine import Machine
from tutor.host.process import malformed
from tutor.host.programs import find_program
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import text

SELINUX, APPARMOR = "/sys/fs/selinux/enforce", "/sys/module/apparmor/parameters/enabled"

#: How far back refusals are read, and how many of them are kept.
SINCE, _MOST = "-1day", 5

#: A refusal as the kernel writes it (apparmor.d(5); Documentation/LSM, AVC).
_DENIED = re.compile(r'apparmor="DENIED".*?profile="(?P<profile>[^"]*)"(?:.*?name="(?P<name>[^"]*)")?')
_AVC = re.compile(r'avc: +denied .*?(?:path|name)="(?P<name>[^"]*)".*?scontext=(?P<profile>\S+)')
_OURS = re.compile(r"libvirt|virtqemud|svirt|virt-aa-helper|virtd_t")


class Guards(TypedDict):
    """Which of them guards this machine; ``selinux`` only while it enforces."""

    selinux: bool
    apparmor: bool


class Refusal(TypedDict):
    """What was refused, and under which profile or context."""

    profile: str
    name: str


def guards() -> Question[Guards]:
    """Which security module is on."""
    return Question("guards", Guards)


def label(path: str) -> Question[str | None]:
    """The SELinux context of a file; None where it has none."""
    return Question("selinux-label", str | None, (path,))  # type: ignore[arg-type]


def refusals() -> Question[list[Refusal]]:
    """What libvirt and its guests were refused within a day. Needs the kernel's log, so perhaps sudo."""
    return Question("refusals", list[Refusal])


@source("guards", by=f"{SELINUX}, {APPARMOR}")
def look_at_guards(_machine: Machine) -> Guards:
    """See :func:`guards`."""
    return {"selinux": _says(SELINUX, "1"), "apparmor": _says(APPARMOR, "Y")}


@source("selinux-label", by="getxattr(2)", waits=True)
def look_at_label(machine: Machine, path: str) -> str | None:
    """See :func:`label`."""
    try:
        return os.getxattr(machine.expand(path), "security.selinux").decode(errors="replace").rstrip("\0")
    except (OSError, ValueError) as error:
        if says_nothing_there(error) or getattr(error, "errno", None) in (errno.ENODATA, errno.ENOTSUP):
            return None
        raise unreadable(path, error) from None


@source("refusals", by="sudo -n journalctl -k", slow=True)
def look_for_refusals(machine: Machine) -> list[Refusal]:
    """See :func:`refusals`."""
    if find_program(machine, "journalctl") is None:
        raise Unobservable("program-missing", text("journalctl, which reads the kernel's log, is not here"))
    command = ["journalctl", "-k", "-q", "-o", "json", "-g", "DENIED|denied", "-n", "200", f"--since={SINCE}"]
    done = machine.run_as_root(command, text("Reading the kernel's log"))
    # journalctl(1): with -g, 1 says that nothing matched; it says so in silence.
    if done.returncode not in (0, 1) or (done.returncode == 1 and done.stderr.strip()):
        raise Unobservable("failed", done.complaint("journalctl"))
    try:
        found = {(one["profile"], one["name"]): one for one in _refusals(done.stdout)}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise malformed("journalctl") from None
    return list(found.values())[-_MOST:]


def _refusals(output: str) -> Iterator[Refusal]:
    for line in output.splitlines():
        # What is no text comes as a list of bytes (systemd.journal-fields(7), Journal JSON Format).
        message = json.loads(line)["MESSAGE"]
        match = isinstance(message, str) and (_DENIED.search(message) or _AVC.search(message))
        if match and _OURS.search(match["profile"]):
            yield {"profile": match["profile"], "name": match["name"] or ""}


def _says(path: str, word: str) -> bool:
    try:
        return read_start(path, 16).strip() == word
    except OSError as error:
        if says_nothing_there(error):
            return False
        raise unreadable(path, error) from None
