"""A machine in trouble: whatever is stopped, hung, full or forbidden, the run ends well, blaming nobody."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pexpect
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tutor.sandbox.machines import Machine
from tutor.sandbox.process import host_environment

#: What a hung daemon may cost beyond a normal run, in seconds.
HUNG = 5.0
VIRSH = "virsh -c qemu:///system"
DISK = "/var/lib/libvirt/images/min-disk.qcow2"


@dataclass(frozen=True)
class Run:
    """A run of ``tutor check`` with a machine format."""

    returncode: int
    document: dict[str, Any]
    stderr: str
    seconds: float

    @property
    def codes(self) -> dict[str, str]:
        """The code of each check that has one, by its id."""
        return {one["id"]: one["code"] for one in self.checks if one["code"]}

    @property
    def checks(self) -> list[dict[str, Any]]:
        """All checks, in order."""
        return [check for step in self.document["steps"] for check in step["checks"]]

    def status(self, name: str) -> str:
        """The status of one check."""
        return str(next(one["status"] for one in self.checks if one["id"] == name))


def check(
    machine: Machine, words: str = "", user: str = "student", before: str = "", meanwhile: str = ":"
) -> Run:
    """Grade, and hold what was printed to what is promised of every run.

    :param before: a wrapper around it, or variables.
    :param meanwhile: what happens at the same time.
    """
    started = time.monotonic()
    grading = f"{before} tutor check {words} --format json --lang en"
    done = machine.run(f"({meanwhile}) & {grading}; code=$?; wait; exit $code", user=user)
    seconds = time.monotonic() - started
    assert done.returncode in (0, 1, 3), done.stderr
    assert "Traceback" not in done.stderr
    run = Run(done.returncode, json.loads(done.stdout), done.stderr, seconds)
    assert "internal-error" not in run.codes.values(), done.stdout
    return run


@pytest.fixture(scope="module")
def machine(ready_lesson_machine: Machine) -> Machine:
    """The default network runs; one image that only root can read."""
    ready_lesson_machine.run(f"{VIRSH} net-autostart default && {VIRSH} net-start default", check=True)
    ready_lesson_machine.run(
        f"sudo qemu-img create -q -f qcow2 {DISK} 30G; sudo chmod 600 {DISK}", check=True
    )
    # systemd gives up on a service that is started too often.
    drop_in = "/run/systemd/system/libvirtd.service.d/often.conf"
    ready_lesson_machine.write(drop_in, "[Unit]\nStartLimitIntervalSec=0\n")
    ready_lesson_machine.run("systemctl daemon-reload", user="root", check=True)
    check(ready_lesson_machine)  # the daemon is awake, the lessons are compiled
    return ready_lesson_machine


def libvirtd(machine: Machine) -> str:
    return machine.run("systemctl show -P MainPID libvirtd").stdout.strip()


@pytest.fixture
def restarted(machine: Machine) -> Iterator[Machine]:
    """Whatever a test does to libvirt's daemon, the next one finds it well."""
    yield machine
    _restart(machine)


def _restart(machine: Machine) -> None:
    """Anew, whatever state it is in, until both its sockets are served."""
    once = (
        "pkill -CONT -x libvirtd; systemctl stop libvirtd 'libvirtd*.socket'; "
        "systemctl reset-failed 'libvirtd*'; "
        f"systemctl start libvirtd && {VIRSH} uri && {VIRSH} -r uri && exit 0"
    )
    machine.run(f"for attempt in 1 2 3 4 5; do {once}; sleep 0.3; done; exit 1", user="root", check=True)


# libvirt's daemon.


def test_stopped(restarted: Machine) -> None:
    restarted.run("systemctl stop libvirtd 'libvirtd*.socket'", user="root")
    run = check(restarted, "install/confirm install/default-network")
    assert run.codes["install/confirm/write"] == "session-only"
    assert run.returncode == 1


def test_hung(restarted: Machine) -> None:
    normal = check(restarted).seconds
    restarted.run(f"kill -STOP {libvirtd(restarted)}", user="root", check=True)
    run = check(restarted)
    assert run.seconds < normal + HUNG
    assert run.status("install/confirm/write") == "unknown"
    assert run.codes["install/confirm/write"] == "timed-out"
    assert run.status("tools/toolbox/programs") == "pass"
    assert "fail" not in {run.status(one["id"]) for one in run.checks if one["id"].startswith("domains/xml/")}


