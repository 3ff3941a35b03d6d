"""Room for the course: on the disk, and in memory."""

from __future__ import annotations

from checks.domain_disks import IMAGES
from tutor.doctor.findings import advice, problem
from tutor.doctor.needs import MIB, Needs
from tutor.doctor.registry import Answers, probe
from tutor.host.host import Host
from tutor.host.room import memory, space
from tutor.text import text

#: Bytes below which nothing of the course gets far: packages, logs and a guest's first writes need as much.
LEAST_DISK = 1024 * MIB
_LEAST_FILES = 1000

#: Bytes of memory that the system itself wants beside a guest.
_SYSTEM = 512 * MIB


def shown(size: int) -> str:
    """Bytes in GiB, as a person would say them."""
    return f"{size / 1024**3:.1f} GiB"


@probe("disk")
def room_on_disk(host: Host, needs: Needs) -> Answers:
    """There is room on the disk for the guests' images."""
    found = host.ask(space(IMAGES))
    path, free = found["path"], shown(found["free"])
    why = text("An image grows as its guest writes; a guest whose disk cannot grow is paused, or breaks.")
    hint = text("See what takes the room: sudo du -xh --max-depth=2 / | sort -h | tail")
    if found["read_only"]:
        what = text("{path} can only be read", path=path)
        look = text(
            "A file system is mounted so after an error: look at dmesg, then start the machine again."
        )
        yield problem("read-only", what, why=why, hint=look)
    elif found["free"] < LEAST_DISK:
        what = text("{free} free at {path}", free=free, path=path)
        yield problem("disk-full", what, why=why, hint=hint, fix=["sudo apt-get clean"])
    elif found["files"] is not None and found["files"] < _LEAST_FILES:
        what = text("{path} takes only {count} more files", path=path, count=found["files"])
        yield problem("no-more-files", what, why=why, hint=hint)
    elif found["free"] < needs.disk:
        yield advice(
            "disk-small",
            text(
                "{free} free at {path}, less than the largest disk, {disk}",
                free=free,
                path=path,
                disk=shown(needs.disk),
            ),
            why=text("Images take only what is written in them, but virt-install wants room for all of it."),
            hint=text("The lesson shows the way: --check disk_size=off."),
        )
    yield text("{free} free at {path}", free=free, path=path)


@probe("memory")
def room_in_memory(host: Host, needs: Needs) -> Answers:
    """There is memory for the largest guest."""
    found = host.ask(memory())
    guest, total, free = (shown(size) for size in (needs.memory, found["total"], found["available"]))
    hint = text("Close other programs, and shut guests down that you do not need.")
    if found["total"] < needs.memory + _SYSTEM:
        yield problem(
            "memory-small",
            text("{total} in all; the largest guest alone has {guest}", total=total, guest=guest),
            why=text("QEMU cannot set up a guest's memory that is not there, or the system stands still."),
            hint=text("Give this machine more memory, if it is itself a virtual one."),
        )
    elif found["available"] < needs.memory:
        yield advice(
            "memory-low",
            text("{free} available now; the largest guest has {guest}", free=free, guest=guest),
            why=text("A guest takes its memory as it uses it; two large ones at once may be too much here."),
            hint=hint,
        )
    yield text("{free} of {total} available", free=free, total=total)
