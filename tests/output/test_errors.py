from __future__ import annotations

from tutor.errors import UserError
from tutor.output.errors import render_error
from tutor.output.style import Style
from tutor.text import text


def test_one_sentence_and_one_tip() -> None:
    error = UserError(text("There is no step {step}.", step="a/\x1b[2J"), text("See them all: `tutor list`"))
    assert (
        render_error(error, str, Style())
        == "error: There is no step a/\\x1b[2J.\ntip: See them all: `tutor list`\n"
    )


def test_an_error_without_a_tip() -> None:
    assert render_error(UserError(text("No.")), str, Style()) == "error: No.\n"


def test_it_is_in_the_chosen_language_and_wrapped() -> None:
    words = {"error": "fel", "tip": "tips", "One two three four five.": "Ett två tre fyra fem."}
    error = UserError(text("One two three four five."), text("tip"))
    shown = render_error(error, lambda message: words.get(message, message), Style(width=20))
    assert shown == "fel: Ett två tre\n  fyra fem.\ntips: tips\n"


def test_colour_marks_the_label_alone() -> None:
    assert render_error(UserError(text("No.")), str, Style(colour=True)) == "\x1b[1;31merror:\x1b[0m No.\n"
