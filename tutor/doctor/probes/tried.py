"""What was tried for real: each probe judges one stage of the trial."""

from __future__ import annotations

from checks.cpu import cpu_virtualization, kvm_device, kvm_module
from checks.groups import join
from checks.packages import install
from checks.services import restart_command
from tutor.doctor.findings import Finding, Severity, advice, problem, unknown
from tutor.doctor.judged import as_finding
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, NotApplicable, probe
from tutor.doctor.trial import marks
from tutor.doctor.trial.outcome import Stage, trial
from tutor.grading.verdict import Status
from tutor.host.cpu import container
from tutor.host.host import Host
from tutor.host.kvm import API_VERSION, kvm_opened
from tutor.host.programs import package
from tutor.host.question import Unobservable
from tutor.host.users import user
from tutor.text import Text, text

_EPERM, _ENOENT, _EACCES, _EBUSY, _ENOSPC, _EROFS = 1, 2, 13, 16, 28, 30

#: virErrorNumber: a configuration that this QEMU does not support.
_UNSUPPORTED = 67

#: Causes for which a machine is not to blame: its guests are emulated, slowly, and the course still works.
_NOT_HERE = ("no-nesting", "in-container", "other-architecture")

_WHY_KVM = text(
    "Without KVM guests are emulated: the course works, but everything in them takes many times longer."
)


@probe("kvm", acts=True)
def kvm(host: Host, _needs: Needs) -> Answers:
    """You can use KVM, so that guests run at the processor's own speed."""
    verdicts = [look(host) for look in (cpu_virtualization, kvm_module, kvm_device)]
    faults = [one for one in verdicts if one.status not in (Status.PASS, Status.SKIP)]
    if faults:
        inside = host.ask(container()) is not None or any(one.code in _NOT_HERE for one in faults)
        yield as_finding(faults[0], Severity.ADVICE if inside else None)
        yield text("guests are emulated here")
        return
    opened = host.ask(kvm_opened())
    if opened["errno"] in (_EACCES, _EPERM):
        yield _not_permitted(host)
    elif opened["errno"] or opened["api"] != API_VERSION:
        what = text("/dev/kvm cannot be opened: error {errno}", errno=opened["errno"])
        yield problem("kvm-unusable", what, why=_WHY_KVM, hint=text("Look at: sudo dmesg | grep -i kvm"))
    elif opened["machine"] == _EBUSY:
        what = text("another hypervisor has the processor's virtualization")
        yield problem(
            "kvm-busy", what, why=_WHY_KVM, hint=text("Shut the guests of VirtualBox or VMware down.")
        )
    elif opened["machine"]:
        what = text("KVM makes no virtual machine: error {errno}", errno=opened["machine"])
        yield problem("kvm-unusable", what, why=_WHY_KVM, hint=text("Look at: sudo dmesg | grep -i kvm"))
    else:
        yield text("/dev/kvm opens, and makes a virtual machine")


def _not_permitted(host: Host) -> Finding:
    me = host.ask(user())
    what = text("you may not open /dev/kvm")
    if "kvm" in me["groups"] and "kvm" not in me["session_groups"]:
        hint = text("Log out and in again (or start the machine again), then check once more.")
        return problem("kvm-not-in-session", what, why=_WHY_KVM, hint=hint)
    if "kvm" in me["groups"]:
        fix = ("sudo chgrp kvm /dev/kvm", "sudo chmod 0660 /dev/kvm")
        return problem("kvm-closed", what, why=_WHY_KVM, fix=fix)
    hint = text("Then log out and in again: a session keeps the groups that it began with.")
    return problem("kvm-not-permitted", what, why=_WHY_KVM, hint=hint, fix=join(host, "kvm"))


@probe("leftovers", after=("access",), acts=True)
def leftovers(host: Host, _needs: Needs) -> Answers:
    """Nothing is left of an earlier tutor doctor."""
    found = host.ask(trial())
    if found["foreign"]:
        what = text("not ours, but so called: {names}", names=", ".join(found["foreign"]))
        yield unknown("name-taken", what, hint=text("Rename or remove them, so that doctor can try its own."))
    if found["removed"]:
        what = text("an earlier run was killed; removed now: {names}", names=", ".join(found["removed"]))
        yield advice("tidied-up", what)
    for name, stage in found["stages"].items():
        if stage["at"] == "undo":
            yield _left_behind(host, name, stage)
    yield text("nothing is")


def _left_behind(host: Host, name: str, stage: Stage) -> Finding:
    uid = host.ask(user())["uid"]
    ours = marks.name(uid)
    command = {"guest": f"destroy {ours}", "network": f"net-destroy {ours}"}.get(name)
    return problem(
        "left-behind",
        text("{name} {ours} could not be removed: {said}", name=name, ours=ours, said=stage["said"]),
        why=text("What doctor makes it takes away again; this it could not."),
        hint=text("The next run tries again."),
        fix=[f"virsh -c qemu:///system {command}"] if command else [],
    )


