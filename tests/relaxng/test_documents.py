"""Reading: places as an editor counts them, and nothing that a document says is done."""

from __future__ import annotations

import pytest

from tutor.relaxng.document import ENTITY, MAX_DEPTH, MAX_ELEMENTS, TOO_DEEP, TOO_MANY, NotXml, lines_of, read
from tutor.relaxng.tree import Node, Place, Run


def node(parent: Node, index: int) -> Node:
    child = parent.children[index]
    assert isinstance(child, Node)
    return child


def test_the_places_of_elements_attributes_and_text() -> None:
    root = read("<a\n  x='é'   y = \"2\" xmlns:q='u'\n\tq:z='>'>\n  é<b/>t\r\n<c>\n  text</c></a>".encode())
    assert [root.place_of(index) for index in range(3)] == [Place(2, 3), Place(2, 11), Place(3, 2)]
    assert root.attributes == [(("", "x"), "é"), (("", "y"), "2"), (("u", "z"), ">")]
    first = root.children[0]
    assert isinstance(first, Run)
    assert (first.place, first.text) == (Place(4, 3), "\n  é")
    assert node(root, 1).place == Place(4, 4)
    assert node(root, 3).place == Place(5, 1)
    inner = node(root, 3).children[0]
    assert isinstance(inner, Run)
    assert inner.place == Place(6, 3)


def test_text_is_one_run_whatever_it_is_made_of() -> None:
    root = read(b"<a>one<!-- no --><![CDATA[ & ]]>&lt;<?no no?>&#65;</a>")
    assert [child.text for child in root.children if isinstance(child, Run)] == ["one & <A"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings(encoding: str) -> None:
    declared = {"latin-1": "ISO-8859-1", "utf-8-sig": "UTF-8"}.get(encoding, encoding[:6])
    content = f"<?xml version='1.0' encoding='{declared}'?>\r\n<a>é</a>\r<!-- \x85 -->\n".encode(encoding)
    assert read(content).place == Place(2, 1)
    assert lines_of(content)[1:] == ["<a>é</a>", "<!-- \x85 -->", ""]


def test_lines_of_what_is_no_text() -> None:
    assert lines_of(b"a\n\xff\xfe\x00b\x0bc\x1cd\n") == ["a", "��\x00b\x0bc\x1cd", ""]
    assert lines_of(b"<?xml version='1.0' encoding='hex'?>\nb") == [
        "<?xml version='1.0' encoding='hex'?>",
        "b",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<a>" * MAX_DEPTH * 2, TOO_DEEP),
        ("<a>" + "<b/>" * MAX_ELEMENTS + "</a>", TOO_MANY),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", ENTITY),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", ENTITY),
        ("<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://example.org/x'> %x;]><a/>", ENTITY),
        ("<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>", ENTITY),
        ("<!DOCTYPE a SYSTEM 'http://example.org/x'><a>&x;</a>", "undefined entity"),
        ("<?xml version='1.0' encoding='idna'?><a/>", "unknown encoding"),
        ("<?xml version='1.0' encoding='../../etc'?><a/>", "XML declaration not well-formed"),
        ("<?xml version='1.0' encoding='euc-jp'?><a/>", "unknown encoding"),
    ],
)
def test_what_is_not_read(content: str, message: str) -> None:
    with pytest.raises(NotXml) as caught:
        read(content.encode())
    assert caught.value.message == message


def test_a_document_type_that_only_names_is_harmless() -> None:
    assert read(b"<!DOCTYPE a PUBLIC 'b' 'http://example.org/x'><a/>").name == ("", "a")
