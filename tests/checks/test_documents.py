"""Every code of the checks of XML files, on made-up machines."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import checks.documents  # noqa: F401 - registers the checks
from checks.vscode import USER_SETTINGS
from tests.checks.fake_host import judged, refusal
from tutor.grading.verdict import Finding, Status
from tutor.host.documents import Document, Model, document
from tutor.host.files import file_status, file_text, listing
from tutor.host.programs import program
from tutor.host.question import Question, Unobservable
from tutor.host.relaxed_json import relaxed_json

PATH = "~/vm.xml"
RELAX_NG = "http://relaxng.org/ns/structure/1.0"
SCHEMA = "/usr/share/libvirt/schemas/domain.rng"
RIGHT: Model = {"href": f"file://{SCHEMA}", "schematypens": RELAX_NG}
WORKSPACE = "/home/student/.vscode/settings.json"

Answers = dict[str | Question[Any], Any]


def xml(**known: Any) -> Document:
    """A valid description of a domain, which names its schema, but for what is ``known``."""
    usual: Document = {
        "path": "/home/student/vm.xml",
        "well_formed": True,
        "root": "domain",
        "encoding": None,
        "models": [RIGHT],
        "schema": SCHEMA,
        "valid": True,
        "faults": [],
    }
    return {**usual, **known}  # type: ignore[typeddict-item]


def told(check: str, answers: Answers, **params: str) -> Finding:
    """What a check says, on a machine where everything is installed and nothing else is there."""
    usual: Answers = {
        "program": "/usr/bin/it",
        "package": None,
        "file": {"kind": "directory"},
        "file-text": None,
        file_status("/dev/kvm"): None,
    }
    return judged(check, {**usual, **answers}, path=PATH, **params)


def file(answers: Answers) -> Finding:
    return told("xml-file", answers, domain="lab")


def valid(answers: Answers) -> Finding:
    return told("xml-valid", answers, schema="domain", domain="lab")


def named(answers: Answers) -> Finding:
    return told("schema-named", answers, schema="domain")


def network(answers: Answers) -> Finding:
    return told("network-xml-beside", answers)


def rule(pattern: str, system_id: str = SCHEMA) -> dict[str, str]:
    return {
        "path": "/s",
        "text": json.dumps({"xml.fileAssociations": [{"pattern": pattern, "systemId": system_id}]}),
    }


def test_a_file_that_is_xml() -> None:
    assert file({document(PATH): xml(root="anything", valid=None)}).status is Status.PASS


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (None, "missing"),
        (refusal("not-a-file"), "not-a-file"),
        (xml(well_formed=False, faults=[{"line": 3, "message": "bad"}]), "not-well-formed"),
        (xml(well_formed=False), "not-well-formed"),
    ],
)
def test_a_file_that_is_not(seen: Any, code: str) -> None:
    found = file({document(PATH): seen})
    assert (found.status, found.code) == (Status.FAIL, code)
    assert found.fix[-1].endswith("> ~/vm.xml")


def test_another_encoding_is_a_note() -> None:
    assert file({document(PATH): xml(encoding="UTF-16")}).note is not None


def test_the_domain_is_of_the_type_that_works_here() -> None:
    assert 'type="qemu"' in file({document(PATH): None}).fix[-1]
    assert (
        'type="kvm"'
        in file({document(PATH): None, file_status("/dev/kvm"): {"kind": "character-device"}}).fix[-1]
    )
    assert 'type="qemu"' in file({document(PATH): None, file_status("/dev/kvm"): refusal()}).fix[-1]


def test_the_folder_is_made_where_there_is_none() -> None:
    assert file({document(PATH): None, file_status("~"): None}).fix[0] == "mkdir -p ~"


def test_a_document_that_is_valid() -> None:
    assert valid({document(PATH): xml()}).status is Status.PASS


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (xml(root="network"), "another-document"),
        (xml(root=None), "another-document"),
        (xml(valid=False), "invalid"),
        (xml(valid=False, faults=[{"line": 0, "message": "Extra"}, {"line": 7, "message": "x"}]), "invalid"),
    ],
)
def test_a_document_that_is_not(seen: Document, code: str) -> None:
    found = valid({document(PATH): seen})
    assert (found.status, found.code) == (Status.FAIL, code)
    assert found.fix[-1].endswith("> ~/vm.xml")


def test_a_fault_has_the_first_line_that_is_named() -> None:
    faults = [{"line": 0, "message": "Extra"}, {"line": 7, "message": "x"}]
    observed = valid({document(PATH): xml(valid=False, faults=faults)}).observed
    assert observed is not None
    assert observed.render(str) == "line 7: Extra"


@pytest.mark.parametrize(
    ("answers", "fix"),
    [
        ({program("virsh"): None}, "sudo apt-get install -y libvirt-clients"),
        ({}, f'sudo apt-get install --reinstall -y "$(dpkg-query -S {SCHEMA} | cut -d: -f1)"'),
        ({program("apt-get"): None}, "sudo dnf reinstall -y libvirt-libs"),
        (
            {file_status(SCHEMA): refusal()},
            f'sudo apt-get install --reinstall -y "$(dpkg-query -S {SCHEMA} | cut -d: -f1)"',
        ),
    ],
)
def test_there_is_no_schema(answers: Answers, fix: str) -> None:
    found = valid({document(PATH): xml(valid=None), file_status(SCHEMA): None, **answers})
    assert (found.status, found.code, found.fix) == (Status.UNKNOWN, "schema-missing", (fix,))


@pytest.mark.parametrize("check", [valid, named])
@pytest.mark.parametrize("seen", [None, xml(well_formed=False)])
def test_a_file_that_is_gone_meanwhile_is_no_no(check: Any, seen: Any) -> None:
    with pytest.raises(Unobservable):
        check({document(PATH): seen})


@pytest.mark.parametrize(
    ("models", "settings", "code"),
    [
        ([RIGHT], None, None),
        ([{"href": "a.rng", "schematypens": RELAX_NG}, RIGHT], None, None),
        ([{"href": "https://x/domain.rng?a=/b#c", "schematypens": RELAX_NG}], None, None),
        ([], None, "no-schema"),
        ([{"href": SCHEMA, "schematypens": None}], None, "schematypens-missing"),
        (
            [{"href": SCHEMA, "schematypens": "http://www.w3.org/2001/XMLSchema"}],
            None,
            "schematypens-missing",
        ),
        ([{"href": "network.rng", "schematypens": RELAX_NG}], None, "wrong-schema"),
        ([{"href": "domain.rng/", "schematypens": RELAX_NG}], None, "wrong-schema"),
        ([{"href": "", "schematypens": RELAX_NG}], None, "wrong-schema"),
        ([], rule("vm.xml"), None),
        ([{"href": "network.rng", "schematypens": RELAX_NG}], rule("vm.xml"), None),
        ([], rule("lab.xml"), "pattern-does-not-match"),
        ([], rule("vm.xml", "network.rng"), "wrong-schema"),
        ([], {"path": "/s", "text": '{"xml.fileAssociations": [1, {"pattern": 2}, {}]}'}, "no-schema"),
        ([], {"path": "/s", "text": '{"xml.fileAssociations": {}}'}, "no-schema"),
        ([], refusal(), "no-schema"),
    ],
)
def test_whether_the_schema_is_named(models: list[Model], settings: Any, code: str | None) -> None:
    for place in (USER_SETTINGS[0], USER_SETTINGS[-1], WORKSPACE, "/home/.vscode/settings.json"):
        found = named({document(PATH): xml(models=models), file_text(place): settings})
        assert found.code == code
        assert found.status is (Status.FAIL if code else Status.PASS)


def test_the_first_rule_that_covers_counts() -> None:
    rules = [
        {"pattern": "vm.xml", "systemId": "network.rng"},
        {"pattern": "vm.xml", "systemId": "domain.rng"},
    ]
    for order, code in ((rules, "wrong-schema"), (rules[::-1], None)):
        settings = {"path": "/s", "text": json.dumps({"xml.fileAssociations": order})}
        assert named({document(PATH): xml(models=[]), file_text(WORKSPACE): settings}).code == code


def test_a_rule_for_new_versions_alone_is_a_note() -> None:
    answers: Answers = {document(PATH): xml(models=[]), file_text(WORKSPACE): rule("*.xml")}
    assert named(answers).note is not None
    assert named({**answers, file_text(USER_SETTINGS[0]): rule("vm.xml")}).note is None


def test_utf_16_is_written_anew_first() -> None:
    found = named({document(PATH): xml(models=[], encoding="UTF-16")})
    assert ["iconv" in command for command in found.fix] == [True, False]


def test_a_network_beside_it() -> None:
    beside: Answers = {listing("~"): ["net.xml", "notes.txt", "vm.xml"], document(PATH): xml()}
    net = document("~/net.xml")
    assert network({listing("~"): None}).code == "none-beside"
    assert network({**beside, net: None}).status is Status.SKIP
    assert network({**beside, net: refusal("too-large")}).status is Status.SKIP
    with pytest.raises(Unobservable, match="not-permitted"):
        network({**beside, net: refusal("not-permitted")})
    one: Answers = {
        listing("~"): ["net.xml", "other.xml"],
        document("~/other.xml"): xml(root="network", valid=False),
    }
    assert network({**one, net: refusal("not-permitted")}).code == "invalid"
    assert network({**beside, net: xml(root="network")}).status is Status.PASS
    assert network({**beside, net: xml(root="network", valid=None)}).code == "schema-missing"
    assert network({**beside, net: xml(root="network", valid=False)}).code == "invalid"


@pytest.mark.parametrize(
    ("content", "steps"),
    [
        ("<network><forward mode='none'/></network>", 2),
        ('<network><forward  mode="none" ></forward></network>', 2),
        ("<network><forward mode='nat'/></network>", 1),
        (None, 1),
    ],
)
def test_what_is_mended_in_a_network(content: str | None, steps: int) -> None:
    seen = {"path": "/x", "text": content} if content else refusal()
    net: Answers = {document("~/net.xml"): xml(root="network", valid=False), file_text("~/net.xml"): seen}
    assert len(network({listing("~"): ["net.xml"], **net}).fix) == steps


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ('{"a": 1}', 1),
        ('{"a": 1,}', 1),
        ('{"a": 1 /* x, } */ , // y }\n}', 1),
        ('// x\n{"a": "// /* , } */"}', "// /* , } */"),
        ('\ufeff{"a": ["b\\",]",],}', ['b",]']),
        ('{"a": 1} // end', 1),
        ('{"a": 1} /* never closed', 1),
        ("{'a': 1}", None),
        ("[1]", None),
        ("", None),
        ("[" * 100_000, None),
        ('{"a": ' + "1" * 5000 + "}", None),
    ],
)
def test_settings_as_vs_code_reads_them(content: str, value: Any) -> None:
    assert relaxed_json(content).get("a") == value


@given(st.text() | st.text('{}[]",:/*\\\n a1'))
def test_no_settings_raise(content: str) -> None:
    assert isinstance(relaxed_json(content), dict)


LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_plain_json_is_read_as_it_is(value: dict[str, Any]) -> None:
    assert relaxed_json(json.dumps(value)) == value


@pytest.mark.parametrize("piece", ['"', '"\\', "/*", "//", ",", '"a', ", "])
def test_no_settings_take_for_ever(piece: str) -> None:
    started = time.monotonic()
    relaxed_json(piece * 200_000)
    assert time.monotonic() - started < 3
