"""Disk images, as QEMU itself sees them."""

from __future__ import annotations

import json
import os
import stat
from typing import Any

from tutor.host.files import kind_of, says_nothing_there, unreadable
from tutor.host.machine import Machine
from tutor.host.process import Completed, malformed
from tutor.host.programs import find_program
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
from tutor.text import Text, text

#: What other formats begin with (QEMU's own probing, block/*.c), within the first sector.
_MAGIC = (
    ("vmdk", 0, b"KDMV"),
    ("vmdk", 0, b"COWD"),
    ("vdi", 64, b"\x7f\x10\xda\xbe"),
    ("vhdx", 0, b"vhdxfile"),
    ("vpc", 0, b"conectix"),
    ("qed", 0, b"QED\0"),
    ("luks", 0, b"LUKS\xba\xbe"),
    ("parallels", 0, b"WithoutFreeSpace"),
    ("parallels", 0, b"WithouFreSpacExt"),
)
_SECTOR = 512

#: qemu-img's words for a file that it could read well, and that is of another format.
_ANOTHER_FORMAT = "not in qcow2 format"

#: How stat(1) says that there is nothing.
_NOTHING_THERE = ("No such file", "Not a directory", "Too many levels of symbolic links")

#: What qemu-img says when it could not look; anything else is said about the image itself.
_NOT_LOOKED = (
    "Permission denied",
    "Operation not permitted",
    "No such file",
    "Input/output error",
    "Cannot allocate memory",
    "Too many open files",
    "Failed to get",
)


class _Kept(TypedDict, total=False):
    """What recordings made before it was asked do not have."""

    snapshots: list[str]


class Image(_Kept):
    """An image's real format, by its content and not its name.

    ``format`` is "qcow2", "raw" (nothing that is known) or another format's name, "damaged" for a
    qcow2 image that QEMU cannot open, "other" for one that only root can read and that is not qcow2.
    ``virtual_size`` is in bytes, None where it is not known; ``backing`` names the other file that it
    rests on (a backing or an external data file), as written in the image; ``snapshots`` are the names
    of those inside it.
    """

    path: str
    format: str
    virtual_size: int | None
    backing: str | None


def image(path: str) -> Question[Image | None]:
    """The disk image at ``path`` (``~/`` allowed); None where there is no file."""
    return Question("image", Image | None, (path,))  # type: ignore[arg-type]


@source("image", by="qemu-img info -U", slow=True)
def look_at_image(machine: Machine, path: str) -> Image | None:
    """See :func:`image`. Needs sudo for an image that the student cannot read, and only then."""
    path = machine.expand(path)
    mode = _mode(machine, path)
    if mode is None:
        return None
    if not stat.S_ISREG(mode):
        # Opening a FIFO or a device may wait for ever, or do something.
        raise _not_a_file(path, mode)
    done = _inspect(machine, path)
    if done.returncode == 0:
        return _described(path, done.stdout)
    if _ANOTHER_FORMAT in done.stderr:
        return _of_another_format(path)
    if "qemu-img: Could not open" in done.stderr and not any(said in done.stderr for said in _NOT_LOOKED):
        return {"path": path, "format": "damaged", "virtual_size": None, "backing": None}
    raise failed(path, done.stderr)


def _mode(machine: Machine, path: str) -> int | None:
    """The file's type and permissions, links followed; None where there is none."""
    try:
        return os.stat(path).st_mode
    except PermissionError:
        # The folder hides it: whether it is there, and what it is, is root's to say.
        done = machine.run_as_root(["stat", "-L", "-c", "%f", "--", path], _purpose(path))
    except (OSError, ValueError) as error:
        if says_nothing_there(error):
            return None
        raise unreadable(path, error) from None
    if done.returncode == 0:
        try:
            return int(done.stdout, 16)
        except ValueError:
            raise malformed("stat") from None
    if any(said in done.stderr for said in _NOTHING_THERE):
        return None
    raise failed(path, done.stderr)


def _inspect(machine: Machine, path: str) -> Completed:
    program = find_program(machine, "qemu-img")
    if program is None:
        raise Unobservable("program-missing", text("qemu-img, which reads disk images, is not installed"))
    # "file:" keeps a hostile name from being read as an option or as another protocol.
    # -U: a running guest holds the image's lock, and looking does not need it.
    # -f qcow2: guessing would follow what a VMDK description points to, as root too, and wait on a FIFO.
    # Of a qcow2 image, info opens neither backing nor data file.
    command = [program, "info", "-U", "-f", "qcow2", "--output=json", f"file:{path}"]
    return machine.run(command) if os.access(path, os.R_OK) else machine.run_as_root(command, _purpose(path))


def _purpose(path: str) -> Text:
    return text("Reading the disk image {path}", path=path)


def _described(path: str, answer: str) -> Image:
    try:
        found: dict[str, Any] = json.loads(answer)
        specific = found.get("format-specific", {}).get("data", {})
        backing = found.get("backing-filename") or specific.get("data-file")
        size = int(found["virtual-size"])
        snapshots = [str(one["name"]) for one in found.get("snapshots", [])]
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        raise malformed("qemu-img info") from None
    # It was told which format to read: any other is no answer to that.
    if found.get("format") != "qcow2" or size < 0 or not isinstance(backing, str | None):
        raise malformed("qemu-img info")
    return {
        "path": path,
        "format": "qcow2",
        "virtual_size": size,
        "backing": backing,
        "snapshots": snapshots,
    }


def _of_another_format(path: str) -> Image:
    try:
        # Regular a moment ago; not blocking, should it have been exchanged since.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _not_a_file(path, status.st_mode)
            start = file.read(_SECTOR)
    except PermissionError:
        return {"path": path, "format": "other", "virtual_size": None, "backing": None}
    except OSError as error:
        raise unreadable(path, error) from None
    for name, offset, magic in _MAGIC:
        if start[offset:].startswith(magic):
            return {"path": path, "format": name, "virtual_size": None, "backing": None}
    size = -(-status.st_size // _SECTOR) * _SECTOR
    return {"path": path, "format": "raw", "virtual_size": size, "backing": None}


def _not_a_file(path: str, mode: int) -> Unobservable:
    message = text("{path} is not a regular file: {kind}", path=path, kind=kind_of(mode))
    return Unobservable("not-a-file", message)


def failed(path: str, said: str) -> Unobservable:
    """Why an image, or a folder of them, could not be looked at."""
    error = said.strip() or text("no answer")
    return Unobservable("failed", text("qemu-img cannot read {path}: {error}", path=path, error=error))


def absolute(path: str, backing: str) -> str:
    """The path of a backing file, which an image names as seen from its own folder (qemu-img(1))."""
    name = backing.removeprefix("file:")
    return os.path.normpath(os.path.join(os.path.dirname(path), name))
