"""Whatever a document is: refused or judged, in bounded time, and nothing is opened for it."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.documents import DOMAIN, NETWORK
from tests.validation.reference import verdict
from tests.validation.typos import tags, typos
from tutor.relaxng.datatypes import Datatype
from tutor.relaxng.validate import TooLongError, validate
from tutor.validation.judge import judge

SIZE = 1_000_000
HEAD = "<domain type='kvm'><name>x</name><memory>1</memory><os><type>hvm</type></os>"

#: What is put somewhere into a document.
PIECES = [
    *("<!-- c -->", "<![CDATA[ ]]>", "<![CDATA[x]]>", "<?p i?>", "\u00a0", "&#160;", "&#9;", " ", "\n", "x"),
    *("5", "-1", "+5", " 5 ", "0x1", "1e5", "007", "18446744073709551616", "KiB", "yes", "é", "^$", "/a b"),
    *("<q:e xmlns:q='u:v'/>", "<name>x</name>", "<metadata><q:m xmlns:q='u'>t<b/></q:m></metadata>"),
    *(
        " xml:lang='sv'",
        " type='file'",
        " xmlns:z='u:z' z:a='b'",
        "<",
        "&",
        "'",
        '"',
        "</a>",
        "52:54:00:12:34:56",
    ),
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A right document with pieces put in, taken out, or moved."""
    text = draw(st.sampled_from([DOMAIN, NETWORK]))
    for _ in range(draw(st.integers(1, 3))):
        found = tags(text) if text.count("<") == text.count(">") else []
        if not found:
            break
        tag = draw(st.sampled_from(found))
        place = draw(
            st.sampled_from([tag.start, tag.stop, tag.close, tag.end, tag.start + 1 + len(tag.name)])
        )
        match draw(st.sampled_from(["put", "remove", "copy", "value"])):
            case "put":
                text = text[:place] + draw(st.sampled_from(PIECES)) + text[place:]
            case "remove":
                text = text[: tag.start] + text[tag.end :]
            case "copy":
                text = text[:place] + text[tag.start : tag.end] + text[place:]
            case _ if tag.attributes:
                one = draw(st.sampled_from(tag.attributes))
                text = text[: one.start("value")] + draw(st.sampled_from(PIECES)) + text[one.end("value") :]
            case _:
                pass
    return text


@given(mutated())
@settings(max_examples=300, deadline=None)
def test_a_changed_document_is_judged_as_libxml2_does(text: str) -> None:
    content = text.encode()
    judgement, reference = judge(content), verdict(content)
    if isinstance(reference, bool):
        assert judgement.valid is reference
    assert all(1 <= problem.place.line <= text.count("\n") + 1 for problem in judgement.problems)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<domain>{text}".encode()))
