"""Jinja templates as this project uses them: nothing undefined, and nothing hostile, reaches a page."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tutor.output.class_table import SIGNATURES
from tutor.output.html.wording import STATUSES, SUSPICIONS, VIRTUALIZATIONS, WORDS, machine
from tutor.output.printable import printable
from tutor.text import Text, Translate, text

TEMPLATES = os.path.join(os.path.dirname(__file__), "templates")
_HOUR, _DAY = 3600, 86400


def environment(translate: Translate, language: str) -> Environment:
    """The templates, in a language.

    ``say`` is what :func:`tutor.text.text` is in code, and the extractor of messages knows it. Whatever a
    template puts out passes :func:`shown`, then Jinja's own escaping: no template has to think of it.
    """

    def say(message: str | Text, /, **values: str | int | Text) -> str:
        found = message if isinstance(message, Text) else text(message, **values)
        return found.render(translate)

    def in_words(seconds: int) -> str:
        return say(span(seconds))

    filters: dict[str, Callable[..., object]] = {
        "time": time,
        "day": day,
        "span": in_words,
        "percent": percent,
        "plain": "{:g}".format,
    }
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: shown(say(value) if isinstance(value, Text) else value),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )

    made.globals |= {
        "say": say,
        "language": language,
        "file_of": file_of,
        "anchor": anchor,
        "machine": machine,
        "words": WORDS,
        "statuses": STATUSES,
        "suspicions": SUSPICIONS,
        "virtualizations": VIRTUALIZATIONS,
        "signatures": SIGNATURES,
    }
    made.filters |= filters
    return made


def shown(value: object) -> object:
    """What stands on the page for a value: controls and bidi overrides as their escapes, None as nothing."""
    if isinstance(value, Markup):
        return value
    return "" if value is None else printable(str(value))


def anchor(question: str) -> str:
    """Where on a student's page the answer to a question stands."""
    return "o" + hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def file_of(key: str) -> str:
    """The file of a student's page. A name is never part of a path, so it may be any."""
    return f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}.html"


def time(value: str | None) -> Markup | str:
    """A time of the records, on the clock of the machine that makes the report."""
    if not value:
        return ""
    moment = _here(value)
    if moment is None:
        return value
    exact = moment.isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(exact, day(value))


def day(value: str) -> str:
    """The same in a sentence, to the minute."""
    moment = _here(value)
    return value if moment is None else moment.isoformat(" ", timespec="minutes")[:16]


def _here(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value).astimezone()
    except (ValueError, OverflowError):
        return None


def span(seconds: int) -> Text:
    """How long, in the unit in which a person would say it."""
    if seconds >= 2 * _DAY:
        return text("{days} days", days=seconds // _DAY)
    if seconds >= 2 * _HOUR:
        return text("{hours} hours", hours=seconds // _HOUR)
    return text("{minutes} minutes", minutes=seconds // 60)


def percent(share: float) -> int:
    """A share as whole hundredths; all and nothing are said of all and nothing only."""
    if 0 < share < 1:
        return min(99, max(1, round(share * 100)))
    return round(share * 100)
