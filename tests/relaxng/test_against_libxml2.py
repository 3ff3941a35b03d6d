"""Small schemas for what RELAX NG can say: the verdicts are libxml2's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tutor.relaxng.document import read
from tutor.relaxng.grammar import SchemaError, load
from tutor.relaxng.validate import validate

Write = Callable[..., Path]

HEAD = (
    '<grammar xmlns="http://relaxng.org/ns/structure/1.0"'
    ' datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">'
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(body: str, **others: str) -> Path:
        for name, content in {"schema": body, **others}.items():
            (tmp_path / f"{name}.rng").write_text(f"{HEAD}{content}</grammar>")
        return tmp_path / "schema.rng"

    return write


def start(pattern: str) -> str:
    return f"<start>{pattern}</start>"


def element(content: str) -> str:
    return start(f'<element name="a">{content}</element>')


SCHEMAS = {
    "interleave": element(
        '<interleave><element name="b"><empty/></element><element name="c"><text/></element></interleave>'
    ),
    "mixed": element('<mixed><zeroOrMore><element name="b"><empty/></element></zeroOrMore></mixed>'),
    "group": element('<element name="b"><empty/></element><element name="c"><text/></element>'),
    "choice": element('<choice><attribute name="x"/><element name="b"><empty/></element><text/></choice>'),
    "value": element("<choice><value>one two</value><value type='string'> b </value></choice>"),
    "integer": element(
        '<data type="int"><param name="minInclusive">-1</param><param name="maxInclusive">7</param></data>'
    ),
    "pattern": element('<data type="string"><param name="pattern">[a-c^$]+\\.?</param></data>'),
    "unsigned": element('<data type="unsignedShort"/>'),
    "length": element('<data type="string"><param name="maxLength">3</param></data>'),
    "time": element('<data type="dateTime"/>'),
    "except": element('<data type="string"><except><value>b</value></except></data>'),
    "list": element('<list><oneOrMore><data type="int"/></oneOrMore></list>'),
    "any": element(
        "<zeroOrMore><element><anyName><except><name>b</name></except></anyName><text/></element>"
        "</zeroOrMore>"
    ),
    "namespace": element(
        '<element name="b" ns="u:v"><attribute name="x"/><element name="c"><empty/></element></element>'
    ),
    "nsName": element('<oneOrMore><element><nsName ns="u:v"/><empty/></element></oneOrMore>'),
    "empty": element("<empty/>"),
    "not allowed": element('<optional><element name="b"><notAllowed/></element></optional>'),
    "optional attributes": element(
        '<optional><attribute name="x"><choice><value>1</value><value>2</value></choice></attribute>'
        "</optional>"
    ),
    "nested": element(
        '<grammar><start><ref name="r"/></start><define name="r"><element name="b">'
        '<parentRef name="r"/></element></define></grammar>'
    )
    + '<define name="r"><text/></define>',
    "included twice over": '<include href="lower.rng"><define name="r"><element name="c"><empty/>'
    "</element></define></include>",
    "combined": element('<ref name="r"/>')
    + '<define name="r" combine="choice"><element name="b"><empty/></element></define>'
    '<define name="r" combine="choice"><text/></define>',
}
LOWER = (
    element('<ref name="r"/>') + '<div><define name="r"><element name="b"><empty/></element></define></div>'
)

DOCUMENTS = [
    *("<a/>", "<a> </a>", "<a>x</a>", "<a>b</a>", "<a> b </a>", "<a>one two</a>", "<a> one\n two </a>"),
    *("<a><b/></a>", "<a> <b/> </a>", "<a><b/><c/></a>", "<a><c/><b/></a>", "<a><b/>x<b/></a>", "<b/>"),
    *("<a x='1'/>", "<a x='3'/>", "<a x='1' y='2'/>", "<a x=''><b/></a>", "<a xml:lang='sv'/>"),
    *(
        "<a>7</a>",
        "<a>8</a>",
        "<a>-1</a>",
        "<a>+5</a>",
        "<a>007</a>",
        "<a> 5 </a>",
        "<a>65535</a>",
        "<a>65536</a>",
    ),
    *("<a>abc^$.</a>", "<a>abcd</a>", "<a>1<!-- 2 -->2</a>", "<a>1<![CDATA[2]]></a>", "<a>1<?x y?>2</a>"),
    *("<a>1 2 3</a>", "<a>1 x</a>", "<a>\u00a0</a>", "<a>5\u00a0</a>", "<a>&#32;</a>", "<a>&#160;</a>"),
    *("<a><n:b xmlns:n='u:v' x='1'><n:c/></n:b></a>", "<a><n:b xmlns:n='u:v'/></a>", "<a xmlns='u:v'/>"),
    *("<a><b>x</b></a>", "<a><c>x</c><d/></a>", "<a><c/></a>", "<a><b/><b/></a>"),
    *("<a>2026-01-31T12:00:00Z</a>", "<a>2026-13-31T12:00:00</a>", "<a>2026-01-31</a>"),
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_verdicts_are_the_same(write: Write, name: str) -> None:
    path = write(SCHEMAS[name], lower=LOWER)
    reference, ours = etree.RelaxNG(etree.parse(path)), load(str(path))
    # Text that a comment parts is one to RELAX NG; in a list, libxml2 has it in two.
    documents = [text for text in DOCUMENTS if name != "list" or "1<" not in text]
    verdicts = {text: reference.validate(etree.fromstring(text)) for text in documents}
    assert {text: not validate(read(text.encode()), ours) for text in documents} == verdicts
    assert False in verdicts.values()


@pytest.mark.parametrize(
    "body",
    [
        "",
        start('<ref name="nowhere"/>'),
        start("<what/>"),
        start('<parentRef name="r"/>'),
        start("<text/>") + '<include href="nowhere.rng"/>',
        "<start>",
    ],
)
def test_a_schema_that_cannot_be_used(write: Write, body: str) -> None:
    with pytest.raises(SchemaError):
        load(str(write(body)))