@settings(max_examples=300, deadline=None)
def test_noise_is_refused(content: bytes) -> None:
    assert not judge(content).valid


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_document_cut_or_with_other_bytes_never_crashes(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"]))
    content = bytearray(DOMAIN.encode(encoding))
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    judge(bytes(content[: data.draw(st.integers(0, len(content)))]))


LARGE = {
    "devices": HEAD
    + "<devices>"
    + "<disk type='file'><source file='/a'/><target dev='vda'/></disk>" * (SIZE // 60),
    "closed": HEAD
    + "<devices>"
    + "<disk type='file'><target dev='vda'/></disk>" * (SIZE // 44)
    + "</devices></domain>",
    "faults": HEAD + "<devices>" + "<x/>" * 90_000 + "</devices></domain>",
    "attributes": "<domain " + " ".join(f"a{number}='1'" for number in range(SIZE // 10)) + "/>",
    "free attributes": HEAD
    + "<metadata><q:a xmlns:q='u' "
    + " ".join(f"a{number}='1'" for number in range(SIZE // 10))
    + "/></metadata></domain>",
    "a value": f"<domain type='{'1' * SIZE}'/>",
    "a number": HEAD.replace(">1<", f">{'1' * SIZE}<") + "</domain>",
    "a number in a pattern": HEAD
    + f"<devices><graphics type='vnc' port='{'1' * SIZE}x'/></devices></domain>",
    "a name": f"<domain><{'a' * SIZE}/></domain>",
    "an attribute's name": f"<domain {'a' * SIZE}=''/>",
    "an open quote": f"<domain a='{'x' * SIZE}<",
    "no quote": f"<domain {'a' * SIZE}=b/>",
    "quotes": "<domain " + "a=''" * (SIZE // 4) + "<",
    "lines": HEAD.replace("<os>", "<description>" + "a\n" * (SIZE // 2) + "</description><os>") + "</domain>",
    "references": f"<domain><name>{'&#97;' * (SIZE // 5)}</name>",
    "depth": "<a>" * (SIZE // 3),
    "depth that is closed": HEAD + "<metadata>" + "<b>" * 90 + "</b>" * 90 + "</metadata></domain>",
    "leases": NETWORK.replace(
        "<bootp", "<host mac='52:54:00:00:00:01' ip='10.0.0.2'/>" * (SIZE // 50) + "<bootp"
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_document_is_judged_in_bounded_time(name: str) -> None:
    start = time.process_time()
    judgement = judge(LARGE[name].encode())
    assert time.process_time() - start < 10
    assert len(judgement.problems) <= 21


def test_a_long_number_is_never_converted() -> None:
    assert not Datatype("integer").allows("1" * 100_000)


def test_a_document_may_not_take_longer_than_it_is_given() -> None:
    from tutor.relaxng.document import read
    from tutor.relaxng.grammar import load
    from tutor.validation.judge import SCHEMAS

    with pytest.raises(TooLongError):
        validate(read(DOMAIN.encode()), load(f"{SCHEMAS}/domain.rng"), seconds=0)


_WATCHED = """
import sys
from tutor.validation.judge import judge
judge(b"<domain/>")
judge(b"<network/>")
content = sys.stdin.buffer.read()
def watch(event, arguments):
    if event == "open" and "encodings" in str(arguments[0]):
        return
    if event.startswith(("open", "socket", "subprocess", "os.exec", "os.system", "urllib", "ctypes")):
        print(event, arguments)
sys.addaudithook(watch)
judge(content)
"""

BOMB = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
ASKING = {
    "a bomb": f"<!DOCTYPE domain [<!ENTITY l0 'ha'>{BOMB}]><domain>&l11;</domain>",
    "a bomb in an attribute": f"<!DOCTYPE domain [<!ENTITY l0 'ha'>{BOMB}]><domain type='&l11;'/>",
    "a file": "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>",
    "the network": "<!DOCTYPE domain [<!ENTITY x SYSTEM 'http://127.0.0.1/x'>]><domain>&x;</domain>",
    "a parameter": "<!DOCTYPE domain [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><domain/>",
    "a document type": "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain type='kvm'/>",
    "an inclusion": "<domain xmlns:xi='http://www.w3.org/2001/XInclude'>"
    "<xi:include href='/etc/passwd'/></domain>",
    "a style sheet": "<?xml-stylesheet href='file:///etc/passwd'?><domain/>",
    "a schema": "<?xml-model href='file:///etc/passwd'?><domain/>",
    "a location": "<domain xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
    "xsi:schemaLocation='a /etc/passwd'/>",
    "a disk": DOMAIN.replace("/var/lib/libvirt/images/lab-vm.qcow2", "/etc/passwd"),
    "an encoding": "<?xml version='1.0' encoding='cp437'?><domain/>",
}


@pytest.mark.parametrize("name", ASKING)
def test_nothing_is_opened_or_fetched(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED],
        input=ASKING[name].encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_mistakes_made_twice_over_never_crash() -> None:
    chance = random.Random(11)  # noqa: S311
    for typo in chance.sample(list(typos(DOMAIN, chance)), 20):
        for second in chance.sample(list(typos(typo.text, chance)), 5):
            content = second.text.encode()
            if isinstance(reference := verdict(content), bool):
                assert judge(content).valid is reference
