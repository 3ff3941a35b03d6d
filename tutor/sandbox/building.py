"""Recipes: shell scripts that run as root in a chroot, and the directory that each leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor.sandbox import registries
from tutor.sandbox.process import call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RECIPES = Path(__file__).parent / "recipes"
BUILD_SECONDS = 1800
# Namespaces of its own, so that nothing stays mounted; and it ends with us, however we end.
ALONE = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
)


def recipe(name: str, folder: Path = RECIPES) -> str:
    """Return the shell script that makes ``name``."""
    return (folder / f"{name}.sh").read_text()


def run_recipe(
    script: str,
    layers: Sequence[Path],
    scratch: Path,
    *,
    binds: Mapping[Path, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a recipe as root in a chroot that has this host's network.

    :param script: the recipe's text; :param layers: what is there before it, the topmost first.
    :param scratch: ``tree`` becomes what the recipe changed; ``exchange`` is the recipe's /mnt.
    :param binds: further directories and files of this host, read-only, with their places in the chroot.
    :raises CommandError: the recipe failed; its last lines follow.
    """
    for part in ("tree", "work", "root", "exchange"):
        (scratch / part).mkdir(exist_ok=True)
    _furnish(scratch / "exchange", script)
    pairs = {Path("/etc/resolv.conf"): "/etc/resolv.conf", **(binds or {})}
    call(
        [
            *(*ALONE, "sh", str(RECIPES / "layer.sh")),
            ":".join(str(layer) for layer in layers),
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


def keep_output(scratch: Path) -> None:
    """Make what a recipe left in /mnt/out the result, instead of the layer it worked in."""
    (scratch / "tree").rename(scratch / "layer")
    (scratch / "exchange" / "out").rename(scratch / "tree")


def _furnish(exchange: Path, script: str) -> None:
    """Put the recipe and this host's way to the package archives where the chroot sees them."""
    (exchange / "apt.conf").write_text(registries.apt_configuration())
    registries.copy_certificates(exchange / "ca.crt")
    (exchange / "recipe").write_text(script)
