"""The course's assertions in testinfra's words, for the machine on which everything is done.

Each description of a network or domain is asked for once. The marks name the checks of the course that a test
stands for: the benchmark compares both answers before it measures. Quizzes are not here, and what testinfra
cannot follow or remember is asserted as goss/plain.yaml has it.
"""

import glob
import json
import re
from xml.etree import ElementTree as ET

import pytest

MAC, ADDRESS = "52:54:00:aa:bb:cc", "192.168.122.50"
GIB = 2**30
VIRSH = "virsh -c qemu:///system "
IMAGES = "/var/lib/libvirt/images/"
SCHEMAS = "/usr/share/libvirt/schemas/"
checks = pytest.mark.checks


@pytest.fixture(scope="module")
def virsh(host):
    """What virsh prints; each command runs once."""
    said = {}

    def ask(command):
        if command not in said:
            done = host.run(VIRSH + command)
            assert done.rc == 0, done.stderr
            said[command] = done.stdout
        return said[command]

    return ask


@pytest.fixture(scope="module")
def info(virsh):
    """The fields of dominfo or net-info."""
    return lambda command: dict(re.findall(r"^(.+?): +(.*)$", virsh(command), re.MULTILINE))


@pytest.fixture(scope="module")
def xml(virsh):
    """A description that virsh prints."""
    return lambda command: ET.fromstring(virsh(command))


@pytest.fixture(scope="module")
def kept(xml):
    """A domain as it starts next time."""
    return lambda name: xml(f"dumpxml --inactive {name}")


@checks("install/cpu/flags")
def test_flags(host):
    assert host.file("/proc/cpuinfo").contains(r"^flags.*\b\(vmx\|svm\)\b")


@checks("install/cpu/module")
def test_module(host):
    assert host.file("/sys/module/kvm").exists
    assert host.file("/sys/module/kvm_intel").exists or host.file("/sys/module/kvm_amd").exists


@checks("install/cpu/device")
def test_device(host):
    assert host.file("/dev/kvm").exists


@checks("install/qemu-kvm/programs")
@pytest.mark.parametrize("name", ["qemu-system-x86_64", "qemu-img"])
def test_qemu(host, name):
    assert host.exists(name)


@checks("install/libvirt/programs", "tools/toolbox/programs")
@pytest.mark.parametrize("name", ["virsh", "virt-install", "virt-manager"])
def test_tools(host, name):
    assert host.exists(name)


@checks("install/libvirt/programs")
def test_viewer(host):
    assert host.exists("virt-viewer")


@checks("tools/toolbox/programs")
@pytest.mark.parametrize("name", ["libvirt-clients", "virtinst", "virt-manager"])
def test_packages(host, name):
    assert host.package(name).is_installed


@checks("install/qemu-kvm/group")
def test_group_kvm(host):
    assert "kvm" in host.user("student").groups


@checks("install/libvirt/group")
def test_group_libvirt(host):
    assert "libvirt" in host.user("student").groups


@checks("install/qemu-kvm/session")
def test_groups_of_this_session(host):
    assert "kvm" in host.check_output("id -nG").split()


@checks("install/libvirt/enabled")
def test_enabled(host):
    assert host.service("libvirtd").is_enabled


@checks("install/libvirt/daemon")
def test_daemon(host):
    assert host.service("libvirtd").is_running or host.service("libvirtd.socket").is_running


@checks("install/libvirt/uri")
def test_new_terminal(host):
    environment = "env -i HOME=/home/student USER=student TERM=xterm PATH=/usr/bin:/bin"
    shell = "bash -lc 'exec bash -ic \"printenv LIBVIRT_DEFAULT_URI\"'"
    assert host.check_output(f"{environment} {shell}") == "qemu:///system"


@checks("install/confirm/write")
def test_open_for_writing(virsh):
    virsh("list --all")


@checks("install/default-network/defined")
def test_default_defined(info):
    assert info("net-info default")["Name"] == "default"


@checks("install/default-network/persistent")
def test_default_persistent(info):
    assert info("net-info default")["Persistent"] == "yes"


@checks("install/default-network/active")
def test_default_active(info):
    assert info("net-info default")["Active"] == "yes"


@checks("install/default-network/autostart")
def test_default_autostart(info):
    assert info("net-info default")["Autostart"] == "yes"


@checks("install/default-network/nat")
@pytest.mark.parametrize("form", ["", "--inactive "])
def test_default_nat(xml, form):
    assert xml(f"net-dumpxml {form}default").find("forward").get("mode") == "nat"


@checks("install/default-network/dhcp")
def test_default_dhcp(host, xml):
    assert xml("net-dumpxml default").find("ip/dhcp") is not None
    pid = host.file("/run/libvirt/network/default.pid").content_string.strip()
    assert host.file(f"/proc/{pid}/comm").content_string == "dnsmasq\n"


@checks("install/default-network/bridge")
def test_default_bridge(host):
    assert host.file("/sys/class/net/virbr0/bridge").is_directory
    assert int(host.file("/sys/class/net/virbr0/flags").content_string, 16) & 1
    assert "192.168.122.1" in host.interface("virbr0").addresses


