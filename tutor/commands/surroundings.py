"""The terminal and the locale, for a support report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from tutor.commands.session import Session

#: Variables that decide how the tool looks and speaks, and say nothing about anybody.
SHOWN = (
    *("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_CTYPE", "TERM", "COLORTERM", "COLUMNS"),
    *("NO_COLOR", "FORCE_COLOR", "PYTHONUTF8", "PYTHONIOENCODING"),
)
#: Variables of which only whether they are set matters.
NAMED = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "SUDO_USER", "SSH_CONNECTION", "TMUX")
_URI = "LIBVIRT_DEFAULT_URI"


def lines(session: Session) -> Iterator[str]:
    """How the streams are, and the variables that matter."""
    for name, stream in (("stdin", sys.stdin), ("stdout", session.out), ("stderr", session.err)):
        kind = "terminal" if stream.isatty() else "no terminal"
        yield f"{name}: {kind}, {stream.encoding}"
    style = session.style
    yield f"width: {style.width}, colour: {style.colour}, plain: {style.plain}, ascii: {style.ascii}"
    yield f"language: {session.language}"
    yield f"shell: {os.path.basename(os.environ.get('SHELL', '-'))}"
    for name in SHOWN:
        if name in os.environ:
            yield f"{name}={os.environ[name]}"
    for name in NAMED:
        if name in os.environ:
            yield f"{name}: set"
    uri = os.environ.get(_URI)
    if uri is not None:
        # Another machine's name may stand in it.
        yield f"{_URI}={uri}" if uri.startswith("qemu:///") else f"{_URI}: set"