def test_listening_and_never_answering(restarted: Machine) -> None:
    """Another program has the socket: connections are accepted by the kernel, and by nobody else."""
    restarted.run("systemctl stop libvirtd 'libvirtd*.socket'", user="root")
    listen = (
        "import socket, time; s = socket.socket(socket.AF_UNIX); s.bind('/run/libvirt/libvirt-sock');"
        "r = socket.socket(socket.AF_UNIX); r.bind('/run/libvirt/libvirt-sock-ro');"
        "s.listen(0); r.listen(0); time.sleep(60)"
    )
    script = (
        f'rm -f /run/libvirt/libvirt-sock*; (umask 0; exec python3 -c "{listen}") >/dev/null 2>&1 & echo $!'
    )
    pid = restarted.run(script, user="root", check=True).stdout.strip()
    try:
        time.sleep(0.3)
        run = check(restarted, "install/confirm install/default-network domains")
        assert run.codes["install/confirm/write"] == "timed-out"
        assert run.seconds < 1 + HUNG
    finally:
        restarted.run(f"kill {pid}; rm -f /run/libvirt/libvirt-sock*", user="root")


def test_nothing_is_left_behind(restarted: Machine) -> None:
    """What hung in a call ends with the run that made it."""
    restarted.run(f"kill -STOP {libvirtd(restarted)}", user="root", check=True)
    check(restarted, "install/confirm")
    time.sleep(0.5)
    assert restarted.run("pgrep -u student -fa [t]utor").stdout == ""


#: All programs that tutor starts in order to look.
PROGRAMS = ("dpkg-query", "ip", "journalctl", "nft", "qemu-img", "ss", "sudo", "systemctl")


@pytest.mark.parametrize(
    "script",
    ["exec sleep 60", r"printf 'nonsense\377 [{\n'", "echo 'Permission denied' >&2; exit 1"],
    ids=["hang", "lie", "refuse"],
)
def test_every_program_at_once(machine: Machine, script: str) -> None:
    """What can be judged without them stays as it is; all else is unknown, soon."""
    normal = check(machine)
    for name in PROGRAMS:
        machine.write(f"/tmp/faulty/{name}", f"#!/bin/sh\n{script}\n", mode=0o755)
    machine.run("chmod 755 /tmp/faulty", user="root", check=True)
    run = check(machine, before="PATH=/tmp/faulty:$PATH")
    assert run.seconds < normal.seconds + 2 * HUNG
    other = {
        one["id"]: (one["status"], one["code"])
        for one in run.checks
        if (one["status"], one["code"]) != (normal.status(one["id"]), normal.codes.get(one["id"]))
    }
    assert {status for status, _ in other.values()} <= {"unknown", "blocked"}, other
    assert {"install/libvirt/enabled", "disks/create-qcow2/image"} <= other.keys(), other


#: The second process is a copy of the first, in a session of its own.
_KILL = r"""
ours() {{ for one in $(pgrep -f '^[^ ]*python[^ ]* [^ ]*tutor check'); do
  [ "$(ps -o sid= -p $one | tr -d ' ')" = $one ] && echo $one; done; }}
for attempt in $(seq 100); do
  found=$(ours); [ -n "$found" ] && sleep {delay} && kill -KILL $found && echo killed > /tmp/killed && break
  sleep 0.005
done
"""


@pytest.mark.parametrize("tenths", range(1, 6))
def test_a_process_of_ours_is_killed(machine: Machine, tenths: int) -> None:
    """By whoever is short of memory: what it would have seen is unknown."""
    machine.run("rm -f /tmp/killed")
    run = check(machine, meanwhile=_KILL.format(delay=f"0.0{tenths - 1}"))
    assert machine.run("cat /tmp/killed").stdout == "killed\n"
    assert run.status("tools/toolbox/programs") == "pass"
    if tenths == 1:  # no C library is loaded as soon as that
        assert run.codes["install/confirm/write"] == "failed"
    assert run.status("install/confirm/write") in ("pass", "unknown")
    assert run.status("domains/xml/domain") in ("fail", "unknown", "blocked")


@pytest.mark.parametrize("signal", ["STOP", "KILL"])
def test_at_any_moment(restarted: Machine, signal: str) -> None:
    """The daemon hangs or dies before, during or after each of the calls."""
    for tenth in range(10):
        victim = libvirtd(restarted)
        kill = f"sleep 0.{tenth:02d}; sleep 0.0{tenth}; sudo kill -{signal} {victim}"
        run = check(restarted, "install/confirm install/default-network domains", meanwhile=kill)
        assert run.seconds < 2 + HUNG
        assert set(run.codes.values()) <= {
            *("timed-out", "not-answering", "need-unknown", "need-failed", "missing", "unanswered"),
            *("session-only", "none-beside", "starting"),
        }, (tenth, run.codes)
        _restart(restarted)


