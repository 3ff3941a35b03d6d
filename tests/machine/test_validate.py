"""domains/validate on student machines: every file that is not right, and every way to name the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.machine.lesson import (
    answer_quiz,
    assert_green,
    assert_mended,
    course,
    judge,
    replay,
    run_fixes,
    step,
)
from tutor.course.variables import resolve, substitute
from tutor.sandbox.machines import Machine

STEP = "domains/validate"
FILE = "/home/student/vm.xml"
USER = "/home/student/.config/Code/User/settings.json"
WORKSPACE = "/home/student/.vscode/settings.json"
RELAX_NG = "http://relaxng.org/ns/structure/1.0"
SYSTEM_ID = "file:///usr/share/libvirt/schemas/domain.rng"

#: What the lesson on XML has the student write, which names no schema.
(DOMAIN,) = (substitute(b.text, resolve(course())) for b in step("domains/xml").blocks if b.kind == "file")
BROKEN_NETWORK = """<network>
  <name>labb</name>
  <forward mode='none'/>
  <ip address='10.1.1.1' prefix='24'/>
</network>
"""
VALID_NETWORK = BROKEN_NETWORK.replace("  <forward mode='none'/>\n", "")
BOMB = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))


def model(href: str = SYSTEM_ID, types: str | None = RELAX_NG) -> str:
    """An xml-model line."""
    return f'<?xml-model href="{href}"' + (f' schematypens="{types}"' if types else "") + "?>\n"


NAMED = '<?xml version="1.0"?>\n' + model() + DOMAIN

#: Files that are not right, each with the codes of the checks that tell it.
WRONG: dict[str, tuple[str, dict[str, str]]] = {
    "not well-formed": (NAMED.replace("</name>", ""), {"file": "not-well-formed"}),
    "empty": ("", {"file": "not-well-formed"}),
    "no XML": ("hello\n", {"file": "not-well-formed"}),
    "two declarations": ('<?xml version="1.0"?>\n' + NAMED, {"file": "not-well-formed"}),
    "typo": (NAMED.replace("vcpu>", "vpcu>"), {"valid": "invalid"}),
    "typo in a device": (NAMED.replace("bus='virtio'", "buss='virtio'"), {"valid": "invalid"}),
    "typo and no schema": (DOMAIN.replace("vcpu>", "vpcu>"), {"valid": "invalid", "schema": "no-schema"}),
    "another root": (model() + VALID_NETWORK, {"valid": "another-document"}),
    "an unknown root": (model() + "<virtual-machine/>", {"valid": "another-document"}),
    "another namespace": (
        NAMED.replace("<domain ", "<domain xmlns='http://example.org/' "),
        {"valid": "another-document"},
    ),
    "no schema": (DOMAIN, {"schema": "no-schema"}),
    "no schema, one line": (DOMAIN.replace("\n", ""), {"schema": "no-schema"}),
    "no schema, declaration": ("<?xml version='1.0' encoding='utf-8'?>" + DOMAIN, {"schema": "no-schema"}),
    "no schema, mark": ("\ufeff" + DOMAIN, {"schema": "no-schema"}),
    "no schema, comment": ("<!-- <domain type='kvm'> -->\n" + DOMAIN, {"schema": "no-schema"}),
    "no schema, attributes below": (DOMAIN.replace("<domain ", "<domain\n  "), {"schema": "no-schema"}),
    "schema in a comment": (f"<!-- {model()} -->\n" + DOMAIN, {"schema": "no-schema"}),
    "schema inside": (DOMAIN.replace("<name>", model() + "<name>"), {"schema": "no-schema"}),
    "wrong schema": (model(SYSTEM_ID.replace("domain", "network")) + DOMAIN, {"schema": "wrong-schema"}),
    "schema of that ending": (
        model(SYSTEM_ID.replace("domain", "mydomain")) + DOMAIN,
        {"schema": "wrong-schema"},
    ),
    "no schematypens": (model(types=None) + DOMAIN, {"schema": "schematypens-missing"}),
    "schematypens of XSD": (
        model(types="http://www.w3.org/2001/XMLSchema") + DOMAIN,
        {"schema": "schematypens-missing"},
    ),
    "wrong schema over lines": (
        model("network.rng").replace(" schema", "\n  schema") + DOMAIN,
        {"schema": "wrong-schema"},
    ),
    "wrong schema, one line": ((model("a.rng") + DOMAIN).replace("\n", ""), {"schema": "wrong-schema"}),
    "bomb": (
        f"<!DOCTYPE domain [<!ENTITY l0 'ha'>{BOMB}]><domain>&l11;</domain>",
        {"file": "not-well-formed"},
    ),
    "bomb in an attribute": (
        f"<!DOCTYPE domain [<!ENTITY l0 'ha'>{BOMB}]><domain type='&l11;'/>",
        {"file": "not-well-formed"},
    ),
    "someone else's file": (
        "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        + NAMED[22:].replace("minimal-vm", "&x;"),
        {"valid": "invalid"},
    ),
    "deep": ("<a>" * 50_000 + "</a>" * 50_000, {"file": "not-well-formed"}),
    "many devices": (
        NAMED.replace("<devices>", "<devices>" + "<disk><targt dev='vda'/></disk>" * 20_000),
        {"valid": "invalid"},
    ),
}

#: References that name the schema, all of them.
RIGHT = (
    SYSTEM_ID,
    "/usr/share/libvirt/schemas/domain.rng",
    "https://libvirt.org/schemas/domain.rng",
    "https://gitlab.com/libvirt/libvirt/-/raw/master/src/conf/schemas/domain.rng?ref_type=heads",
    "../../usr/share/libvirt/schemas/domain.rng",
    "domain.rng",
)

COVERING = (
    "**/vm*.xml",
    "vm*.xml",
    "vm.xml",
    "**/*.xml",
    "**.xml",
    "{vm,lab}.xml",
    "/home/student/vm.xml",
    "/**/[uv]?.xml",
)
NOT_COVERING = (
    "lab.xml",
    "min*.xml",
    "**/vm/*.xml",
    "/vm.xml",
    "/home/*.xml",
    "{a,b}.xml",
    "[vm.xml",
    "{vm,{lab}}.xml",
    "vm.XML",
)


@pytest.fixture(scope="module")
def ready(ready_lesson_machine: Machine) -> Machine:
    """A machine on which the lesson's own commands made the file right."""
    first = judge(ready_lesson_machine, STEP)
    assert first.returncode == 1
    assert first.codes == {
        "file": "missing",
        "valid": "need-failed",
        "schema": "need-failed",
        "quiz": "unanswered",
    }
    ready_lesson_machine.write(FILE, DOMAIN, owner="student")
    replay(ready_lesson_machine, STEP)
    answer_quiz(ready_lesson_machine, STEP)
    assert_green(ready_lesson_machine, STEP)
    return ready_lesson_machine


