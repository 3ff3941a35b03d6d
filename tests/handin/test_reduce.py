"""What leaves the machine: no more than the course needs, and no less."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.handin.samples import NAMES, graded, handin_of, line_of, recorded, the_course
from tutor.grading.verdict import Grade
from tutor.handin.judge import differences, judge
from tutor.handin.reduce import Reduced, hide_login, reduce
from tutor.handin.reduce.context import REDUCERS
from tutor.host.libvirt.connection import SYSTEM


def reduced(name: str, document: dict[str, Any] | None = None) -> Reduced:
    return reduce(document or recorded(name), the_course()[0], graded(name).variables)


def told(grade: Grade) -> dict[str, Any]:
    """Everything that a verdict says, by check."""
    return {verdict.spec.id: verdict.finding for result in grade.steps for verdict in result.verdicts}


def judged(document: dict[str, Any], name: str) -> tuple[Grade, list[Any]]:
    course, registry = the_course()
    handin = handin_of(line_of(name, recording=document))
    grade = judge(handin, course, registry)
    return grade, differences(handin, grade)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_is_judged_as_the_whole_was(name: str) -> None:
    grade, apart = judged(reduced(name).document, name)
    assert apart == []
    assert told(grade) == told(graded(name))


@pytest.mark.parametrize("name", NAMES)
def test_reducing_twice_changes_nothing(name: str) -> None:
    once = reduced(name).document
    assert reduced(name, once).document == once


@pytest.mark.parametrize("name", NAMES)
def test_under_a_pseudonym_the_verdicts_are_the_same(name: str) -> None:
    """The recordings' student is called student: first they get a name that can be hidden."""
    document = json.loads(json.dumps(recorded(name)).replace("student", "anna87"))
    hidden = hide_login(reduced(name, document).document, "anna87")
    assert "anna87" not in json.dumps(hidden)
    assert judged(hidden, name)[1] == []


def test_a_login_is_only_hidden_as_a_word() -> None:
    document = {
        "user": "an",
        "variables": {"disk_path": "/home/an/an.qcow2", "other": 7},
        "observations": {'file["/home/an/x"]': {"value": ["an", "ane", "an-old", "man", "an:an"]}},
    }
    assert hide_login(document, "an") == {
        "user": "student",
        "variables": {"disk_path": "/home/student/student.qcow2", "other": 7},
        "observations": {
            'file["/home/student/x"]': {"value": ["student", "ane", "an-old", "man", "student:student"]}
        },
    }


def test_every_source_of_the_course_is_listed() -> None:
    asked = {key.partition("[")[0] for name in NAMES for key in recorded(name)["observations"]}
    assert asked <= REDUCERS.keys()


def test_what_nobody_has_listed_stays() -> None:
    document = recorded("fresh")
    document["observations"]['diary["2026"]'] = {"by": "x", "when": 0.0, "duration": 0.0, "value": "private"}
    found = reduced("fresh", document)
    assert "private" not in json.dumps(found.document)
    assert "answers that no one has said are needed: diary" in {
        what.render(str) for what, _ in found.left_out
    }


# Secrets, in every place where a student's machine may hold one.

_SECRETS = st.from_regex(r"[A-Z][a-z]{3,8}Secret[0-9]{4}", fullmatch=True)