def test_the_daemon_speaks_swedish(restarted: Machine) -> None:
    """Codes come of numbers, not of the daemon's words, whatever its language."""
    plain = check(restarted)
    assert "unknown" not in {one["status"] for one in plain.checks}, plain.checks
    catalogue = Catalog(locale="sv")
    catalogue.add("Domain not found: %s", "Domänen finns inte: %s")
    catalogue.add("no domain with matching name '%s'", "ingen domän med namnet ”%s”")
    catalogue.add("Network not found: %s", "Nätverket finns inte: %s")
    path = "/usr/share/locale/sv/LC_MESSAGES/libvirt.mo"
    restarted.run(f"mkdir -p {path.rpartition('/')[0]}", user="root", check=True)
    restarted.run(f"base64 -d > {path}", user="root", input=_mo(catalogue), check=True)
    # The image has neither libvirt-l10n nor the sources of locales: messages are what matters here.
    restarted.run("cp -r /usr/lib/locale/C.utf8 /usr/lib/locale/sv_SE.utf8", user="root", check=True)
    drop_in = "/run/systemd/system/libvirtd.service.d/swedish.conf"
    restarted.write(drop_in, "[Service]\nEnvironment=LANG=sv_SE.UTF-8\n")
    restarted.run("systemctl daemon-reload && systemctl restart libvirtd", user="root", check=True)
    try:
        ask = 'import libvirt; libvirt.open("qemu:///system").lookupByName("nothing")'
        said = restarted.run(f"/opt/tutor/bin/python -c '{ask}'").stderr
        assert "ingen domän" in said, "the daemon is not Swedish, so this test shows nothing"
        assert check(restarted).codes == plain.codes
        assert check(restarted, before="LANG=sv_SE.UTF-8").codes == plain.codes
    finally:
        restarted.run(
            f"rm -r {drop_in} {path} /usr/lib/locale/sv_SE.utf8; systemctl daemon-reload", user="root"
        )


def _mo(catalogue: Catalog) -> str:
    import base64
    import io

    content = io.BytesIO()
    write_mo(content, catalogue)
    return base64.b64encode(content.getvalue()).decode()


def test_the_binding_cannot_be_loaded(restarted: Machine) -> None:
    library = restarted.run("realpath /usr/lib/*/libvirt.so.0").stdout.strip()
    restarted.run(f"mount --bind /dev/null {library}", user="root", check=True)
    try:
        run = check(restarted, "install/confirm")
    finally:
        restarted.run(f"umount {library}", user="root", check=True)
    (found,) = run.checks
    assert (found["status"], found["code"]) == ("unknown", "binding-missing")
    assert found["fix"] == ["sudo apt-get install -y libvirt0"]


def test_the_binding_is_missing(machine: Machine) -> None:
    """The module is hidden, as where somebody installed the tool by hand and without it."""
    machine.write("/tmp/hidden/sitecustomize.py", "import sys\nsys.modules['libvirt'] = None\n", mode=0o644)
    (found,) = check(machine, "install/confirm", before="PYTHONPATH=/tmp/hidden").checks
    assert (found["status"], found["code"]) == ("unknown", "binding-missing")
    assert any("libvirt-dev" in command for command in found["fix"])


# Names.


def test_names_that_need_care(machine: Machine) -> None:
    names = ["a b", 'it\'s "one"', "$(touch pwned)", "-rf", "åäö", "${xml_vm}", "a;b|c&d<e>"]
    for number, name in enumerate(names):
        escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        xml = (
            f"<domain type='qemu'><name>{escaped}</name><memory unit='MiB'>64</memory>"
            "<os><type arch='x86_64'>hvm</type></os></domain>"
        )
        path = f"/tmp/named-{number}.xml"
        machine.write(path, xml, owner="student")
        machine.run(f"{VIRSH} define {path}", check=True)
        if name == "a b":
            machine.run(
                f"sed -i 's/a b/in session/' {path}; virsh -c qemu:///session define {path}", check=True
            )
    assert check(machine, "install/confirm").status("install/confirm/write") == "pass"
    found = check(machine, "domains/xml --var 'xml_vm=a b'")
    assert found.status("domains/xml/domain") == "pass"
    wrong = check(machine, "domains/xml --var 'xml_vm=a;b|c&d<e>'")
    assert (wrong.status("domains/xml/domain"), wrong.codes["domains/xml/memory"]) == ("pass", "wrong-memory")
    elsewhere = check(machine, "domains/xml --var 'xml_vm=in session'")
    assert elsewhere.codes["domains/xml/domain"] == "in-session-mode"
    assert machine.run("test -e pwned").returncode != 0
    for name in names:
        quoted = name.replace("'", "'\\''")
        machine.run(f"{VIRSH} undefine --domain '{quoted}'")


# Who runs it, and where.


def test_as_root(machine: Machine) -> None:
    for command in ("sudo tutor", "sudo env -u SUDO_USER tutor"):
        done = machine.run(f"{command} check install/confirm --lang en --format json")
        assert json.loads(done.stdout)["user"] == "root"
        whom = "student" if "-u" not in command else "the student"
        assert f"Run it as {whom}, without sudo." in " ".join(done.stderr.split())
        assert done.returncode in (1, 3)
    assert "Run as root" in machine.run("sudo tutor check install/confirm --lang en").stdout