@probe("volume", after=("access", "images-folder"), acts=True)
def volume(host: Host, _needs: Needs) -> Answers:
    """Libvirt makes an image in the folder for images, and deletes it."""
    stage = _stage(host, "volume")
    why = text("Every guest of the course has an image there.")
    if stage["at"] != "try":
        yield text("made and deleted: {path}", path=stage["kind"])
    elif stage["errno"] == _ENOSPC:
        yield problem(
            "disk-full", _said(stage), why=why, hint=text("See what takes the room: sudo du -xh / | sort -h")
        )
    elif stage["errno"] == _EROFS:
        hint = text(
            "A file system is mounted so after an error: look at dmesg, then start the machine again."
        )
        yield problem("read-only", _said(stage), why=why, hint=hint)
    else:
        yield problem("volume-refused", _said(stage), why=why, hint=_ABOVE)


@probe("network", after=("access",), acts=True)
def network(host: Host, _needs: Needs) -> Answers:
    """Libvirt starts a network with NAT, names and addresses, and stops it."""
    stage = _stage(host, "network")
    if stage["at"] == "try":
        why = text("What keeps this network from starting keeps those of the course from it, too.")
        yield problem("network-refused", _said(stage), why=why, hint=_ABOVE)
    else:
        yield text("started and stopped, on the bridge {bridge}", bridge=stage["kind"])


@probe("guest", after=("access",), acts=True)
def guest(host: Host, _needs: Needs) -> Answers:
    """Libvirt starts a guest, with that image and on that network, and ends it."""
    stage = _stage(host, "guest")
    why = text("What keeps this guest from starting keeps those of the course from it, too.")
    if stage["at"] != "try":
        yield text("started and ended, of type {kind}", kind=stage["kind"])
    elif stage["code"] == _UNSUPPORTED and stage["kind"] == "kvm":
        hint = text(
            "Libvirt remembers what QEMU could do when it looked: it looks again when it is restarted."
        )
        fix = [restart_command(host, "virtqemud")]
        yield problem("kvm-refused", _said(stage), why=why, hint=hint, fix=fix)
    elif stage["errno"] in (_EACCES, _EPERM, _ENOENT):
        hint = text(
            "QEMU does not reach the image: look at the folders above it, and at AppArmor or SELinux."
        )
        yield problem("image-out-of-reach", _said(stage), why=why, hint=hint)
    else:
        log = text("Read the end of: sudo cat /var/log/libvirt/qemu/{name}.log", name=_name(host))
        yield problem("guest-refused", _said(stage), why=why, hint=log)


@probe("graphics", after=("access",), acts=True)
def graphics(host: Host, _needs: Needs) -> Answers:
    """QEMU offers the guests SPICE graphics."""
    kinds = host.ask(trial())["graphics"]
    if not kinds:
        raise NotApplicable(text("QEMU did not say what it offers"))
    if "spice" not in kinds:
        yield problem(
            "no-spice",
            text("QEMU offers {kinds}", kinds=", ".join(kinds)),
            why=text(
                "The guests of the course have SPICE; libvirt refuses them as an unsupported configuration."
            ),
            fix=_spice(host),
        )
        return
    yield text("{kinds}", kinds=", ".join(kinds))


def _spice(host: Host) -> tuple[str, ...]:
    """Debian has it in a package of its own since QEMU 8, and in the common one before."""
    common = host.ask(package("qemu-system-common"))
    if common is None:
        return install(host, ["spice"])
    major = common["version"].rpartition(":")[2].partition(".")[0]
    if major.isdecimal() and int(major) < _SPICE_APART:
        return ("sudo apt-get install --reinstall -y qemu-system-common",)
    return ("sudo apt-get install --reinstall -y qemu-system-modules-spice",)


_SPICE_APART = 8


@probe("session-mode", after=("programs",), acts=True)
def session_mode(host: Host, _needs: Needs) -> Answers:
    """The session mode, your own libvirt without root, answers too."""
    stage = _stage(host, "session")
    if stage["at"] == "try":
        yield problem(
            "session-refused",
            _said(stage),
            why=text("The course compares both modes; tools that are not told which one use this."),
            hint=text("Look at your own folders, ~/.config/libvirt and ~/.cache/libvirt."),
        )
    elif stage["kind"] == "own":
        yield text("a daemon of its own was started, asked, and ended")
    else:
        yield text("your session daemon answers")


def _stage(host: Host, name: str) -> Stage:
    found = host.ask(trial())["stages"].get(name)
    if found is None:
        raise Unobservable("not-tried", text("it was not tried"))
    return found


def _said(stage: Stage) -> Text:
    """In the daemon's own words, and its language: shown, never judged by."""
    return text("libvirt says: {said}", said=stage["said"])


def _name(host: Host) -> str:
    return marks.name(host.ask(user())["uid"])


_ABOVE = text("Mend first what is found above; then run tutor doctor again.")
