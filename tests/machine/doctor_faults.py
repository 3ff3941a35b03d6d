"""What goes wrong on student machines: made by root, by which codes doctor tells it, and what mends it.

Every fix is what doctor prints, run as printed.
"""

from __future__ import annotations

from dataclasses import dataclass

VIRSH = "virsh -c qemu:///system"
IMAGES = "/var/lib/libvirt/images"
STOP = "systemctl stop libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"
POOL = f"{VIRSH} pool-define-as default dir --target {IMAGES}"

_LINK = "ip link add lab0 type veth peer name lab1; ip link set lab0 up; ip link set lab1 up"

_GUEST = (
    "<domain type='qemu'><name>lab-guest</name><memory unit='MiB'>64</memory><os><type>hvm</type></os>"
    "<devices><disk type='file' device='cdrom'><source file='{path}'/><target dev='sda' bus='sata'/>"
    "<readonly/></disk></devices></domain>"
)


def _define(path: str) -> str:
    return f'echo "{_GUEST.format(path=path)}" > /tmp/guest.xml; {VIRSH} define /tmp/guest.xml'


@dataclass(frozen=True)
class Fault:
    """A fault.

    :param make: root's commands that make it.
    :param codes: of the findings, by the probe that has them; others may follow from the same cause.
    :param undo: root's commands for what no fix is there to take away.
    :param look: whether it is seen by looking alone.
    :param mends: whether doctor prints commands that put it right; else only a person can.
    """

    make: str
    codes: dict[str, str]
    undo: str = "true"
    look: bool = True
    mends: bool = True


