"""Whether another user gets as far as a file: modes, and access control lists."""

from __future__ import annotations

import errno
import os
import struct

from tutor.host.files import says_nothing_there, unreadable
from tutor.host.machine import Machine
from tutor.host.question import Question
from tutor.host.source import source
from tutor.shape import TypedDict

#: The accounts that guests of the system mode run under, by distribution.
QEMU_USERS = ("libvirt-qemu", "qemu")

_ACL = "system.posix_acl_access"
#: Tags and the size of an entry in that attribute (linux/posix_acl_xattr.h).
_USER, _GROUP, _MASK, _ENTRY, _HEADER = 0x02, 0x08, 0x10, struct.Struct("<HHI"), 4
_EXECUTE = 1


class Step(TypedDict):
    """A folder on the way to a file, and whether QEMU may pass through it."""

    path: str
    passable: bool


class Way(TypedDict):
    """The folders above a file, the root first; ``user`` is whom QEMU runs as, None where there is none.

    ``complete`` is false where the rest of the way could not be seen.
    """

    user: str | None
    steps: list[Step]
    complete: bool


def way(path: str) -> Question[Way]:
    """The way of QEMU's own account to the file at ``path``, which need not exist."""
    return Question("way", Way, (path,))


@source("way", by="stat(2), acl(5)", waits=True)
def look_at_way(machine: Machine, path: str) -> Way:
    """See :func:`way`."""
    path = os.path.realpath(machine.expand(path))
    account, steps = _account(), list[Step]()
    for folder in _above(path):
        try:
            passable = account is None or _passable(folder, *account[1:])
        except (OSError, ValueError) as error:
            if says_nothing_there(error) or isinstance(error, PermissionError):
                return {"user": account[0] if account else None, "steps": steps, "complete": False}
            raise unreadable(folder, error) from None
        steps.append(Step(path=folder, passable=passable))
    return {"user": account[0] if account else None, "steps": steps, "complete": True}


def _above(path: str) -> list[str]:
    found = []
    while path not in ("/", ""):
        path = os.path.dirname(path)
        found.append(path)
    return found[::-1]


def _account() -> tuple[str, int, list[int]] | None:
    import pwd

    for name in QEMU_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return name, entry.pw_uid, os.getgrouplist(name, entry.pw_gid)
    return None


def _passable(folder: str, uid: int, gids: list[int]) -> bool:
    """As the kernel decides it: the owner's, an entry of the list, the group's, or others' (acl(5))."""
    found = os.stat(folder)
    if found.st_uid == uid:
        return bool(found.st_mode & 0o100)
    entries = _entries(folder)
    mask = next((permissions for tag, permissions, _ in entries if tag == _MASK), 7)
    for tag, permissions, who in entries:
        if tag == _USER and who == uid:
            return bool(permissions & mask & _EXECUTE)
    groups = [permissions for tag, permissions, who in entries if tag == _GROUP and who in gids]
    if found.st_gid in gids:
        groups.append(found.st_mode >> 3 & 7)
    if groups:
        return any(permissions & mask & _EXECUTE for permissions in groups)
    return bool(found.st_mode & 0o001)


def _entries(folder: str) -> list[tuple[int, int, int]]:
    """The list's entries as tag, permissions and id; none where there is no list."""
    try:
        value = os.getxattr(folder, _ACL)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return []
        raise
    return [_ENTRY.unpack_from(value, at) for at in range(_HEADER, len(value) - 7, _ENTRY.size)]
