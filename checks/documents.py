"""The student's own XML files: valid, and known to the editor as what they are."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from checks import document_commands
from tutor.grading.finding import failed, passed, skipped, unknown
from tutor.grading.registry import check
from tutor.grading.verdict import Finding
from tutor.host.documents import SCHEMA_OF, Document, Model, document
from tutor.host.files import listing
from tutor.host.host import Host
from tutor.host.question import Unobservable
from tutor.text import Text, text

if TYPE_CHECKING:
    from checks.vscode import Rule

#: Files beside the student's own that are looked at; a folder with more is no folder of the course.
MAX_BESIDE = 100

_WHY = text(
    "The editor then shows mistakes while you type, and libvirt would silently drop what it does not know."
)


@check("xml-file")
def xml_file(host: Host, *, path: str, domain: str) -> Finding:
    """{path} is a well-formed XML file."""
    try:
        found = host.ask(document(path))
    except Unobservable as failure:
        if failure.reason != "not-a-file":
            raise
        return failed(
            "not-a-file",
            failure.message,
            why=text("An editor and libvirt read files."),
            hint=text("Move away what is there, and save the XML of this step under that name."),
            fix=document_commands.write(host, path, domain),
        )
    if found is None:
        return failed(
            "missing",
            text("there is no file {path}", path=path),
            why=text("The file is the description of your domain, to keep, read and use again."),
            hint=text("Save the XML of this step under that name."),
            fix=document_commands.write(host, path, domain),
        )
    if not found["well_formed"]:
        return failed(
            "not-well-formed",
            _fault(found),
            why=text("What is not well-formed is no XML at all, and no tool reads it."),
            hint=text("Look at that line: every element is closed, every value quoted."),
            fix=document_commands.write(host, path, domain),
        )
    return passed(text("{path} is well-formed", path=found["path"]), note=_encoding_note(found))


def _encoding_note(found: Document) -> Text | None:
    if found["encoding"] is None:
        return None
    return text(
        "Libvirt reads UTF-8 only, and will refuse this file: it is {encoding}.", encoding=found["encoding"]
    )


@check("xml-valid", remedy=document_commands.install_schemas)
def xml_valid(host: Host, *, path: str, schema: str, domain: str) -> Finding:
    """{path} is valid against libvirt's schema for a {schema}."""
    found = _seen(host, path)
    if found["root"] != schema:
        return failed(
            "another-document",
            text("its root element is {root}", root=found["root"] or "-"),
            why=text("Each kind of document has a schema of its own."),
            hint=text("The root element should be {schema}.", schema=schema),
            fix=(*document_commands.write(host, path, domain), *document_commands.install_schemas(host)),
        )
    if found["valid"] is None:
        return _no_schema(host, found)
    if found["valid"]:
        return passed(text("valid against {schema}", schema=found["schema"] or ""))
    return failed(
        "invalid",
        _fault(found),
        why=text("Libvirt drops what it does not know without a word, unless it is told to validate."),
        hint=text("Compare with the lesson line by line, or ask: virt-xml-validate {path}", path=path),
        fix=document_commands.write(host, path, domain),
    )


def _no_schema(host: Host, found: Document) -> Finding:
    reason = text("libvirt's schemas are not installed: there is no {path}", path=found["schema"] or "")
    return unknown("schema-missing", reason, fix=document_commands.install_schemas(host))


@check("schema-named")
def schema_named(host: Host, *, path: str, schema: str) -> Finding:
    """{path} names libvirt's {schema} schema, or VS Code's settings name it for that file."""
    found, wanted = _seen(host, path), SCHEMA_OF[schema]
    models = [model for model in found["models"] if _last(model["href"]) == wanted]
    if any(model["schematypens"] == document_commands.RELAX_NG for model in models):
        return passed(text("the file's xml-model line names {schema}", schema=wanted))
    from checks.vscode import rules_for  # whose file says it itself needs none

    files = list(rules_for(host, found["path"]))
    in_force = [rule for rules in files if (rule := _first(rules))]
    right = [rule for rule in in_force if _last(rule.system_id) == wanted]
    if right:
        surest = min(right, key=lambda rule: rule.lately)
        return passed(
            text("VS Code's settings name {schema} for it", schema=wanted), note=_pattern_note(surest)
        )
    code, observed = _what_is_wrong(models, found, [rule for rules in files for rule in rules], in_force)
    hint = text("Name {schema} in an xml-model line above the root element, as in the lesson.", schema=wanted)
    fix = document_commands.name_schema(host, path, schema)
    return failed(code, observed, why=_WHY, hint=hint, fix=fix)


