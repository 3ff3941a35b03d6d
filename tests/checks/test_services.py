"""Libvirt's daemon, monolithic and modular: Debian 12 has only the first, so the second is made up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import services
from tests.checks.fake_host import FakeHost, judged, refusal
from tutor.grading.verdict import Status
from tutor.host.libvirt.connection import SYSTEM, SYSTEM_ERROR, connection
from tutor.host.programs import program
from tutor.host.question import Unobservable
from tutor.host.systemd import unit
from tutor.text import Text

ENOENT, EACCES, AUTH_UNAVAILABLE = 2, 13, 94
MODULAR = services.MODULAR
Units = dict[str, tuple[str, str, str]]

NONE: Units = {}
#: Unit: how it was loaded, its state (``active`` or ``active/sub``), and how it is enabled.
DEBIAN: Units = {
    "libvirtd.service": ("loaded", "active", "enabled"),
    "libvirtd.socket": ("loaded", "active", "enabled"),
}
FEDORA: Units = {
    f"{name}.{kind}": ("loaded", "active" if kind == "socket" else "inactive", "enabled")
    for name in MODULAR
    for kind in ("service", "socket")
}


def opened(errno: int | None = None, code: int = SYSTEM_ERROR) -> dict[str, Any]:
    return {
        "open": errno is None,
        "code": 0 if errno is None else code,
        "errno": errno or 0,
        "libvirt": 9,
        "hypervisor": 7,
    }


def a_host(units: Units | None, voice: Any = None, **programs: bool) -> dict[Any, Any]:
    """A machine with these units (None: no systemd), where libvirt answers with ``voice``."""
    found: dict[Any, Any] = {"package": None}
    for name in (*services.MONOLITHIC, *MODULAR):
        for kind in ("service", "socket"):
            load, active, file = (units or {}).get(f"{name}.{kind}", ("not-found", "inactive", ""))
            active, _, sub = active.partition("/")
            answer = {"load": load, "active": active, "sub": sub or "dead", "file": file}
            found[unit(f"{name}.{kind}")] = refusal() if units is None else answer
    for name in ("libvirtd", "virtqemud", "virsh", "apt-get", "dnf"):
        found[program(name)] = (
            f"/usr/bin/{name}" if programs.get(name.replace("-", "_"), bool(units)) else None
        )
    for access in ("read", "write"):
        found[connection(SYSTEM, access)] = opened() if voice is None else voice
    return found


def changed(units: Units, **changes: str) -> Units:
    """The same units, with ``service`` or ``socket`` in another state (``load``, ``active`` or ``file``)."""
    kind, which, value = changes["kind"], changes["which"], changes["value"]
    place = ("load", "active", "file").index(which)
    return {
        name: tuple(
            value if index == place and name.endswith(kind) else old for index, old in enumerate(state)
        )  # type: ignore[misc]
        for name, state in units.items()
    }


def service(units: Units, which: str, value: str) -> Units:
    return changed(units, kind=".service", which=which, value=value)


def socket(units: Units, which: str, value: str) -> Units:
    return changed(units, kind=".socket", which=which, value=value)


def dead(units: Units) -> Units:
    return socket(service(units, "active", "inactive"), "active", "inactive")


SILENT = opened(ENOENT)


@pytest.mark.parametrize(
    ("units", "voice", "code"),
    [
        (DEBIAN, None, None),
        (FEDORA, None, None),
        ({**DEBIAN, **FEDORA}, None, None),
        (service(DEBIAN, "active", "inactive"), None, None),
        (dead(DEBIAN), None, None),  # started by hand
        (None, None, None),  # no systemd
        (DEBIAN, opened(EACCES), None),
        (DEBIAN, opened(0, AUTH_UNAVAILABLE), None),
        (DEBIAN, refusal("binding-missing"), None),
        (dead(DEBIAN), SILENT, "stopped"),
        (dead(FEDORA), SILENT, "stopped"),
        ({**FEDORA, "virtnetworkd.socket": ("loaded", "inactive", "enabled")}, SILENT, "stopped"),
        (dead(DEBIAN), opened(EACCES), "stopped"),  # the file of a socket that nobody listens at
        (dead(DEBIAN), refusal("binding-missing"), "stopped"),
        (dead(service(DEBIAN, "load", "masked")), SILENT, "masked"),
        (dead(service(DEBIAN, "file", "masked-runtime")), SILENT, "masked"),
        (service(DEBIAN, "active", "failed"), SILENT, "daemon-failed"),
        (service(DEBIAN, "active", "activating/auto-restart"), SILENT, "daemon-failed"),
        (service(DEBIAN, "active", "activating/auto-restart-queued"), SILENT, "daemon-failed"),
        (service(DEBIAN, "active", "inactive/dead-before-auto-restart"), SILENT, "daemon-failed"),
        (service(DEBIAN, "active", "activating/start-pre"), SILENT, "starting"),
        (service(DEBIAN, "active", "activating/start"), SILENT, "starting"),
        (service(DEBIAN, "active", "activating/start"), refusal("timed-out"), "starting"),
        (service(DEBIAN, "active", "activating/start"), refusal("not-answering"), "starting"),
        (service(DEBIAN, "active", "activating/start"), refusal("binding-missing"), "starting"),
        (service(FEDORA, "active", "activating/start"), SILENT, "starting"),
        (service(DEBIAN, "active", "activating/start"), None, None),  # it was when systemd was asked
        (service(DEBIAN, "active", "inactive"), refusal("not-answering"), "daemon-failed"),
        (DEBIAN, SILENT, "socket-gone"),
        (service(DEBIAN, "active", "inactive"), SILENT, "socket-gone"),
        (NONE, SILENT, "not-installed"),
        (None, SILENT, "not-installed"),
    ],
)
def test_running(units: Units | None, voice: Any, code: str | None) -> None:
    assert judged("libvirt-daemon-running", a_host(units, voice)).code == code


def said(words: Text | None) -> str:
    assert words is not None
    return words.render(str)


def test_a_daemon_that_starts_is_neither_running_nor_stopped() -> None:
    finding = judged("libvirt-daemon-running", a_host(service(DEBIAN, "active", "activating/start"), SILENT))
    assert finding.status is Status.UNKNOWN
    # systemctl waits for the start that is under way.
    assert finding.fix == ("sudo systemctl start libvirtd",)
    assert "journalctl -u libvirtd" in said(finding.hint)


def test_a_crash_loop_has_words_of_its_own() -> None:
    between = judged(
        "libvirt-daemon-running", a_host(service(DEBIAN, "active", "activating/auto-restart"), SILENT)
    )
    over = judged("libvirt-daemon-running", a_host(service(DEBIAN, "active", "failed/failed"), SILENT))
    assert between.code == over.code
    assert "try again" in said(between.observed)
    assert "try again" not in said(over.observed)


def test_no_systemd_and_nobody_listens() -> None:
    finding = judged("libvirt-daemon-running", a_host(None, SILENT, libvirtd=True))
    assert finding.code == "stopped"


@pytest.mark.parametrize("units", [DEBIAN, None])
@pytest.mark.parametrize("reason", ["timed-out", "not-answering"])
def test_a_daemon_that_runs_and_is_not_heard_is_unknown(units: Units | None, reason: str) -> None:
    with pytest.raises(Unobservable, match=reason):
        judged("libvirt-daemon-running", a_host(units, refusal(reason)))


@pytest.mark.parametrize(
    ("units", "code", "note"),
    [
        (DEBIAN, None, False),
        (FEDORA, None, False),
        (service(DEBIAN, "file", "disabled"), None, True),
        (service(FEDORA, "file", "disabled"), None, True),
        (socket(DEBIAN, "file", "disabled"), None, False),
        (socket(service(DEBIAN, "file", "disabled"), "file", "disabled"), "not-enabled", False),
        (socket(service(DEBIAN, "file", "enabled-runtime"), "file", "disabled"), "not-enabled", False),
        (service(service(DEBIAN, "file", "masked"), "load", "masked"), "masked", False),
        (NONE, "not-installed", False),
    ],
)
def test_enabled(units: Units, code: str | None, note: bool) -> None:
    finding = judged("libvirt-daemon-enabled", a_host(units))
    assert (finding.code, finding.note is not None) == (code, note)
    assert bool(finding.fix) == (code is not None)


def test_enabled_without_systemd() -> None:
    assert judged("libvirt-daemon-enabled", a_host(None)).code == "not-installed"
    with pytest.raises(Unobservable):
        judged("libvirt-daemon-enabled", a_host(None, libvirtd=True))


@pytest.mark.parametrize(
    ("units", "fix"),
    [
        (dead(DEBIAN), ["sudo systemctl start libvirtd"]),
        (dead(FEDORA), ["sudo systemctl start virtqemud virtnetworkd virtstoraged"]),
        (
            dead(service(DEBIAN, "file", "masked")),
            ["sudo systemctl unmask libvirtd.service libvirtd.socket", "sudo systemctl start libvirtd"],
        ),
        (service(DEBIAN, "active", "failed"), []),
    ],
)
def test_the_commands_name_the_daemons_of_this_way(units: Units, fix: list[str]) -> None:
    assert list(judged("libvirt-daemon-running", a_host(units, SILENT)).fix) == fix
    assert list(services.start_commands(FakeHost(a_host(units)))) == fix


def test_a_mask_for_this_boot_lies_elsewhere() -> None:
    finding = judged(
        "libvirt-daemon-running", a_host(dead(service(DEBIAN, "file", "masked-runtime")), SILENT)
    )
    assert "unmask --runtime" in finding.fix[1]


def test_fedora_installs_its_own_way() -> None:
    host = a_host(NONE, SILENT, dnf=True)
    assert (
        judged("libvirt-daemon-running", host).fix[0] == "sudo dnf install -y libvirt-daemon libvirt-client"
    )


@pytest.mark.parametrize(
    ("units", "restarted"), [(DEBIAN, "libvirtd"), (FEDORA, "virtnetworkd"), (None, "libvirtd")]
)
def test_what_is_restarted(units: Units | None, restarted: str) -> None:
    assert services.restart_command(FakeHost(a_host(units)), "virtnetworkd").split()[-1] == restarted


STATE = st.tuples(
    st.sampled_from(["loaded", "not-found", "masked", "error", ""]),
    st.sampled_from(
        ["active", "inactive", "failed", "activating", "activating/auto-restart", "deactivating", ""]
    ),
    st.sampled_from(["enabled", "disabled", "masked", "static", "alias", "masked-runtime", "bad", ""]),
)
UNITS = st.dictionaries(
    st.sampled_from([f"{name}.{kind}" for name in ("libvirtd", *MODULAR) for kind in ("service", "socket")]),
    STATE,
)
VOICE = st.one_of(
    st.none(), st.builds(opened, st.sampled_from([0, 1, 2, 13, 111]), st.sampled_from([38, 45, 94]))
)


@given(UNITS, VOICE)
def test_whatever_the_units_are_there_is_an_answer_and_silence_never_passes(units: Units, voice: Any) -> None:
    finding = judged("libvirt-daemon-running", a_host(units, voice))
    judged("libvirt-daemon-enabled", a_host(units, voice))
    if voice is None:
        assert finding.code is None
    elif voice["code"] == SYSTEM_ERROR and voice["errno"] in (0, 2, 111):
        assert finding.code is not None
    assert finding.code is None or finding.code == "daemon-failed" or finding.fix
