"""The wrong states of `install`: made on a real machine, told apart, and mended by what is printed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.machine.lesson import Judged, assert_green, assert_mended, judge, run_fixes
from tutor.sandbox.machines import Machine

LIBVIRT, NETWORK, CONFIRM, QEMU = (
    f"install/{name}" for name in ("libvirt", "default-network", "confirm", "qemu-kvm")
)
VIRSH = "virsh -c qemu:///system"
STOP = "systemctl stop libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"
DROP_IN = "/etc/systemd/system/libvirtd.service.d/break.conf"
OTHER_XML = "/tmp/other.xml"
DEFAULT_XML = "/usr/share/libvirt/networks/default.xml"


@pytest.fixture(scope="module")
def whole(ready_lesson_machine: Machine) -> Machine:
    """A machine with the lesson done."""
    run_fixes(ready_lesson_machine, judge(ready_lesson_machine, LIBVIRT))
    run_fixes(ready_lesson_machine, judge(ready_lesson_machine, NETWORK))
    return ready_lesson_machine


@pytest.fixture
def machine(whole: Machine) -> Iterator[Machine]:
    """The lesson's machine, put right after a test that does not do so itself."""
    yield whole
    whole.run(_RESTORE, user="root", timeout=120, check=True)


@contextmanager
def _restored_on_failure(machine: Machine) -> Iterator[None]:
    """What a printed fix has put right needs no more; a fix that did not must not make other tests fail."""
    try:
        yield
    except BaseException:
        machine.run(_RESTORE, user="root", timeout=120)
        raise


_RESTORE = f"""
gpasswd -d other kvm; gpasswd -d other libvirt
groupadd -f --system kvm; groupadd -f --system libvirt; usermod -aG kvm,libvirt student
rm -rf {DROP_IN} /etc/systemd/system/libvirtd.socket.d /home/student/.config/libvirt
systemctl daemon-reload
systemctl unmask libvirtd.service libvirtd.socket; systemctl reset-failed
systemctl enable libvirtd
systemctl is-active libvirtd || systemctl start libvirtd
exec 2>/dev/null
if ! {VIRSH} net-dumpxml default | grep -q "mode='nat'"; then
    {VIRSH} net-destroy default; {VIRSH} net-undefine default; {VIRSH} net-define {DEFAULT_XML}
fi
{VIRSH} net-autostart default; {VIRSH} net-start default
true
"""


@dataclass(frozen=True)
class Wrong:
    """A wrong state: what root runs to make it, and by which codes it is told.

    ``codes`` are of the checks that find it.
    """

    make: str
    codes: dict[str, str]


def networked(
    forward: str, *, ip: str = "<dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>"
) -> str:
    """Root's commands that define the network default with this forward element, and this within ip."""
    address = f"<ip address='192.168.122.1' netmask='255.255.255.0'>{ip}</ip>" if ip != "none" else ""
    bridge = "<bridge name='br9'/>" if "bridge" in forward else "<bridge name='virbr0' stp='on' delay='0'/>"
    # A bridge of the host's own is given no addresses by libvirt.
    address = "" if "bridge" in forward else address
    xml = f"<network><name>default</name><uuid>UUID</uuid>{forward}{bridge}{address}</network>"
    return (
        f'echo "{xml}" | sed "s/UUID/$({VIRSH} net-uuid default | head -1)/" > /tmp/net.xml; '
        f"{VIRSH} net-define /tmp/net.xml"
    )


NAT, ROUTE = "<forward mode='nat'/>", "<forward mode='route'/>"
RESTART = f"{VIRSH} net-destroy default; {VIRSH} net-start default"
PLAIN = f"{VIRSH} net-destroy default; {VIRSH} net-undefine default"

