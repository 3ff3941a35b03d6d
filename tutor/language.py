"""The language of the interface: Swedish or English, chosen once per run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Literal

from tutor.errors import UsageError
from tutor.text import Translate, text

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = ("sv", "en")
#: The language of the message ids, and of whoever has a locale that is neither.
FALLBACK: Language = "en"
_CATALOGUES = os.path.join(os.path.dirname(__file__), "locale")
_NO_LANGUAGE = {"", "C", "POSIX"}


def choose(flag: str | None, configured: str | None, environ: Mapping[str, str]) -> Language:
    """The language: ``--lang``, else the configured one, else the locale's, else English.

    The locale is read as gettext does (GNU gettext manual, "Locale Environment Variables"):
    LC_ALL, LC_MESSAGES or LANG, the first that is set; and where that is a language at all, not
    "C" or "C.UTF-8", the list LANGUAGE goes before it.

    :param environ: in use, ``os.environ``.
    :raises UsageError: for a flag or a configured value that is neither "sv" nor "en".
    """
    for asked in (flag, configured):
        if asked:
            return _asked(asked)
    return next(_of_locale(environ), FALLBACK)


def translator(language: Language) -> Translate:
    """From English message ids to sentences of the language.

    What has no translation (a third-party check's texts) comes back as it is.
    """
    if language == FALLBACK:
        return str
    compiled, source = (_catalogue(language, suffix) for suffix in (".mo", ".po"))
    if os.path.exists(compiled):
        return _installed(compiled)
    return _in_development(source) if os.path.exists(source) else str


def _asked(value: str) -> Language:
    language = _supported(value)
    if language is None:
        raise UsageError(
            text("There is no language {language}.", language=value),
            text("Use one of: {languages}", languages=", ".join(LANGUAGES)),
        )
    return language


def _of_locale(environ: Mapping[str, str]) -> Iterator[Language]:
    """The supported languages that the locale names, best first."""
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environ[name] for name in variables if environ.get(name)), "")
    if locale.partition(".")[0] in _NO_LANGUAGE:
        return
    for name in (*environ.get("LANGUAGE", "").split(":"), locale):
        language = _supported(name)
        if language is not None:
            yield language


def _supported(locale: str) -> Language | None:
    """The language of ``sv``, ``sv_FI``, ``sv_SE.UTF-8@euro``; None for any other.

    str.lower knows no locale, so the Turkish dotless i cannot come of it.
    """
    name = locale.replace(".", "_").replace("@", "_").replace("-", "_").partition("_")[0].lower()
    return next((language for language in LANGUAGES if language == name), None)


def _catalogue(language: Language, suffix: str) -> str:
    return os.path.join(_CATALOGUES, language, "LC_MESSAGES", "tutor" + suffix)


def _installed(path: str) -> Translate:
    """The catalogue that the build compiled; a damaged one costs the language, not the run."""
    import struct
    from gettext import GNUTranslations

    try:
        with open(path, "rb") as file:
            found = GNUTranslations(file).gettext
    except (OSError, ValueError, struct.error):
        return str
    # The empty message is the catalogue's header.
    return lambda message: found(message) if message else message


def _in_development(path: str) -> Translate:
    """The catalogue's source, where Babel is at hand to read it; else English."""
    try:
        from babel.messages.pofile import read_po
    except ImportError:
        return str
    with open(path, "rb") as file:
        catalogue = {
            str(message.id): str(message.string)
            for message in read_po(file)
            if message.id and message.string and not message.fuzzy
        }
    return lambda message: catalogue.get(message, message)
