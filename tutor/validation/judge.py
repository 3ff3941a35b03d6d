"""From the bytes of a document to a judgement."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice

from tutor.errors import UsageError
from tutor.relaxng.document import NotXml, read, utf_16
from tutor.relaxng.grammar import SchemaError, load
from tutor.relaxng.index import index
from tutor.relaxng.patterns import Pattern
from tutor.relaxng.tree import Node, Place
from tutor.relaxng.validate import TooLongError, validate
from tutor.text import text
from tutor.validation.advice import advice
from tutor.validation.explain import explain
from tutor.validation.kinds import COMMAND_OF, SCHEMA_OF, unknown_kind, with_namespace
from tutor.validation.problem import Judgement, Problem
from tutor.validation.syntax import not_xml

#: Where every distribution's libvirt installs its schemas: those of its own version.
SCHEMAS = "/usr/share/libvirt/schemas"

#: Warnings that are given: the same is not worth saying a thousand times.
MAX_WARNINGS = 20


def judge(content: bytes, schemas: str = SCHEMAS) -> Judgement:
    """What is wrong with a document, by the schema of its root element.

    :raises UsageError: when libvirt's schemas are not installed, or cannot be read.
    """
    try:
        root = read(content)
    except NotXml as error:
        return Judgement(None, (not_xml(error, content),))
    namespace, kind = root.name
    if kind not in SCHEMA_OF:
        return Judgement(kind, (unknown_kind(root),))
    if namespace:
        return Judgement(kind, (with_namespace(root),))
    problems = list(_faults(root, os.path.join(schemas, SCHEMA_OF[kind])))
    if not problems:
        problems = [*_encoding(content), *islice(advice(root), MAX_WARNINGS)]
    return Judgement(kind, tuple(sorted(problems, key=_order)), COMMAND_OF.get(kind))


def _faults(root: Node, path: str) -> Iterator[Problem]:
    try:
        start = _start(path)
        faults = validate(root, start)
        for fault in faults:
            yield explain(fault, index(start))
    except SchemaError as error:
        raise UsageError(
            text("libvirt's schemas cannot be used: {error}", error=str(error)),
            text("Install them again: sudo apt-get install --reinstall -y libvirt0 libvirt-common"),
        ) from None
    except TooLongError:
        hint = text("No document of libvirt's is so large, or so intricate.")
        yield Problem("error", "too-long", root.place, text("the document takes too long to judge"), hint)


def _start(path: str) -> Pattern:
    if not os.path.exists(path):
        raise UsageError(
            text("libvirt's schemas are not installed: there is no {path}", path=path),
            text("Install libvirt: sudo apt-get install -y libvirt-daemon-system libvirt-clients"),
        )
    return load(path)


def _encoding(content: bytes) -> Iterator[Problem]:
    """Libvirt hands what it has read to its parser as UTF-8, whatever the document says."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if utf_16(content) is None:
            return
    what = text("the file is not in UTF-8, and libvirt reads nothing else")
    yield Problem("warning", "encoding", Place(1, 1), what, text("Save it as UTF-8."))


def _order(problem: Problem) -> tuple[int, int]:
    place: Place = problem.place
    return place.line, place.column
