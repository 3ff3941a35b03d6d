"""Domains put into wrong states, the way a student gets them there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote

from tutor.sandbox.machines import Machine

IMAGES = "/var/lib/libvirt/images"
VIRSH = "virsh -c qemu:///system"
VIRT_XML = "virt-xml --connect qemu:///system"
MAC = "52:54:00:77:77:77"
VIRTIO = "<model type='virtio'/>"

Deed = Callable[["Bench"], None]


@dataclass
class Bench:
    """A domain that is right, to be spoilt and put back. ``runs`` is whether right means running."""

    machine: Machine
    name: str
    runs: bool

    def __post_init__(self) -> None:
        """Keep the definition and the image as the lesson's own commands left them."""
        self.saved = self.definition()
        self.image = re.findall(r"<source file='(.*?\.qcow2)'", self.saved)[0]
        self.root(f"cp -a {self.image} /srv/{self.name}")

    def run(self, command: str, *, check: bool = True) -> str:
        """As the student."""
        return self.machine.run(command, check=check).stdout

    def root(self, command: str, *, check: bool = True) -> str:
        """As root, whose shell may look into the images folder."""
        return self.machine.run(command, user="root", check=check).stdout

    def virsh(self, *words: str, check: bool = True) -> str:
        """About the system's libvirt."""
        return self.run(f"{VIRSH} {' '.join(quote(word) for word in words)}", check=check)

    def edit(self, *words: str) -> None:
        """Change the persistent definition with virt-xml."""
        self.run(f"{VIRT_XML} {self.name} {' '.join(quote(word) for word in words)}")

    def definition(self) -> str:
        """What the next start will read."""
        return self.virsh("dumpxml", "--inactive", self.name)

    def define(self, xml: str) -> None:
        """Define what ``xml`` says."""
        self.machine.write("/tmp/state.xml", xml, owner="student")
        self.virsh("define", "/tmp/state.xml")

    def rewrite(self, pattern: str, new: str) -> None:
        """Change the definition, which must have what is changed."""
        xml, count = re.subn(pattern, lambda _found: new, self.definition(), flags=re.DOTALL)
        assert count, pattern
        self.define(xml)

    def off(self) -> None:
        """Pull the plug."""
        self.virsh("destroy", self.name, check=False)

    def on(self) -> None:
        """Start."""
        self.virsh("start", self.name)

    def reset(self) -> None:
        """Put the domain, its image and the default network back."""
        self.off()
        self.virsh("undefine", self.name, check=False)
        self.run(f"virsh -c qemu:///session undefine {self.name}", check=False)
        self.root(f"rm -rf {IMAGES}/{self.name}* {self.image} && cp -a /srv/{self.name} {self.image}")
        self.define(self.saved)
        self.virsh("net-start", "default", check=False)
        if self.runs:
            self.on()

    def replace_image(self, *create: str) -> None:
        """Another file at the image's place, made by qemu-img create."""
        self.root(f"rm {self.image} && qemu-img create -q {' '.join(create)}")


def edits(*words: str) -> Deed:
    """A change with virt-xml; where the domain should run, from its next start."""

    def deed(bench: Bench) -> None:
        bench.off()
        bench.edit("--edit", *words)
        if bench.runs:
            bench.on()

    return deed


def does(*words: str) -> Deed:
    """A virsh command; ``{}`` is the domain's name."""
    return lambda bench: void(bench.virsh(*(word.replace("{}", bench.name) for word in words)))


def image(*create: str) -> Deed:
    """Another file in the image's place: what qemu-img create is given, ``{}`` being its path."""
    return lambda bench: bench.replace_image(*(word.replace("{}", bench.image) for word in create))


def nic(xml: str) -> Deed:
    """Other network interfaces."""
    return lambda bench: bench.rewrite("<interface.*</interface>", xml)


def void(_value: object) -> None:
    """For a lambda that should return nothing."""


def screen(xml: str) -> Deed:
    """Another screen; what is spice's own goes with the old one."""

    def deed(bench: Bench) -> None:
        bench.off()
        found = bench.definition()
        for piece in (r"<channel type='spicevmc'>.*?</channel>", r"<redirdev.*?</redirdev>", r"<audio.*?/>"):
            found = re.sub(piece, "", found, flags=re.DOTALL)
        bench.define(re.sub("<graphics.*</graphics>", xml, found, flags=re.DOTALL))
        if bench.runs:
            bench.on()

    return deed


def source(kind: str, xml: str) -> Deed:
    """A disk that lies in something else than a file."""

    def deed(bench: Bench) -> None:
        found = bench.definition().replace(
            "<disk type='file' device='disk'>", f"<disk type='{kind}' device='disk'>"
        )
        bench.define(found.replace(f"<source file='{bench.image}'/>", xml))

    return deed


