"""Run in a mount namespace of its own, where nothing answers; prints what becomes of each question.

A file system in user space whose server has gone to sleep is as silent as a file server that is switched off;
a name service that sleeps is as silent as a directory server. Called with the folder to mount on, and a file
to stand for /etc/nsswitch.conf.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from typing import Any

from tutor.host import live
from tutor.host.documents import document
from tutor.host.entries import entry
from tutor.host.files import file_status, file_text, link_target, listing
from tutor.host.image_folders import backing_in
from tutor.host.images import image
from tutor.host.machine import Machine
from tutor.host.programs import program
from tutor.host.question import Question
from tutor.host.reach import way
from tutor.host.room import space
from tutor.host.security import label
from tutor.host.users import group, user

#: Seconds that each question gets here.
SHORT = 0.5

#: From mount(2): nosuid and nodev; bind.
APART, BIND = 6, 4096


def mount(kind: str, what: str, where: str, flags: int, data: str = "") -> None:
    """As the system call of that name."""
    library = ctypes.CDLL(None, use_errno=True)
    words = [one.encode() for one in (what, where, kind)]
    if library.mount(*words, flags, data.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mounting on {where}")


def main(folder: str, services: str) -> None:
    """Ask everything of a folder that does not answer, and of name services that do not."""
    server = os.open("/dev/fuse", os.O_RDWR)
    mount("fuse", "silent", folder, APART, f"fd={server},rootmode=40000,user_id=0,group_id=0")
    files: list[Question[Any]] = [
        *(file_status(f"{folder}/a"), file_text(f"{folder}/b"), link_target(f"{folder}/c"), listing(folder)),
        *(entry(f"{folder}/d"), space(f"{folder}/e"), way(f"{folder}/f"), label(f"{folder}/g")),
        *(document(f"{folder}/h"), image(f"{folder}/i"), backing_in(folder), program("of-nobody")),
    ]
    try:
        say({one.source: ask(one, {"PATH": folder}) for one in files})
    finally:
        # Threads that wait for it could not be ended otherwise, and so neither could this process.
        os.close(server)
    mount("", services, "/etc/nsswitch.conf", BIND)
    people: list[Question[Any]] = [group("of-nobody"), user()]
    say({one.source: ask(one, {}) for one in people})
    os._exit(0)


def say(seen: dict[str, tuple[str, float]]) -> None:
    """A line of JSON."""
    sys.stdout.write(json.dumps(seen) + "\n")
    sys.stdout.flush()


def ask(question: Question[Any], environ: dict[str, str]) -> tuple[str, float]:
    """Why there is no answer, and after how many seconds that was said."""
    live.LIMIT = SHORT
    began = time.monotonic()
    failure = live.LiveHost(Machine(environ)).observe(question).failure
    return failure.reason if failure else "answered", time.monotonic() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
