"""Files and start-up files: what the course's questions need of them, and nothing else that they say."""

from __future__ import annotations

import json
import re
from typing import Any

from tutor.handin.reduce.context import NOTHING, Context, reducer
from tutor.host.libvirt.network_conf import NETWORK_CONF, telling
from tutor.host.question import Question
from tutor.host.relaxed_json import relaxed_json
from tutor.text import text

_RULES = "xml.fileAssociations"
_SETTINGS = "settings.json"
_SYSTEM = "/etc/"

#: What a network description is mended of (checks/document_commands.py).
_FORWARD_NONE = re.compile(r"""<forward\s+mode=("none"|'none')\s*(/>|>\s*</forward>)""")
_IPTABLES_OWN = re.compile(r"\s*table\s+ip\s+nat\b")

#: A word of a line: what stands between spaces, quotes and the shell's own signs.
_WORD = re.compile(r"[^\s=;&|\"'#$(){}<>]+")
#: Words that say how a variable is set, and values that name a libvirt of this machine.
_KEPT = re.compile(
    r"LIBVIRT_DEFAULT_URI|export|set|setenv|declare|typeset|unset|if|then|fi|-{1,2}[A-Za-z]+|"
    r"qemu(?:\+unix)?:///[a-z]*"
)
_MASK = "***"


@reducer("file-text")
def file_text(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """The part of a file's text that a check looks for."""
    path, content = value["path"], value["text"]
    if path.endswith(_SETTINGS):
        kept = _associations(content)
    elif path == NETWORK_CONF:
        kept = telling(content)
    elif path.startswith(_SYSTEM):
        kept = _about_rules(content, context)
    else:
        found = _FORWARD_NONE.search(content)
        kept = found[0] if found else ""
    if kept != content:
        context.leave_out(text("what else stands in files"))
    return {"path": path, "text": kept}


def _associations(content: str) -> str:
    """Of VS Code's settings the rules for XML files."""
    rules = relaxed_json(content).get(_RULES)
    kept = [
        {name: rule[name] for name in ("pattern", "systemId") if isinstance(rule.get(name), str)}
        for rule in (rules if isinstance(rules, list) else [])
        if isinstance(rule, dict)
    ]
    return json.dumps({_RULES: kept}, sort_keys=True) if kept else ""


def _about_rules(content: str, context: Context) -> str:
    """Lines that name a number of the course's, and whether they are about iptables' own table."""
    numbers = re.compile(r"\b(?:" + "|".join(str(number) for number in sorted(context.numbers)) + r")\b")
    return "".join(
        f"{line}\n"
        for line in content.splitlines()
        if (context.numbers and numbers.search(line)) or _IPTABLES_OWN.match(line)
    )


@reducer("folder")
def folder(value: Any, args: tuple[str, ...], context: Context) -> Any:
    """Of /etc what lies there, for that is whose hooks are run; else only descriptions of networks."""
    if args[0].startswith(_SYSTEM):
        return value
    kept = [name for name in value if _is_asked_about(context, args[0], name)]
    context.leave_out(text("names of other files"), len(value) - len(kept))
    return kept


def _is_asked_about(context: Context, folder: str, name: str) -> bool:
    """Whether the file was looked into, and is a network's description or the student's own of a domain."""
    path = f"{folder}/{name}"
    if path in context.known:
        return True
    observation = context.observations.get(Question("document", dict, (path,)).key)
    if observation is None:
        return False
    value = observation.get("value")
    return "failure" in observation or (isinstance(value, dict) and value.get("root") == "network")


@reducer("document")
def document(value: Any, args: tuple[str, ...], context: Context) -> Any:
    """The course's own document and those of networks; any other was looked at to tell it apart."""
    if args[0] in context.known or value["root"] == "network":
        return value
    context.leave_out(text("other documents"))
    return NOTHING


@reducer("shell-variable")
def shell_variable(value: Any, _args: tuple[str, ...], context: Context) -> Any:
    """The variable's own value; of lines in start-up files how they set it, every other word masked."""
    mentions = [{**one, "text": _masked(one["text"], context)} for one in value["mentions"]]
    end = value.get("end")
    return {**value, "mentions": mentions, "end": end and {**end, "text": ""}}


def _masked(line: str, context: Context) -> str:
    def mask(found: re.Match[str]) -> str:
        word, after = found[0], line[found.end() :].lstrip()
        before = line[: found.start()].rstrip()
        names = after.startswith("=") or (
            before.endswith(("set", "-gx", "-x", "-Ux")) and word.isidentifier()
        )
        if names or _KEPT.fullmatch(word):
            return word
        context.leave_out(text("words of start-up files"))
        return _MASK

    return _WORD.sub(mask, line)
