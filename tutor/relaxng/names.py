"""Name classes: which names an element or attribute pattern matches."""

from __future__ import annotations

from tutor.dataclass import dataclass

#: A name as (namespace, local part); the namespace is empty for libvirt's own elements.
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Exactly:
    """One name."""

    name: Name

    def contains(self, name: Name) -> bool:
        """Whether the class has the name."""
        return name == self.name


@dataclass(frozen=True, slots=True)
class AnyName:
    """Every name, or every name of a namespace, but for those excluded."""

    namespace: str | None = None
    excluded: NameClass | None = None

    def contains(self, name: Name) -> bool:
        """Whether the class has the name."""
        within = self.namespace is None or name[0] == self.namespace
        return within and not (self.excluded is not None and self.excluded.contains(name))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The names of either class."""

    left: NameClass
    right: NameClass

    def contains(self, name: Name) -> bool:
        """Whether either class has the name."""
        return self.left.contains(name) or self.right.contains(name)


NameClass = Exactly | AnyName | AnyOf


def listed(names: NameClass) -> list[Name]:
    """The names that the class spells out; none for a wildcard."""
    if isinstance(names, Exactly):
        return [names.name]
    if isinstance(names, AnyOf):
        return [*listed(names.left), *listed(names.right)]
    return []
