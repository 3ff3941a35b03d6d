"""Disk images."""

from __future__ import annotations

import posixpath

from checks.commands import set_aside, shell
from checks.packages import install_missing
from checks.sizes import is_decimal, shown, to_bytes
from tutor.grading.finding import failed, passed, unknown
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import FileStatus, file_status, link_target
from tutor.host.host import Host
from tutor.host.images import Image, image
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: Folders that an image of this name is looked for in, when it is not where it should be.
ELSEWHERE = (
    "~",
    "~/.local/share/libvirt/images",
    "/var/lib/libvirt",
    "/var/lib/libvirt/boot",
    "/tmp",  # noqa: S108 - looked at, not written to
    "/srv",
)

_WHY_FORMAT = text("Snapshots, and growing with its content, are abilities of qcow2, not of a name.")


def create(host: Host, path: str, size: str, kind: str = "qcow2") -> tuple[str, ...]:
    """The commands that create an image where there is none; the last one makes the file."""
    return (*_folder(host, path), f"sudo qemu-img create -f {kind} {shell(path)} {size}")


def _folder(host: Host, path: str) -> tuple[str, ...]:
    """What has to be there before an image is: qemu-img, and the folder."""
    folder = posixpath.dirname(path)
    # At home, the folder is the student's own.
    make = "mkdir -p" if folder.startswith("~/") else "sudo install -d -m 0711"
    made = () if _status(host, folder) else (f"{make} {shell(folder)}",)
    return (*install_missing(host, ["qemu-img"]), *made)


@check("disk-image")
def disk_image(host: Host, *, path: str, format: str, size: str) -> Finding:  # noqa: A002 - the course's word
    """{path} is a {format} image of exactly {size} (binary units)."""
    try:
        found = host.ask(image(path))
    except Unobservable as failure:
        return _not_seen(host, path, format, size, failure)
    if found is None:
        return _missing(host, path, format, size)
    if found["format"] != format:
        return _wrong_format(host, found, path, format, size)
    if found["virtual_size"] != to_bytes(size):
        return _wrong_size(host, found["virtual_size"] or 0, path, format, size)
    return passed(
        text("{path}: {format}, {size}", path=path, format=format, size=shown(found["virtual_size"])),
        note=_note(found),
    )


def _note(found: Image) -> Text | None:
    if found["backing"] is None:
        return None
    return text(
        "It rests on another file, {backing}: without that one it is worth nothing.", backing=found["backing"]
    )


def _not_seen(host: Host, path: str, kind: str, size: str, failure: Unobservable) -> Finding:
    """What can be said of an image that could not be looked into: perhaps it is none."""
    status = _status(host, path)
    if status is not None and status["kind"] != "file":
        return failed(
            "not-a-file",
            text("what lies there is no regular file: {kind}", kind=status["kind"]),
            why=text("The guest's disk is a file, and its folder is where libvirt looks for it."),
            hint=text("Move away what is there, and create the image."),
            fix=_again(host, path, kind, size),
        )
    if failure.reason == "program-missing" and (install := install_missing(host, ["qemu-img"])):
        return unknown(failure.reason, failure.message, fix=install)
    raise failure


def _missing(host: Host, path: str, kind: str, size: str) -> Finding:
    target = _link(host, path)
    if target is not None:
        return failed(
            "dangling-link",
            text("{path} is a link to {target}, where there is nothing", path=path, target=target),
            why=text("A link is worth what it points to."),
            hint=text("Remove the link, and create the image."),
            fix=(f"sudo rm {shell(path)}", *create(host, path, size, kind)),
        )
    misplaced = _misplaced(host, path)
    if misplaced is not None:
        return failed(
            "in-another-folder",
            text("it is in another folder: {path}", path=misplaced),
            why=text(
                "A guest of the system mode runs as another user, who cannot reach into your home folder."
            ),
            hint=text("Move it to {folder}.", folder=posixpath.dirname(path)),
            fix=_move(host, misplaced, path, kind, size),
        )
    return failed(
        "missing",
        text("there is no file {path}", path=path),
        why=text("The folder is where libvirt keeps the images of the system mode."),
        hint=text("Only root may write there: use sudo, or let libvirt create the volume."),
        fix=create(host, path, size, kind),
    )