GROUPS: dict[str, tuple[str, Wrong]] = {
    "kvm: another user": (
        QEMU,
        Wrong(
            "gpasswd -d student kvm; gpasswd -a other kvm",
            {"group": "another-user-added", "session": "need-failed"},
        ),
    ),
    "kvm: nobody": (QEMU, Wrong("gpasswd -d student kvm", {"group": "not-a-member"})),
    "kvm: no group": (QEMU, Wrong("groupdel -f kvm", {"group": "group-missing"})),
    "libvirt: another user": (
        LIBVIRT,
        Wrong("gpasswd -d student libvirt; gpasswd -a other libvirt", {"group": "another-user-added"}),
    ),
    "libvirt: nobody": (LIBVIRT, Wrong("gpasswd -d student libvirt", {"group": "not-a-member"})),
    "libvirt: no group": (LIBVIRT, Wrong("groupdel libvirt", {"group": "group-missing"})),
    "confirm: only with sudo": (CONFIRM, Wrong("gpasswd -d student libvirt", {"write": "not-authorised"})),
    "confirm: no group": (CONFIRM, Wrong("groupdel libvirt", {"write": "not-authorised"})),
    "confirm: only session mode": (CONFIRM, Wrong(STOP, {"write": "session-only"})),
    "confirm: neither daemon nor membership": (
        CONFIRM,
        Wrong(f"{STOP}; gpasswd -d student libvirt", {"write": "session-only"}),
    ),
    "confirm: masked": (CONFIRM, Wrong(f"{STOP}; systemctl mask libvirtd", {"write": "session-only"})),
}

SERVICE: dict[str, Wrong] = {
    "active, not enabled": Wrong("systemctl disable libvirtd", {"enabled": "not-enabled"}),
    "enabled until the next boot": Wrong(
        "systemctl disable libvirtd; systemctl enable --runtime libvirtd", {"enabled": "not-enabled"}
    ),
    "enabled, stopped": Wrong(STOP, {"daemon": "stopped"}),
    "neither": Wrong(f"{STOP}; systemctl disable libvirtd", {"daemon": "stopped", "enabled": "not-enabled"}),
    "masked and stopped": Wrong(
        f"{STOP}; systemctl mask libvirtd", {"daemon": "masked", "enabled": "masked"}
    ),
    "masked, running": Wrong("systemctl mask libvirtd", {"enabled": "masked"}),
    "masked until the next boot": Wrong(f"{STOP}; systemctl mask --runtime libvirtd", {"daemon": "masked"}),
    "its socket's file removed": Wrong(
        "rm /run/libvirt/libvirt-sock /run/libvirt/libvirt-sock-ro", {"daemon": "socket-gone"}
    ),
}

