"""How an error that the user can mend is told: one sentence, and what to do next."""

from __future__ import annotations

from tutor.errors import UserError
from tutor.output.page import Page
from tutor.output.style import Style
from tutor.text import Translate, text


def render_error(error: UserError, translate: Translate, style: Style) -> str:
    """``error: ...`` and, where there is one, ``tip: ...``."""
    page = Page(translate, style)
    page.field(text("error"), page.say(error.what), role="bad")
    if error.tip is not None:
        page.field(text("tip"), page.say(error.tip), role="heading")
    return page.document()
