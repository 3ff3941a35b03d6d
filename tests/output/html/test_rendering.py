"""What a template puts out."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from tutor.output.html.rendering import environment, file_of, percent, span, time
from tutor.text import text


def rendered(template: str, **values: object) -> str:
    return environment(str, "en").from_string(template).render(values)


def test_whatever_is_put_out_is_escaped_and_printable() -> None:
    assert rendered("{{ it }}", it="<b>\u202e\x1b") == r"&lt;b&gt;\u202e\x1b"
    assert rendered("{{ say('{it}', it=it) }}", it="<b>\u202e") == r"&lt;b&gt;\u202e"
    assert rendered("{{ say('no {other}', it=it) }}", it="x") == "no {other}"
    assert rendered("{{ it }}", it=text("{a}", a="<")) == "&lt;"
    assert rendered("{{ it }}", it=Markup("<b>")) == "<b>"
    assert rendered("{{ it }}", it=None) == ""


def test_what_is_not_defined_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ nothing }}")


def test_a_file_name_is_never_made_of_a_name() -> None:
    names = ["../../etc/passwd", "a/b", "", "\ud800", "x" * 10_000, "CON", "a\0b"]
    found = [file_of(name) for name in names]
    assert len(set(found)) == len(names)
    assert all(name.removesuffix(".html").isalnum() and len(name) == 25 for name in found)


def test_times_that_are_none_are_shown_as_they_are() -> None:
    assert time("<yesterday>") == "<yesterday>"
    assert time("0001-01-01T00:00:00+23:59") == "0001-01-01T00:00:00+23:59"
    assert time(None) == ""
    assert time("2026-01-11T11:03:32+00:00").startswith('<time datetime="2026-01-')


@pytest.mark.parametrize(
    ("share", "shown"), [(0, 0), (0.0001, 1), (0.5, 50), (0.994, 99), (0.9999, 99), (1, 100)]
)
def test_all_and_nothing_are_said_of_all_and_nothing_only(share: float, shown: int) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("seconds", "said"), [(59, "0 minutes"), (7199, "119 minutes"), (7200, "2 hours"), (172_800, "2 days")]
)
def test_spans_are_said_in_the_unit_that_fits(seconds: int, said: str) -> None:
    assert span(seconds).render(str) == said