NETWORKS: dict[str, Wrong] = {
    "transient": Wrong(
        f"{VIRSH} net-dumpxml default > /tmp/net.xml; {PLAIN}; {VIRSH} net-create /tmp/net.xml",
        {"persistent": "transient", "autostart": "need-failed"},
    ),
    "no autostart": Wrong(f"{VIRSH} net-autostart --disable default", {"autostart": "no-autostart"}),
    "inactive": Wrong(
        f"{VIRSH} net-destroy default", {"active": "inactive", "bridge": "need-failed", "dhcp": "need-failed"}
    ),
    "as Debian leaves it": Wrong(
        f"{VIRSH} net-destroy default; {VIRSH} net-autostart --disable default",
        {"active": "inactive", "autostart": "no-autostart"},
    ),
    "routed": Wrong(f"{networked(ROUTE)}; {RESTART}", {"nat": "forward-changed"}),
    "routed from the next start on": Wrong(networked(ROUTE), {"nat": "forward-changed"}),
    "routed until the next start": Wrong(
        f"{networked(ROUTE)}; {RESTART}; {networked(NAT)}", {"nat": "restart-needed"}
    ),
    "open": Wrong(f"{networked(ROUTE.replace('route', 'open'))}; {RESTART}", {"nat": "forward-changed"}),
    "isolated": Wrong(f"{networked('')}; {RESTART}", {"nat": "forward-changed"}),
    "isolated and stopped": Wrong(
        f"{networked('')}; {VIRSH} net-destroy default", {"nat": "forward-changed", "active": "inactive"}
    ),
    "on a bridge of the host's": Wrong(
        f"ip link add br9 type bridge; {networked(ROUTE.replace('route', 'bridge'))}; {RESTART}",
        {"nat": "forward-changed", "dhcp": "no-dhcp"},
    ),
    "without DHCP": Wrong(f"{networked(NAT, ip='')}; {RESTART}", {"dhcp": "no-dhcp"}),
    "isolated, without addresses": Wrong(
        f"{networked('', ip='none')}; {RESTART}", {"nat": "forward-changed", "dhcp": "no-dhcp"}
    ),
    "without DHCP until the next start": Wrong(
        f"{networked(NAT, ip='')}; {RESTART}; {networked(NAT)}", {"dhcp": "restart-needed"}
    ),
    "routed and without DHCP": Wrong(
        f"{networked(ROUTE, ip='')}; {RESTART}", {"nat": "forward-changed", "dhcp": "no-dhcp"}
    ),
    "dnsmasq dead": Wrong(
        "kill $(cat /run/libvirt/network/default.pid); while pgrep -x dnsmasq; do sleep 0.05; done",
        {"dhcp": "dnsmasq-dead"},
    ),
    "bridge deleted": Wrong("ip link delete virbr0", {"bridge": "bridge-missing"}),
    "address removed": Wrong("ip address flush dev virbr0", {"bridge": "address-missing"}),
    "bridge down": Wrong("ip link set virbr0 down", {"bridge": "bridge-down"}),
    "address removed, bridge down": Wrong(
        "ip address flush dev virbr0; ip link set virbr0 down", {"bridge": "address-missing"}
    ),
    "missing": Wrong(PLAIN, {"defined": "missing", "persistent": "need-failed", "active": "need-failed"}),
    "only in the session mode": Wrong(
        f"{PLAIN}; su - student -c 'virsh -c qemu:///session net-define {DEFAULT_XML}'",
        {"defined": "in-session-mode"},
    ),
    "behind a stopped daemon": Wrong(STOP, {"defined": "need-failed", "dhcp": "need-failed"}),
}


@pytest.mark.parametrize("name", GROUPS)
def test_membership_and_access(machine: Machine, name: str) -> None:
    step, wrong = GROUPS[name]
    _make(machine, wrong)
    assert_mended(machine, step, wrong.codes)


@pytest.mark.parametrize("name", SERVICE)
def test_the_daemon(whole: Machine, name: str) -> None:
    with _restored_on_failure(whole):
        _make(whole, SERVICE[name])
        assert_mended(whole, LIBVIRT, SERVICE[name].codes)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_default_network(whole: Machine, name: str) -> None:
    with _restored_on_failure(whole):
        _make(whole, NETWORKS[name])
        assert_mended(whole, NETWORK, NETWORKS[name].codes)


@pytest.mark.parametrize(
    "stop", ["systemctl start libvirtd; true", f"{STOP}; systemctl start libvirtd.socket libvirtd-ro.socket"]
)
def test_a_daemon_that_cannot_start_is_no_idle_daemon(machine: Machine, stop: str) -> None:
    """In a crash loop, and before anybody has called: the socket listens either way."""
    machine.write(DROP_IN, "[Service]\nExecStart=\nExecStart=/bin/false\n")
    machine.run(f"systemctl daemon-reload; {STOP}; {stop}", user="root")
    judged = judge(machine, LIBVIRT)
    assert judged.codes == {"daemon": "daemon-failed"}
    # Whoever broke it knows why; starting it again would only fail again.
    assert judged.fixes == []
    assert judge(machine, CONFIRM).codes["write"] in ("session-only", "not-answering")


