"""Changing the student's configuration: key by key, and the file whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.config import Config, config_of, owner_tip, read, reason
from tutor.config.keys import accepted_tip, parts_of, problem_with
from tutor.errors import UsageError
from tutor.folders import replace_file
from tutor.text import text

if TYPE_CHECKING:
    from tutor.folders import StrPath


def set_value(path: StrPath, key: str, value: str) -> Config:
    """Set one key and write the file anew. Of two terminals at once, the later one wins.

    :param key: ``language``, ``identity.name``, ``identity.email``, ``identity.student_id``,
        ``course-config`` or ``variables.NAME``.
    :raises UsageError: when the key or the value is not valid, or the file cannot be used.
    """
    document = read(path)
    parts = parts_of(key)
    if problem := problem_with(parts, value):
        raise UsageError(problem, accepted_tip())
    section = document if len(parts) == 1 else document.setdefault(parts[0], {})
    section[parts[-1]] = value
    return _save(path, document)


def unset_value(path: StrPath, key: str) -> Config:
    """Take one key away and write the file anew; a key that is not set stays so.

    :raises UsageError: when the key is not valid, or the file cannot be used.
    """
    document = read(path)
    parts = parts_of(key)
    section = document if len(parts) == 1 else document.get(parts[0], {})
    if section.pop(parts[-1], None) is None:
        return config_of(document)
    if not section and section is not document:
        del document[parts[0]]
    return _save(path, document)


def _save(path: StrPath, document: Mapping[str, Any]) -> Config:
    """Write a file of its own beside the old one and let it take the name: whole or not at all."""
    content = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        target = Path(path).resolve()  # where the configuration is a link into a folder of dotfiles
        replace_file(target, content.encode("utf-8"))
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        why = reason(error)
        problem = text("The configuration {path} cannot be written: {reason}.", path=str(path), reason=why)
        raise UsageError(problem, owner_tip(path)) from error
    return config_of(document)