@checks("disks/create-qcow2/image")
def test_image(host):
    image = json.loads(host.check_output(f"qemu-img info -U --output=json {IMAGES}min-disk.qcow2"))
    assert (image["format"], image["virtual-size"]) == ("qcow2", 30 * GIB)


DOMAINS = {
    "domains/virt-manager": ("gui-vm", None, None),
    "domains/virt-install": ("test-vm", 2048, 2),
    "domains/xml": ("minimal-vm", 1024, 1),
    "networks/nat": ("vm-nat", 2048, 2),
    "networks/isolated": ("vm-isolated", None, None),
    "snapshots/create": ("ubuntu-vm", None, None),
}


def of_domains(check, only=DOMAINS):
    """One test for each of these steps' domains."""
    return pytest.mark.parametrize(
        "step", [pytest.param(one, marks=checks(f"{one}/{check}")) for one in only]
    )


@of_domains("domain")
def test_domain(info, step):
    name = DOMAINS[step][0]
    assert info(f"dominfo {name}")["Name"] == name


@of_domains("persistent", ["domains/virt-manager", "domains/virt-install", "domains/xml", "networks/nat"])
def test_persistent(info, step):
    assert info(f"dominfo {DOMAINS[step][0]}")["Persistent"] == "yes"


@of_domains("memory", ["domains/virt-install", "domains/xml", "networks/nat"])
def test_memory(kept, step):
    name, mib, _ = DOMAINS[step]
    domain = kept(name)
    assert domain.findtext("memory") == domain.findtext("currentMemory") == str(mib * 1024)


@of_domains("vcpus", ["domains/virt-install", "domains/xml", "networks/nat"])
def test_vcpus(kept, step):
    name, _, count = DOMAINS[step]
    vcpu = kept(name).find("vcpu")
    assert vcpu.text == vcpu.get("current", vcpu.text) == str(count)


@of_domains("graphics", ["domains/virt-install", "domains/xml"])
def test_graphics(kept, step):
    assert kept(DOMAINS[step][0]).find("devices/graphics[@type='spice']") is not None


@of_domains("disk", ["domains/virt-manager", "domains/virt-install", "domains/xml", "networks/nat"])
def test_disk(host, virsh, kept, step):
    name = DOMAINS[step][0]
    disks = kept(name).findall("devices/disk[@device='disk']")
    disks = [disk for disk in disks if disk.find("driver[@type='qcow2']") is not None]
    assert disks
    if step == "domains/xml":
        assert any(disk.find("target").attrib == {"dev": "vda", "bus": "virtio"} for disk in disks)
        assert host.file(f"{IMAGES}minimal.qcow2").exists
    elif step != "domains/virt-manager":
        size = 30 if step == "domains/virt-install" else 20
        assert host.file(f"{IMAGES}{name}.qcow2").exists
        assert re.search(rf"^Capacity: +{size * GIB}$", virsh(f"domblkinfo {name} vda"), re.MULTILINE)


@checks("domains/virt-manager/cdrom")
def test_cdrom(kept):
    assert kept("gui-vm").find("devices/disk[@device='cdrom']") is not None


NICS = {
    "domains/virt-manager": None,
    "domains/virt-install": ("default", "virtio"),
    "domains/xml": ("default", None),
    "networks/nat": ("default", "virtio"),
    "networks/isolated": ("isolerat-natverk", "virtio"),
}


@of_domains("nic", NICS)
def test_nic(kept, step):
    nics = kept(DOMAINS[step][0]).findall("devices/interface")
    assert nics
    if NICS[step] is not None:
        network, model = NICS[step]
        assert len(nics) == 1
        assert nics[0].find("source").get("network") == network
        assert model in (None, nics[0].find("model").get("type"))


@checks("domains/xml/running")
def test_running(virsh):
    assert virsh("domstate minimal-vm").strip() == "running"


@checks("domains/xml/machine")
def test_machine(kept):
    machine = kept("minimal-vm").find("os/type")
    assert (machine.get("arch"), machine.text) == ("x86_64", "hvm")


@checks("domains/xml/boot")
def test_boot(kept):
    domain = kept("minimal-vm")
    assert domain.find("os/boot").get("dev") == "hd"
    assert not domain.findall("devices/disk/boot")


@checks("domains/xml/type")
def test_type(host, kept):
    usable = host.file("/dev/kvm").exists and host.file("/proc/cpuinfo").contains(r"\b\(vmx\|svm\)\b")
    assert kept("minimal-vm").get("type") in (("kvm",) if usable else ("kvm", "qemu"))


@checks("domains/validate/file", "domains/validate/schema")
def test_model(host):
    model = r'<?xml-model .*domain\.rng".*schematypens="http://relaxng\.org/ns/structure/1\.0"'
    assert host.file("/home/student/vm.xml").contains(model)


