"""``tutor config``: the student's language, identity and course variables."""

from __future__ import annotations

import os

from tutor import config as configuration
from tutor.commands.session import Session
from tutor.commands.settings import belongs_to_course, not_yours
from tutor.config.changing import set_value, unset_value
from tutor.course.course_config import read_course_config
from tutor.course.load import load_course
from tutor.course.variables import Layer, resolve
from tutor.errors import UsageError
from tutor.folders import NoHomeError
from tutor.language import LANGUAGES
from tutor.output import interface
from tutor.text import Text, text

LANGUAGE = "language"
COURSE_CONFIG = "course-config"
OWN_KEYS = (LANGUAGE, "identity.name", "identity.email", "identity.student_id", COURSE_CONFIG)
_VARIABLES = "variables."


def config(session: Session, key: str | None, value: str | None, *, unset: bool = False) -> int:
    """List the configuration, or show, set or unset one key of it.

    :param key: one of :data:`OWN_KEYS`, or a course variable, as ``variables.NAME`` or by its bare name.
    :raises UsageError: for an unknown key, a value that does not fit, or a file that cannot be used.
    """
    if unset and (key is None or value is not None):
        raise UsageError(
            text("--unset wants one key, and no value"), text("Example: tutor config --unset language")
        )
    if key is None:
        return _list(session)
    full = _full_key(session, key)
    if unset:
        return _changed(session, unset_value(_path(), full), full)
    if value is not None:
        value = _accepted(session, full, value)
        return _changed(session, set_value(_path(), full, value), full)
    return _tell(session, session.config, full)


def _full_key(session: Session, key: str) -> str:
    if key in OWN_KEYS:
        return key
    name = key.removeprefix(_VARIABLES)
    # Another course's variable can be looked at and taken away here, too.
    if name in session.config.variables or name in session.course.variables:
        return _VARIABLES + name
    from tutor.course.findings import nearest

    near = nearest(name, [*OWN_KEYS, *session.course.variables])
    tip = text("Did you mean {names}?", names=", ".join(near)) if near else text("`tutor config` lists them.")
    raise UsageError(text("there is no setting and no variable called {key}", key=key), tip)


def _accepted(session: Session, key: str, value: str) -> str:
    """The value in its usual form.

    :raises UsageError: when the key cannot have it.
    """
    if key == LANGUAGE and value not in LANGUAGES:
        # A language that the tool does not have would end every later command.
        tip = text("Use one of: {languages}", languages=", ".join(LANGUAGES))
        raise UsageError(text("There is no language {language}.", language=value), tip)
    if key == COURSE_CONFIG:
        return _course_file(session, value)
    if not key.startswith(_VARIABLES):
        return value
    name = key.removeprefix(_VARIABLES)
    variable = session.course.variables.get(name)
    if variable is not None and belongs_to_course(variable):
        tip = text("Try another value for one run: {command}", command=f"tutor check --var {name}=VALUE")
        raise UsageError(not_yours(name), tip)
    return str(resolve(session.course, Layer(text("the configuration"), {name: value}))[name])


def _changed(session: Session, settings: configuration.Config, key: str) -> int:
    if key.startswith(_VARIABLES):
        from tutor.commands.baseline import renamed

        renamed(session)
    return _tell(session, settings, key)


def _course_file(session: Session, value: str) -> str:
    """The file's absolute path, once it is known to be of use: from another folder it is to be found as well.

    :raises UsageError: when it cannot be used.
    """
    path = os.path.abspath(os.path.expanduser(value))
    read_course_config(path, load_course(session.options.course, session.language))
    return path


def _tell(session: Session, settings: configuration.Config, key: str) -> int:
    """The key's value alone, for people and scripts; on standard error where there is none."""
    value = _value(session, settings, key)
    if value is None:
        session.say(text("{key} is not set", key=key))
        return 0
    interface.write(session.style.show(value) + "\n", session.out, "text")
    return 0


def _value(session: Session, settings: configuration.Config, key: str) -> str | None:
    if not key.startswith(_VARIABLES):
        return _own(settings, key)
    name = key.removeprefix(_VARIABLES)
    variable = session.course.variables.get(name)
    configured = settings.variables.get(name)
    if variable is not None and (configured is None or belongs_to_course(variable)):
        return str(variable.value)
    return configured


def _own(settings: configuration.Config, key: str) -> str | None:
    if key in (LANGUAGE, COURSE_CONFIG):
        return settings.language if key == LANGUAGE else settings.course_config
    found: str | None = getattr(settings.identity, key.removeprefix("identity."))
    return found


def _list(session: Session) -> int:
    from tutor.output.settings import Setting, render_settings

    settings, known = session.config, session.course.variables
    own = [Setting(key, _own(settings, key)) for key in OWN_KEYS]
    names = [*known, *(name for name in settings.variables if name not in known)]
    variables = [
        Setting(name, _value(session, settings, _VARIABLES + name), _about(session, name)) for name in names
    ]
    document = render_settings(_shown_path(), own, variables, session.translate, session.style)
    interface.write(document, session.out, "text")
    return 0


def _about(session: Session, name: str) -> Text:
    """What the variable is, and where its value comes from."""
    from tutor.output.settings import TYPES

    variable = session.course.variables.get(name)
    configured = name in session.config.variables
    if variable is None:
        return text("set by you; this course has no such variable")
    kind = TYPES[variable.type]
    if belongs_to_course(variable):
        return text("{type}; the course's, and the same for everybody", type=kind)
    return text("{type}; set by you", type=kind) if configured else text("{type}; yours to change", type=kind)


def _path() -> str:
    return configuration.config_path(os.environ)


def _shown_path() -> str | None:
    try:
        return _path()
    except NoHomeError:
        return None
