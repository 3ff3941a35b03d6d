"""Whether this machine leaves anything to others who may not answer: its files, or who its users are."""

from __future__ import annotations

from tutor.host.files import read_start

MOUNTS = "/proc/self/mountinfo"
NAME_SERVICES = "/etc/nsswitch.conf"

#: File systems that the kernel serves by itself, from a disk or from memory.
_LOCAL = frozenset(
    (
        *(
            "bcachefs",
            "btrfs",
            "exfat",
            "ext2",
            "ext3",
            "ext4",
            "f2fs",
            "iso9660",
            "jfs",
            "ntfs3",
            "squashfs",
            "udf",
        ),
        *("vfat", "xfs", "zfs", "overlay", "ramfs", "rootfs", "tmpfs", "devtmpfs", "hugetlbfs"),
    )
)
#: Where the kernel shows itself, and where a desktop mounts what no course is about.
_ASIDE = ("/proc/", "/sys/", "/dev/", "/run/user/", "/run/rpc_pipefs/", "/var/lib/nfs/rpc_pipefs/")

#: Name services that answer from files (nsswitch.conf(5), nss-systemd(8)).
_FROM_FILES = frozenset(("files", "compat", "systemd", "altfiles", "db"))
_DATABASES = ("passwd", "group", "initgroups")


def waits_for_others() -> bool:
    """Whether a look at a file or a user may wait for a server, or for a program that plays file system."""
    try:
        return _any_mount(read_start(MOUNTS, 2**20)) or _any_service(read_start(NAME_SERVICES))
    except FileNotFoundError:
        return False  # without the second, users are in files
    except OSError:
        return True


def _any_mount(mounts: str) -> bool:
    """By proc_pid_mountinfo(5): the mount point is the fifth field, the type the first after a dash."""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = "".join(before.split(" ", 5)[4:5]).rstrip("/")
        if after.partition(" ")[0] not in _LOCAL and not f"{point}/".startswith(_ASIDE):
            return True
    return False


def _any_service(services: str) -> bool:
    for line in services.splitlines():
        database, _, names = line.partition("#")[0].partition(":")
        if database.strip() in _DATABASES:
            # What stands in brackets is what to do next.
            words = {word for word in names.split() if not word.startswith("[") and "=" not in word}
            if words - _FROM_FILES:
                return True
    return False