def _misplaced(host: Host, path: str) -> str | None:
    """Where a file of that name lies instead."""
    candidates = [posixpath.join(folder, posixpath.basename(path)) for folder in ELSEWHERE]
    statuses = {one: _status(host, one) for one in candidates if one != path}
    return next((one for one, status in statuses.items() if status and status["kind"] == "file"), None)


def _move(host: Host, source: str, path: str, kind: str, size: str) -> tuple[str, ...]:
    """Move what is right; leave what is not where it is, and create the image."""
    status = _status(host, source)
    try:
        # A password is too much to ask for when only a hint hangs on the answer.
        found = host.ask(image(source)) if status and status["readable"] else None
    except Unobservable:
        found = None
    if found is None or found["format"] != kind or found["virtual_size"] != to_bytes(size):
        return create(host, path, size, kind)
    moved = f"sudo mv -T {shell(source)} {shell(path)}"
    return (*_folder(host, path), moved, f"sudo chown root:root {shell(path)}")


def _wrong_format(host: Host, found: Image, path: str, kind: str, size: str) -> Finding:
    if found["format"] == "raw" and found["virtual_size"] == 0:
        code, observed = "empty", text("the file is empty")
    elif found["format"] == "damaged":
        code, observed = "damaged", text("the file begins like qcow2, and QEMU cannot open it")
    elif found["format"] == "other":
        code, observed = "wrong-format", text("the file is not {format}, whatever its name says", format=kind)
    else:
        observed = text("the file is {format}, whatever its name says", format=found["format"])
        code = "wrong-format"
    return failed(
        code,
        observed,
        why=_WHY_FORMAT,
        hint=text("Look at: sudo qemu-img info {path}", path=path),
        fix=_converted(found, path, kind, size) or _again(host, path, kind, size),
    )


def _converted(found: Image, path: str, kind: str, size: str) -> tuple[str, ...]:
    """The commands that keep a raw image's content; none where that is not the way."""
    actual = found["virtual_size"]
    if found["format"] != "raw" or not actual or actual > to_bytes(size):
        return ()
    old, new = shell(path), shell(path + ".new")
    return (
        f"sudo qemu-img convert -f raw -O {kind} {old} {new}",
        f"sudo mv -T {new} {old}",
        *([f"sudo qemu-img resize -f {kind} {old} {size}"] if actual < to_bytes(size) else []),
    )


def _wrong_size(host: Host, actual: int, path: str, kind: str, size: str) -> Finding:
    hint = text("qemu-img counts in powers of two: 30G is 30 GiB, 32212254720 bytes.")
    why = text("The size is what the guest sees as its disk; the file itself is smaller.")
    observed = text("{size} ({bytes} bytes)", size=shown(actual), bytes=actual)
    if actual > to_bytes(size):
        # Shrinking would cut the guest's data off: the larger image is kept beside the new one.
        return failed("too-large", observed, why=why, hint=hint, fix=_again(host, path, kind, size))
    grow = (*install_missing(host, ["qemu-img"]), f"sudo qemu-img resize -f {kind} {shell(path)} {size}")
    if is_decimal(actual, size):
        observed = text("{bytes} bytes: decimal gigabytes, not binary ones", bytes=actual)
        return failed("decimal-gigabytes", observed, why=why, hint=hint, fix=grow)
    return failed("too-small", observed, why=why, hint=hint, fix=grow)


def _again(host: Host, path: str, kind: str, size: str) -> tuple[str, ...]:
    """Keep what is there beside a new image."""
    return (set_aside(path, sudo=True), *create(host, path, size, kind))


def _status(host: Host, path: str) -> FileStatus | None:
    """What lies there, as far as it can be seen."""
    try:
        return host.ask(file_status(path))
    except Unobservable:
        return None


def _link(host: Host, path: str) -> str | None:
    try:
        return host.ask(link_target(path))
    except Unobservable:
        return None
