"""Build hook: compiles the course and the translations, which the installed tool does not parse.

Runs with the build requirements alone, from a checkout, an archive of it, or an sdist.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = "tutor/locale/*/LC_MESSAGES/*.po"


class CompileHook(BuildHookInterface[Any]):
    """Adds the compiled course, the ``.mo`` files and the manual pages to the wheel, nothing to the tree.

    An editable install gets neither: compiled files in the source tree would hide what has been
    changed since. There the course comes from the user's cache, and Babel reads the translations.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files; ``version`` is ``standard`` or ``editable``."""
        root = Path(self.root)
        if version == "editable":
            return
        self._scratch = Path(tempfile.mkdtemp(prefix="libvirt-tutor-build-"))
        for path in (*_catalogues(root, self._scratch), _course(root, self._scratch)):
            build_data["force_include"][str(path)] = path.relative_to(self._scratch).as_posix()
        for path in _manual_pages(self._scratch):
            build_data["shared_data"][str(path)] = path.relative_to(self._scratch).as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the interface's
        """Clear up."""
        scratch = getattr(self, "_scratch", None)
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _catalogues(root: Path, target: Path) -> list[Path]:
    # Sorted, so that the same tree gives the same wheel.
    sources = sorted(root.glob(CATALOGUES))
    return [_catalogue(po, target / po.relative_to(root).with_suffix(".mo")) for po in sources]


def _catalogue(po: Path, mo: Path) -> Path:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        catalog = read_po(source, locale=po.parent.parent.name)
    # Babel puts the present minute in its place: the same tree would not always give the same wheel.
    catalog.creation_date = catalog.revision_date = datetime(1980, 1, 1, tzinfo=timezone.utc)
    mo.parent.mkdir(parents=True, exist_ok=True)
    with mo.open("wb") as file:
        write_mo(file, catalog)
    return mo


def _course(root: Path, target: Path) -> Path:
    """The packaged course, compiled by the tree's own parser.

    :raises SystemExit: when the course is broken: a wheel without a course is of no use.
    """
    # The hook is not part of the package, and a tutor that is installed already is another one.
    sys.path.insert(0, str(root))
    from tutor.course.assemble import courses_of
    from tutor.course.compiled import encode
    from tutor.course.files import digest, read_files
    from tutor.course.load import COMPILED
    from tutor.errors import CourseError

    lessons = root / "lessons"
    files = read_files(str(lessons))
    try:
        compiled = encode(courses_of(files, str(lessons)), digest(files))
    except CourseError as error:
        raise SystemExit(error.what.render(str)) from error
    path = target / "lessons" / COMPILED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compiled)
    return path


def _manual_pages(target: Path) -> Iterator[Path]:
    """``tutor.1`` in each language, made of the command line's own declarations.

    Runs last: by then the tree's own tutor is the one that is imported, and its catalogues are compiled.
    """
    from tutor import __version__, language
    from tutor.cli import app
    from tutor.commands.manual import manuals
    from tutor.output.manpage import render_manpage

    language._CATALOGUES = str(target / "tutor" / "locale")  # noqa: SLF001 - the tree's own are not compiled
    for name in language.LANGUAGES:
        translate = language.translator(name)
        folder = target / "share" / "man" / ("" if name == language.FALLBACK else name) / "man1"
        folder.mkdir(parents=True)
        path = folder / "tutor.1"
        path.write_text(render_manpage(manuals(app, translate), __version__, translate), encoding="utf-8")
        yield path
