"""What libxml2 says of a document: the validator behind ``virsh define --validate``."""

from __future__ import annotations

from functools import cache

from lxml import etree

from tutor.validation.judge import SCHEMAS
from tutor.validation.kinds import SCHEMA_OF

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@cache
def _schema(path: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(path))


def verdict(content: bytes, schemas: str = SCHEMAS) -> bool | str:
    """Valid or not; else the kind that has no schema; empty where it is not well-formed."""
    try:
        root = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError:
        return ""
    name = etree.QName(root)
    if name.localname not in SCHEMA_OF:
        return str(name.localname)
    return bool(_schema(f"{schemas}/{SCHEMA_OF[name.localname]}").validate(root))
