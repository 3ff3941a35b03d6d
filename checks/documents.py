"""The student's own XML files: valid, and known to the editor as what they are."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from shlex import quote
from typing import Any

from checks.commands import virt_install
from checks.packages import install_missing
from tutor.grading.finding import failed, passed, skipped
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.documents import Document, document
from tutor.host.files import file_text, listing
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.text import Text, text

#: The namespace that an xml-model line must name for RELAX NG (relaxng.org).
RELAX_NG = "http://relaxng.org/ns/structure/1.0"

#: The schema file of each kind of document, where libvirt installs it.
SCHEMA_FILE = {"domain": "domain.rng", "network": "network.rng", "pool": "storagepool.rng"}

#: Where VS Code and its builds keep the user's settings.
USER_SETTINGS = tuple(
    f"~/.config/{product}/User/settings.json" for product in ("Code", "Code - OSS", "VSCodium", "Code - Insiders")
)

_WHY = text("The editor then shows mistakes while you type, and libvirt would silently drop what it does not know.")


def _write(host: Host, path: str, domain: str) -> tuple[str, ...]:
    """Describe the domain anew; the student's own file, where there is one, is kept beside it."""
    keep = f"if test -e {_shell(path)}; then mv {_shell(path)} {_shell(path + '.old')}; fi"
    describe = virt_install(
        host,
        *("--name", domain, "--memory", "1024", "--vcpus", "1", "--import"),
        *("--disk", f"/var/lib/libvirt/images/{domain}.qcow2,size=10,format=qcow2", "--network", "network=default"),
        *("--graphics", "spice", "--osinfo", "detect=on,require=off", "--check", "all=off", "--print-xml"),
    )
    return (*install_missing(host, ["virt-install"]), keep, f"{describe} > {_shell(path)}")


@check("xml-file")
def xml_file(host: Host, *, path: str, domain: str) -> Finding:
    """{path} is a well-formed XML file."""
    found = host.ask(document(path))
    if found is None:
        return failed(
            "missing",
            text("there is no file {path}", path=path),
            why=text("The file is the description of your domain, to keep, read and use again."),
            hint=text("Save the XML of this step under that name."),
            fix=_write(host, path, domain),
        )
    if not found["well_formed"]:
        return failed(
            "not-well-formed",
            _fault(found),
            why=text("What is not well-formed is no XML at all, and no tool reads it."),
            hint=text("Look at that line: every element is closed, every value quoted."),
            fix=_write(host, path, domain),
        )
    return passed(text("{path} is well-formed", path=found["path"]))


@check("xml-valid")
def xml_valid(host: Host, *, path: str, schema: str, domain: str) -> Finding:
    """{path} is valid against libvirt's schema for a {schema}."""
    found = _seen(host, path)
    if found["root"] != schema:
        return failed(
            "another-document",
            text("its root element is {root}", root=found["root"] or "-"),
            why=text("Each kind of document has a schema of its own."),
            hint=text("The root element should be {schema}.", schema=schema),
            fix=_write(host, path, domain),
        )
    if found["valid"]:
        return passed(text("valid against {schema}", schema=found["schema"] or ""))
    return failed(
        "invalid",
        _fault(found),
        why=text("Libvirt drops elements that it does not know without a word, unless it is told to validate."),
        hint=text("Compare with the lesson line by line, or ask: virt-xml-validate {path}", path=path),
        fix=_write(host, path, domain),
    )


def _name_schema(host: Host, *, path: str, schema: str) -> tuple[str, ...]:
    """Drop xml-model lines that are wrong, and put the right one above the root element."""
    line = f'<?xml-model href="file:///usr/share/libvirt/schemas/{SCHEMA_FILE[schema]}" schematypens="{RELAX_NG}"?>'
    drop = r"/<\?xml-model .*\?>/d"
    put = f"0,/<{schema}[ >]/s|<{schema}[ >]|{line}\\n&|"
    return (f"sed -i -E -e {quote(drop)} -e {quote(put)} {_shell(path)}",)


@check("schema-named", remedy=_name_schema)
def schema_named(host: Host, *, path: str, schema: str) -> Finding:
    """{path} names libvirt's {schema} schema, or VS Code's settings name it for that file."""
    found, wanted = _seen(host, path), SCHEMA_FILE[schema]
    models = [model for model in found["models"] if _last(model["href"]) == wanted]
    if any(model["schematypens"] == RELAX_NG for model in models):
        return passed(text("the file's xml-model line names {schema}", schema=wanted))
    rules = list(_rules(host, found["path"]))
    covering = [(pattern, system) for pattern, system in rules if _covers(pattern, found["path"])]
    if any(_last(system) == wanted for _, system in covering):
        return passed(text("VS Code's settings name {schema} for it", schema=wanted))
    code, observed = _what_is_wrong(found, bool(models), rules, covering)
    hint = text("Name {schema} in an xml-model line above the root element, as in the lesson.", schema=wanted)
    return failed(code, observed, why=_WHY, hint=hint, fix=_name_schema(host, path=path, schema=schema))


