"""A domain of the lesson on domains, to be spoilt and put back by a test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from shlex import quote

from tutor.sandbox.machines import Machine

IMAGES = "/var/lib/libvirt/images"
VIRSH = "virsh -c qemu:///system"
VIRT_XML = "virt-xml --connect qemu:///system"


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
