"""A recorded domain may hold any XML: it is read, or it is malformed, and nothing else happens."""

from __future__ import annotations

import itertools
import random
import time
from contextlib import suppress
from typing import Any
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.domain_xml import read
from tests.checks.domain_samples import CDROM, DISK, NIC, SCREEN, VM, a_domain, a_host, xml
from tests.checks.fake_host import judged
from tutor.host.question import Unobservable

CHECKS: dict[str, dict[str, Any]] = {
    "domain-memory": {"mebibytes": 2048},
    "domain-vcpus": {"vcpus": 2},
    "domain-graphics": {"graphics": "spice"},
    "domain-machine": {"arch": "x86_64"},
    "domain-boot": {"device": "hd"},
    "domain-type": {},
    "domain-running": {},
    "domain-disk": {"size": "30G", "target": "vda", "bus": "virtio"},
    "domain-nic": {"network": "default", "model": "virtio"},
    "domain-cdrom": {},
}
BOMB = (
    "<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in itertools.pairwise("abcdefghij"))
    + "]><domain><memory>&j;</memory></domain>"
)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<domain",
        "no XML",
        "\0",
        "<network/>",
        "<domain>" * 100_000,
        xml(memory="<memory>much</memory>"),
        xml(memory="<memory>1e3</memory>"),
        xml(memory=f"<memory>{'9' * 5000}</memory>"),
        xml(vcpu="<vcpu current='one'>2</vcpu>"),
        xml(DISK.replace("</disk>", "<boot order='first'/></disk>")),
        "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>",
        BOMB,
    ],
)
def test_malformed_xml_is_unobservable(content: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unobservable, match="malformed"):
        read(content)
    assert time.monotonic() - started < 1


def statuses(definition: str, live: str | None = None) -> dict[str, str | None]:
    """Each check's code; the reason where it could not judge."""
    host = a_host(a_domain(definition, live))
    codes: dict[str, str | None] = {}
    for name, params in CHECKS.items():
        try:
            codes[name] = judged(name, host, domain=VM, **params).code
        except Unobservable as failure:
            codes[name] = f"unknown: {failure.reason}"
    return codes


_VOCABULARY = """
domain memory currentMemory vcpu os type boot kernel devices disk interface graphics cpu topology source
driver target mac model link other
"""
_ATTRIBUTES = "type device file dev pool volume bus network address state current arch order name unit"
NAMES = st.sampled_from(_VOCABULARY.split())
ATTRIBUTES = st.sampled_from(_ATTRIBUTES.split())
WORDS = st.one_of(
    st.sampled_from(
        ["file", "volume", "network", "qcow2", "virtio", "disk", "vda", "hvm", "-1", "0", "/x", "a,b"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    st.integers().map(str),
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 2) -> Element:
    """An element of libvirt's vocabulary in any place."""
    element = Element(draw(NAMES), draw(st.dictionaries(ATTRIBUTES, WORDS, max_size=4)))
    element.text = draw(st.none() | WORDS)
    if depth:
        element.extend(draw(st.lists(elements(depth=depth - 1), max_size=3)))
    return element


@settings(deadline=None)
@given(st.lists(elements(), max_size=3), st.text(max_size=20))
def test_no_xml_makes_a_check_raise_anything_else(parts: list[Element], noise: str) -> None:
    root = fromstring(xml())  # noqa: S314 - our own
    devices = root.find("devices")
    assert devices is not None
    devices.extend(parts)
    root.extend(parts)
    whole = tostring(root, encoding="unicode")
    statuses(whole)
    statuses(whole, live=xml())
    statuses(xml(), live=whole)
    with suppress(Unobservable):
        read(noise)


WRONG = [
    DISK.replace("qcow2'/>", "raw'/>", 1),
    DISK.replace("vda", "vdb").replace("virtio", "sata"),
    NIC.replace("virtio", "e1000"),
    NIC.replace("00:01", "00:02").replace("default", "other"),
    "<interface type='user'><mac address='52:54:00:00:00:03'/></interface>",
    "<graphics type='vnc'/>",
    NIC.replace("00:01", "00:04").replace(
        "</interface>", "<link state='down'/><boot order='2'/></interface>"
    ),
]


@settings(deadline=None)
@given(st.lists(st.sampled_from([DISK, CDROM, NIC, SCREEN, *WRONG]), unique=True), st.randoms())
def test_the_order_of_devices_and_attributes_means_nothing(devices: list[str], chance: random.Random) -> None:
    before = xml("".join(devices))
    root = fromstring(before)  # noqa: S314 - our own
    found = root.find("devices")
    assert found is not None
    found[:] = chance.sample(list(found), len(found))
    for element in root.iter():
        attributes = list(element.attrib.items())
        element.attrib.clear()
        element.attrib.update(chance.sample(attributes, len(attributes)))
    assert statuses(tostring(root, encoding="unicode")) == statuses(before)
