"""What a machine is like, seen from outside of the tool: two that are alike have the same fingerprint."""

from __future__ import annotations

import re
from shlex import quote

from tutor.sandbox.machines import Machine

#: Below these folders, every name with its kind and mode, and every file's content.
FOLDERS = ("/etc/libvirt", "/var/lib/libvirt", "/etc/nftables.conf", "/home")
#: What running leaves behind by itself: programs' own notes, caches, logs of theirs, the tool's state.
_OWN_NOTES = (
    r"/var/lib/libvirt/dnsmasq(/.*)?",
    r"/etc/libvirt/(qemu/autostart|storage|storage/autostart)",
    r"/var/lib/libvirt/qemu/(snapshot|save|dump|ram|channel)(/target)?(/[^/]+)?",
    r"/home/[^/]+/\.cache(/.*)?",
    r"/home/[^/]+/\.local(/(state|share))?",
    r"/home/[^/]+/\.local/(state/libvirt-tutor|share/virt-manager)(/.*)?",
    r"/home/[^/]+/\.(config|bash_history|sudo_as_admin_successful|lesshst|python_history)",
    r"/home/[^/]+/\.config/(libvirt-tutor|libvirt|pulse|procps)(/.*)?",
)
_LOOK = r"""
exec 2>&1
export LC_ALL=C
V='virsh -c qemu:///system'
if command -v virsh > /dev/null && $V uri > /dev/null 2>&1; then
    for one in $($V list --all --uuid); do
        echo "# domain"; $V dumpxml --inactive --security-info "$one"
        $V snapshot-list "$one" --tree; $V domstate "$one"
        $V dominfo "$one" | grep -E '^(Autostart|Managed save)'
    done
    for one in $($V net-list --all --uuid); do
        echo "# network"; $V net-dumpxml --inactive "$one"
        $V net-info "$one" | grep -E '^(Active|Autostart|Bridge)'
        $V net-dumpxml "$one" | grep '<host'
    done
    for one in $($V pool-list --all --uuid); do
        echo "# pool"; $V pool-dumpxml --inactive "$one"; $V pool-info "$one" | grep -E '^(State|Autostart)'
        $V pool-refresh "$one"; $V vol-list "$one"
    done
fi
echo "# links"; ip -o link show | sed 's/^[0-9]*: //; s/@.*//; s/:.*//' | sort
echo "# ip_forward"; cat /proc/sys/net/ipv4/ip_forward
echo "# ruleset"; command -v nft > /dev/null && nft list ruleset
echo "# files"; python3 -c "$1"
"""
#: Every name below the folders: kind, mode, path, and the content's digest or the link's target.
_FILES = """
import hashlib, os, re, stat
def tell(path):
    status = os.lstat(path)
    kind, mode, rest = stat.S_IFMT(status.st_mode), stat.S_IMODE(status.st_mode), ""
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            rest = hashlib.sha256(file.read()).hexdigest()
    elif kind == stat.S_IFLNK:
        rest = os.readlink(path)
    print(f"{kind:o} {mode:o} {path!r} {rest}")
for top in FOLDERS:
    if os.path.lexists(top):
        tell(top)
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted([*folders, *names]):
            if not re.fullmatch(OWN, os.path.join(folder, name)):
                tell(os.path.join(folder, name))
"""


def fingerprint(machine: Machine) -> list[str]:
    """The machine's libvirt, links, firewall and files, a line each; two lists can be compared."""
    own = "|".join(f"(?:{pattern})" for pattern in _OWN_NOTES)
    files = f"FOLDERS, OWN = {FOLDERS!r}, {own!r}{_FILES}"
    done = machine.run(f"set -- {quote(files)}; {_LOOK}", user="root", check=True)
    return [re.sub(r"counter packets \d+ bytes \d+", "counter", line) for line in done.stdout.splitlines()]
