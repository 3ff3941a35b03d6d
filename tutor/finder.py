"""Finds and loads this tool's own modules as Python itself does, in less time.

A run of ``tutor check`` loads some 150 of them. For each, Python asks three finders, of which the last one
keeps listings of folders, looks at the file twice, and compares times in functions of its own: a twentieth of
the run. All modules lie beside this one, so that one look at the source and one at what was compiled of it
are enough. Whatever is not as usual (nothing compiled, or for another source) is left to Python itself.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import MAGIC_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

#: The packages whose modules are found here.
OURS = ("tutor.", "checks.")

#: How the name of what was compiled ends (PEP 3147), and how its content begins: the flags are those of a
#: file that is valid for a source of the time and size that follow (PEP 552).
_SUFFIX, _HEAD, _HEAD_SIZE = f".{sys.implementation.cache_tag}.pyc", MAGIC_NUMBER + bytes(4), 16
_FIELD = 0xFFFFFFFF


def install() -> None:
    """Be asked before Python's own finders, where what was compiled lies and is named as usual."""
    if sys.pycache_prefix is None and not sys.flags.optimize:
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """See :class:`importlib.abc.MetaPathFinder`."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> ModuleSpec | None:
        if not fullname.startswith(OURS) or path is None or len(path) != 1:
            return None
        base = f"{path[0]}/{fullname.rpartition('.')[2]}"
        return _spec(fullname, f"{base}.py") or _spec(fullname, f"{base}/__init__.py", base)


def _spec(name: str, source: str, package: str | None = None) -> ModuleSpec | None:
    """The module of that source; None where there is none.

    :param package: the folder of a package.
    """
    try:
        found = os.stat(source)
    except OSError:
        return None
    folder, _, file = source.rpartition("/")
    compiled = f"{folder}/__pycache__/{file.removesuffix('.py')}{_SUFFIX}"
    spec = ModuleSpec(name, _Loader(name, source, compiled, found), origin=source)
    spec.has_location, spec.cached = True, compiled
    spec.submodule_search_locations = None if package is None else [package]
    return spec


class _Loader(SourceFileLoader):
    """Python's own, but for how it reads what was compiled of the source.

    :param compiled: the path of that.
    :param found: the source as it is now.
    """

    def __init__(self, name: str, source: str, compiled: str, found: os.stat_result) -> None:
        super().__init__(name, source)
        self._compiled = compiled
        self._head = _HEAD + b"".join(
            (int(number) & _FIELD).to_bytes(4, "little") for number in (found.st_mtime, found.st_size)
        )

    def get_code(self, fullname: str) -> CodeType | None:
        """See :meth:`importlib.abc.InspectLoader.get_code`."""
        try:
            with open(self._compiled, "rb", buffering=0) as file:
                content = file.read()
        except OSError:
            content = b""
        if not content.startswith(self._head):
            return super().get_code(fullname)
        # Lies where Python itself would have read it from.
        code: CodeType = marshal.loads(memoryview(content)[_HEAD_SIZE:])  # noqa: S302
        return code
