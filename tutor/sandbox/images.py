"""The images machines boot from: a chain of layers, each a directory made by one recipe on top of the others.

``debian`` is what debootstrap leaves, ``base`` a desktop with its student; ``bare`` has the course's packages
downloaded, and the practice guest; ``ready`` has them installed, ``ssh`` the student's SSH tools as well.
``builder`` is for making the others.
"""

from __future__ import annotations

import functools
import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.dataclass import dataclass
from tutor.sandbox import registries
from tutor.sandbox.cache import digest, obtain
from tutor.sandbox.process import call, require_programs

if TYPE_CHECKING:
    from collections.abc import Mapping

SUITE = os.environ.get("TUTOR_MACHINE_SUITE", "bookworm")
#: The release after: its libvirt has the nftables backend.
NEXT_SUITE = "trixie"
RECIPES = Path(__file__).parent / "recipes"
PARENTS = {"base": "debian", "builder": "base", "bare": "base", "ready": "bare", "ssh": "ready"}
# The kmod to procps half is what a minbase lacks to be a machine; Python is what any Debian desktop has.
INCLUDED = "systemd,systemd-sysv,dbus,sudo,iproute2,procps,kmod,netbase,ca-certificates,python3"
BUILD_SECONDS = 1800

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Image:
    """Something to boot or to chroot into: its layers, the topmost first."""

    name: str
    suite: str
    layers: tuple[Path, ...]


def image(name: str, suite: str = SUITE) -> Image:
    """Return the image, building what is missing of it (the first time: minutes, and the network).

    :param name: base, bare, ready, ssh or builder.
    :raises MachineError: a program is missing (which package brings it), or a recipe failed (its last lines).
    """
    require_programs()
    if name == "debian":
        lowest = obtain(f"debian.{suite}", key(name, suite), functools.partial(_debootstrap, suite))
        return Image(name, suite, (lowest,))
    below = image(PARENTS[name], suite)

    def build(scratch: Path) -> None:
        binds = {guest_files(suite): "/mnt/guest"} if name == "bare" else {}
        run_recipe(name, below, scratch, binds=binds)

    return Image(name, suite, (obtain(f"{name}.{suite}", key(name, suite), build), *below.layers))


def guest_files(suite: str = SUITE) -> Path:
    """Return the directory with the practice guest's vmlinuz, initrd and installer.iso."""
    builder = image("builder", suite)

    def build(scratch: Path) -> None:
        run_recipe("guest", builder, scratch)
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


def recipe(name: str) -> str:
    """Return the shell script that makes ``name``."""
    return (RECIPES / f"{name}.sh").read_text()


def run_recipe(
    name: str,
    below: Image,
    scratch: Path,
    *,
    binds: Mapping[Path, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a recipe as root in a chroot on ``below`` that has this host's network.

    :param scratch: ``tree`` becomes what the recipe changed; ``exchange`` is the recipe's /mnt.
    :param binds: further directories and files of this host, read-only, with their places in the chroot.
    :raises CommandError: the recipe failed; its last lines follow.
    """
    start = time.monotonic()
    for part in ("tree", "work", "root", "exchange"):
        (scratch / part).mkdir(exist_ok=True)
    _furnish(scratch / "exchange", name)
    pairs = {Path("/etc/resolv.conf"): "/etc/resolv.conf", **(binds or {})}
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    call(
        [
            *(*alone, "sh", str(RECIPES / "layer.sh")),
            ":".join(str(layer) for layer in below.layers),
            *(str(scratch / part) for part in ("tree", "work", "root", "exchange")),
            *(f"{source.resolve()}={target}" for source, target in pairs.items()),
            *("--", "sh", "-eu", "/mnt/recipe"),
        ],
        timeout=BUILD_SECONDS,
        env={
            "DEBIAN_FRONTEND": "noninteractive",
            "APT_CONFIG": "/mnt/apt.conf",
            "HOME": "/root",
            **(env or {}),
        },
    )
    _log.info("the recipe %s of %s took %.1f s", name, below.suite, time.monotonic() - start)


def keep_output(scratch: Path) -> None:
    """Make what a recipe left in /mnt/out the result, instead of the layer it worked in."""
    (scratch / "tree").rename(scratch / "layer")
    (scratch / "exchange" / "out").rename(scratch / "tree")


def _furnish(exchange: Path, name: str) -> None:
    """Put the recipe and this host's way to the package archives where the chroot sees them."""
    (exchange / "apt.conf").write_text(registries.apt_configuration())
    registries.copy_certificates(exchange / "ca.crt")
    (exchange / "recipe").write_text(recipe(name))


def _debootstrap(suite: str, scratch: Path) -> None:
    """Build the lowest layer, in namespaces of its own so that an interrupted run leaves no mount behind."""
    mirror = registries.debian_mirror(suite)
    target = scratch / "tree"
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    options = ["--variant=minbase", f"--include={INCLUDED}", suite, str(target)]
    call([*alone, "debootstrap", *options, *([mirror] if mirror else [])], timeout=BUILD_SECONDS)
    # debootstrap copies this host's name servers; a machine has none.
    (target / "etc" / "resolv.conf").write_text("")