@checks("domains/validate/file", "domains/validate/valid")
def test_valid(host):
    assert host.run(f"xmllint --noout --relaxng {SCHEMAS}domain.rng /home/student/vm.xml").rc == 0


@checks("domains/validate/network")
def test_networks_beside(host):
    for path in glob.glob("/home/student/*.xml"):
        if host.file(path).contains("<network"):
            assert host.run(f"xmllint --noout --relaxng {SCHEMAS}network.rng {path}").rc == 0


@checks("networks/nat/lease")
def test_lease(host, virsh):
    leases = virsh(f"net-dhcp-leases default --mac {MAC}")
    assert re.search(r" ipv4 +192\.168\.122\.[0-9]+/24 ", leases)
    tap = re.search(r"^ *(\S+) +network +default", virsh("domiflist vm-nat"), re.MULTILINE)[1]
    assert json.loads(host.check_output(f"ip -j link show dev {tap}"))[0]["master"] == "virbr0"


@checks("networks/isolated/network")
def test_isolated(info):
    assert info("net-info isolerat-natverk")["Name"] == "isolerat-natverk"


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(name, marks=checks(f"networks/isolated/{name.lower()}"))
        for name in ("Persistent", "Active", "Autostart")
    ],
)
def test_isolated_state(info, field):
    assert info("net-info isolerat-natverk")[field] == "yes"


@checks("networks/isolated/settings")
@pytest.mark.parametrize("form", ["", "--inactive "])
def test_isolated_settings(xml, form):
    network = xml(f"net-dumpxml {form}isolerat-natverk")
    assert network.find("forward") is None
    bridge = network.find("bridge")
    assert [bridge.get(name) for name in ("name", "stp", "delay")] == ["virbr1", "on", "0"]
    (address,) = network.findall("ip")
    assert (address.get("address"), address.get("netmask")) == ("192.168.50.1", "255.255.255.0")
    (leases,) = address.findall("dhcp/range")
    assert leases.attrib == {"start": "192.168.50.100", "end": "192.168.50.254"}


@checks("networks/isolated/sealed")
def test_sealed(host):
    reject = host.check_output("sudo -n iptables -S LIBVIRT_FWO")
    assert re.search("^-A LIBVIRT_FWO -i virbr1 -j REJECT", reject, re.MULTILINE)
    assert not re.search(" -i virbr1 .*-j ACCEPT", host.check_output("sudo -n iptables -S FORWARD"))


@checks("networks/static-lease/entry")
@pytest.mark.parametrize("form", ["", "--inactive "])
def test_entry(xml, form):
    hosts = xml(f"net-dumpxml {form}default").findall("ip/dhcp/host")
    (entry,) = [one for one in hosts if one.get("ip") == ADDRESS or one.get("mac") == MAC]
    assert (entry.get("mac"), entry.get("ip")) == (MAC, ADDRESS)


@checks("networks/static-lease/lease")
def test_static_lease(virsh):
    assert f" {ADDRESS}/24 " in virsh(f"net-dhcp-leases default --mac {MAC}")


@checks("networks/port-forward/forward")
def test_port_forward(host):
    assert host.sysctl("net.ipv4.ip_forward") == 1
    rules = host.check_output("sudo -n nft list ruleset")
    assert f"tcp dport 2222 dnat to {ADDRESS}:22" in rules
    chain = host.check_output("sudo -n nft list chain ip labb pre")
    assert "type nat hook prerouting priority dstnat" in chain
    before, _, _ = host.check_output("sudo -n nft list chain ip filter FORWARD").partition("jump LIBVIRT_FWI")
    assert re.search('oifname "virbr0" ct status dnat .*accept$', before, re.MULTILINE)


@checks("snapshots/create/snapshot")
def test_snapshot(xml):
    assert xml("snapshot-dumpxml ubuntu-vm snap1").findtext("description", "").strip()


@checks("snapshots/revert/reverted")
def test_reverted(virsh):
    children = virsh("snapshot-list ubuntu-vm --name --from snap1").split()
    if len(children) < 2:
        assert len(children) == 1
        assert virsh("snapshot-current ubuntu-vm --name").strip() == "snap1"


@checks("snapshots/delete/deleted")
def test_deleted(host, virsh):
    assert "snap-tmp" not in virsh("snapshot-list ubuntu-vm --name").split()
    image = json.loads(host.check_output(f"sudo -n qemu-img info -U --output=json {IMAGES}ubuntu-vm.qcow2"))
    assert "snap-tmp" not in [one["name"] for one in image.get("snapshots", ())]


@checks("snapshots/tree/tree")
def test_tree(virsh):
    rows = [
        line.split() for line in virsh("snapshot-list ubuntu-vm --parent").splitlines()[2:] if line.strip()
    ]
    tree = {row[0]: row[5] if len(row) > 5 else None for row in rows}
    assert tree == {"snap1": None, "snap2": "snap1", "snap3": "snap2", "snap4": "snap1"}


@checks("snapshots/uefi/firmware")
def test_version(virsh):
    assert re.search("^Running against daemon: [0-9]", virsh("version --daemon"), re.MULTILINE)