@pytest.fixture
def clean(ready: Machine) -> Iterator[Machine]:
    """The same without file or settings; and what a fix set aside is gone afterwards."""
    ready.run("rm -rf *.xml* lab .config/Code .vscode", check=True)
    yield ready
    ready.run("rm -rf *.xml* lab .config/Code .vscode", check=True)


@pytest.mark.parametrize("state", WRONG)
def test_a_wrong_file(clean: Machine, state: str) -> None:
    content, codes = WRONG[state]
    clean.write(FILE, content, owner="student")
    assert judge(clean, STEP).document["duration_ms"] < 5000
    assert_mended(clean, STEP, codes)
    assert "passwd" not in clean.read(FILE)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        ("true", "missing"),
        ("mkdir vm.xml", "not-a-file"),
        ("mkfifo vm.xml", "not-a-file"),
        ("ln -s /nowhere/vm.xml vm.xml", "missing"),
        ("ln -s vm.xml vm.xml", "missing"),
        ("head -c 5000 /dev/urandom > vm.xml", "not-well-formed"),
    ],
)
def test_no_file(clean: Machine, make: str, code: str) -> None:
    clean.run(make, check=True)
    assert_mended(clean, STEP, {"file": code})


def test_the_students_own_file_is_kept(clean: Machine) -> None:
    for content in ("first", "second"):
        clean.write(FILE, content, owner="student")
        assert_mended(clean, STEP, {"file": "not-well-formed"})
    assert clean.run("cat vm.xml.old vm.xml.old.~1~").stdout == "secondfirst"


def test_a_file_that_is_far_too_large(clean: Machine) -> None:
    clean.run("truncate -s 3G vm.xml", check=True)
    judged = judge(clean, STEP)
    assert (judged.returncode, judged.codes["file"]) == (3, "too-large")


@pytest.mark.parametrize("href", RIGHT)
def test_the_file_names_the_schema(clean: Machine, href: str) -> None:
    clean.write(FILE, model(href) + DOMAIN, owner="student")
    assert_green(clean, STEP)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_another_encoding_is_right_and_comes_with_a_note(clean: Machine, encoding: str) -> None:
    declared = {"latin-1": "ISO-8859-1"}.get(encoding, "UTF-16")
    for content, codes in ((model() + DOMAIN, {}), (DOMAIN, {"schema": "no-schema"})):
        text = f"<?xml version='1.0' encoding='{declared}'?>\n" + content.replace("minimal-vm", "min-domän")
        clean.run(f"base64 -d > {FILE}", input=_base64(text.encode(encoding)), check=True)
        judged = judge(clean, STEP)
        assert judged.codes == codes
        assert "UTF-8 only" in judged.step["checks"][0]["note"]
        run_fixes(clean, judged)
        assert_green(clean, STEP)
    assert clean.run("xmllint --xpath 'string(//name)' vm.xml").stdout.strip() == "min-domän"


