"""Libvirt XML files of the student, held against the installed libvirt's own schemas."""

from __future__ import annotations

import os
import re
from typing import Any, TypedDict

from tutor.host.files import read_text
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.host.xml import safe_parser
from tutor.text import text

#: Where every distribution's libvirt installs its schemas (its own version's).
SCHEMAS = "/usr/share/libvirt/schemas"

#: The schema for each kind of document, by root element.
SCHEMA_OF = {
    "domain": "domain.rng",
    "network": "network.rng",
    "pool": "storagepool.rng",
    "volume": "storagevol.rng",
    "domainsnapshot": "domainsnapshot.rng",
}

#: Faults that are kept: the first ones lead to the rest.
MAX_FAULTS = 10


class Fault(TypedDict):
    """A fault in a document; ``line`` counts from 1, 0 where unknown."""

    line: int
    message: str


class Model(TypedDict):
    """An ``xml-model`` line (W3C, Associating Schemas with XML documents)."""

    href: str
    schematypens: str | None


class Document(TypedDict):
    """An XML file.

    ``faults`` are those of its syntax where it is not well-formed, else those against
    ``schema``; both None where its root element has no schema of libvirt's.
    """

    path: str
    well_formed: bool
    root: str | None
    models: list[Model]
    schema: str | None
    valid: bool | None
    faults: list[Fault]


def document(path: str) -> Question[Document | None]:
    """The XML file at ``path`` (``~/`` allowed); None where there is none."""
    return Question("document", Document | None, (path,))  # type: ignore[arg-type]


@source("document", by="libvirt's RELAX NG schemas", slow=True)
def look_at_document(machine: Machine, path: str) -> Document | None:
    """See :func:`document`."""
    found = read_text(machine, path)
    if found is None:
        return None
    content = re.sub(r"^\ufeff", "", found["text"])
    from lxml import etree

    try:
        tree = etree.ElementTree(etree.fromstring(content.encode("utf-8", "replace"), safe_parser()))
    except etree.XMLSyntaxError as error:
        fault: Fault = {"line": error.lineno or 0, "message": error.msg or ""}
        return _document(found["path"], well_formed=False, faults=[fault])
    root = tree.getroot()
    schema = SCHEMA_OF.get(root.tag)
    validator = _validator(schema) if schema else None
    return _document(
        found["path"],
        well_formed=True,
        root=str(root.tag),
        models=_models(root),
        schema=f"{SCHEMAS}/{schema}" if schema else None,
        valid=bool(validator.validate(tree)) if validator else None,
        faults=_faults(validator) if validator else [],
    )


def _document(path: str, *, well_formed: bool, **known: Any) -> Document:
    empty: Document = {
        "path": path,
        "well_formed": well_formed,
        "root": None,
        "models": [],
        "schema": None,
        "valid": None,
        "faults": [],
    }
    return {**empty, **known}  # type: ignore[typeddict-item]


def _validator(schema: str) -> Any:
    from lxml import etree

    path = os.path.join(SCHEMAS, schema)
    if not os.path.exists(path):
        raise Unobservable(
            "schema-missing",
            text("libvirt's schemas are not installed: there is no {path}", path=path),
            ("sudo apt-get install -y libvirt-daemon-system libvirt-clients",),
        )
    try:
        # By path, because the schemas include one another by relative names.
        return etree.RelaxNG(file=path)
    except etree.RelaxNGParseError as error:
        raise Unobservable("failed", text("{path} cannot be read: {error}", path=path, error=str(error))) from None


def _faults(validator: Any) -> list[Fault]:
    faults: list[Fault] = [{"line": entry.line, "message": entry.message} for entry in validator.error_log]
    return faults[:MAX_FAULTS]


def _models(root: Any) -> list[Model]:
    models: list[Model] = []
    node = root.getprevious()
    while node is not None:
        if getattr(node, "target", None) == "xml-model":
            models.append({"href": node.get("href") or "", "schematypens": node.get("schematypens")})
        node = node.getprevious()
    return models[::-1]


