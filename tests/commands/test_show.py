from __future__ import annotations

import re

import pytest

from tests.commands.tool import Tool

SGR = re.compile(r"\x1b\[[0-9;]*m")
COMMAND = (
    'sudo usermod -aG libvirt "$USER" && virsh --connect qemu:///system dominfo my-vm'
    " | grep --ignore-case state"
)


def test_a_step_as_a_student_reads_it(tutor: Tool) -> None:
    done = tutor.run("show", "start/read", "--lang", "sv")
    assert done.lines[:5] == ["Börja", "", "start/read  Läsa", "────────────────", ""]
    assert "Lektionens inledning." in done.lines
    assert "En rubrik" in done.lines
    assert "  1. En punkt i punkten." in done.lines
    assert any(line.startswith("│ Notera: en") for line in done.lines)
    assert any(line.startswith("`--name my-vm`  domänens namn") for line in done.lines)
    assert "    gäst ---> värd" in done.lines
    assert "    " + COMMAND in done.lines
    assert "Kör det här där det passar (kräver ett skrivbord):" in done.lines
    assert "Spara det här som `~/vm.xml`:" in done.lines
    assert "<domain><name>my-vm</name></domain>" in done.lines
    assert any(line.startswith("- ") and "no-such-program" in line for line in done.lines)
    assert done.lines[-1] == "    tutor hint start/read"


def test_a_here_document_stands_at_the_margin(tutor: Tool) -> None:
    assert "cat > x <<'E'\n  in my-vm\nE\n" in tutor.run("show", "start/read").out


def test_variables_of_the_student_and_of_the_run(tutor: Tool) -> None:
    tutor.run("config", "vm", "it's mine")
    assert "A domain called `it's mine`." in tutor.run("show", "start/read").lines
    done = tutor.run("show", "start/read", "--var", "vm=a<b", "--var", "file=~/x y.xml")
    assert "<domain><name>a&lt;b</name></domain>" in done.lines
    assert "Save this as `~/x y.xml`:" in done.lines


@pytest.mark.parametrize("hostile", ["\u202eevil", "**no**", "[x](http:y)", "`", "<b>", "| |"])
def test_a_value_is_neither_markdown_nor_a_steering_character(tutor: Tool, hostile: str) -> None:
    done = tutor.run("show", "start/read", "--var", f"vm={hostile}")
    assert f"A domain called `{hostile}`.".replace("\u202e", r"\u202e") in done.lines
    assert "\u202e" not in done.out


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("look", [(), ("--plain",)])
def test_it_fits(tutor: Tool, width: int, language: str, look: tuple[str, ...]) -> None:
    done = tutor.with_environment(COLUMNS=str(width)).run("show", "start/read", "--lang", language, *look)
    assert all(len(line) <= width or COMMAND in line for line in done.lines)


def test_every_packaged_step_can_be_shown(packaged: Tool) -> None:
    document = packaged.run("list", "--format", "json").json
    for step in [step["id"] for lesson in document["lessons"] for step in lesson["steps"]]:
        assert step in packaged.run("show", step).out


def test_questions_never_say_which_is_right(tutor: Tool) -> None:
    done = tutor.run("show", "ask/many", "--lang", "sv")
    assert "1. Heter den `my-vm`?" in done.lines
    assert "   b) Ja" in done.lines
    assert "   (flera kan vara rätt)" in done.lines
    assert "    tutor answer ask/many 1x 2xy" in done.lines
    assert "HÖR" not in done.out
    assert "Så är det" not in done.out


def test_colour_changes_nothing_else(tutor: Tool) -> None:
    coloured = tutor.with_environment(FORCE_COLOR="1")
    plain = tutor.run("show", "start/read").out
    assert "\x1b[" in coloured.run("show", "start/read").out
    assert SGR.sub("", coloured.run("show", "start/read").out) == plain
    assert coloured.with_environment(NO_COLOR="1").run("show", "start/read").out == plain
    assert coloured.run("show", "start/read", "--no-color").out == plain


def test_an_unknown_step_names_those_that_are_near(tutor: Tool) -> None:
    done = tutor.run("show", "start/raed", code=2)
    assert done.out == ""
    assert done.err.startswith(
        "error: the course has nothing called start/raed\ntip: Did you mean start/read"
    )
    assert "tip: Did you mean start/read, start/extra?" in tutor.run("show", "start", code=2).err
    assert "tips: Menade du start/read?" in tutor.run("show", "read", "--lang", "sv", code=2).err