def _first(rules: list[Rule]) -> Rule | None:
    """The rule that the extension applies: the first that covers the file."""
    return next((rule for rule in rules if rule.covers or rule.lately), None)


def _pattern_note(rule: Rule) -> Text | None:
    if rule.covers:
        return None
    return text(
        "Only versions of the XML extension since October 2026 read {pattern} so; **/{pattern} works in all.",
        pattern=rule.pattern,
    )


def _what_is_wrong(
    untyped: list[Model], found: Document, rules: list[Rule], in_force: list[Rule]
) -> tuple[str, Text]:
    if untyped:
        return "schematypens-missing", text("its xml-model line does not say that the schema is RELAX NG")
    if found["models"]:
        return "wrong-schema", text("its xml-model line names {href}", href=found["models"][0]["href"])
    if in_force:
        return "wrong-schema", text("VS Code's settings name {href} for it", href=in_force[0].system_id)
    if rules:
        patterns = ", ".join(rule.pattern for rule in rules)
        observed = text("VS Code's rules cover {patterns}, not this file", patterns=patterns)
        return "pattern-does-not-match", observed
    return "no-schema", text("neither the file nor VS Code's settings name a schema for it")


@check("network-xml-beside")
def network_xml_beside(host: Host, *, path: str) -> Finding:
    """Network descriptions in the same folder as {path} are valid too."""
    folder = posixpath.dirname(path) or "."
    names = [name for name in host.ask(listing(folder)) or [] if name.endswith(".xml")][:MAX_BESIDE]
    paths = [posixpath.join(folder, name) for name in names]
    looks = {one: _network(host, one) for one in paths}
    unseen_at_all = next((one for one in looks.values() if isinstance(one, Unobservable)), None)
    others = {one: found for one, found in looks.items() if found and not isinstance(found, Unobservable)}
    if unseen_at_all and all(found["valid"] for found in others.values()):
        raise unseen_at_all
    if not others:
        return skipped("none-beside", text("there is no network description in {folder}", folder=folder))
    invalid = [one for one, found in others.items() if found["valid"] is False]
    if not invalid:
        unseen = next((found for found in others.values() if found["valid"] is None), None)
        valid = text("valid: {files}", files=", ".join(posixpath.basename(one) for one in others))
        return passed(valid) if unseen is None else _no_schema(host, unseen)
    first = others[invalid[0]]
    return failed(
        "invalid",
        text("{path}: {fault}", path=first["path"], fault=_fault(first)),
        why=text("What the schema refuses, libvirt reads differently from what you meant, or not at all."),
        hint=text("forward mode='none' is the usual one: an isolated network has no forward element at all."),
        fix=[command for one in invalid for command in document_commands.mend(host, one)],
    )


def _seen(host: Host, path: str) -> Document:
    found = host.ask(document(path))
    if found is None or not found["well_formed"]:
        raise Unobservable("gone", text("{path} is gone", path=path))
    return found


def _network(host: Host, path: str) -> Document | Unobservable | None:
    """The network description there; why it could not be seen, unless that itself says that it is none."""
    try:
        found = host.ask(document(path))
    except Unobservable as failure:
        return None if failure.reason in ("not-a-file", "too-large") else failure
    return found if found and found["root"] == "network" else None


def _fault(found: Document) -> Text:
    """The first thing that is wrong, and the first line that is named: they come apart (libxml2)."""
    if not found["faults"]:
        return text("it is not valid")
    message = found["faults"][0]["message"]
    line = next((fault["line"] for fault in found["faults"] if fault["line"]), None)
    if line is None:
        return text("{message}", message=message)
    return text("line {line}: {message}", line=line, message=message)


def _last(reference: str) -> str:
    """The last segment of a path or an address."""
    return reference.partition("?")[0].partition("#")[0].rpartition("/")[2]