@pytest.mark.parametrize("settings", [USER, WORKSPACE])
@pytest.mark.parametrize("pattern", COVERING)
def test_a_rule_of_vs_code(clean: Machine, settings: str, pattern: str) -> None:
    clean.write(FILE, DOMAIN, owner="student")
    clean.write(settings, _rule(pattern), owner="student")
    assert_green(clean, STEP)


@pytest.mark.parametrize("pattern", NOT_COVERING)
def test_a_rule_that_does_not_match(clean: Machine, pattern: str) -> None:
    clean.write(FILE, DOMAIN, owner="student")
    clean.write(USER, _rule(pattern), owner="student")
    assert_mended(clean, STEP, {"schema": "pattern-does-not-match"})


def test_a_rule_that_only_new_versions_apply_comes_with_a_note(clean: Machine) -> None:
    clean.write(FILE, DOMAIN, owner="student")
    clean.write(USER, _rule("*.xml"), owner="student")
    judged = judge(clean, STEP)
    assert judged.status == "pass"
    assert "**/*.xml" in judged.step["checks"][2]["note"]


def test_a_rule_with_another_schema(clean: Machine) -> None:
    clean.write(FILE, DOMAIN, owner="student")
    clean.write(USER, _rule("vm.xml", "file:///usr/share/libvirt/schemas/network.rng"), owner="student")
    assert_mended(clean, STEP, {"schema": "wrong-schema"})


@pytest.mark.parametrize("system_id", RIGHT)
def test_a_rule_spells_the_schema_as_it_likes(clean: Machine, system_id: str) -> None:
    clean.write(FILE, DOMAIN, owner="student")
    clean.write(USER, _rule("vm.xml", system_id), owner="student")
    assert_green(clean, STEP)


def test_settings_as_people_write_them(clean: Machine) -> None:
    clean.write(FILE, DOMAIN, owner="student")
    rule = json.dumps({"pattern": "vm.xml", "systemId": SYSTEM_ID})
    content = f'// mine\n{{ "a": "//", /* b: 1, */ "xml.fileAssociations": [ {rule[:-1]}, }}, ], // end\n}}\n'
    clean.write(USER, content, owner="student")
    assert_green(clean, STEP)
    clean.write(USER, content.replace('"xml', '// "xml'), owner="student")
    assert judge(clean, STEP).codes == {"schema": "no-schema"}


def test_a_network_beside_it(clean: Machine) -> None:
    clean.write(FILE, NAMED, owner="student")
    clean.write("/home/student/net.xml", VALID_NETWORK, owner="student")
    assert_green(clean, STEP)
    clean.write("/home/student/net.xml", BROKEN_NETWORK, owner="student")
    clean.write(
        "/home/student/other.xml", BROKEN_NETWORK.replace("none'/>", "none'></forward>"), owner="student"
    )
    assert_mended(clean, STEP, {"network": "invalid"})
    assert clean.read("/home/student/net.xml") == VALID_NETWORK
    assert clean.run("ls *.old").stdout == ""


def test_a_network_that_only_its_author_can_mend(clean: Machine) -> None:
    clean.write(FILE, NAMED, owner="student")
    clean.write("/home/student/my net.xml", VALID_NETWORK.replace("<ip", "<ipp"), owner="student")
    clean.write("/home/student/two.xml", BROKEN_NETWORK.replace("<ip", "<ipp"), owner="student")
    assert_mended(clean, STEP, {"network": "invalid"})
    assert clean.run("ls *.old").stdout == "my net.xml.old\ntwo.xml.old\n"


def test_a_file_of_another_name(clean: Machine) -> None:
    assert_mended(
        clean,
        STEP,
        {"file": "missing"},
        "--var",
        "xml_file='~/lab/it'\"'\"'s my vm.xml'",
        "--var",
        "xml_vm='a<b&c'",
    )


def test_the_schemas_are_not_there(clean: Machine) -> None:
    clean.write(FILE, NAMED, owner="student")
    clean.run("sudo mv /usr/share/libvirt/schemas /root/", check=True)
    judged = judge(clean, STEP)
    assert (judged.returncode, judged.codes) == (3, {"valid": "schema-missing"})
    run_fixes(clean, judged)
    assert_green(clean, STEP)


def test_from_nothing(bare_lesson_machine: Machine) -> None:
    answer_quiz(bare_lesson_machine, STEP)
    bare_lesson_machine.write(FILE, NAMED, owner="student")
    assert judge(bare_lesson_machine, STEP).codes == {"valid": "schema-missing"}
    bare_lesson_machine.run("rm vm.xml", check=True)
    judged = judge(bare_lesson_machine, STEP)
    assert judged.codes == {"file": "missing", "valid": "need-failed", "schema": "need-failed"}
    run_fixes(bare_lesson_machine, judged)
    assert_green(bare_lesson_machine, STEP)


def _rule(pattern: str, system_id: str = SYSTEM_ID) -> str:
    return json.dumps({"xml.fileAssociations": [{"pattern": pattern, "systemId": system_id}]})


def _base64(content: bytes) -> str:
    from base64 import b64encode

    return b64encode(content).decode()
