"""The mistakes that everybody makes once, each with its own hint."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.relaxng.fault import Fault
from tutor.text import Text, text
from tutor.validation.nearest import nearest

_AMOUNT = re.compile(r"([0-9]+)\s*([kKmMgGtT]i?[bB]?)")
_ADDRESS_WITH_PREFIX = re.compile(r"[0-9a-fA-F.:]+/[0-9]+")


def usual(fault: Fault) -> Text | None:
    """The hint for one of the usual mistakes; None for any other."""
    element = fault.element[-1] if fault.element else ""
    if fault.kind == "bad-value":
        return _value(element, fault.name, fault.value or "", fault.wanted)
    if fault.kind == "bad-text":
        return _content(element, fault.value or "")
    if fault.kind == "missing-element" and "name" in fault.wanted and len(fault.element) == 1:
        return text("Everything libvirt keeps has a name: <name>my-{kind}</name>", kind=element)
    if fault.kind == "missing-attribute" and element == "domain":
        return text("Write <domain type='kvm'>, or 'qemu' where the machine has no virtualization.")
    return None


def _value(element: str, name: str, value: str, wanted: Sequence[str]) -> Text | None:
    if (element, name, value) == ("forward", "mode", "none"):
        return text("Leave the whole element out: an isolated network has no <forward>.")
    if name == "unit":
        return text(
            "Units are KiB, MiB, GiB and TiB (powers of 1024), or KB, MB, GB and TB (powers of 1000)."
        )
    if (element, name) == ("domain", "type") and nearest(value, wanted) is None:
        return text("Usual ones are kvm, and qemu where the machine has no virtualization.")
    if name == "address" and _ADDRESS_WITH_PREFIX.fullmatch(value):
        address, _, prefix = value.partition("/")
        return text("Write address='{address}' prefix='{prefix}'.", address=address, prefix=prefix)
    return None


def _content(element: str, value: str) -> Text | None:
    amount = _AMOUNT.fullmatch(value.strip())
    if amount is None:
        return None
    return text(
        "The unit is an attribute: <{element} unit='{unit}'>{number}</{element}>",
        element=element,
        unit=amount[2],
        number=amount[1],
    )