FAULTS: dict[str, Fault] = {
    # Who may, and who answers.
    "not in the group libvirt": Fault("gpasswd -d student libvirt", {"access": "not-a-member"}),
    "another user in the group libvirt": Fault(
        "gpasswd -d student libvirt; gpasswd -a other libvirt",
        {"access": "another-user-added"},
        undo="gpasswd -d other libvirt",
    ),
    "not in the group kvm": Fault("gpasswd -d student kvm", {"kvm-group": "not-a-member"}),
    "daemon stopped": Fault(STOP, {"daemon": "stopped"}),
    "daemon masked": Fault(f"{STOP}; systemctl mask libvirtd", {"daemon": "masked"}),
    "daemon not enabled": Fault("systemctl disable libvirtd", {"daemon": "not-enabled"}),
    "daemon hung": Fault("kill -STOP $(systemctl show -P MainPID libvirtd)", {"daemon": "timed-out"}),
    "daemon's socket removed": Fault("rm -f /run/libvirt/libvirt-sock*", {"daemon": "socket-gone"}),
    "tools talk to the session mode": Fault(
        "sed -i /LIBVIRT_DEFAULT_URI/d /home/student/.bashrc", {"default-uri": "not-set"}
    ),
    "folders of libvirt's tools are root's": Fault(
        "install -d -o root /home/student/.cache /home/student/.cache/libvirt",
        {"own-folders": "not-yours"},
        undo="rm -rf /home/student/.cache",
    ),
    # Programs and packages.
    "virt-install not installed": Fault("apt-get remove -y virtinst", {"programs": "program-missing"}),
    "virt-install broken": Fault(
        "rm /usr/share/virt-manager/virtinst/guest.py", {"programs-start": "does-not-start"}
    ),
    "qemu-img not executable": Fault("chmod a-x /usr/bin/qemu-img", {"programs": "not-executable"}),
    "dnsmasq missing": Fault("rm /usr/sbin/dnsmasq", {"network-programs": "program-missing"}),
    "iptables missing": Fault("rm /usr/sbin/iptables", {"network-programs": "program-missing"}),
    "package half installed": Fault(
        "dpkg --unpack /var/cache/apt/archives/virt-viewer_*.deb", {"packages": "half-installed"}
    ),
    "SPICE missing": Fault("rm /usr/lib/*/qemu/ui-spice-core.so", {"graphics": "no-spice"}, look=False),
    "no tun device": Fault("umount /dev/net/tun; rm -f /dev/net/tun", {"kernel": "tun-missing"}),
    "host name unknown": Fault("sed -i /127.0.1.1/d /etc/hosts", {"host-name": "host-name-unknown"}),
    # Networks.
    "default network inactive": Fault(f"{VIRSH} net-destroy default", {"default-network": "inactive"}),
    "default network not at boot": Fault(
        f"{VIRSH} net-autostart --disable default", {"default-network": "no-autostart"}
    ),
    "default network gone": Fault(
        f"{VIRSH} net-destroy default; {VIRSH} net-undefine default", {"default-network": "missing"}
    ),
    "bridge deleted by hand": Fault("ip link delete virbr0", {"default-network": "bridge-missing"}),
    "dnsmasq dead": Fault("pkill -x dnsmasq", {"default-network": "dnsmasq-dead"}),
    "stale bridge": Fault(
        f"{VIRSH} net-destroy default; ip link add virbr0 type bridge",
        {"stale-bridges": "stale-bridge", "default-network": "inactive"},
    ),
    "port 53 taken": Fault(
        "printf '[Service]\\nExecStart=/usr/sbin/dnsmasq -k -p 53 -C /dev/null\\n[Install]\\n"
        "WantedBy=multi-user.target\\n' > /etc/systemd/system/lab-names.service; systemctl daemon-reload; "
        f"{VIRSH} net-destroy default; systemctl enable --now lab-names; sleep 0.3",
        {"ports": "port-53-taken", "default-network": "inactive", "network": "network-refused"},
        undo="rm -f /etc/systemd/system/lab-names.service; systemctl daemon-reload",
        look=False,
    ),
    "subnet of the isolated network taken": Fault(
        f"{_LINK}; ip address add 192.168.50.7/24 dev lab0",
        {"subnets": "subnet-taken"},
        undo="ip link delete lab0",
    ),
    "subnet of the default network routed elsewhere": Fault(
        f"{_LINK}; ip address add 10.9.0.1/24 dev lab0; "
        f"{VIRSH} net-destroy default; ip route add 192.168.122.0/24 via 10.9.0.2",
        {"subnets": "subnet-taken", "default-network": "inactive"},
        undo="ip link delete lab0",
    ),
    # The firewall.
    "foreign rules in table ip nat": Fault(
        "nft add chain ip nat POSTROUTING '{ type nat hook postrouting priority 100; }'; "
        "nft add rule ip nat POSTROUTING oifname virbr0 masquerade",
        {"nat-table": "nat-table-foreign"},
    ),
    "ruleset flushed": Fault("nft flush ruleset", {"libvirt-rules": "rules-flushed"}),
    "forwarding turned off": Fault("sysctl -w net.ipv4.ip_forward=0", {"way-out": "forwarding-off"}),
    "another firewall drops": Fault(
        "nft add table inet lab; nft add chain inet lab forward "
        "'{ type filter hook forward priority 5; policy drop; }'",
        {"way-out": "guests-cut-off"},
        undo="nft delete table inet lab",
    ),
    "a rule before libvirt's drops": Fault(
        "iptables -I FORWARD -j DROP",
        {"way-out": "guests-cut-off"},
        undo="iptables -D FORWARD -j DROP; iptables -D FORWARD -i virbr0 -j ACCEPT; "
        "iptables -D FORWARD -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    ),
    # Images.
    "pool inactive": Fault(
        f"{POOL}; {VIRSH} pool-autostart default",
        {"pool": "pool-inactive"},
        undo=f"{VIRSH} pool-destroy default; {VIRSH} pool-undefine default",
    ),
    "images folder closed": Fault(f"chmod 0700 {IMAGES}", {"images-folder": "images-closed"}),
    "folder above images closed": Fault("chmod o-x /var/lib/libvirt", {"images-folder": "images-closed"}),
    "images folder missing": Fault(f"rmdir {IMAGES}", {"images-folder": "images-missing"}),
    "medium in a closed home": Fault(
        f"touch /home/student/cd.iso; chmod 0700 /home/student; {_define('/home/student/cd.iso')}",
        {"guests-images": "image-out-of-reach"},
        undo=f"{VIRSH} undefine lab-guest; rm /home/student/cd.iso; chmod 0755 /home/student",
    ),
    "medium gone": Fault(
        f"touch {IMAGES}/cd.iso; {_define(f'{IMAGES}/cd.iso')}; rm {IMAGES}/cd.iso",
        {"guests-images": "image-missing"},
        undo=f"{VIRSH} undefine lab-guest",
    ),
    # What only a person can mend.
    "no room for images": Fault(
        f"mount -t tmpfs -o size=200k,mode=0711 tmpfs {IMAGES}",
        {"disk": "disk-full"},
        undo=f"umount {IMAGES}",
        mends=False,
    ),
    "images can only be read": Fault(
        f"mount -t tmpfs -o ro,mode=0711 tmpfs {IMAGES}",
        {"disk": "read-only", "volume": "volume-refused"},
        undo=f"umount {IMAGES}",
        look=False,
        mends=False,
    ),
    "sudo not allowed": Fault(
        "mv /etc/sudoers.d/student /root/sudoers; gpasswd -d student sudo",
        {"sudo": "not-permitted"},
        undo="mv /root/sudoers /etc/sudoers.d/student; gpasswd -a student sudo",
        mends=False,
    ),
    "clock set back": Fault(
        "touch -d '+40 days' /var/lib/dpkg/status",
        {"clock": "clock-behind"},
        undo="touch /var/lib/dpkg/status",
        mends=False,
    ),
}
