"""Disk images."""

from __future__ import annotations

import posixpath
from shlex import quote

from checks.packages import install_missing
from checks.sizes import is_decimal, shown, to_bytes
from tutor.grading.finding import failed, passed
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.images import Image, image
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: Folders that an image of this name is looked for in, when it is not where it should be.
ELSEWHERE = ("~", "~/.local/share/libvirt/images", "/var/lib/libvirt", "/var/lib/libvirt/boot", "/tmp", "/srv")  # noqa: S108


def create(host: Host, path: str, size: str, kind: str = "qcow2") -> tuple[str, ...]:
    """The commands that create an image where there is none."""
    folder = posixpath.dirname(path)
    made = () if host.ask(file_status(folder)) else (f"sudo install -d -m 0711 {quote(folder)}",)
    return (*install_missing(host, ["qemu-img"]), *made, f"sudo qemu-img create -f {kind} {quote(path)} {size}")


@check("disk-image")
def disk_image(host: Host, *, path: str, format: str, size: str) -> Finding:  # noqa: A002 - the course's word
    """{path} is a {format} image of exactly {size} (binary units)."""
    found = host.ask(image(path))
    if found is None:
        return _missing(host, path, format, size)
    if found["format"] != format:
        return _wrong_format(found, format, size)
    if found["virtual_size"] != to_bytes(size):
        return _wrong_size(found, format, size)
    return passed(text("{path}: {format}, {size}", path=path, format=format, size=shown(found["virtual_size"])))


def _missing(host: Host, path: str, kind: str, size: str) -> Finding:
    name = posixpath.basename(path)
    candidates = [posixpath.join(folder, name) for folder in ELSEWHERE]
    misplaced = [one for one in candidates if one != path and _is_file(host, one)]
    if not misplaced:
        return failed(
            "missing",
            text("there is no file {path}", path=path),
            why=text("The folder is where libvirt keeps the images of the system mode."),
            hint=text("Only root may write there: use sudo, or let libvirt create the volume."),
            fix=create(host, path, size, kind),
        )
    return failed(
        "in-another-folder",
        text("it is in another folder: {path}", path=misplaced[0]),
        why=text("A guest of the system mode runs as another user, who cannot reach into your home folder."),
        hint=text("Move it to {folder}.", folder=posixpath.dirname(path)),
        fix=_move(host, misplaced[0], path, kind, size),
    )


def _is_file(host: Host, path: str) -> bool:
    try:
        found = host.ask(file_status(path))
    except Unobservable:
        return False
    return found is not None and found["kind"] == "file"


def _move(host: Host, source: str, path: str, kind: str, size: str) -> tuple[str, ...]:
    found = host.ask(image(source))
    if found and found["format"] == kind and found["virtual_size"] == to_bytes(size):
        where = found["path"]
        return (f"sudo mv {quote(where)} {quote(path)}", f"sudo chown root:root {quote(path)}")
    return create(host, path, size, kind)


def _wrong_format(found: Image, kind: str, size: str) -> Finding:
    path, new = quote(found["path"]), quote(found["path"] + ".new")
    grow = (f"sudo qemu-img resize {path} {size}",) if found["virtual_size"] < to_bytes(size) else ()
    converted = (
        f"sudo qemu-img convert -f {found['format']} -O {kind} {path} {new}",
        f"sudo mv {new} {path}",
        *grow,
    )
    return failed(
        "wrong-format",
        text("the file is {format}, whatever its name says", format=found["format"]),
        why=text("Snapshots, and growing with its content, are abilities of qcow2, not of a name."),
        hint=text("Look at: qemu-img info {path}", path=found["path"]),
        fix=converted if found["virtual_size"] <= to_bytes(size) else _again(found["path"], kind, size),
    )


def _wrong_size(found: Image, kind: str, size: str) -> Finding:
    actual = found["virtual_size"]
    decimal = is_decimal(actual, size)
    path = found["path"]
    grow = (f"sudo qemu-img resize {quote(path)} {size}",)
    return failed(
        "decimal-gigabytes" if decimal else "wrong-size",
        _size(actual, decimal=decimal),
        why=text("The size is what the guest sees as its disk; the file itself is smaller."),
        hint=text("qemu-img counts in powers of two: 30G is 30 GiB, 32212254720 bytes."),
        # Shrinking would cut the guest's data off: the larger image is kept beside the new one.
        fix=grow if actual < to_bytes(size) else _again(path, kind, size),
    )


def _size(actual: int, *, decimal: bool) -> Text:
    if decimal:
        return text("{bytes} bytes: decimal gigabytes, not binary ones", bytes=actual)
    return text("{size} ({bytes} bytes)", size=shown(actual), bytes=actual)


def _again(path: str, kind: str, size: str) -> tuple[str, ...]:
    return (f"sudo mv {quote(path)} {quote(path + '.old')}", f"sudo qemu-img create -f {kind} {quote(path)} {size}")
