"""Disk images, as QEMU itself sees them."""

from __future__ import annotations

import json
import os
from typing import TypedDict

from tutor.host.machine import Machine
from tutor.host.process import Completed
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text


class Image(TypedDict):
    """An image's real format (by its content, not its name) and virtual size in bytes."""

    path: str
    format: str
    virtual_size: int
    backing: str | None


def image(path: str) -> Question[Image | None]:
    """The disk image at ``path`` (``~/`` allowed); None where there is no file."""
    return Question("image", Image | None, (path,))  # type: ignore[arg-type]


@source("image", by="qemu-img info -U", slow=True)
def look_at_image(machine: Machine, path: str) -> Image | None:
    """See :func:`image`. Needs sudo for an image that the student cannot read, and only then."""
    path = machine.expand(path)
    done = _inspect(machine, path)
    if done is None:
        return None
    try:
        found = json.loads(done.stdout)
        return {
            "path": path,
            "format": str(found["format"]),
            "virtual_size": int(found["virtual-size"]),
            "backing": found.get("backing-filename"),
        }
    except (ValueError, TypeError, KeyError):
        error = done.stderr.strip() or text("no answer")
        raise Unobservable("failed", text("qemu-img cannot read {path}: {error}", path=path, error=error)) from None


def _inspect(machine: Machine, path: str) -> Completed | None:
    # "file:" keeps a hostile name from being read as an option or as another protocol.
    # -U: a running guest holds the image's lock, and looking does not need it.
    command = ["qemu-img", "info", "-U", "--output=json", f"file:{path}"]
    purpose = text("Reading the disk image {path}", path=path)
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        # The folder hides it: whether it is there at all is root's to say.
        if machine.run_as_root(["test", "-e", path], purpose).returncode != 0:
            return None
    return machine.run(command) if os.access(path, os.R_OK) else machine.run_as_root(command, purpose)
