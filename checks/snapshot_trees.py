"""Trees of snapshots: drawn, put in order, and how much of one can stay while another is grown from it.

What libvirt lists is a forest. What a recording lists may be anything: circles, parents that are not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

#: Parent by name; a root has none.
Tree = Mapping[str, str | None]


def drawn(tree: Tree) -> str:
    """The tree with lines, roots and children by name; what hangs in no tree is drawn as roots."""
    children = _children(tree)
    lines: list[str] = []
    done: set[str] = set()
    for root in [*children.get(None, ()), *sorted(tree)]:
        todo = [(root, "", "")] if root not in done else []
        while todo:
            name, before, below = todo.pop()
            done.add(name)
            lines.append(before + _on_one_line(name))
            under = [one for one in children.get(name, ()) if one not in done]
            for child in reversed(under):
                last = child == under[-1]
                todo.append(
                    (child, below + ("└── " if last else "├── "), below + ("    " if last else "│   "))
                )
    return "\n".join(lines)


def _on_one_line(name: str) -> str:
    """A name may hold line breaks, which would draw a tree of their own."""
    if name.isprintable():
        return name
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in name)


def parents_first(tree: Tree) -> list[str]:
    """All names, each after its parent; those in circles last, by name."""
    children = _children(tree)
    ordered: list[str] = []
    level = list(children.get(None, ()))
    while level:
        ordered += level
        level = [child for name in level for child in children.get(name, ())]
    known = set(ordered)
    return [*ordered, *sorted(name for name in tree if name not in known)]


def _children(tree: Tree) -> dict[str | None, list[str]]:
    """The children of each, by name; those of None are the roots, and all whose parent is not there."""
    found: dict[str | None, list[str]] = {}
    for name in sorted(tree):
        parent = tree[name]
        found.setdefault(parent if parent in tree else None, []).append(name)
    return found


def keepable(wanted: Tree, found: Tree, no_return: Collection[str]) -> frozenset[str]:
    """As many of the snapshots found as can stay when all others are deleted.

    The children of a deleted one move up to its parent. ``wanted`` is a lesson's tree, and small:
    every choice is tried.

    :param no_return: those that nothing can be added to, since libvirt does not return to them.
    """
    ancestors = {name: list(_ancestors(found, name)) for name in wanted if name in found}
    for count in range(len(ancestors), 0, -1):
        for choice in combinations(sorted(ancestors), count):
            kept = frozenset(choice)
            if _stands(kept, wanted, ancestors) and not _needs_return(kept, wanted, no_return):
                return kept
    return frozenset()


def _stands(kept: frozenset[str], wanted: Tree, ancestors: Mapping[str, list[str]]) -> bool:
    return all(next((one for one in ancestors[name] if one in kept), None) == wanted[name] for name in kept)


def _needs_return(kept: frozenset[str], wanted: Tree, no_return: Collection[str]) -> bool:
    return any(parent in kept and parent in no_return for name, parent in wanted.items() if name not in kept)


def _ancestors(tree: Tree, name: str) -> Iterable[str]:
    """From the parent upwards; a circle is followed once."""
    seen = {name}
    parent = tree[name]
    while parent is not None and parent in tree and parent not in seen:
        yield parent
        seen.add(parent)
        parent = tree[parent]
