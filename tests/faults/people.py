"""Tests that are run as root look as somebody who may not see everything."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

#: The user that owns nothing, on every distribution.
NOBODY = 65534


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Be nobody for a while; whoever is not root is told no by the modes alone."""
    # Not geteuid(2) of this module's: a test may say of it what it likes.
    if os.getresuid()[1] != 0:
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