def shell(command: str) -> Deed:
    """What root does to the image, whose path is ``{}``."""
    return lambda bench: void(bench.root(command.replace("{}", bench.image)))


def edit(*words: str) -> Deed:
    """A change with virt-xml that the domain need not stop for."""
    return lambda bench: bench.edit(*words)


def all_of(*deeds: Deed) -> Deed:
    """One after the other."""

    def deed(bench: Bench) -> None:
        for one in deeds:
            one(bench)

    return deed


def live_nic(bench: Bench) -> None:
    """A network interface that is gone when the domain stops."""
    bench.edit("--remove-device", "--network", "1")
    bench.on()
    bench.virsh("attach-interface", bench.name, "network", "default", "--model", "virtio", "--live")


def transient(bench: Bench) -> None:
    """Started from a file, and never defined."""
    xml = bench.definition()
    bench.off()
    bench.virsh("undefine", bench.name)
    bench.machine.write("/tmp/state.xml", xml, owner="student")
    bench.virsh("create", "/tmp/state.xml")


def undefined(bench: Bench) -> None:
    """No such domain; its image is left over."""
    bench.off()
    bench.virsh("undefine", bench.name)


def in_session(bench: Bench) -> None:
    """Defined where a tool without a URI defines it."""
    xml = re.sub("<uuid>.*</uuid>|<mac .*?/>", "", bench.definition())
    undefined(bench)
    bench.machine.write("/tmp/state.xml", xml, owner="student")
    bench.run("virsh -c qemu:///session define /tmp/state.xml")


def device_order(bench: Bench) -> None:
    """The network first, by orders of single devices."""
    bench.off()
    found = bench.definition().replace("<boot dev='hd'/>", "")
    found = found.replace("<model type='virtio'/>", "<model type='virtio'/><boot order='1'/>", 1)
    bench.define(found.replace("<target dev='vda' bus='virtio'/>", "<target dev='vda'/><boot order='2'/>", 1))
    bench.on()


INSTALL: dict[str, tuple[Deed, dict[str, str]]] = {
    "missing": (undefined, {"domain": "missing"}),
    "in session mode": (in_session, {"domain": "in-session-mode"}),
    "transient": (transient, {"persistent": "transient"}),
    "1024 MiB": (edits("--memory", "memory=1024,currentMemory=1024"), {"memory": "wrong-memory"}),
    "2048 KiB": (does("setmaxmem", "{}", "2048", "--config"), {"memory": "kibibytes"}),
    "2048 KiB at start": (does("setmem", "{}", "2048", "--config"), {"memory": "kibibytes"}),
    "1 GiB at start": (does("setmem", "{}", "1G", "--config"), {"memory": "wrong-current-memory"}),
    "one vcpu": (does("setvcpus", "{}", "1", "--maximum", "--config"), {"vcpus": "wrong-vcpus"}),
    "one vcpu of two on": (does("setvcpus", "{}", "1", "--config"), {"vcpus": "vcpus-offline"}),
    "four by topology": (
        edits("--vcpus", "4,sockets=2,cores=2,threads=1"),
        {"vcpus": "wrong-vcpus"},
    ),
    "20G": (image("-f", "qcow2", "{}", "20G"), {"disk": "wrong-size"}),
    "60G": (image("-f", "qcow2", "{}", "60G"), {"disk": "wrong-size"}),
    "30 GB": (image("-f", "qcow2", "{}", "30000000000"), {"disk": "decimal-gigabytes"}),
    "raw": (
        all_of(image("-f", "raw", "{}", "30G"), edits("--disk", "driver.type=raw")),
        {"disk": "wrong-format"},
    ),
    "qcow2 as raw": (edits("--disk", "driver.type=raw"), {"disk": "wrong-format"}),
    "raw file": (image("-f", "raw", "{}", "30G"), {"disk": "wrong-file-format"}),
    "small raw file": (image("-f", "raw", "{}", "20G"), {"disk": "wrong-file-format"}),
    "vmdk file": (image("-f", "vmdk", "{}", "30G"), {"disk": "wrong-file-format"}),
    "empty file": (shell("truncate -s 0 {}"), {"disk": "wrong-file-format"}),
    "no file": (shell("rm {}"), {"disk": "file-missing"}),
    "a FIFO": (shell("rm {} && mkfifo {}"), {"disk": "not-a-file"}),
    "no disk": (edit("--remove-device", "--disk", "target=vda"), {"disk": "no-disk"}),
    "no volume": (source("volume", "<source pool='nope' volume='x'/>"), {"disk": "volume-missing"}),
    "nbd": (
        source("network", "<source protocol='nbd' name='x'><host name='localhost'/></source>"),
        {"disk": "not-a-file"},
    ),
    "another network": (
        nic(f"<interface type='network'><mac address='{MAC}'/><source network='other'/>{VIRTIO}</interface>"),
        {"nic": "wrong-network"},
    ),
    "user networking": (
        nic(f"<interface type='user'><mac address='{MAC}'/><model type='virtio'/></interface>"),
        {"nic": "not-a-network"},
    ),
    "the bridge itself": (
        nic(f"<interface type='bridge'><mac address='{MAC}'/><source bridge='virbr0'/>{VIRTIO}</interface>"),
        {"nic": "not-a-network"},
    ),
    "e1000": (edits("--network", "model=e1000"), {"nic": "wrong-model"}),
    "no model": (
        nic("<interface type='network'><source network='default'/></interface>"),
        {"nic": "wrong-model"},
    ),
    "unplugged": (edits("--network", "link.state=down"), {"nic": "link-down"}),
    "a second NIC": (
        edit("--add-device", "--network", "network=default,model=virtio"),
        {"nic": "second-nic"},
    ),
    "two wrong NICs": (
        nic(
            f"<interface type='user'><mac address='{MAC}'/></interface>"
            "<interface type='network'><source network='default'/><model type='e1000'/></interface>"
        ),
        {"nic": "second-nic"},
    ),
    "no NIC": (edit("--remove-device", "--network", "1"), {"nic": "no-nic"}),
    "NIC until it stops": (live_nic, {"nic": "live-only"}),
    "vnc": (
        screen("<graphics type='vnc' port='5999' autoport='no' listen='0.0.0.0' passwd='abc' keymap='sv'/>"),
        {"graphics": "wrong-graphics"},
    ),
    "no screen": (screen(""), {"graphics": "no-graphics"}),
}

