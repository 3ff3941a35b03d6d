from __future__ import annotations

import json
import os
import re
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.commands.tool import Tool
from tests.validation.documents import NETWORK

BROKEN = NETWORK.replace("<bridge name", "<brigde name").replace('mode="nat"', 'mode="none"')
WARNED = NETWORK.replace("virbr7", "a-bridge-too-far")

#: Readable at any width, without colour and with nothing that a terminal would act on.
EXPECTED_80 = """\
net.xml:4:12: error: mode of <forward> cannot be “none”
    4 |   <forward mode="none" dev="eth0">
                   ^
    Leave the whole element out: an isolated network has no <forward>.
net.xml:11:3: error: <network> has no element <brigde>
   11 |   <brigde name="virbr7" stp="on" delay="0" macTableManager="libvirt"/>
          ^
    Did you mean <bridge>?
"""
EXPECTED_40 = """\
net.xml:4:12: error: mode of <forward>
    cannot be “none”
    4 |   <forward mode="none" dev="eth0
                   ^
    Leave the whole element out: an
    isolated network has no <forward>.
net.xml:11:3: error: <network> has no
    element <brigde>
   11 |   <brigde name="virbr7" stp="on"
          ^
    Did you mean <bridge>?
"""
EXPECTED_PLAIN = """\
net.xml:4:12: error: mode of <forward> cannot be “none”
    4: <forward mode="none" dev="eth0">
    Leave the whole element out: an isolated network has no <forward>.
net.xml:11:3: error: <network> has no element <brigde>
    11: <brigde name="virbr7" stp="on" delay="0" macTableManager="libvirt"/>
    Did you mean <bridge>?
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (("net.xml", BROKEN), ("right.xml", NETWORK), ("warned.xml", WARNED)):
        (tmp_path / name).write_text(content)
    return tmp_path


def in_folder(tool: Tool, folder: Path) -> Tool:
    return Tool(tool.home, tool.environment, tool.options, f"import os; os.chdir({str(folder)!r})")


@pytest.mark.parametrize(
    ("columns", "options", "expected"),
    [("80", (), EXPECTED_80), ("40", (), EXPECTED_40), ("80", ("--plain",), EXPECTED_PLAIN)],
)
def test_what_a_student_reads(
    packaged: Tool, folder: Path, columns: str, options: tuple[str, ...], expected: str
) -> None:
    tool = in_folder(packaged, folder).with_environment(COLUMNS=columns)
    done = tool.run("validate", "net.xml", *options, code=1)
    assert (done.out, done.err) == (expected, "")


def test_colour_is_only_added(packaged: Tool, folder: Path) -> None:
    tool = in_folder(packaged, folder).with_environment(FORCE_COLOR="1")
    coloured = tool.run("validate", "net.xml", code=1).out
    assert "\x1b[1;31merror:\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == EXPECTED_80
    assert tool.run("validate", "net.xml", "--no-color", code=1).out == EXPECTED_80


def test_valid_files_and_what_they_are_for(packaged: Tool, folder: Path) -> None:
    done = in_folder(packaged, folder).run("validate", "right.xml", "warned.xml")
    assert done.lines[0] == "right.xml: valid (network, for virsh net-define)"
    assert done.lines[1].startswith("warned.xml:11:3: warning: the name of the bridge")
    assert done.lines[-1] == "warned.xml: valid (network, for virsh net-define)"


def test_several_files_and_the_worst_of_them(packaged: Tool, folder: Path) -> None:
    tool = in_folder(packaged, folder)
    assert tool.run("validate", "right.xml", "net.xml", "right.xml", code=1).out.count(": valid") == 2
    done = tool.run("validate", "nowhere.xml", "net.xml", "right.xml", code=2)
    assert "nowhere.xml cannot be read: No such file" in done.err
    assert "tip: Name a file" in done.err
    assert done.out == EXPECTED_80 + "right.xml: valid (network, for virsh net-define)\n"


def test_json(packaged: Tool, folder: Path) -> None:
    tool = in_folder(packaged, folder)
    done = tool.run("validate", "net.xml", "right.xml", "--format", "json", code=1)
    schema = json.loads(files("tutor.output").joinpath("schema/validate-1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(done.json)
    broken, right = done.json["files"]
    assert right == {
        "file": "right.xml",
        "kind": "network",
        "valid": True,
        "command": "virsh net-define",
        "problems": [],
    }
    assert broken["problems"][1] == {
        "severity": "error",
        "code": "unknown-element",
        "line": 11,
        "column": 3,
        "message": "<network> has no element <brigde>",
        "hint": "Did you mean <bridge>?",
    }
    assert tool.run("validate", "net.xml", "nowhere", "--format", "json", code=2).out == ""


def test_the_standard_input(packaged: Tool, folder: Path) -> None:
    before = f"import os; os.dup2(os.open({str(folder / 'net.xml')!r}, os.O_RDONLY), 0)"
    done = Tool(packaged.home, packaged.environment, before=before).run("validate", "-", code=1)
    assert done.out == EXPECTED_80.replace("net.xml:", "-:")
    assert "there is no element in it" in packaged.run("validate", "-", code=1).out


@pytest.mark.parametrize(
    ("make", "said"),
    [
        ("mkdir x", "Is a directory"),
        ("mkfifo x", "is no regular file"),
        ("ln -s /dev/zero x", "is no regular file"),
        ("ln -s x x", "Too many levels"),
        ("truncate -s 3G x", "is larger than 4 MiB"),
        ("true", "No such file"),
    ],
)
def test_what_is_no_file_to_read(packaged: Tool, tmp_path: Path, make: str, said: str) -> None:
    os.system(f"cd '{tmp_path}' && {make}")  # noqa: S605 - the test's own words
    done = in_folder(packaged, tmp_path).run("validate", "x", code=2)
    assert said in done.err
    assert done.out == ""


def test_a_name_that_is_no_path(packaged: Tool) -> None:
    packaged.run("validate", "", code=2)
    packaged.run("validate", code=2)
    assert "File name too long" in " ".join(packaged.run("validate", "x" * 300, code=2).err.split())


def test_hostile_words_are_harmless_to_look_at(packaged: Tool, tmp_path: Path) -> None:
    name = "\x1b]0;title\x07\u202e.xml"
    text = "<domain type='\u202e\u200bkvm' \u00e9='1'>\t<nme\u0301>\u009b31m</nme\u0301></domain>"
    (tmp_path / name).write_text(text)
    for environment in ({}, {"PYTHONIOENCODING": "ascii"}):
        out = in_folder(packaged, tmp_path).with_environment(**environment).run("validate", name, code=1).out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", out)
        assert r"\x1b]0;title" in out


def test_a_long_line_is_cut_around_the_place(packaged: Tool, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(NETWORK.replace("\n", " ").replace("<mtu", "\t<mut"))
    out = in_folder(packaged, tmp_path).run("validate", "x", code=1).lines
    assert all(len(line) <= 80 for line in out)
    assert out[1][out[2].index("^") :].startswith("<mut ")


def test_utf_16_is_shown_as_it_is(packaged: Tool, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(BROKEN.replace("<brigde", "<!-- å --><brigde").encode("utf-16"))
    out = in_folder(packaged, tmp_path).run("validate", "x", code=1).out
    assert "   11 |   <!-- å --><brigde name=" in out
