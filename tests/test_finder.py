"""Modules are found and loaded as Python itself would: the same ones, and never what an older source was."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_RUN = """
import json, sys
from tutor import finder
finder.install()
sys.path.insert(0, sys.argv[1])
{body}
"""


def told(folder: Path, body: str, *options: str, **environ: str) -> Any:
    """What a program prints as JSON that has the finder, and looks for packages in ``folder`` first."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, *options, "-c", _RUN.format(body=body), str(folder)],
        env={**ours, **environ},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


_VALUE = """
import checks.one
print(json.dumps([checks.one.VALUE, type(checks.one.__loader__).__module__]))
"""


_ITS_OWN = """
import checks
from importlib.machinery import SourceFileLoader
def refuse(*_):
    raise AssertionError
SourceFileLoader.get_code = refuse
import checks.one
print(json.dumps(checks.one.VALUE))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "__init__.py").write_text("")
    one = tmp_path / "checks" / "one.py"
    one.write_text("VALUE = 1\n")
    assert told(tmp_path, _VALUE) == [1, "tutor.finder"]
    assert compiled(tmp_path).is_file()
    return tmp_path


def compiled(package: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(package / "checks" / "one.py")))


def test_every_module_is_what_python_would_find() -> None:
    body = """
import importlib, pkgutil, checks, tutor
from importlib.machinery import PathFinder
seen = 0
for package in (tutor, checks):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "template" in module.name or module.name.endswith("__main__"):
            continue
        parent = importlib.import_module(module.name.rpartition(".")[0])
        ours = sys.meta_path[0].find_spec(module.name, parent.__path__)
        real = PathFinder.find_spec(module.name, parent.__path__)
        for name in ("name", "origin", "cached", "parent", "has_location", "submodule_search_locations"):
            assert getattr(ours, name) == getattr(real, name), (module.name, name)
        assert ours.loader.get_code(module.name) == real.loader.get_code(module.name)
        seen += 1
print(json.dumps(seen))
"""
    assert told(Path("/nowhere"), body) > 300


def test_what_is_compiled_is_not_left_to_python(package: Path) -> None:
    """Else nothing would be gained, and nobody would notice."""
    assert told(package, _ITS_OWN) == 1


def test_a_traceback_shows_the_source(package: Path) -> None:
    (package / "checks" / "one.py").write_text("def fail():\n    raise ValueError  # here\n")
    body = """
import traceback, checks.one
try:
    checks.one.fail()
except ValueError:
    print(json.dumps(traceback.format_exc()))
"""
    for _ in range(2):
        assert "raise ValueError  # here" in told(package, body)


def _edited(package: Path) -> None:
    """As long as before, in the next second."""
    one = package / "checks" / "one.py"
    one.write_text("VALUE = 2\n")
    os.utime(one, (one.stat().st_atime, compiled(package).stat().st_mtime + 5))


def _grown(package: Path) -> None:
    """Another length, and the time of before."""
    one = package / "checks" / "one.py"
    times = one.stat().st_atime_ns, one.stat().st_mtime_ns
    one.write_text("VALUE = 2  # more\n")
    os.utime(one, ns=times)


@pytest.mark.parametrize("change", [_edited, _grown])
def test_what_an_older_source_was_is_not_run(package: Path, change: Callable[[Path], None]) -> None:
    change(package)
    assert told(package, _VALUE) == [2, "tutor.finder"]
    assert told(package, _VALUE) == [2, "tutor.finder"], "compiled anew by now"


@pytest.mark.parametrize(
    "damaged",
    [
        lambda _content: b"",
        lambda content: content[:10],
        lambda content: b"\0\0\0\0" + content[4:],  # another Python's
        lambda content: content[:4] + b"\x07\0\0\0" + content[8:],  # flags that nobody knows
    ],
)
def test_what_is_no_compiled_module_is_made_anew(package: Path, damaged: Callable[[bytes], bytes]) -> None:
    content = compiled(package).read_bytes()
    compiled(package).write_bytes(damaged(content))
    assert told(package, _VALUE) == [1, "tutor.finder"]
    assert compiled(package).read_bytes() == content


def test_one_that_goes_by_the_source_itself(package: Path) -> None:
    """Of a distribution's own making (PEP 552): its source is read and compared, by Python."""
    import py_compile

    one = package / "checks" / "one.py"
    py_compile.compile(str(one), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    assert told(package, _VALUE) == [1, "tutor.finder"]
    one.write_text("VALUE = 3\n")
    assert told(package, _VALUE) == [3, "tutor.finder"]


def test_what_is_not_there_is_said_as_ever(package: Path) -> None:
    body = """
try:
    import checks.nothing
except ModuleNotFoundError as error:
    print(json.dumps([str(error), error.name]))
"""
    assert told(package, body) == ["No module named 'checks.nothing'", "checks.nothing"]


@pytest.mark.parametrize(("options", "environ"), [(["-O"], {}), ([], {"PYTHONPYCACHEPREFIX": "/nowhere"})])
def test_where_compiled_modules_lie_elsewhere_python_finds_them(
    package: Path, options: list[str], environ: dict[str, str]
) -> None:
    assert told(package, _VALUE, *options, **environ) == [1, "_frozen_importlib_external"]


def test_others_modules_are_left_alone(package: Path) -> None:
    (package / "others").mkdir()
    (package / "others" / "one.py").write_text("")
    body = "import others.one\nprint(json.dumps(type(others.one.__loader__).__module__))"
    assert told(package, body) == "_frozen_importlib_external"
