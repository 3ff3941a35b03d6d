"""libvirt's own golden files of its firewall backends, from Debian's source package; never committed.

``python -m tests.packetpath.golden`` fetches them into the cache, outside the checkout.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

from tutor.sandbox.cache import digest, obtain
from tutor.sandbox.process import MachineError, call
from tutor.sandbox.registries import debian_mirror

#: The suite whose libvirt has both backends.
SUITE = "trixie"
_FOLDER = "tests/networkxml2firewalldata/"
_FETCH_SECONDS = 600


def golden_files() -> Path:
    """The directory with ``*.iptables``, ``*.nftables`` and the networks' ``*.xml``.

    :raises MachineError: it cannot be fetched.
    """
    return obtain(f"libvirt-firewall.{SUITE}", digest(SUITE, _FOLDER), _fetch)


def _fetch(scratch: Path) -> None:
    mirror = debian_mirror(SUITE)
    if mirror is None:
        raise MachineError("apt on this host names no Debian archive: see /etc/apt/sources.list")
    sources = scratch / "sources.list"
    sources.write_text(f"deb-src {mirror} {SUITE} main\n")
    for folder in ("lists/partial", "cache/archives/partial"):
        (scratch / folder).mkdir(parents=True)
    apt = [
        *("apt-get", "-q", "-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=/dev/null"),
        *("-o", f"Dir::State::Lists={scratch}/lists", "-o", f"Dir::Cache={scratch}/cache"),
    ]
    call([*apt, "update"], timeout=_FETCH_SECONDS)
    package = ["source", "--download-only", "--tar-only", f"libvirt/{SUITE}"]
    call(
        ["sh", "-c", 'cd "$1" && shift && exec "$@"', "fetch", str(scratch), *apt, *package],
        timeout=_FETCH_SECONDS,
    )
    archive = next(scratch.glob("libvirt_*.orig.tar.*z"), None)
    if archive is None:
        raise MachineError("The source package of libvirt has no original archive.")
    _unpack(archive, scratch / "tree")


def _unpack(archive: Path, target: Path) -> None:
    target.mkdir()
    with tarfile.open(archive) as content:
        for member in content:
            _, found, name = member.name.partition(_FOLDER)
            file = content.extractfile(member) if found and name and "/" not in name else None
            if file is not None:
                (target / name).write_bytes(file.read())


if __name__ == "__main__":
    sys.stdout.write(f"{golden_files()}\n")