def _with_secrets(secret: str) -> dict[str, Any]:
    """The finished machine of somebody who has a life beside the course."""
    document = copy.deepcopy(recorded("done"))
    seen = document["observations"]

    def see(source: str, *args: str, value: Any) -> None:
        key = source + json.dumps(args, separators=(",", ":"))
        seen[key] = {"by": "x", "when": 1.5, "duration": 0.1, "value": value}

    def answer(source: str, *args: str) -> Any:
        return seen[source + json.dumps(args, separators=(",", ":"))]["value"]

    answer("group", "kvm")["members"].append(secret)
    answer("libvirt.domains", SYSTEM).insert(0, secret)
    for part in ("xml", "inactive_xml"):
        own = answer("libvirt.domain", SYSTEM, "vm-nat")
        own[part] = own[part].replace(
            "</name>",
            f"</name><title>{secret}</title><description>{secret}</description>"
            f"<metadata><a>{secret}</a></metadata>",
        )
        own[part] = own[part].replace(
            "</domain>",
            f"<qemu:commandline xmlns:qemu='x:{secret}'><qemu:env name='T' value='{secret}'/>"
            f"</qemu:commandline><sysinfo>{secret}</sysinfo></domain>",
        )
        own[part] = own[part].replace(
            "<devices>",
            f"<devices><filesystem><source dir='/{secret}'/></filesystem>"
            f"<graphics type='vnc' passwd='{secret}'/>",
        )
        net = answer("libvirt.network", SYSTEM, "default")
        net[part] = net[part].replace(
            "</dhcp>", f"<host mac='52:54:00:01:02:03' name='{secret}' ip='192.168.122.77'/></dhcp>"
        )
        net[part] = net[part].replace(
            "</network>",
            f"<dns><txt name='{secret}' value='{secret}'/></dns><metadata>{secret}</metadata></network>",
        )
    see("libvirt.networks", SYSTEM, value=["default", "isolerat-natverk", secret])
    xml = (
        f"<network><name>{secret}</name><bridge name='virbr7'/><domain name='{secret}'/>"
        f"<ip address='10.1.2.1' prefix='24'><dhcp><host mac='52:54:00:01:02:03' name='{secret}'/></dhcp>"
        "</ip></network>"
    )
    see(
        *("libvirt.network", SYSTEM, secret),
        value={
            "name": secret,
            "uuid": secret,
            "active": False,
            "persistent": True,
            "autostart": False,
            "xml": xml,
            "inactive_xml": xml,
        },
    )
    answer("libvirt.leases", SYSTEM, "default").append(
        {"mac": "52:54:00:01:02:03", "address": "192.168.122.77", "hostname": secret}
    )
    answer("libvirt.leases", SYSTEM, "default")[0]["hostname"] = secret
    answer("folder", "~").extend([secret, f"{secret}.xml"])
    see(
        *("document", f"~/{secret}.xml"),
        value={
            "path": f"/home/student/{secret}.xml",
            "well_formed": True,
            "root": "svg",
            "encoding": None,
            "models": [{"href": secret, "schematypens": None}],
            "schema": None,
            "valid": None,
            "faults": [{"line": 1, "message": secret}],
        },
    )
    see(
        *("file-text", "~/.config/Code/User/settings.json"),
        value={
            "path": "/home/student/.config/Code/User/settings.json",
            "text": f'{{"github.token": "{secret}", // {secret}\n'
            f'"xml.fileAssociations": [{{"pattern": "*.x", "systemId": "y", "z": "{secret}"}},]}}',
        },
    )
    see(
        *("file-text", "~/isolated-net.xml"),
        value={"path": "/home/student/isolated-net.xml", "text": f"<!-- {secret} --><forward mode='none'/>"},
    )
    answer("file-text", "/etc/nftables.conf")["text"] += f"# {secret}\n"
    shell = answer("shell-variable", "LIBVIRT_DEFAULT_URI", "libv|default_uri|qemu:")
    for line in (
        f"export TOKEN={secret} LIBVIRT_DEFAULT_URI=qemu:///system",
        f"alias v='virsh -c qemu+ssh://{secret}@host/system'",
        f"# libvirt: {secret}",
        f"echo {secret}| libvirt",
    ):
        shell["mentions"].append({"file": "/home/student/.bashrc", "line": 1, "text": line})
    shell["end"] = {"file": "/home/student/.bashrc", "line": 9, "text": f"exec {secret}"}
    answer("user")["sudo_user"] = secret
    answer("links")[0]["addresses"].append("2001:db8::1234")
    socket = {"protocol": "tcp", "address": "*", "interface": None, "program": secret, "pid": 7, "unit": None}
    see("listeners", value=[{**socket, "port": 2222}, {**socket, "port": 6881}])
    failed = {"reason": "failed", "message": "x {error}", "values": {"error": secret}, "fix": []}
    seen['shell-variable["X","x"]'] = {"by": "x", "when": 0.0, "duration": 0.0, "failure": failed}
    return document


@settings(max_examples=25, deadline=None)
@given(_SECRETS)
def test_secrets_stay(secret: str) -> None:
    document = _with_secrets(secret)
    assert json.dumps(document).count(secret) > 30
    left = line_of("done", recording=reduced("done", document).document).decode()
    assert secret not in left
    assert "2001:db8::1234" not in left


def test_and_what_stays_changes_no_verdict() -> None:
    """The machine with secrets is judged whole, then reduced."""
    document = _with_secrets("HushSecret1234")
    whole, _ = judged(document, "done")
    left, _ = judged(reduced("done", document).document, "done")
    statuses = [
        {id_: (finding.status, finding.code) for id_, finding in told(one).items()} for one in (whole, left)
    ]
    assert statuses[0] == statuses[1]


def test_of_sockets_those_of_the_course_are_left() -> None:
    found = reduced("done", _with_secrets("HushSecret1234"))
    assert [one["port"] for one in found.document["observations"]["listeners[]"]["value"]] == [2222]
    assert ("ports that this machine listens on", 1) in {
        (what.render(str), count) for what, count in found.left_out
    }


def test_another_network_in_the_way_keeps_its_place() -> None:
    found = reduced("done", _with_secrets("HushSecret1234")).document["observations"]
    assert found[f'libvirt.networks["{SYSTEM}"]']["value"] == [
        "default",
        "isolerat-natverk",
        "other-network-1",
    ]
    other = found[f'libvirt.network["{SYSTEM}","other-network-1"]']["value"]
    assert other["name"] == "other-network-1"
    assert "virbr7" in other["xml"]


def test_how_a_start_up_file_sets_the_variable_is_still_to_be_seen() -> None:
    found = reduced("done", _with_secrets("HushSecret1234")).document["observations"]
    lines = [
        one["text"]
        for one in found['shell-variable["LIBVIRT_DEFAULT_URI","libv|default_uri|qemu:"]']["value"][
            "mentions"
        ]
    ]
    assert lines[0] == 'export LIBVIRT_DEFAULT_URI="qemu:///system"'
    assert lines[1] == "export TOKEN=*** LIBVIRT_DEFAULT_URI=qemu:///system"


@pytest.mark.parametrize("xml", ["", "<", "<a/>", "<!DOCTYPE a []><a/>", "<a>" * 300])
def test_what_is_no_xml_is_malformed_as_before(xml: str) -> None:
    document = copy.deepcopy(recorded("done"))
    for observation in document["observations"].values():
        if isinstance(observation.get("value"), dict) and "inactive_xml" in observation["value"]:
            observation["value"].update(xml=xml, inactive_xml=xml)
    whole, left = judged(document, "done")[0], judged(reduced("done", document).document, "done")[0]
    assert [(one.status, one.code) for one in told(whole).values()] == [
        (one.status, one.code) for one in told(left).values()
    ]
