"""What a student reads for each mistake: the line, the sentence, the next step."""

from __future__ import annotations

import pytest

from tests.validation.documents import DOMAIN, NETWORK
from tutor.validation.judge import judge

#: A change to a right document; the code, the line, and what the sentence and the hint must say.
FAULTS = {
    "unit": (
        DOMAIN.replace('<memory unit="MiB">', '<memory unit="megabyte">'),
        ("bad-value", 8, "unit of <memory> cannot be “megabyte”", "Units are KiB, MiB, GiB"),
    ),
    "unit in the text": (
        DOMAIN.replace('<memory unit="MiB">1024<', "<memory>1024 MB<"),
        ("bad-text", 8, "<memory> cannot contain “1024 MB”", "<memory unit='MB'>1024</memory>"),
    ),
    "space around": (
        DOMAIN.replace(">1024<", "> 1024<"),
        ("bad-text", 8, "<memory> cannot contain", "Take the space around it away."),
    ),
    "mode none": (
        NETWORK.replace('mode="nat"', 'mode="none"'),
        ("bad-value", 4, "mode of <forward> cannot be “none”", "Leave the whole element out"),
    ),
    "no name": (
        DOMAIN.replace("  <name>lab-vm</name>\n", ""),
        ("missing-element", 3, "<domain> lacks <name>", "<name>my-domain</name>"),
    ),
    "empty name": (
        DOMAIN.replace(">lab-vm<", "><"),
        ("missing-text", 4, "<name> is empty", "Write its value"),
    ),
    "no type": (
        DOMAIN.replace('<domain type="kvm">', "<domain>"),
        ("missing-attribute", 3, "<domain> lacks the attribute type", "<domain type='kvm'>"),
    ),
    "wrong type": (
        DOMAIN.replace('type="kvm"', 'type="virtualbox"'),
        ("bad-value", 3, "type of <domain> cannot be “virtualbox”", "kvm, and qemu where"),
    ),
    "misspelt type": (
        DOMAIN.replace('type="kvm"', 'type="kmv"'),
        ("bad-value", 3, "type of <domain>", "Did you mean kvm?"),
    ),
    "address with prefix": (
        NETWORK.replace('"192.168.150.1" netmask="255.255.255.0"', '"192.168.150.1/24"'),
        ("bad-value", 27, "address of <ip>", "address='192.168.150.1' prefix='24'"),
    ),
    "misspelt element": (
        DOMAIN.replace("<source file", "<sorce file", 1),
        ("unknown-element", 47, "<disk> has no element <sorce>", "Did you mean <source>?"),
    ),
    "misspelt attribute": (
        DOMAIN.replace("<source file", "<source fiel", 1),
        ("unknown-attribute", 47, "<source> has no attribute fiel", "Did you mean file?"),
    ),
    "of another type": (
        DOMAIN.replace("<source file", "<source network", 1),
        ("unknown-attribute", 47, "<source> has no attribute network", "another kind of <disk>"),
    ),
    "device outside": (
        DOMAIN.replace("  <seclabel", "  <input type='mouse'/>\n  <seclabel"),
        ("unknown-element", 109, "<domain> has no element <input>", "<input> stands in <devices>"),
    ),
    "an element as an attribute": (
        DOMAIN.replace('<domain type="kvm">', '<domain type="kvm" vcpu="2">'),
        ("unknown-attribute", 3, "<domain> has no attribute vcpu", "element of its own inside <domain>"),
    ),
    "an attribute as an element": (
        NETWORK.replace('<ip family="ipv6"', '<ip><address>10.0.0.1</address></ip>\n  <ip family="ipv6"'),
        ("unknown-element", 37, "<ip> has no element <address>", "<ip address='...'>"),
    ),
    "twice": (
        DOMAIN.replace("  <title>", "  <name>other</name>\n  <title>"),
        ("repeated-element", 6, "<domain> has a <name> already, in line 4", "one only"),
    ),
    "text": (
        DOMAIN.replace("  <devices>", "  hello\n  <devices>"),
        ("unwanted-text", 43, "<domain> cannot contain text: “hello”", "<!-- ... -->"),
    ),
    "MAC address": (
        NETWORK.replace('<host mac="52:54:00:12:34:56"', '<host mac="52-54-00-12-34-56"'),
        ("bad-value", 33, "mac of <host>", "a MAC address"),
    ),
    "IP address": (
        NETWORK.replace('start="192.168.150.100"', 'start="192.168.150.300"'),
        ("bad-value", 30, "start of <range>", "an IPv4 address"),
    ),
    "number": (
        DOMAIN.replace(">2<", ">two<"),
        ("bad-text", 10, "<vcpu> cannot contain “two”", "a whole number"),
    ),
    "family": (
        NETWORK.replace('family="ipv6"', 'family="ip6"'),
        ("bad-value", 37, "family of <ip>", "Did you mean ipv6?"),
    ),
    "another document": (
        "<vm/>",
        ("unknown-kind", 1, "no document that begins with <vm>", "<domain>, <network>"),
    ),
    "capital": ("<Domain/>", ("unknown-kind", 1, "begins with <Domain>", "Did you mean <domain>?")),
    "a device alone": ("<disk/>", ("unknown-kind", 1, "begins with <disk>", "a part of a domain")),
    "namespace": (
        "<domain xmlns='http://libvirt.org/x'/>",
        ("wrong-namespace", 1, "in the namespace http://libvirt.org/x", "take xmlns='...'"),
    ),
    "a network in a domain": (
        DOMAIN.replace("  <devices>", "  <bridge name='virbr0'/>\n  <devices>"),
        ("unknown-element", 43, "<domain> has no element <bridge>", "Possible here"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault(name: str) -> None:
    content, (code, line, what, hint) = FAULTS[name]
    first = judge(content.encode()).problems[0]
    assert (first.code, first.place.line) == (code, line), first
    assert what in first.what.render(str)
    assert first.hint is not None
    assert hint in first.hint.render(str)


#: What is not well-formed; the line, and what the sentence and the hint must say.
SYNTAX = {
    "unclosed": (
        "<a>\n<b>\n<c/>\n</a>",
        (4, "</a> comes while <b> of line 2 is still open", "</b> before it"),
    ),
    "misspelt end": (
        "<name>\nx</nmae>",
        (2, "</nmae> does not end <name> of line 1", "Did you mean </name>?"),
    ),
    "cut off": ("<a>\n <b>x</b>\n", (1, "<a> is never closed", "Write </a>")),
    "no quotes": ("<domain\n type=kvm/>", (2, "the value of type is not in quotes", "type='...'")),
    "no closing quote": (
        "<a>\n<b c='x>\n<d e='y'/></a>",
        (2, "the value of c lacks its closing quote", "same quote"),
    ),
    "no value": ("<a b/>", (1, "the attribute b has no value", "b='...'")),
    "typographic quotes": ("<domain type=”kvm”/>", (1, "a typographic quote is no quote", "Write '")),
    "odd space": ("<domain\u00a0type='kvm'/>", (1, "not an ordinary one", "again")),
    "no space": ("<a b='1'c='2'/>", (1, "no space between two attributes", "a space")),
    "two roots": ("<a/>\n<b/>", (2, "only one", "file of its own")),
    "lone &": ("<a>\nx & y</a>", (2, "a lone &", "&amp;")),
    "lone & in a value": ("<a b='x?c=1&d=2'/>", (1, "a lone &", "&amp;")),
    "entity": ("<a>&nbsp;</a>", (1, "not declared", "&amp;")),
    "lone <": ("<a>1 < 2</a>", (1, "begins no tag", "&lt;")),
    "tag not finished": ("<a>\n<b\n<c/></a>", (2, "not finished before the next", "Write >")),
    "cut off in a tag": ("<a>\n<b c", (2, "a tag is not finished", "> is missing")),
    "comment": ("<a><!-- x -- y --></a>", (1, "a comment cannot contain --", "hyphen")),
    "comment not closed": ("<a>\n<!-- x </a>", (2, "a comment is not closed", "-->")),
    "CDATA not closed": ("<a><![CDATA[x</a>", (1, "<![CDATA[ section is not closed", "]]>")),
    "twice": ("<a b='1' b='2'/>", (1, "twice", "Take one")),
    "prefix": ("<domain><qemu:commandline/></domain>", (1, "the prefix", "xmlns:qemu=")),
    "declaration below": ("\n<?xml version='1.0'?><a/>", (2, "not the very first", "empty line")),
    "declaration": ("<?xml version=1.0?><a/>", (1, "<?xml ...?> line is not right", "version='1.0'")),
    "nothing": ("", (1, "there is no element", "begins with a tag")),
    "no XML": ("name: vm\n", (1, "no XML", "begins with a tag")),
    "control character": ("<a>\x1b[2J</a>", (1, "a control character", "away")),
    "character number": ("<a>&#0;</a>", (1, "is no character", "away")),
    "anything else": ("<a>]]></a>", (1, "a character stands where it cannot", "quote, bracket")),
}


@pytest.mark.parametrize("name", SYNTAX)
def test_what_is_not_well_formed(name: str) -> None:
    content, (line, what, hint) = SYNTAX[name]
    (problem,) = judge(content.encode()).problems
    assert (problem.code, problem.place.line) == ("not-well-formed", line), problem
    assert what in problem.what.render(str)
    assert problem.hint is not None
    assert hint in problem.hint.render(str)


def test_every_problem_of_a_bad_document_is_told_once() -> None:
    content = DOMAIN.replace("<vcpu ", "<vpcu ").replace("</vcpu>", "</vpcu>").replace('"qcow2"', '"qcow22"')
    problems = judge(content.replace('mode="custom"', 'mode="kustom"').encode()).problems
    assert [(one.code, one.place.line) for one in problems] == [
        ("unknown-element", 10),
        ("bad-value", 23),
        ("bad-value", 28),
        ("bad-value", 46),
    ]
