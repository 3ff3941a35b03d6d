"""The manual page; man(1) itself reads it in tests/machine/test_completion.py."""

from __future__ import annotations

import re

import pytest

from tutor.cli import app
from tutor.commands.manual import manuals
from tutor.language import translator
from tutor.output.help import Entry, Manual
from tutor.output.manpage import render_manpage

REQUESTS = re.compile(r"\.(TH|SH|SS|PP|TP)( .*)?|\.\\\" .*")


def page(language: str) -> str:
    translate = translator("sv" if language == "sv" else "en")
    return render_manpage(manuals(app, translate), "1.2.3", translate)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_line_is_a_request_of_man_or_text(language: str) -> None:
    lines = page(language).splitlines()
    assert [line for line in lines if line.startswith(".") and not REQUESTS.fullmatch(line)] == []
    assert [line for line in lines if line.startswith("'") or not line.strip()] == []
    assert lines[1].startswith('.TH TUTOR 1 "" "libvirt-tutor 1.2.3"')
    name = lines.index('.SH "NAMN"' if language == "sv" else '.SH "NAME"') + 1
    assert lines[name].startswith("tutor \\- ")


def test_every_command_option_and_example_is_there() -> None:
    source = page("en").replace("\\-", "-")
    for each in manuals(app, str):
        assert each.name in source
        for entry in (*each.arguments, *each.options, *each.examples):
            assert f"\\fB{entry.name}\\fR" in source
    for word in ("NO_COLOR", "~/.config/libvirt-tutor", "130"):
        assert word in source


def test_nothing_in_a_text_is_a_request_or_an_escape() -> None:
    hostile = Manual(
        "tutor", ".x", (".so /etc/passwd", "'br", r"a\fBb", 'a "b"'), options=(Entry("--x", ".de"),)
    )
    lines = render_manpage([hostile, hostile], "1", str).splitlines()
    assert [line for line in lines if line.startswith((".so", ".de", "'"))] == []
    assert "a\\efBb" in lines
