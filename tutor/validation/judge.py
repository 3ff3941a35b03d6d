"""From the bytes of a document to a judgement."""

from __future__ import annotations

import os

from tutor.errors import UsageError
from tutor.relaxng.document import Node, NotXml, Place, read
from tutor.relaxng.grammar import SchemaError, load
from tutor.relaxng.validate import validate
from tutor.text import text
from tutor.validation.advice import advice
from tutor.validation.explain import explain, not_xml
from tutor.validation.problem import Judgement, Problem

#: Where every distribution's libvirt installs its schemas: those of its own version.
SCHEMAS = "/usr/share/libvirt/schemas"

#: The schema of each kind of document, by its root element.
SCHEMA_OF = {
    "capabilities": "capability.rng",
    "cpu": "cpu.rng",
    "domain": "domain.rng",
    "domainCapabilities": "domaincaps.rng",
    "domainbackup": "domainbackup.rng",
    "domaincheckpoint": "domaincheckpoint.rng",
    "domainsnapshot": "domainsnapshot.rng",
    "filter": "nwfilter.rng",
    "filterbinding": "nwfilterbinding.rng",
    "interface": "interface.rng",
    "network": "network.rng",
    "networkport": "networkport.rng",
    "device": "nodedev.rng",
    "pool": "storagepool.rng",
    "secret": "secret.rng",
    "storagepoolCapabilities": "storagepoolcaps.rng",
    "volume": "storagevol.rng",
}


def judge(content: bytes, schemas: str = SCHEMAS) -> Judgement:
    """What is wrong with a document, by the schema of its root element.

    :raises UsageError: when libvirt's schemas are not installed, or cannot be read.
    """
    try:
        root = read(content)
    except NotXml as error:
        return Judgement(None, (not_xml(error),))
    kind = root.name[1]
    if kind not in SCHEMA_OF:
        return Judgement(kind, (_unknown_kind(root),))
    faults = validate(root, load(_schema(schemas, kind)))
    problems = [explain(fault) for fault in faults] or list(advice(root))
    return Judgement(kind, tuple(sorted(problems, key=_order)))


def _schema(folder: str, kind: str) -> str:
    path = os.path.join(folder, SCHEMA_OF[kind])
    if not os.path.exists(path):
        raise UsageError(
            text("libvirt's schemas are not installed: there is no {path}", path=path),
            text("Install libvirt: sudo apt-get install -y libvirt-daemon-system libvirt-clients"),
        )
    try:
        load(path)
    except SchemaError as error:
        raise UsageError(
            text("{error}", error=str(error)), text("Install libvirt's packages again.")
        ) from None
    return path


def _unknown_kind(root: Node) -> Problem:
    what = text("libvirt has no kind of document that begins with <{name}>", name=root.name[1])
    return Problem(
        "error", "unknown-kind", root.place, what, text("Usual ones are domain, network, pool and volume.")
    )


def _order(problem: Problem) -> tuple[int, int]:
    place: Place = problem.place
    return place.line, place.column
