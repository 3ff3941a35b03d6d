"""The packages of checks that are installed beside the tool: a machine is to have them too.

What is pure Python is packed again as it is installed. What is installed editable has no files of its own:
it is built from its source, in the machine's own release.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tutor.dataclass import dataclass
from tutor.sandbox.process import MachineError
from tutor.sandbox.sources import DISTRIBUTION, Checkout, Installed, Source, own_tool
from tutor.sandbox.wheels import requirements_of
from tutor.text import text

#: The group under which a distribution names its modules of checks.
ENTRY_POINTS = "tutor.checks"
_PURE = re.compile("^Root-Is-Purelib: *true", re.MULTILINE | re.IGNORECASE)
#: What earlier builds left in an author's tree.
_LEFT = frozenset({"build", "dist"})


@dataclass(frozen=True)
class WithPlugins:
    """The tool, and every package of checks beside it. Which those are is looked up when it is needed.

    Each of its methods raises MachineError where one of them cannot be given to a machine.
    """

    tool: Source

    def requirements(self) -> dict[str, list[str]]:
        """What all of them need, as pip reads it, but for each other."""
        found = plugins()
        brought = {_plain(name) for name in (DISTRIBUTION, *found)}
        wanted = self.tool.requirements()
        declared = {need for name in found for need in requirements_of(name)}
        further = {need for need in declared if _plain(need) not in brought}
        built = {need for each in found.values() for need in each.requirements()["build"]}
        return {
            "runtime": sorted({*wanted["runtime"], *further}),
            "build": sorted({*wanted["build"], *built}),
        }

    def digest(self) -> str:
        """Return what stands for the content of all of them; the tool's own where it is alone."""
        parts = [self.tool.digest(), *(each.digest() for each in plugins().values())]
        return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()

    def bring(self, exchange: Path) -> None:
        """Put all of them where the recipe looks."""
        for each in (self.tool, *plugins().values()):
            each.bring(exchange)


def own_source() -> Source:
    """Where this tool itself comes from, and the packages of checks beside it."""
    return WithPlugins(own_tool())


def plugins() -> dict[str, Checkout | Installed]:
    """The packages of checks by their names, each with where it comes from.

    :raises MachineError: one of them cannot be given to a machine; the tip says how it can.
    """
    first: dict[str, Distribution] = {}
    for one in distributions():
        # Where one is there twice, the first is the one that is imported.
        first.setdefault(_plain(_name(one)), one)
    first.pop(DISTRIBUTION, None)
    return {_name(one): _source(_name(one), one) for _, one in sorted(first.items()) if _modules(one)}


def _name(one: Distribution) -> str:
    """Its own name; where somebody has broken it, the modules that it names."""
    return _own_name(one) or ", ".join(_modules(one))


def _own_name(one: Distribution) -> str | None:
    try:
        metadata = one.metadata
    except FileNotFoundError:  # what later versions of importlib.metadata say of none at all
        return None
    return metadata["Name"] if "Name" in metadata else None  # noqa: SIM401 - it has no get


def _modules(one: Distribution) -> list[str]:
    return [entry.value for entry in one.entry_points if entry.group == ENTRY_POINTS]


def _source(name: str, one: Distribution) -> Checkout | Installed:
    tree, wheel = _editable(one), one.read_text("WHEEL")
    listed = one.read_text("RECORD") and wheel is not None
    if _own_name(one) is None or not (tree or listed):
        what = text("{name} brings checks, and does not say which files are its own", name=name)
        raise MachineError(what, text("Install it with pip or pipx: then machines can have it."))
    if tree:
        return _tree(name, tree)
    if not _PURE.search(wheel or ""):
        what = text("{name} brings checks with compiled parts, which fit no other Python", name=name)
        raise MachineError(
            what, text("Install it editable (pip install --editable): then it is built from its source.")
        )
    return Installed(name)


def _tree(name: str, tree: Path) -> Checkout:
    if not tree.is_dir():
        what = text("{name} is installed editable, and {path} is not there", name=name, path=str(tree))
        raise MachineError(what, text("Install it again, from where its source is now."))
    return Checkout(tree, _LEFT)


def _editable(one: Distribution) -> Path | None:
    """Where its source is, if it is installed editable (PEP 610)."""
    try:
        direct: Any = json.loads(one.read_text("direct_url.json") or "{}")
        editable = direct.get("dir_info", {}).get("editable", False)
        return Path(unquote(urlsplit(direct["url"]).path)) if editable else None
    except (ValueError, AttributeError, KeyError):
        return None


def _plain(name: str) -> str:
    """A name, or that of a requirement, as they are compared (PEP 503)."""
    spelt = re.match(r"[A-Za-z0-9._-]*", name)
    return re.sub(r"[-_.]+", "-", spelt[0] if spelt else "").lower()
