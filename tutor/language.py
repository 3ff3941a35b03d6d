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
#: Folder and domain of the catalogues of others, in the order they came.
_packages: dict[tuple[str, str], None] = {}


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

    What the tool's own catalogue has not, those of :func:`add_catalogue` may have; what has no translation
    comes back as it is.
    """
    if language == FALLBACK:
        return str
    own = _read(_CATALOGUES, "tutor", language)
    known: dict[tuple[str, str], Translate] = {}

    def translate(message: str) -> str:
        said = own(message)
        if said != message or not message:
            return said
        for place in _packages:
            if place not in known:
                known[place] = _read(*place, language)
            if (said := known[place](message)) != message:
                break
        return said

    return translate


def add_catalogue(folder: str, domain: str) -> None:
    """From now on texts are looked for in ``folder/LANGUAGE/LC_MESSAGES/DOMAIN.mo`` too, as gettext does.

    It is not looked at before a text is wanted that the tool's own catalogue does not have.
    """
    _packages.setdefault((folder, domain))


def _read(folder: str, domain: str, language: Language) -> Translate:
    compiled, source = (
        os.path.join(folder, language, "LC_MESSAGES", domain + suffix) for suffix in (".mo", ".po")
    )
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


def _installed(path: str) -> Translate:
    """The catalogue that the build compiled; a damaged one costs the language, not the run."""
    import struct
    from gettext import GNUTranslations

    try:
        with open(path, "rb") as file:
            found = GNUTranslations(file).gettext
    except (OSError, ValueError, LookupError, struct.error):
        return str
    # The empty message is the catalogue's header.
    return lambda message: found(message) if message else message


def _in_development(path: str) -> Translate:
    """The catalogue's source, where Babel is at hand and can read it; else English."""
    try:
        from babel.messages.pofile import PoFileError, read_po
    except ImportError:
        return str
    try:
        with open(path, "rb") as file:
            messages = list(read_po(file, abort_invalid=True))
    except (OSError, ValueError, LookupError, PoFileError):
        return str
    catalogue = {
        str(message.id): str(message.string)
        for message in messages
        if message.id and message.string and not message.fuzzy
    }
    return lambda message: catalogue.get(message, message)
