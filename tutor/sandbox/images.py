"""The images machines boot from: a chain of layers, each a directory made by one recipe on top of the others.

``debian`` is what debootstrap leaves, ``base`` a desktop with its student; ``bare`` has the course's packages
downloaded, and the practice guest; ``ready`` has them installed, ``ssh`` the student's SSH tools as well.
``builder`` is for making the others.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path

from tutor.dataclass import dataclass
from tutor.sandbox import registries
from tutor.sandbox.building import ALONE, BUILD_SECONDS, keep_output, recipe, run_recipe
from tutor.sandbox.cache import cache_directory, digest, obtain
from tutor.sandbox.process import call
from tutor.sandbox.requirements import require_programs

SUITE = os.environ.get("TUTOR_MACHINE_SUITE", "bookworm")
#: The release after: its libvirt has the nftables backend.
NEXT_SUITE = "trixie"
PARENTS = {"base": "debian", "builder": "base", "bare": "base", "ready": "bare", "ssh": "ready"}
# The kmod to procps half is what a minbase lacks to be a machine; Python is what any Debian desktop has.
INCLUDED = "systemd,systemd-sysv,dbus,sudo,iproute2,procps,kmod,netbase,ca-certificates,python3"
#: Whatever is told begins to be built.
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    """Something to boot or to chroot into: its layers, the topmost first."""

    name: str
    suite: str
    layers: tuple[Path, ...]


def quiet(_part: str) -> None:
    """Tell nobody."""


def image(name: str, suite: str = SUITE, tell: Tell = quiet) -> Image:
    """Return the image, building what is missing of it (the first time: minutes, and the network).

    :param name: base, bare, ready, ssh or builder.
    :param tell: is told each part that has to be built, before it is.
    :raises MachineError: a program is missing (which package brings it), or a recipe failed (its last lines).
    """
    require_programs()
    if name == "debian":
        lowest = obtain(f"debian.{suite}", key(name, suite), functools.partial(_debootstrap, suite, tell))
        return Image(name, suite, (lowest,))
    below = image(PARENTS[name], suite, tell)

    def build(scratch: Path) -> None:
        binds = {guest_files(suite, tell): "/mnt/guest"} if name == "bare" else {}
        tell(name)
        run_recipe(recipe(name), below.layers, scratch, binds=binds)

    return Image(name, suite, (obtain(f"{name}.{suite}", key(name, suite), build), *below.layers))


def missing(name: str, suite: str) -> list[str]:
    """Return what of a bootable image has to be built, in the order in which that is told."""
    layers = [name]
    while layers[0] in PARENTS:
        layers.insert(0, PARENTS[layers[0]])
    if "bare" in layers and not _made("bare", suite):
        before = layers.index("bare")
        layers[before:before] = ["builder", "guest"]
    return [part for part in layers if not _made(part, suite)]


def guest_files(suite: str = SUITE, tell: Tell = quiet) -> Path:
    """Return the directory with the practice guest's vmlinuz, initrd and installer.iso."""
    builder = image("builder", suite, tell)

    def build(scratch: Path) -> None:
        tell("guest")
        run_recipe(recipe("guest"), builder.layers, scratch)
        keep_output(scratch)

    return obtain(f"guest.{suite}", key("guest", suite), build)


def key(name: str, suite: str) -> str:
    """Return the digest of everything that decides what ``name`` contains."""
    if name == "debian":
        return digest(suite, INCLUDED)
    inputs = [key("builder", suite)] if name == "guest" else [key(PARENTS[name], suite)]
    if name == "bare":
        inputs.append(key("guest", suite))
    return digest(recipe(name), *inputs)


def _debootstrap(suite: str, tell: Tell, scratch: Path) -> None:
    """Build the lowest layer, in namespaces of its own so that an interrupted run leaves no mount behind."""
    tell("debian")
    mirror = registries.debian_mirror(suite)
    target = scratch / "tree"
    words = ["--variant=minbase", f"--include={INCLUDED}", suite, str(target), *([mirror] if mirror else [])]
    call([*ALONE, "--mount-proc", "debootstrap", *words], timeout=BUILD_SECONDS)
    # debootstrap copies this host's name servers; a machine has none.
    (target / "etc" / "resolv.conf").write_text("")


def _made(part: str, suite: str) -> bool:
    return (cache_directory() / f"{part}.{suite}@{key(part, suite)}").is_dir()