def test_a_daemon_that_hangs_is_unknown_and_costs_seconds(machine: Machine) -> None:
    """It runs; whether it works, nobody could ask. Restarting it is worth a try."""
    machine.run("sudo pkill -STOP -x libvirtd", check=True)
    began = time.monotonic()
    hung = [judge(machine, step) for step in (LIBVIRT, NETWORK)]
    assert time.monotonic() - began < 2 * 8
    for judged in hung:
        assert (judged.status, judged.returncode) == ("unknown", 3)
        assert set(judged.codes.values()) <= {"timed-out", "need-unknown"}
    run_fixes(machine, hung[-1])
    assert_green(machine, NETWORK)


def test_an_idle_daemon_behind_its_socket_passes(machine: Machine) -> None:
    machine.run("sudo systemctl stop libvirtd.service", check=True)
    assert machine.run("systemctl is-active libvirtd.service libvirtd.socket").stdout == "inactive\nactive\n"
    for step in (LIBVIRT, NETWORK, CONFIRM):
        assert_green(machine, step)


def test_a_daemon_that_was_started_by_hand_passes(machine: Machine) -> None:
    machine.run(f"sudo {STOP} && sudo libvirtd --daemon", check=True)
    judged = judge(machine, LIBVIRT)
    machine.run("sudo kill $(cat /run/libvirtd.pid)", check=True)
    assert judged.status == "pass", judged.explain()


def test_enabled_by_the_socket_alone_passes_with_a_note(machine: Machine) -> None:
    machine.run("sudo systemctl disable libvirtd && sudo systemctl enable libvirtd.socket", check=True)
    (enabled,) = (
        check for check in judge(machine, LIBVIRT).step["checks"] if check["id"].endswith("/enabled")
    )
    assert enabled["status"] == "pass"
    assert "only the socket is enabled" in enabled["note"]


def test_a_stale_session_is_a_note_where_polkit_decides(machine: Machine) -> None:
    judged = _judge_with_groups(machine, LIBVIRT, "student,sudo")
    (group,) = (check for check in judged.step["checks"] if check["id"].endswith("/group"))
    assert (judged.status, group["status"]) == ("pass", "pass")
    assert "this session does not have the group yet" in group["note"]
    assert _judge_with_groups(machine, CONFIRM, "student,sudo").status == "pass"


def test_a_stale_session_fails_where_the_socket_decides(machine: Machine) -> None:
    """Ubuntu's way: the socket is for root and the group libvirt, and nobody else is asked."""
    _like_ubuntu(machine, "none")
    for step in (LIBVIRT, CONFIRM):
        assert_green(machine, step)
    for step, name in ((LIBVIRT, "group"), (CONFIRM, "write")):
        judged = _judge_with_groups(machine, step, "student,sudo")
        assert judged.codes == {name: "not-in-session"}
        assert judged.fixes == []
    machine.run("sudo gpasswd -d student libvirt", check=True)
    assert_mended(machine, CONFIRM, {"write": "not-authorised"})
    _like_ubuntu(machine, None)


def test_a_stale_session_lacks_kvm(machine: Machine) -> None:
    judged = _judge_with_groups(machine, QEMU, "student,sudo,libvirt")
    assert judged.codes == {"session": "not-in-session"}
    assert judged.fixes == []
    assert _judge_with_groups(machine, QEMU, "student,kvm").status == "pass"


@pytest.mark.parametrize("step", [QEMU, LIBVIRT, CONFIRM])
def test_root_says_nothing_about_the_student(machine: Machine, step: str) -> None:
    judged = judge(machine, step, user="root")
    assert set(judged.codes.values()) <= {"run-as-root", "need-unknown"}
    assert (judged.status, judged.returncode) == ("unknown", 3)
    assert judged.fixes == []


