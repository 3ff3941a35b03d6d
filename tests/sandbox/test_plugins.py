"""Packages of checks beside the tool, as a machine gets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.courses.package import PACKAGE, install
from tutor.sandbox.plugins import WithPlugins, plugins
from tutor.sandbox.process import MachineError
from tutor.sandbox.sources import Checkout, Installed

NAME = "tutor-users-checks"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place beside the tool, with the second course's package in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return install(folder)


@pytest.fixture
def tool(tmp_path: Path) -> Checkout:
    """A checkout that stands for the tool's."""
    project = tmp_path / "tool"
    project.mkdir()
    text = '[build-system]\nrequires = ["hatchling"]\n[project]\ndependencies = ["typer", "libvirt-tutor"]\n'
    (project / "pyproject.toml").write_text(text)
    return Checkout(project)


def info(site: Path) -> Path:
    (found,) = site.glob("*.dist-info")
    return found


def test_packed_again_it_can_be_installed(site: Path, tool: Checkout, tmp_path: Path) -> None:
    """By pip, and the same: every file, and the entry point."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    WithPlugins(tool).bring(exchange)
    (wheel,) = (exchange / "wheels").iterdir()
    target = tmp_path / "target"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    subprocess.run([*pip, "--no-deps", "--target", str(target), str(wheel)], check=True, timeout=60, env=own)
    for name in (
        "users_checks.py",
        *(f"{info(site).name}/{one}" for one in ("METADATA", "entry_points.txt")),
    ):
        assert (target / name).read_bytes() == (site / name).read_bytes()
    assert (exchange / "sources" / "0-tool" / "pyproject.toml").is_file()


def test_equal_content_is_an_equal_wheel(site: Path, tmp_path: Path) -> None:
    wheels = [tmp_path / name for name in ("first", "second")]
    for folder in wheels:
        folder.mkdir()
        Installed(NAME).bring(folder)
    first, second = (next((folder / "wheels").iterdir()) for folder in wheels)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as opened:
        assert f"{info(site).name}/RECORD" in opened.namelist()


def test_its_content_makes_another_tool(site: Path, tool: Checkout) -> None:
    """And without any, the tool is what it is by itself."""
    with_it = WithPlugins(tool).digest()
    (site / "users_checks.py").write_text("changed = True\n")
    assert len({with_it, WithPlugins(tool).digest(), tool.digest()}) == 3
    (info(site) / "entry_points.txt").unlink()
    assert plugins() == {}
    assert WithPlugins(tool).digest() == tool.digest()


def test_what_it_needs_but_the_tool_itself(site: Path, tool: Checkout) -> None:
    metadata = info(site) / "METADATA"
    wanted = (
        "Requires-Dist: libvirt_tutor>=0.1\nRequires-Dist: attrs>=20\nRequires-Dist: rich; extra == 'x'\n"
    )
    metadata.write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n{wanted}")
    found = WithPlugins(tool).requirements()
    assert found == {"runtime": ["attrs>=20", "libvirt-tutor", "typer"], "build": ["hatchling"]}


def editable(site: Path, tree: Path) -> None:
    direct = {"url": tree.as_uri(), "dir_info": {"editable": True}}
    (info(site) / "direct_url.json").write_text(json.dumps(direct))


def test_an_editable_one_is_built_from_its_source(site: Path, tool: Checkout, tmp_path: Path) -> None:
    tree = tmp_path / "a tree"
    for name in ("tests", "venv", "build"):
        (tree / name).mkdir(parents=True)
        (tree / name / "pyvenv.cfg" if name == "venv" else tree / name / "file").touch()
    (tree / "nowhere").symlink_to("nothing")
    (tree / "users_checks.py").write_bytes((PACKAGE / "users_checks.py").read_bytes())
    editable(site, tree)
    assert WithPlugins(tool).requirements()["build"] == ["hatchling", "setuptools"]
    before = WithPlugins(tool).digest()
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    WithPlugins(tool).bring(exchange)
    assert {path.name for path in (exchange / "sources" / "1-a tree").iterdir()} == {
        "tests",
        "users_checks.py",
    }
    (tree / "users_checks.py").write_text("changed = True\n")
    assert WithPlugins(tool).digest() != before


def compiled(site: Path) -> None:
    (info(site) / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")


def unlisted(site: Path) -> None:
    (info(site) / "RECORD").unlink()


def nameless(site: Path) -> None:
    (info(site) / "METADATA").unlink()


def moved(site: Path) -> None:
    editable(site, site / "gone")


def gone(site: Path) -> None:
    (site / "users_checks.py").unlink()


def broken(site: Path) -> None:
    editable(site, site)
    (site / "pyproject.toml").write_text("[")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (compiled, "compiled parts"),
        (unlisted, "does not say which files are its own"),
        (nameless, "does not say which files are its own"),
        (moved, "is not there"),
        (gone, "cannot be read"),
        (broken, "pyproject.toml cannot be read"),
    ],
)
def test_none_is_left_out_silently(site: Path, tool: Checkout, wrong: object, said: str) -> None:
    """It is named, with the next step."""
    assert callable(wrong)
    wrong(site)
    with pytest.raises(MachineError) as raised:
        (WithPlugins(tool).digest(), WithPlugins(tool).requirements())
    sentence = raised.value.what.render(str)
    assert said in sentence
    assert raised.value.tip
    assert any(word in sentence for word in (NAME, "users_checks", str(site)))
