"""Names by which what was tried is recognised, and a mark that nobody else's object has by chance."""

from __future__ import annotations

import uuid

#: The namespace of our UUIDs (RFC 4122, version 5): what is called by our name and has another is not ours.
_NAMESPACE = uuid.UUID("6d3c1f5e-1c4b-5f0e-9a51-0c9a3e6f7b21")

#: Folders of a session daemon begin so.
FOLDER = "tutor-doctor-"


def name(uid: int) -> str:
    """What a user's guest, network and pool are called. Libvirt's log of the guest keeps that name, too."""
    return f"tutor-doctor-{uid}"


def mark(kind: str, uid: int) -> str:
    """The UUID of a user's ``guest``, ``network`` or ``pool``."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind} {name(uid)}"))


def volume(uid: int) -> str:
    """The volume's name; volumes have no UUID, so that a part of one is in it."""
    return f"{name(uid)}-{mark('volume', uid)[:8]}.qcow2"


def bridge(uid: int, taken: set[str]) -> str:
    """A name for the network's bridge that no link has; the kernel allows 15 characters."""
    tries = [f"tutor{uid:x}", *(f"tutor{uid:x}{letter}" for letter in "abcdefgh")]
    return next(one for one in tries if one not in taken)
