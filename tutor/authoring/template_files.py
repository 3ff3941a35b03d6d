"""The files of a new course, or of a new lesson of one, from the templates beside this module."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from string import Template

from tutor.course.files import MANIFEST, OUTLINE, SOURCE_LANGUAGE, STATES

_FOLDER = os.path.join(os.path.dirname(__file__), "template")
#: The longest name of a group that groupadd(8) takes.
_LONGEST_GROUP = 32
_FENCE = re.compile(r"^```(?P<info>.*)\n(?P<body>(?:.*\n)*?)```\n", re.MULTILINE)
#: What a translation does not repeat (docs/translations.md).
_UNTRANSLATED = re.compile(r"^ *(kind|right) = .*\n", re.MULTILINE)


class _Blanks(Template):
    """``%{name}``: a lesson's own ``${name}`` stays as it is."""

    delimiter = "%"


def course_files(course: str, lesson: str, languages: Sequence[str]) -> dict[str, str]:
    """Everything of a new course with one lesson, by name in its folder.

    :param languages: what it is written in; the first is the source.
    """
    source = languages[0]
    values = {
        "course": course,
        "language": "" if source == SOURCE_LANGUAGE else f'language = "{source}"\n',
        "titles": "\n".join(f'{language} = "{course}"' for language in languages),
    }
    manifest = _filled("course.toml", values).replace("lessons = []", f'lessons = ["{lesson}"]')
    return {
        MANIFEST: manifest + variable(lesson),
        OUTLINE: _filled("outline.toml", {}),
        **lesson_files(lesson, 1, languages),
    }


def lesson_files(lesson: str, number: int, languages: Sequence[str]) -> dict[str, str]:
    """A lesson in each language, and its states.

    :param number: its place in the course: files are listed in that order.
    """
    source, *others = languages
    texts = {language: _filled(f"lesson.{language}.md", _of_lesson(lesson)) for language in languages}
    texts.update({language: _translation(texts[language]) for language in others})
    return {
        **{f"{language}/{number}-{lesson}.md": texts[language] for language in (source, *others)},
        f"{STATES}/{lesson}.toml": _filled("states.toml", _of_lesson(lesson)),
    }


def variable(lesson: str) -> str:
    """The table of ``course.toml`` with the variable that the lesson uses."""
    return _filled("variable.toml", _of_lesson(lesson))


def _of_lesson(lesson: str) -> dict[str, str]:
    # A group that no system has already, whatever the lesson is called.
    group = f"labb-{lesson}"[:_LONGEST_GROUP].rstrip("-")
    return {"lesson": lesson, "variable": f"group_{lesson.replace('-', '_')}", "group": group}


def _filled(name: str, values: Mapping[str, str]) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return _Blanks(file.read()).substitute(values)


def _translation(lesson: str) -> str:
    """A lesson without what the source alone carries: commands, check specs, settings and right answers."""
    return re.sub(r"\n{3,}", "\n\n", _FENCE.sub(_translated_block, lesson))


def _translated_block(found: re.Match[str]) -> str:
    match found["info"].split():
        case ["toml", "quiz"]:
            return f"```{found['info']}\n{_UNTRANSLATED.sub('', found['body'])}```\n"
        case ["toml", *_]:
            return ""
    return f"```{found['info']}\n```\n"
