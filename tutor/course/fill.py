"""A block with the course variables in it, as the student sees, runs or saves it."""

from __future__ import annotations

from tutor.course.records import Block
from tutor.course.shell import substitute_shell
from tutor.course.variables import Values, substitute
from tutor.dataclass import replace


def fill(block: Block, values: Values) -> Block:
    """The block with its variables replaced, in the way that its kind and language ask for."""
    if block.kind == "example":
        return block
    if block.kind in ("run", "no-run"):
        filled = substitute_shell(block.text, values)
    elif block.kind == "file" and block.language == "xml":
        filled = substitute(block.text, {name: _xml(str(value)) for name, value in values.items()})
    else:
        filled = substitute(block.text, values)
    return replace(block, text=filled, detail=substitute(block.detail, values))


def _xml(value: str) -> str:
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;")):
        value = value.replace(plain, entity)
    return value
