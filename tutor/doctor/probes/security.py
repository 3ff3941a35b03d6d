"""SELinux, AppArmor, and other hypervisors: what else has a say."""

from __future__ import annotations

from checks.domain_disks import IMAGES
from tutor.doctor.findings import advice, problem
from tutor.doctor.needs import Needs
from tutor.doctor.registry import Answers, NotApplicable, probe
from tutor.host.files import file_status
from tutor.host.host import Host
from tutor.host.programs import program
from tutor.host.security import guards, label, refusals
from tutor.text import text

#: Types that libvirt's policy lets a guest's images have (libvirt.org/drvqemu.html, SELinux).
IMAGE_TYPES = ("virt_image_t", "svirt_image_t", "virt_content_t")

#: Modules of other hypervisors, by whom they belong to.
OTHERS = {"vboxdrv": "VirtualBox", "vmmon": "VMware"}


@probe("security")
def not_refused(host: Host, _needs: Needs) -> Answers:
    """AppArmor or SELinux refuses libvirt nothing that it needs."""
    on = host.ask(guards())
    why = text("They guard the system from its guests, and refuse what their rules do not foresee.")
    if not any(on.values()):
        yield text("neither is on")
        return
    if on["selinux"]:
        context = host.ask(label(IMAGES))
        if context is not None and not any(f":{kind}:" in context for kind in IMAGE_TYPES):
            what = text("{path} has the label {label}", path=IMAGES, label=context)
            yield problem("wrong-label", what, why=why, fix=[f"sudo restorecon -R {IMAGES}"])
    if on["apparmor"] and host.ask(program("apparmor_parser")) is None:
        what = text("AppArmor is on, but apparmor_parser, which loads a guest's profile, is not installed")
        yield problem("no-apparmor-parser", what, why=why, fix=["sudo apt-get install -y apparmor"])
    for one in host.ask(refusals()):
        yield advice(
            "refused-lately",
            text(
                "within a day {profile} was refused {name}", profile=one["profile"], name=one["name"] or "-"
            ),
            why=why,
            hint=text("Where a guest does not start: put its image into {path}.", path=IMAGES),
        )
    yield text("on: {names}", names=", ".join(name for name, is_on in on.items() if is_on))


@probe("other-hypervisors")
def other_hypervisors(host: Host, _needs: Needs) -> Answers:
    """No other hypervisor holds the processor's virtualization."""
    loaded = [name for name in OTHERS if host.ask(file_status(f"/sys/module/{name}")) is not None]
    if not loaded:
        raise NotApplicable(text("none is here"))
    yield advice(
        "other-hypervisor",
        text("{names} is loaded", names=", ".join(OTHERS[name] for name in loaded)),
        why=text("While a guest of it runs, KVM may be refused the processor's virtualization."),
        hint=text("Shut its guests down before you start those of the course."),
    )