@check("network-xml-beside")
def network_xml_beside(host: Host, *, path: str) -> Finding:
    """Network descriptions in the same folder as {path} are valid too."""
    folder = posixpath.dirname(path) or "."
    names = [name for name in host.ask(listing(folder)) or [] if name.endswith(".xml")]
    others = [one for name in names if (one := _network(host, posixpath.join(folder, name)))]
    if not others:
        return skipped("none-beside", text("there is no network description in {folder}", folder=folder))
    invalid = next((one for one in others if not one["valid"]), None)
    if invalid is None:
        return passed(text("valid: {files}", files=", ".join(posixpath.basename(one["path"]) for one in others)))
    return failed(
        "invalid",
        text("{path}: {fault}", path=invalid["path"], fault=_fault(invalid)),
        why=text("What the schema refuses, libvirt reads differently from what you meant, or not at all."),
        hint=text("forward mode='none' is the usual one: an isolated network has no forward element at all."),
    )


def _seen(host: Host, path: str) -> Document:
    found = host.ask(document(path))
    if found is None or not found["well_formed"]:
        raise Unobservable("gone", text("{path} is gone", path=path))
    return found


def _network(host: Host, path: str) -> Document | None:
    try:
        found = host.ask(document(path))
    except Unobservable:
        return None
    return found if found and found["root"] == "network" else None


def _fault(found: Document) -> Text:
    first = found["faults"][0] if found["faults"] else None
    if first is None:
        return text("it is not valid")
    return text("line {line}: {message}", line=first["line"], message=first["message"])


def _what_is_wrong(
    found: Document, untyped: bool, rules: list[tuple[str, str]], covering: list[tuple[str, str]]  # noqa: FBT001
) -> tuple[str, Text]:
    if untyped:
        return "schematypens-missing", text("its xml-model line does not say that the schema is RELAX NG")
    if found["models"]:
        return "wrong-schema", text("its xml-model line names {href}", href=found["models"][0]["href"])
    if covering:
        return "wrong-schema", text("VS Code's settings name {href} for it", href=covering[0][1])
    if rules:
        patterns = ", ".join(pattern for pattern, _ in rules)
        return "pattern-does-not-match", text("VS Code's rules cover {patterns}, not this file", patterns=patterns)
    return "no-schema", text("neither the file nor VS Code's settings name a schema for it")


def _rules(host: Host, path: str) -> Iterator[tuple[str, str]]:
    """The xml.fileAssociations rules that apply where ``path`` is open, as (pattern, systemId)."""
    for settings in (*_workspace_settings(path), *USER_SETTINGS):
        try:
            found = host.ask(file_text(settings))
        except Unobservable:
            continue
        rules = _relaxed_json(found["text"]).get("xml.fileAssociations") if found else None
        for rule in rules if isinstance(rules, list) else []:
            if isinstance(rule, dict) and isinstance(rule.get("pattern"), str):
                yield rule["pattern"], str(rule.get("systemId", ""))


def _workspace_settings(path: str) -> Iterator[str]:
    """Any folder above the file may be the one that is open in the editor."""
    folder = posixpath.dirname(path)
    while len(folder) > 1:
        yield f"{folder}/.vscode/settings.json"
        folder = posixpath.dirname(folder)


def _relaxed_json(content: str) -> dict[str, Any]:
    """JSON with comments and trailing commas, as VS Code reads its settings; {} where it is not."""
    try:
        parsed = json.loads(content)
    except ValueError:
        import json5

        try:
            parsed = json5.loads(content)
        except (ValueError, RecursionError):
            return {}
    except RecursionError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _covers(pattern: str, path: str) -> bool:
    """Whether a rule's pattern covers the file.

    The XML extension hands the pattern to Java's glob matcher, and puts ``**/`` before one that
    begins with neither ``*``, ``?`` nor ``/`` (java.nio.file.FileSystem.getPathMatcher).
    """
    glob = pattern if pattern[:1] in ("*", "?", "/") else f"**/{pattern}"
    try:
        return re.fullmatch(_regex(glob), path) is not None
    except re.error:
        return False


def _regex(glob: str) -> str:
    """A Java glob as a regular expression: ``*`` stays within a folder, ``**`` does not."""
    parts = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}
    found, in_braces = "", 0
    for token in re.findall(r"\*\*|\\.|\[[^\]]*\]|.", glob, re.DOTALL):
        in_braces += (token == "{") - (token == "}")
        if token in parts:
            found += parts[token]
        elif token == "," and in_braces:
            found += "|"
        elif token.startswith("[") and len(token) > 1:
            found += token.replace("[!", "[^", 1)
        else:
            found += re.escape(token[-1])
    return found


def _last(reference: str) -> str:
    return posixpath.basename(reference.rstrip("/"))


def _shell(path: str) -> str:
    return f"~/{quote(path[2:])}" if path.startswith("~/") else quote(path)
