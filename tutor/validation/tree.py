"""Looking around in a document."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.relaxng.tree import Node


def children(node: Node, name: str) -> Iterator[Node]:
    """The child elements of a name, in no namespace."""
    return (child for child in node.children if isinstance(child, Node) and child.name == ("", name))


def get(node: Node, name: str) -> str | None:
    """An attribute's value."""
    return next((value for key, value in node.attributes if key == ("", name)), None)