def test_a_member_who_is_refused_is_told_to_look_elsewhere(machine: Machine) -> None:
    rule = "/etc/polkit-1/rules.d/00-no.rules"
    machine.write(
        rule, "polkit.addRule(function(a) { if (a.id == 'org.libvirt.unix.manage') return 'no'; });\n"
    )
    machine.run("systemctl restart polkit", user="root", check=True)
    judged = judge(machine, CONFIRM)
    machine.run(f"rm {rule}; systemctl restart polkit", user="root", check=True)
    assert judged.codes == {"write": "refused-as-member"}
    assert judged.fixes == []


def test_let_in_by_a_rule_of_the_hosts_own(machine: Machine) -> None:
    """Not by the group: to list domains as oneself is what counts."""
    rule = "/etc/polkit-1/rules.d/00-yes.rules"
    machine.write(rule, "polkit.addRule(function(a, s) { if (s.user == 'student') return 'yes'; });\n")
    machine.run("gpasswd -d student libvirt; systemctl restart polkit", user="root", check=True)
    judged = judge(machine, CONFIRM)
    machine.run(f"rm {rule}; systemctl restart polkit", user="root", check=True)
    assert judged.status == "pass", judged.explain()


PREFIX = """sed -i "s/netmask='255.255.255.0'/prefix='24'/" /tmp/net.xml"""
ROUTES = {
    "net-create, then net-define": f"{PLAIN}; {VIRSH} net-create {OTHER_XML}; {VIRSH} net-define {OTHER_XML}",
    "net-define of another order": f"{PLAIN}; {VIRSH} net-define {OTHER_XML}; {VIRSH} net-start default",
    "a prefix for a netmask": f"{networked(NAT)}; {PREFIX}; {PLAIN}; {VIRSH} net-define /tmp/net.xml; "
    f"{VIRSH} net-start default",
}


@pytest.mark.parametrize("name", ROUTES)
def test_other_routes_to_the_network(machine: Machine, name: str) -> None:
    """With a bridge and addresses of one's own choice; forward without a mode is nat."""
    machine.write(
        OTHER_XML,
        "<network><uuid>1b4d04cf-b11c-4ea5-8b2d-d7c7ef3a1a5f</uuid>"
        "<ip address='192.168.77.1' netmask='255.255.255.0'><dhcp>"
        "<range start='192.168.77.128' end='192.168.77.254'/></dhcp></ip>"
        "<domain name='default'/><bridge name='br-hemma'/><forward/><name>default</name></network>",
    )
    machine.run(f"{ROUTES[name]}; {VIRSH} net-autostart default", user="root", check=True)
    assert_green(machine, NETWORK)
    machine.run(f"{PLAIN}; {VIRSH} net-define {DEFAULT_XML}", user="root", check=True)


def _make(machine: Machine, wrong: Wrong) -> None:
    machine.run(wrong.make, user="root", timeout=100)


def _judge_with_groups(machine: Machine, step: str, groups: str) -> Judged:
    """Grade in a session that was begun when the student had only these groups."""
    grade = f"tutor check {step} --format json --lang en"
    session = "env -i HOME=/home/student USER=student LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin"
    become = f"setpriv --reuid=student --regid=student --groups={groups}"
    done = machine.run(f"cd /home/student; {become} {session} {grade}", user="root")
    return Judged(done.returncode, json.loads(done.stdout))


def _like_ubuntu(machine: Machine, auth: str | None) -> None:
    """Let the socket's permissions decide, or (None) polkit again."""
    socket, daemon = "/etc/systemd/system/libvirtd.socket.d/ubuntu.conf", "/etc/libvirt/libvirtd.conf"
    if auth:
        machine.write(socket, "[Socket]\nSocketMode=0660\nSocketGroup=libvirt\n")
        machine.run(f"echo 'auth_unix_rw = \"{auth}\"' >> {daemon}", user="root", check=True)
    else:
        machine.run(f"rm {socket}; sed -i /^auth_unix_rw/d {daemon}", user="root", check=True)
    machine.run(f"systemctl daemon-reload; {STOP}; systemctl start libvirtd", user="root", check=True)
