"""Commands that put the student's own XML files right."""

from __future__ import annotations

import posixpath
import re
from shlex import quote

from checks.commands import set_aside, shell
from checks.packages import install_missing
from tutor.host.documents import SCHEMA_OF, SCHEMAS, document
from tutor.host.files import file_status, file_text
from tutor.host.host import Host
from tutor.host.programs import program
from tutor.host.question import Unobservable

#: The namespace that an xml-model line must name for RELAX NG (relaxng.org).
RELAX_NG = "http://relaxng.org/ns/structure/1.0"

_FORWARD_NONE = r"""<forward[[:space:]]+mode=("none"|'none')[[:space:]]*(/>|>[[:space:]]*</forward>)"""


def write(host: Host, path: str, domain: str) -> tuple[str, ...]:
    """Describe the domain anew; the student's own file, where there is one, is kept beside it."""
    there = f"test -e {shell(path)} || test -L {shell(path)}"
    folder = posixpath.dirname(path)
    made = () if _is_there(host, folder) else (f"mkdir -p {shell(folder)}",)
    lines = " ".join(quote(line) for line in _description(host, domain))
    describe = f"printf '%s\\n' {lines} > {shell(path)}"
    return (*made, f"if {there}; then {set_aside(path)}; fi", describe)


def _description(host: Host, domain: str) -> tuple[str, ...]:
    """The lesson's domain. It has no uuid, so that it fits the student's own of that name or none."""
    kind = "kvm" if _usable_kvm(host) else "qemu"
    name = domain.replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<?xml version="1.0"?>',
        _model("domain"),
        f'<domain type="{kind}">',
        f"  <name>{name}</name>",
        '  <memory unit="MiB">1024</memory>',
        "  <vcpu>1</vcpu>",
        '  <os><type arch="x86_64">hvm</type><boot dev="hd"/></os>',
        "  <features><acpi/></features>",
        "  <devices>",
        '    <disk type="file" device="disk">',
        '      <driver name="qemu" type="qcow2"/>',
        f'      <source file="/var/lib/libvirt/images/{name}.qcow2"/>',
        '      <target dev="vda" bus="virtio"/>',
        "    </disk>",
        '    <interface type="network"><source network="default"/><model type="virtio"/></interface>',
        '    <graphics type="spice" autoport="yes"/>',
        "  </devices>",
        "</domain>",
    )


def install_schemas(host: Host, **_: str) -> tuple[str, ...]:
    """What brings the schemas: the library of every program of libvirt's. None where they are."""
    path = f"{SCHEMAS}/{SCHEMA_OF['domain']}"
    if _is_there(host, path):
        return ()
    missing = install_missing(host, ["virsh"])
    if missing or host.ask(program("apt-get")) is None:
        return missing or ("sudo dnf reinstall -y libvirt-libs",)
    # The package's name differs between releases (libvirt0, libvirt-common), and dpkg knows it.
    owner = f"dpkg-query -S {path} | cut -d: -f1"
    return (f'sudo apt-get install --reinstall -y "$({owner})"',)


def name_schema(host: Host, path: str, schema: str) -> tuple[str, ...]:
    """Drop xml-model lines that are wrong, and put the right one below the XML declaration."""
    drop = r"s/<\?xml-model([[:space:]]([^?]|\?[^>])*)?\?>[[:space:]]*//g"
    put = rf"s|^(\xef\xbb\xbf)?([[:space:]]*<\?xml[[:space:]][^>]*>\n?)?|\1\2{_model(schema)}\n|"
    # -z: the file is one line to sed, since a line of XML may hold anything. LC_ALL: whatever its encoding.
    name = f"LC_ALL=C sed -i -z -E -e {quote(drop)} -e {quote(put)} {shell(path)}"
    return (*_recode(host, path), name)


def _recode(host: Host, path: str) -> tuple[str, ...]:
    """Write a file of UTF-16 in UTF-8, which sed and libvirt read."""
    try:
        found = host.ask(document(path))
    except Unobservable:
        return ()
    if found is None or not (found["encoding"] or "").upper().startswith(("UTF-16", "UCS", "ISO-10646")):
        return ()
    old, new = shell(path), shell(path + ".new")
    undeclare = r"1s/^(<\?xml [^>]*)[[:space:]]encoding=(\"[^\"]*\"|'[^']*')/\1/"
    recode = f"iconv -f {quote(found['encoding'] or '')} -t UTF-8 {old} > {new}"
    steps = f"{recode} && sed -i -E {quote(undeclare)} {new} && mv -T {new} {old}"
    # Another check's fix may have written the file anew by then.
    return (f"if LC_ALL=C grep -qaP '\\x00' {old}; then {steps}; fi",)


def mend(host: Host, path: str) -> tuple[str, ...]:
    """Take the usual mistake out. What is not valid without it is set aside: only its author can mend it."""
    try:
        found = host.ask(file_text(path))
    except Unobservable:
        found = None
    pattern = _FORWARD_NONE.replace("[[:space:]]", r"\s")
    if found is None or not re.search(pattern, found["text"]):
        return (set_aside(path),)
    drop = rf"s~[[:blank:]]*{_FORWARD_NONE}[[:blank:]]*\n?~~g"
    mended = f"LC_ALL=C sed -i -z -E {quote(drop)} {shell(path)}"
    return (mended, f"virt-xml-validate {shell(path)} network || {set_aside(path)}")


def _model(schema: str) -> str:
    return f'<?xml-model href="file://{SCHEMAS}/{SCHEMA_OF[schema]}" schematypens="{RELAX_NG}"?>'


def _is_there(host: Host, path: str) -> bool:
    try:
        return host.ask(file_status(path)) is not None
    except Unobservable:
        return False


def _usable_kvm(host: Host) -> bool:
    try:
        device = host.ask(file_status("/dev/kvm"))
    except Unobservable:
        return False
    return device is not None and device["kind"] == "character-device"