XML: dict[str, tuple[Deed, dict[str, str]]] = {
    "missing": (undefined, {"domain": "missing"}),
    "never started": (Bench.off, {"running": "not-running"}),
    "created": (transient, {"persistent": "transient"}),
    "paused": (does("suspend", "{}"), {"running": "paused"}),
    "512 MiB": (edits("--memory", "memory=512,currentMemory=512"), {"memory": "wrong-memory"}),
    "two vcpus": (edits("--vcpus", "2"), {"vcpus": "wrong-vcpus"}),
    "i686": (edits("--boot", "arch=i686"), {"machine": "wrong-arch"}),
    "CD first": (edits("--boot", "cdrom,hd"), {"boot": "boots-elsewhere"}),
    "network first": (edits("--boot", "network,hd"), {"boot": "boots-elsewhere"}),
    "network first by device": (device_order, {"boot": "boots-elsewhere"}),
    "a kernel": (edits("--boot", "kernel=/var/lib/libvirt/boot/vmlinuz"), {"boot": "boots-a-kernel"}),
    "sata": (
        edits("--disk", "target.bus=sata,target.dev=sda,xpath1.delete=./address"),
        {"disk": "wrong-bus"},
    ),
    "vdb": (edits("--disk", "target.dev=vdb"), {"disk": "wrong-target"}),
    "raw": (edits("--disk", "driver.type=raw"), {"disk": "wrong-format"}),
    "no file": (
        all_of(Bench.off, shell("rm {}")),
        {"disk": "file-missing", "running": "not-running"},
    ),
    "everything of a disk": (
        all_of(
            Bench.off,
            edit(
                "--edit", "--disk", "target.bus=sata,target.dev=sda,driver.type=raw,xpath1.delete=./address"
            ),
            shell("rm {}"),
        ),
        {"disk": "wrong-bus", "running": "not-running"},
    ),
    "user networking": (
        all_of(Bench.off, nic(f"<interface type='user'><mac address='{MAC}'/></interface>"), Bench.on),
        {"nic": "not-a-network"},
    ),
    "vnc": (screen("<graphics type='vnc' autoport='yes'/>"), {"graphics": "wrong-graphics"}),
    "network stopped": (
        all_of(Bench.off, does("net-destroy", "default")),
        {"running": "not-running"},
    ),
    "network gone": (
        all_of(Bench.off, does("net-destroy", "default"), does("net-undefine", "default")),
        {"running": "not-running"},
    ),
}

GUI: dict[str, tuple[Deed, dict[str, str]]] = {
    "missing": (undefined, {"domain": "missing"}),
    "transient": (transient, {"persistent": "transient"}),
    "no CD-ROM": (edit("--remove-device", "--disk", "device=cdrom"), {"cdrom": "no-cdrom"}),
    "no disk": (edit("--remove-device", "--disk", "target=vda"), {"disk": "no-disk"}),
    "no NIC": (edit("--remove-device", "--network", "1"), {"nic": "no-nic"}),
}
