"""What the disk images in a folder rest on."""

from __future__ import annotations

import os

from tutor.host.files import unreadable
from tutor.host.images import absolute, failed, look_at_image
from tutor.host.machine import Machine
from tutor.host.process import malformed
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.text import text

#: Files of one folder that are looked at; each takes some ten milliseconds.
_MOST = 200


def backing_in(folder: str) -> Question[dict[str, str]]:
    """For each disk image in a folder that rests on another file: its path, and the other's."""
    return Question("images.backing", dict[str, str], (folder,))


@source("images.backing", by="qemu-img info -U", slow=True)
def look_at_backing(machine: Machine, folder: str) -> dict[str, str]:
    """See :func:`backing_in`. Needs sudo where the student may not look into the folder.

    :raises Unobservable: also ``too-many``, of more files than anybody waits for.
    """
    paths = _files_in(machine, folder)
    if len(paths) > _MOST:
        raise Unobservable("too-many", text("there are too many files in {folder}", folder=folder))
    found = ((path, look_at_image(machine, path)) for path in paths)
    return {path: absolute(path, seen["backing"]) for path, seen in found if seen and seen["backing"]}


def _files_in(machine: Machine, folder: str) -> list[str]:
    """The regular files in a folder, by path."""
    try:
        with os.scandir(folder) as found:
            return sorted(one.path for one in found if one.is_file(follow_symlinks=False))
    except FileNotFoundError:
        return []
    except PermissionError:
        command = ["find", folder, "-maxdepth", "1", "-type", "f", "-print0"]
        done = machine.run_as_root(command, text("Looking for disk images in {folder}", folder=folder))
    except OSError as error:
        raise unreadable(folder, error) from None
    if done.returncode != 0:
        raise failed(folder, done.stderr)
    *names, rest = done.stdout.split("\0")
    # A name that is no text came with replacements, under which nobody finds the file again.
    if rest or any("\ufffd" in name or not name.startswith("/") for name in names):
        raise malformed("find")
    return sorted(names)
