"""VS Code's settings, read as VS Code reads them: which schema its XML extension uses for a file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from checks.globs import covers, covers_lately
from tutor.dataclass import dataclass
from tutor.host.files import file_text
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.host.relaxed_json import relaxed_json

#: Where VS Code, its builds and packages, and its server (Remote SSH) keep the user's settings.
USER_SETTINGS = (
    *(
        f"~/.config/{build}/User/settings.json"
        for build in ("Code", "Code - OSS", "VSCodium", "Code - Insiders")
    ),
    "~/.var/app/com.visualstudio.code/config/Code/User/settings.json",
    "~/.vscode-server/data/Machine/settings.json",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of ``xml.fileAssociations``.

    ``covers`` is whether any version of the extension applies it to the file, ``lately`` whether
    only the newer ones do.
    """

    pattern: str
    system_id: str
    covers: bool
    lately: bool


def rules_for(host: Host, path: str) -> Iterator[list[Rule]]:
    """The rules of each settings file that may be in force where ``path`` is open, in their order."""
    for settings in (*_workspace_settings(path), *USER_SETTINGS):
        try:
            found = host.ask(file_text(settings))
        except Unobservable:
            continue
        rules = list(_rules(found["text"], path)) if found else []
        if rules:
            yield rules


def _rules(content: str, path: str) -> Iterator[Rule]:
    rules = relaxed_json(content).get("xml.fileAssociations")
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict) and isinstance(rule.get("pattern"), str):
            pattern, always = rule["pattern"], covers(rule["pattern"], path)
            yield Rule(
                pattern, str(rule.get("systemId", "")), always, not always and covers_lately(pattern, path)
            )


def _workspace_settings(path: str) -> Iterator[str]:
    """Any folder above the file may be the one that is open in the editor."""
    folder = posixpath.dirname(path)
    while len(folder) > 1:
        yield f"{folder}/.vscode/settings.json"
        folder = posixpath.dirname(folder)