@pytest.mark.parametrize("before", ["env -u HOME", "HOME=", "HOME=/", "HOME=/proc", "HOME=/nonexistent"])
def test_no_home(machine: Machine, before: str) -> None:
    normal = check(machine, "install/default-network").codes
    assert check(machine, "install/default-network", before=before).codes == normal


def test_an_unknown_user(machine: Machine) -> None:
    """A number without an entry in the user database."""
    run = check(
        machine, user="root", before="env -u HOME -u USER setpriv --reuid 4242 --regid 4242 --clear-groups"
    )
    assert run.document["user"] == "4242"
    assert run.returncode in (1, 3)


@pytest.mark.parametrize(
    "state",
    [
        "mount -t tmpfs -o size=4k,uid=1000,mode=700 none $S; head -c 1M /dev/zero > $S/full",
        "mount -t tmpfs -o ro none $S",
        "mount -t tmpfs -o mode=000 none $S",
    ],
    ids=["full", "read-only", "forbidden"],
)
def test_no_place_for_the_journal(machine: Machine, state: str) -> None:
    """The verdict is printed, and the exit code is what it would have been."""
    folder = "/home/student/state"
    normal = check(machine, "install/default-network tools/toolbox/programs")
    machine.run(f"mkdir -p {folder}", check=True)
    machine.run(f"S={folder}; {state}; true", user="root", check=True)
    try:
        run = check(
            machine, "install/default-network tools/toolbox/programs", before=f"XDG_STATE_HOME={folder}"
        )
    finally:
        machine.run(f"umount {folder}", user="root")
    assert (run.returncode, run.codes) == (normal.returncode, normal.codes)
    baseline, journal = run.stderr.splitlines()
    assert baseline.startswith("no baseline stored")
    assert journal.startswith("not journalled: ")


# Passwords and people.


@pytest.fixture
def with_password(machine: Machine) -> Iterator[Machine]:
    """The user ``other`` may use sudo with a password, and libvirt."""
    machine.write("/etc/sudoers.d/other", "other ALL=(ALL:ALL) ALL\n", mode=0o440)
    machine.run("usermod -aG libvirt other", user="root", check=True)
    yield machine
    machine.run("rm /etc/sudoers.d/other; gpasswd -d other libvirt; rm -rf /run/sudo/ts/other", user="root")


def test_a_password_nobody_can_type(with_password: Machine) -> None:
    run = check(with_password, "disks", user="other")
    assert run.codes["disks/create-qcow2/image"] == "not-permitted"
    assert run.seconds < HUNG


@contextlib.contextmanager
def terminal(machine: Machine, command: str, user: str = "student") -> Iterator[Any]:
    argv = machine.command(command, user=user)
    child = pexpect.spawn(
        argv[0],
        argv[1:],
        env=host_environment({"TERM": "xterm"}),
        encoding="utf-8",
        timeout=30,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else 128 + child.signalstatus)


def test_a_password_is_asked_for_once_and_waited_for(with_password: Machine) -> None:
    """Twelve seconds of thinking is longer than any program gets."""
    with terminal(with_password, "tutor check --lang en --no-color", "other") as child:
        child.expect(r"needs\s+sudo:")
        child.expect("password for other: ")
        time.sleep(12)
        child.sendline("other")
        child.expect(pexpect.EOF)
        said = child.before
        child.close()
    assert "password for" not in said
    assert f"{DISK}" not in said.partition("disks/create-qcow2")[0]
    row = next(line for line in said.splitlines() if line.startswith("disks/create-qcow2"))
    assert "unknown" not in row


def test_who_has_no_password_is_asked_once(with_password: Machine) -> None:
    with terminal(with_password, "tutor check disks --lang en --no-color", "other") as child:
        child.expect("password for other: ")
        for _ in range(2):
            child.sendline("wrong")
            child.expect("password for other: ")
        child.sendline("wrong")
        assert ended(child) in (1, 3)


def test_interrupted(restarted: Machine) -> None:
    restarted.run(f"kill -STOP {libvirtd(restarted)}", user="root", check=True)
    with terminal(restarted, "tutor check --lang en") as child:
        time.sleep(1.5)
        child.sendintr()
        started = time.monotonic()
        assert ended(child) == 130
        assert time.monotonic() - started < 1
        assert "Traceback" not in child.before


def test_interrupted_at_the_password(with_password: Machine) -> None:
    with terminal(with_password, "tutor check disks --lang en", "other") as child:
        child.expect("password for other: ")
        child.sendintr()
        assert ended(child) == 130
        assert "Traceback" not in child.before
