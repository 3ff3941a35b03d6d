"""Libvirt XML files of the student, held against the installed libvirt's own schemas."""

from __future__ import annotations

import codecs
import os
import threading
from typing import Any

from tutor.host.files import read_bytes
from tutor.host.known_documents import KnownDocuments
from tutor.host.machine import Machine
from tutor.host.question import Question, Unobservable
from tutor.host.source import source
from tutor.shape import TypedDict
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

#: Characters that are kept of anything a document says.
MAX_LENGTH = 300


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
    ``schema``. ``schema`` is None where its root element has none of libvirt's; ``valid`` is None there,
    and where the schema is not installed. ``encoding`` is the one it is written in, None for UTF-8: the
    only one that libvirt reads.
    """

    path: str
    well_formed: bool
    root: str | None
    encoding: str | None
    models: list[Model]
    schema: str | None
    valid: bool | None
    faults: list[Fault]


def document(path: str) -> Question[Document | None]:
    """The XML file at ``path`` (``~/`` allowed); None where there is none."""
    return Question("document", Document | None, (path,))  # type: ignore[arg-type]


@source("document", by="libvirt's RELAX NG schemas", apart=True)
def look_at_document(machine: Machine, path: str) -> Document | None:
    """See :func:`document`."""
    path = machine.expand(path)
    content = read_bytes(path)
    if content is None:
        return None
    known = KnownDocuments(machine.environ, SCHEMAS)
    found = _valid(path, known.find(content))
    if found is None:
        found = _judged(machine, path, content)
        if found["valid"]:
            known.keep(content, {name: found[name] for name in ("root", "encoding", "models")})
    return found


def _valid(path: str, kept: Any) -> Document | None:
    """A valid document, by what was kept of it; None where the student's cache says anything else."""
    match kept:
        case {"root": str(root), "encoding": str() | None as encoding, "models": list(models)}:
            if root in SCHEMA_OF and all(map(_is_model, models)):
                return {
                    "path": path,
                    "well_formed": True,
                    "root": root,
                    "encoding": encoding,
                    "models": models,
                    "schema": os.path.join(SCHEMAS, SCHEMA_OF[root]),
                    "valid": True,
                    "faults": [],
                }
    return None


def _is_model(kept: Any) -> bool:
    match kept:
        case {"href": str(), "schematypens": str() | None}:
            return len(kept) == len(Model.__annotations__)
    return False


def _judged(machine: Machine, path: str, content: bytes) -> Document:
    from lxml import etree

    try:
        tree = etree.ElementTree(etree.fromstring(content, safe_parser()))
    except etree.XMLSyntaxError as error:
        fault: Fault = {"line": error.lineno or 0, "message": _short(error.msg)}
        return {**_nothing(path), "faults": [fault]}
    root = tree.getroot()
    schema = SCHEMA_OF.get(str(root.tag))
    schemas: _Schemas = machine.shared("schemas", _Schemas)
    valid, faults = schemas.judge(os.path.join(SCHEMAS, schema), tree) if schema else (None, [])
    return {
        "path": path,
        "well_formed": True,
        "root": _short(root.tag),
        "encoding": _encoding(content, tree),
        "models": _models(root),
        "schema": os.path.join(SCHEMAS, schema) if schema else None,
        "valid": valid,
        "faults": faults,
    }


def safe_parser() -> Any:
    """An lxml parser that expands no entity, loads no DTD, and opens no connection."""
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, dtd_validation=False
    )


def _nothing(path: str) -> Document:
    """A file that is no XML."""
    return {
        "path": path,
        "well_formed": False,
        "root": None,
        "encoding": None,
        "models": [],
        "schema": None,
        "valid": None,
        "faults": [],
    }


def _encoding(content: bytes, tree: Any) -> str | None:
    """What it is written in, None for UTF-8; libxml2 names what is declared, or UTF-8."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    declared = _short(tree.docinfo.encoding)
    # Without a mark, UTF-16 of plain letters is UTF-8 too, with a NUL beside each.
    if b"\0" in content:
        guessed = "UTF-16BE" if content.startswith(b"\0") else "UTF-16LE"
        return guessed if declared in ("", "UTF-8") else declared
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return declared
    return None


class _Schemas:
    """Schemas that are ready to validate: to read that of domains takes ten times as long as to use it."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, int], Any] = {}
        #: A schema holds the faults of the document that it saw last.
        self._lock = threading.Lock()

    def judge(self, path: str, tree: Any) -> tuple[bool | None, list[Fault]]:
        """Whether a document is valid by the schema at ``path``, and its faults; None where that is missing.

        :raises Unobservable: ``failed`` when it cannot be read.
        """
        with self._lock:
            try:
                key = path, os.stat(path).st_mtime_ns
            except OSError:
                return None, []
            if key not in self._read:
                self._read[key] = _validator(path)
            return bool(self._read[key].validate(tree)), _faults(self._read[key])


def _validator(path: str) -> Any:
    from lxml import etree

    try:
        # By path, because the schemas include one another by relative names.
        return etree.RelaxNG(file=path)
    except (etree.RelaxNGError, etree.XMLSyntaxError) as error:
        raise Unobservable(
            "failed", text("{path} cannot be read: {error}", path=path, error=_short(str(error)))
        ) from None


def _faults(validator: Any) -> list[Fault]:
    found: list[Fault] = [
        {"line": entry.line, "message": _short(entry.message)} for entry in validator.error_log
    ]
    return found[:MAX_FAULTS]


def _models(root: Any) -> list[Model]:
    models: list[Model] = []
    node = root.getprevious()
    while node is not None:
        if getattr(node, "target", None) == "xml-model":
            types = node.get("schematypens")
            models.append({"href": _short(node.get("href")), "schematypens": types and _short(types)})
        node = node.getprevious()
    return models[::-1]


def _short(said: Any) -> str:
    """What is kept of a text that a file may make as long as it likes."""
    return str(said or "")[:MAX_LENGTH]
